/** The rulebooks as data: every row cited, no overlap, no hole; a user's own file; what a session's rules rest on. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { dayOf, projectRoot } from '../../../lib/core/index.js';
import { explainRules, loadRulebook, RuleError, rulebookFor } from '../../../lib/market/index.js';
import { stock } from './instruments.js';

const MARKETS = ['cn-a', 'us', 'crypto', 'bench'] as const;
const pathOf = (market: string): string => join(projectRoot(), 'lib/market/rulebooks', `${market}.json`);

interface LooseRow {
  id: string;
  what: string;
  boards: string[];
  from: string;
  to?: string;
  name?: string;
  kinds?: string[];
  statuses?: string[];
  fee?: { rate: number[] } | null;
  source: { text: string; kind: string; note?: string };
}
interface Loose {
  id: string;
  instruments: { source: LooseRow['source'] }[];
  rows: LooseRow[];
}
const rawOf = (market: string): Loose => JSON.parse(readFileSync(pathOf(market), 'utf8')) as Loose;

test.each(MARKETS)('%s: every row has a citation and one of the three marks', (market) => {
  const raw = rawOf(market);
  for (const { source } of [...raw.rows, ...raw.instruments]) {
    expect(source.text.length).toBeGreaterThan(3);
    expect(['primary', 'secondary', 'setting']).toContain(source.kind);
  }
  expect(new Set(raw.rows.map((row) => row.id)).size).toBe(raw.rows.length);
});

// Not the checker of the room: a second, plain one, day by day.
test.each(MARKETS)('%s: on every day each rule of a board that trades is said exactly once', (market) => {
  const raw = rawOf(market);
  const last = dayOf('2030-01-01');
  const spans = raw.rows.map((row) => ({ ...row, first: dayOf(row.from), end: row.to === undefined ? last : dayOf(row.to) }));
  const names = [...new Set(raw.rows.filter((row) => row.what === 'fee').map((row) => row.name))];
  let asked = 0;
  for (const board of spans.filter((row) => row.what === 'board')) {
    for (const name of board.boards.filter((each) => each !== 'index')) {
      for (const kind of board.kinds ?? []) {
        const here = spans.filter((row) => row.boards.includes(name) && (row.kinds === undefined || row.kinds.includes(kind)));
        for (let day = Math.max(board.first, dayOf('1990-01-02')); day <= last; day += 1) {
          for (const what of ['settlement', 'lot', 'volume-cap', 'dividend-tax', 'par']) {
            if (here.filter((row) => row.what === what && row.first <= day && day <= row.end).length !== 1)
              throw new Error(`${name} ${kind} ${what} ${day}`);
          }
          for (const status of ['normal', 'ST', 'S-share']) {
            const limits = here.filter((row) => row.what === 'limit' && (row.statuses?.includes(status) ?? true));
            if (limits.filter((row) => row.first <= day && day <= row.end).length !== 1)
              throw new Error(`${name} ${kind} limit ${status} ${day}`);
          }
          for (const fee of names) {
            if (here.filter((row) => row.name === fee && row.first <= day && day <= row.end).length !== 1)
              throw new Error(`${name} ${kind} ${fee} ${day}`);
          }
          asked++;
        }
      }
    }
  }
  expect(asked).toBeGreaterThan(5000);
});

const broken: readonly (readonly [string, (raw: Loose) => void, RegExp])[] = [
  [
    'a hole',
    (raw) =>
      raw.rows.splice(
        raw.rows.findIndex((row) => row.id === 'stamp-2007'),
        1,
      ),
    /fee stamp: nothing is said from 2007-05-30/,
  ],
  [
    'an overlap',
    (raw) => void (raw.rows.find((row) => row.id === 'stamp-2007')!.to = '2009-01-01'),
    /stamp-2007 and stamp-2008-04 overlap/,
  ],
  ['an end', (raw) => void (raw.rows.find((row) => row.id === 'stamp-2023')!.to = '2025-01-01'), /nothing is said from 2025-01-02 on/],
  ['no source', (raw) => void (raw.rows[0]!.source.text = ''), /at rows\.0\.source\.text/],
  ['an impossible date', (raw) => void (raw.rows[0]!.from = '2005-02-30'), /at rows\.0\.from/],
  ['a rate of fractions', (raw) => void (raw.rows.find((row) => row.id === 'commission')!.fee!.rate = [0.5, 1]), /fee\.rate\.0/],
  ['a word of its own', (raw) => void Object.assign(raw, { colour: 'red' }), /colour/],
  ['one id twice', (raw) => void (raw.rows[1]!.id = raw.rows[0]!.id), /appears twice/],
];
test.each(broken)('a rulebook with %s is refused', (_name, spoil, message) => {
  const raw = rawOf('cn-a');
  spoil(raw);
  expect(() => rulebookFor('cn-a', { overrides: raw })).toThrow(RuleError);
  expect(() => rulebookFor('cn-a', { overrides: raw })).toThrow(message);
});

test('a file of the user: its rows hold, its version tells it apart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rulebook-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const raw = rawOf('cn-a');
  raw.rows.find((row) => row.id === 'stamp-2023')!.fee!.rate = [1, 1000];
  const path = join(folder, 'mine.json');
  writeFileSync(path, JSON.stringify({ ...raw, id: 'mine' }));
  const mine = rulebookFor('cn-a', { overrides: path });
  expect(mine.version).toMatch(/^mine@1:[0-9a-f]{8}$/);
  expect(loadRulebook(path).version).toBe(mine.version);
  const stamp = mine.rulesFor(stock('600000.SH'), dayOf('2024-01-02')).fees.find((fee) => fee.name === 'stamp');
  expect(stamp?.rate).toEqual({ numerator: 1, denominator: 1000 });
  expect(() => loadRulebook(join(folder, 'none.json'))).toThrow(RuleError);
  writeFileSync(path, '{');
  expect(() => loadRulebook(path)).toThrow(/expected a JSON file/);
});

test('the version is the hash of the content', () => {
  const book = rulebookFor('cn-a');
  expect(book.version).toBe(loadRulebook(pathOf('cn-a')).version);
  expect(book.rulesFor(stock('600000.SH'), dayOf('2020-01-02')).rulebook).toBe(book.version);
  expect(new Set(MARKETS.map((market) => rulebookFor(market).version)).size).toBe(4);
});

test('explainRules names the rows behind a session, with dates and sources', () => {
  const rows = explainRules(stock('000001.SZ'), dayOf('2007-06-20'));
  expect(rows.map((row) => row.what)).toEqual([
    'board',
    'settlement',
    'lot',
    'volume-cap',
    'commission',
    'stamp',
    'transfer',
    'handling',
    'regulatory',
    'dividend-tax',
    'par',
    'after-status',
  ]);
  expect(rows.find((row) => row.what === 'stamp')).toMatchObject({
    from: '2007-05-30',
    to: '2008-04-23',
    charged: true,
    source: { kind: 'primary' },
  });
  expect(rows.filter((row) => !row.charged).map((row) => row.what)).toEqual(['transfer', 'handling', 'regulatory']);
});
