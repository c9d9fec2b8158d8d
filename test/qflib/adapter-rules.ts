/** The session rules of A-shares as the Python adapter reads them. `node --import ./lib/boot.mjs test/qflib/adapter-rules.ts` writes the file. */
import { join } from 'node:path';
import { argv } from 'node:process';
import { dateOf, dayOf, type Instrument, projectRoot, writeFileAtomic } from '../../lib/core/index.js';
import { describeSymbol, rulebookFor, type SessionRules } from '../../lib/market/index.js';

/** Rows of what sizing and fees need, with the dates for which they hold. */
export function adapterRules(instrument: Instrument, from: string, to: string): object[] {
  const book = rulebookFor(instrument.market);
  const rows: object[] = [];
  let last = '';
  for (let day = dayOf(from); day <= dayOf(to); ) {
    const rules: SessionRules = book.rulesFor(instrument, day);
    const { buyMinimum, buyStep, sellStep, settlementSessions, lastDay } = rules;
    const fees = rules.fees.map(({ name, side, basis, rate, minimumMinor, maximumMinor }) => ({
      name,
      side,
      basis,
      rate,
      minimumMinor,
      maximumMinor,
    }));
    const row = { buyMinimum, buyStep, sellStep, settlementSessions, fees };
    const until = dateOf(Math.min(lastDay, dayOf(to)));
    // Spans also end where a price limit changes, which no size depends on.
    if (JSON.stringify(row) === last) Object.assign(rows[rows.length - 1]!, { to: until });
    else rows.push({ from: dateOf(day), to: until, ...row });
    last = JSON.stringify(row);
    day = lastDay + 1;
  }
  return rows;
}

/** A stock of each board, listed long before. */
const BOARDS = { 'sh-main': '600036.SH', 'sz-main': '000001.SZ', chinext: '300750.SZ', star: '688981.SH' } as const;

export const rulesFile = join(projectRoot(), 'pipelines/python/qflib_adapter/cn_a_rules.json');

export function rulesText(): string {
  const boards = Object.entries(BOARDS).map(([board, symbol]): [string, object[]] => {
    const instrument: Instrument = { ...describeSymbol(symbol), name: symbol, corporateActions: 'none' };
    return [board, adapterRules(instrument, board === 'star' ? '2019-07-22' : '2010-01-04', '2099-12-31')];
  });
  return `${JSON.stringify(Object.fromEntries(boards), null, 2)}\n`;
}

if (argv[1]?.endsWith('adapter-rules.ts')) writeFileAtomic(rulesFile, rulesText());
