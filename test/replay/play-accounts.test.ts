import { expect, test } from 'vitest';
import { dateOf } from '../../lib/core/index.js';
import { playAccounts, replayLoopOnly } from '../../lib/replay/index.js';
import { madeUpData } from './support.js';

const symbols = ['600000.SH', '600004.SH'];
const data = madeUpData({ symbols, from: '2012-01-04', sessions: 200 });
const days = data.series.get(symbols[0]!)!.day;
const span = { from: dateOf(days[50]!), to: dateOf(days[199]!) };
const spec = { data: 'made-up', ...span, initialCash: 500_000, strategies: [{ id: 'sma-cross', parameters: { fast: 5, slow: 20 } }] };

test('accounts of their own add up to the runs of each symbol', async () => {
  const together = await playAccounts({ ...spec, symbols }, { data });
  const apart = await Promise.all(symbols.map((symbol) => replayLoopOnly({ ...spec, symbols: [symbol] }, { data })));
  expect(together.equityMinor[together.equityMinor.length - 1]).toBe(apart[0]!.equityMinor + apart[1]!.equityMinor);
  expect(together.fills).toBe(apart[0]!.fills + apart[1]!.fills);
  expect(together.equityMinor[0]).toBe(2 * 500_000 * 100);
  expect(together.investedMinor.every((invested, i) => invested >= 0 && invested <= together.equityMinor[i]!)).toBe(true);
});

test('the account of a symbol that is gone before keeps its cash', async () => {
  const gone = madeUpData({ symbols: [symbols[1]!], from: '2012-01-04', sessions: 40 });
  const series = new Map([...data.series, ...gone.series]);
  const mixed = { ...data, series };
  const both = await playAccounts({ ...spec, symbols }, { data: mixed });
  const one = await playAccounts({ ...spec, symbols: [symbols[0]!] }, { data });
  expect([...both.equityMinor]).toEqual([...one.equityMinor].map((equity) => equity + 500_000 * 100));
});
