/** Checks of staged rows as a whole, in SQL: the reasons of the loader, with the line of the first bad row. */

import { BadRowError, type BadRowReason, FeedError } from '../errors.js';
import type { VolumeUnit } from '../volume-unit.js';
import type { Connection } from './duckdb.js';

/** First match counts. Ticks as the loader has them: a thousandth of a tick absolute, and what a 32-bit float leaves of a large price. */
const offTick = (name: string): string => `abs(${name} * perMajor - round(${name} * perMajor)) > 1e-3 + 2e-7 * round(${name} * perMajor)`;
const REASONS: readonly (readonly [BadRowReason, string])[] = [
  ['unreadable-date', 'date IS NULL'],
  ['missing-price', 'open IS NULL OR high IS NULL OR low IS NULL OR close IS NULL'],
  ['price-not-positive', 'least(open, high, low, close) <= 0'],
  ['off-tick', ['open', 'high', 'low', 'close'].map(offTick).join(' OR ')],
  ['high-below-low', 'high < low'],
  ['outside-high-low', 'open > high OR open < low OR close > high OR close < low'],
  ['missing-volume', 'traded AND volume IS NULL'],
  ['negative-volume', 'volume < 0'],
];

/** Throws BadRowError for the first bad row of the view `rows`, the first date off the calendar, or the first day that is there twice. */
export async function badRows(connection: Connection, path: string, bodyLine: number, sessions: Int32Array): Promise<void> {
  const cases = REASONS.map(([reason, test]) => `WHEN ${test} THEN '${reason}'`).join(' ');
  const bad = await connection.runAndReadAll(
    `SELECT reason, min(row)::INTEGER, count(*)::INTEGER FROM (SELECT row, CASE ${cases} END AS reason FROM rows) WHERE reason IS NOT NULL GROUP BY reason ORDER BY 2 LIMIT 1`,
  );
  const refuse = (row: number, reason: BadRowReason, detail: string): never => {
    throw new BadRowError(path, bodyLine + row, reason, detail);
  };
  const [first] = bad.getRows() as [BadRowReason, number, number][];
  if (first) refuse(first[1], first[0], `${first[2]} rows of this kind`);
  const days = await connection.runAndReadAll(
    `SELECT datediff('day', DATE '1970-01-01', date)::INTEGER, min(row)::INTEGER FROM rows GROUP BY date ORDER BY 2`,
  );
  const open = new Set(sessions);
  for (const [day, row] of days.getRows() as [number, number][])
    if (!open.has(day)) refuse(row, 'not-a-session', 'a date that is no session of its calendar');
  // Rows that run forward within each symbol can't hold a day twice: one cheap pass instead of a table of all days.
  const order = await connection.runAndReadAll(
    'SELECT count(*) FILTER (WHERE same AND NOT forward)::INTEGER, count(*) FILTER (WHERE NOT same)::INTEGER, (SELECT count(DISTINCT id) FROM rows)::INTEGER FROM (SELECT coalesce(id = lag(id) OVER (), false) AS same, coalesce(date > lag(date) OVER (), false) AS forward FROM rows)',
  );
  const [backward, runs, symbols] = order.getRows()[0] as [number, number, number];
  if (backward === 0 && runs === symbols) return;
  const twice = await connection.runAndReadAll('SELECT max(row)::INTEGER FROM rows GROUP BY id, date HAVING count(*) > 1 LIMIT 1');
  const [doubled] = twice.getRows() as [number][];
  if (doubled) refuse(doubled[0], 'duplicate-date', 'a day of the symbol is there twice');
}

const PAIRS: readonly { readonly unit: VolumeUnit; readonly amountScale: number }[] = [
  { unit: 'shares', amountScale: 1 },
  { unit: 'lots', amountScale: 1 },
  { unit: 'lots', amountScale: 1000 },
  { unit: 'lots', amountScale: 10_000 },
  { unit: 'shares', amountScale: 1000 },
  { unit: 'shares', amountScale: 10_000 },
];
const AGREEMENT = 0.95;

/** Unit of volume and scale of amount by symbol id, as the loader tells them from amount / volume. Throws FeedError on a contradiction. */
export async function unitsShown(
  connection: Connection,
  stated: VolumeUnit | undefined,
): Promise<Map<number, { unit: VolumeUnit; amountScale: number }>> {
  const fits = (at: number): string => {
    const { unit, amountScale } = PAIRS[at] as (typeof PAIRS)[number];
    return `count(*) FILTER (WHERE amount * ${amountScale / (unit === 'lots' ? 100 : 1)} BETWEEN volume * (low * 0.99 - 1 / perMajor) AND volume * (high * 1.01 + 1 / perMajor))::INTEGER`;
  };
  const grouped = (counts: readonly string[], where: string): string =>
    `SELECT id, symbol, count(*)::INTEGER, ${counts.join(', ')} FROM rows WHERE priced AND volume > 0 AND amount > 0 ${where} GROUP BY id, symbol`;
  type Counted = [number, string, number, ...number[]];
  // Nearly all files are in shares and yuan: only symbols that are not cost a second look.
  const plain = (await connection.runAndReadAll(grouped([fits(0)], ''))).getRows() as Counted[];
  const odd = new Set(plain.filter(([, , checked, fit]) => (fit as number) < checked * AGREEMENT).map(([id]) => id));
  const looked =
    odd.size === 0
      ? []
      : ((
          await connection.runAndReadAll(
            grouped(
              PAIRS.map((_, at) => fits(at)),
              `AND id IN (${[...odd].join(', ')})`,
            ),
          )
        ).getRows() as Counted[]);
  const units = new Map<number, { unit: VolumeUnit; amountScale: number }>();
  for (const [id, symbol, checked, ...found] of [...plain.filter(([known]) => !odd.has(known)), ...looked]) {
    const pair = PAIRS[found.findIndex((fit) => fit >= checked * AGREEMENT)];
    if (pair && stated !== undefined && pair.unit !== stated)
      throw new FeedError(
        `importInto: expected the volume of ${symbol} in ${stated}, got amounts that show ${pair.unit}. Set volumeUnit to ${pair.unit}.`,
      );
    units.set(id, pair ?? { unit: stated ?? 'shares', amountScale: 1 });
  }
  if (stated === 'lots') {
    const rest = await connection.runAndReadAll('SELECT id FROM names');
    for (const [id] of rest.getRows() as [number][]) if (!units.has(id)) units.set(id, { unit: 'lots', amountScale: 1 });
  }
  return units;
}
