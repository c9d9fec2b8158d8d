/** A large CSV file streamed into a store: the same bars as the loader's, whatever the file looks like and wherever its pieces end. */
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateOf } from '../../../lib/core/index.js';
import { importInto, listStore, loadStore } from '../../../lib/feeds/index.js';
import { openDuckdb, sqlText } from '../../../lib/feeds/store/duckdb.js';
import { plainParquet } from '../../../lib/feeds/store/plain-parquet.js';
import { calendarOf } from '../../../lib/market/index.js';

const folder = () => mkdtempSync(join(tmpdir(), 'hindcast-import-'));
const HEAD = ['date', 'symbol', 'open', 'high', 'low', 'close', 'volume', 'amount'];
const DAYS = calendarOf('cn-a').sessions;

async function imported(text: string, streamFrom: number) {
  const dir = folder();
  const path = join(folder(), 'bars.csv');
  writeFileSync(path, text);
  const result = await importInto({ folder: dir, path, retrievedAt: 0, streamFrom });
  return { dir, result };
}

/** What an import of `text` comes to: digests and bars, or the refusal. */
async function outcome(text: string, streamFrom: number) {
  try {
    const { dir, result } = await imported(text, streamFrom);
    return {
      digests: loadStore(dir).digests,
      bars: result.bars,
      listed: listStore(dir).map(({ symbol, from, to, bars }) => ({ symbol, from, to, bars })),
    };
  } catch (error) {
    return (error as Error).message
      .replace(/^.* line /, 'line ')
      .split(': ')
      .slice(0, 2)
      .join(': ');
  }
}

/** Rows of cells, `byDate` or by symbol. The price moves with the row, so that no two rows are alike. */
function rows(symbols: readonly string[], sessions: number, byDate: boolean): string[][] {
  const cells: string[][] = [];
  const [outer, inner] = byDate ? [sessions, symbols.length] : [symbols.length, sessions];
  for (let a = 0; a < outer; a++)
    for (let b = 0; b < inner; b++) {
      const [s, d] = byDate ? [b, a] : [a, b];
      const low = 800 + ((d * 7 + s * 13) % 97);
      const price = (ticks: number) => (ticks / 100).toFixed(2);
      const volume = 100_000 + d * 31 + s;
      const amount = ((low + 5) / 100) * volume;
      cells.push([
        dateOf(DAYS[4000 + d]!),
        symbols[s]!,
        price(low + 3),
        price(low + 9),
        price(low),
        price(low + 4),
        `${volume}`,
        amount.toFixed(2),
      ]);
    }
  return cells;
}

test('streamed and loaded come to the same, cell by odd cell', async () => {
  const dates = [
    (day: string) => day,
    (day: string) => day.replaceAll('-', ''),
    (day: string) => day.replaceAll('-', '/'),
    (day: string) => `${day} 00:00:00`,
  ];
  const prices = [
    '',
    '8',
    '8.',
    '.5',
    '-8.05',
    '+8.05',
    '8.055',
    '"8.05"',
    ' 8.05 ',
    'x',
    '8,05',
    '1e1',
    '0',
    'nan',
    '12345678901234567',
    '8.0500000000000000',
  ];
  const odd = fc.record({
    at: fc.nat(23),
    edit: fc.oneof(
      fc.record({ column: fc.integer({ min: 2, max: 7 }), text: fc.constantFrom(...prices) }),
      fc.record({
        column: fc.constant(0),
        text: fc.constantFrom('2024-02-30', '2024-13-01', '20240230', '2024-1-5', '2024-01/05', '2024', '', '45291'),
      }),
      fc.record({ column: fc.constant(1), text: fc.constantFrom('sh600000', '600000', '"600000.SH"', ' 600000.SH', 'nonsense!', '') }),
      fc.record({
        column: fc.constant(-1),
        text: fc.constantFrom('', '# a note', '2024-01-05,600000.SH', '数据来源:通达信', '   ', 'a,b,c,d,e,f,g,h,i'),
      }),
    ),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        byDate: fc.boolean(),
        date: fc.constantFrom(...dates),
        end: fc.constantFrom('\n', '\r\n'),
        lastEnd: fc.boolean(),
        mark: fc.constantFrom('', '\ufeff'),
        quoted: fc.boolean(),
        odds: fc.array(odd, { maxLength: 1 }),
      }),
      async ({ byDate, date, end, lastEnd, mark, quoted, odds }) => {
        const cells = rows(['600000.SH', '000001.SZ'], 12, byDate).map(([day, ...rest]) => [date(day!), ...rest]);
        for (const { at, edit } of odds) {
          if (edit.column >= 0) cells[at]![edit.column] = edit.text;
          else cells.splice(at, 0, [edit.text]);
        }
        const lines = cells.map((row) =>
          row.map((cell, i) => (quoted && i < 2 && row.length > 1 && !cell.includes('"') ? `"${cell}"` : cell)).join(','),
        );
        const text = `${mark}${[HEAD.join(','), ...lines].join(end)}${lastEnd ? end : ''}`;
        const loaded = await outcome(text, 1e9);
        const streamed = await outcome(text, 0);
        // The one difference: what streams is put in order.
        if (!JSON.stringify(loaded).includes('out-of-order')) expect(streamed).toEqual(loaded);
        else expect(JSON.stringify(streamed)).not.toContain('out-of-order');
      },
    ),
    { numRuns: 100 },
  );
}, 120_000);

test.each([false, true])(
  'pieces, blocks and their ends change nothing (by date: %s)',
  async (byDate) => {
    // The later half of the symbols begins a session later. About 10 MB: three pieces; 1,300 rows a symbol: three blocks.
    const symbols = Array.from({ length: 120 }, (_, i) => `${600_000 + i}.SH`);
    const text = `${HEAD.join(',')}\n${rows(symbols, 1300, byDate)
      .filter(([day, symbol]) => day !== dateOf(DAYS[4000]!) || symbol! < '600060')
      .map((row) => row.join(','))
      .join('\n')}`;
    expect(text.length).toBeGreaterThan(8 * 1024 * 1024);
    const streamed = await outcome(text, 0);
    expect(streamed).toMatchObject({ bars: 120 * 1300 - 60 });
    expect(streamed).toEqual(await outcome(text, 1e9));
  },
  60_000,
);

test('rows in no order are put in order; a day that is there twice is refused with its line', async () => {
  const cells = rows(['600000.SH', '000001.SZ'], 40, false);
  const shuffled = cells.map((row, i) => ({ row, key: (i * 37) % 80 })).sort((a, b) => a.key - b.key);
  const textOf = (all: readonly string[][]) => [HEAD, ...all].map((row) => row.join(',')).join('\n');
  expect(await outcome(textOf(shuffled.map(({ row }) => row)), 0)).toEqual(await outcome(textOf(cells), 1e9));
  expect(await outcome(textOf([...shuffled.map(({ row }) => row), cells[5]!]), 0)).toBe('line 82: duplicate-date');
});

test('the Parquet of an import reads in DuckDB as it was written', async () => {
  const { dir } = await imported(
    `${HEAD.join(',')}\n${rows(['600000.SH'], 700, false)
      .map((row) => row.join(','))
      .join('\n')}`,
    0,
  );
  const file = join(dir, readdirSync(dir).find((name) => name.endsWith('.parquet'))!);
  const wide = join(dir, 'wide.parquet');
  const values = Float64Array.of(2 ** 40, -0.5, Number.NaN);
  writeFileSync(
    wide,
    plainParquet([
      { name: 'day', values: Int32Array.of(-1, 0, 20_000), isDate: true },
      { name: 'x', values },
    ]),
  );
  const { connection, close } = await openDuckdb();
  try {
    const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
    const [row] = await read(
      `SELECT count(*)::INTEGER, min(date)::VARCHAR, max(date)::VARCHAR, sum(closeTicks)::INTEGER, typeof(any_value(closeTicks)), sum(volumeUnits), count(*) FILTER (WHERE amountMinor > 0)::INTEGER FROM ${sqlText(file)}`,
    );
    const series = loadStore(dir).series.get('600000.SH')!;
    const sum = (column: Float64Array) => column.reduce((all, one) => all + one, 0);
    expect(row).toEqual([700, dateOf(series.day[0]!), dateOf(series.day[699]!), sum(series.close), 'INTEGER', sum(series.volume), 700]);
    expect(await read(`SELECT day::VARCHAR, x::VARCHAR FROM ${sqlText(wide)}`)).toEqual([
      ['1969-12-31', '1099511627776.0'],
      ['1970-01-01', '-0.5'],
      ['2024-10-04', 'nan'],
    ]);
  } finally {
    close();
  }
});
