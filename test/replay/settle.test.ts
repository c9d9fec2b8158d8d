import { expect, test } from 'vitest';
import { type BarSeries, type CorporateAction, dayOf, type Instrument } from '../../lib/core/index.js';
import { calendarOf, describeSymbol, limitDownTicks, limitUpTicks, rulebookFor } from '../../lib/market/index.js';
import { EquityLog } from '../../lib/replay/equity-log.js';
import { GrowingBars } from '../../lib/replay/growing-bars.js';
import { type OutcomeRow, openRun, runReplay, settleRun } from '../../lib/replay/index.js';
import { settleWorld } from '../../lib/replay/settle-world.js';
import { effects, scratch } from './support.js';

const spec = { data: 'embedded:cn', symbols: ['000001.SZ'], strategies: [{ id: 'rule:v1' }], horizons: [1, 5] };
const quiet = { audit: false, trial: false };
const find = (rows: readonly OutcomeRow[], session: string, horizon: number) =>
  rows.find((row) => row.session === session && row.horizon === horizon)!;

test('an outcome worked by hand: 2007-11-20, five sessions', async () => {
  const { folder } = await runReplay({ ...spec, from: '2007-11-01', to: '2007-12-28' }, effects(scratch(), quiet));
  const outcome = find(openRun(folder).outcomes(), '2007-11-20', 5);
  // data/bars/cn/000001.SZ.csv: open of 2007-11-21 is 39.15, close of 2007-11-27 (the fifth session after the 20th) is 35.08.
  expect(outcome.entry).toEqual({ date: '2007-11-21', priceTicks: 3915, state: 'traded' });
  expect(outcome.exit).toEqual({ date: '2007-11-27', priceTicks: 3508, state: 'traded' });
  expect(outcome.instrumentReturn).toBeCloseTo(3508 / 3915 - 1, 12);
  // Stamp duty was 0.3 % on both sides (2007-05-30), commission 0.025 % each way: 0.65 % in all.
  expect(outcome.costs).toBeCloseTo(0.0065, 12);
  expect(outcome.label).toBe(-1);
});

test('a dividend between entry and exit is in the total return', async () => {
  const { folder } = await runReplay({ ...spec, from: '2014-05-05', to: '2014-07-31' }, effects(scratch(), quiet));
  const outcomes = openRun(folder).outcomes();
  const across = outcomes.find((row) => row.horizon === 5 && row.entry.date! < '2014-06-12' && row.exit.date! >= '2014-06-12')!;
  // 10派1.6 转2 of 2014-06-12: the reference close is (previous close - 0.16) / 1.2; reinvested there, one unit becomes close / reference.
  const bars = new Map<string, number>();
  for (const row of outcomes) bars.set(row.exit.date!, row.exit.priceTicks!);
  const previous = bars.get('2014-06-11')!;
  const reference = (previous - 16) / 1.2;
  expect(across.instrumentReturn).toBeCloseTo((across.exit.priceTicks! * previous) / reference / across.entry.priceTicks! - 1, 10);
});

test('settling again under other costs changes costs and labels, and no return', async () => {
  const { folder } = await runReplay({ ...spec, from: '2015-01-05', to: '2015-06-30' }, effects(scratch(), quiet));
  const before = openRun(folder).outcomes();
  const dear = settleRun(folder, { costs: { commission: { numerator: 2, denominator: 100 } } });
  expect(dear.outcomes).toBe(before.length);
  const rows = (await import('node:fs'))
    .readFileSync(dear.path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as OutcomeRow);
  for (const row of before) {
    const again = rows.find((other) => other.decision === row.decision && other.horizon === row.horizon)!;
    expect(again.instrumentReturn).toBe(row.instrumentReturn);
    expect(again.bookReturn).toBe(row.bookReturn);
    if (row.instrumentReturn !== null) expect(again.costs!).toBeCloseTo(row.costs! + 2 * (0.02 - 0.00025), 12);
    if (row.instrumentReturn !== null && Math.abs(row.instrumentReturn) < 0.04) expect(again.label).toBe(0);
  }
  expect(dear.mark).toContain('re-scored');
});

test('settling the same way again gives the same rows', async () => {
  const { folder } = await runReplay({ ...spec, from: '2015-01-05', to: '2015-06-30' }, effects(scratch(), quiet));
  const again = settleRun(folder, {});
  const { readFileSync } = await import('node:fs');
  const sorted = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n').sort();
  expect(sorted(again.path)).toEqual(sorted(`${folder}/outcomes.jsonl`));
});

test('limits of an outcome come from the reference in whole ticks, also where a dividend has half a fen', () => {
  const instrument: Instrument = {
    ...describeSymbol('000001.SZ'),
    name: 'Ping An Bank',
    corporateActions: 'declared',
    listedOn: dayOf('1991-04-03'),
  };
  const [before, exDay] = [dayOf('2019-06-25'), dayOf('2019-06-26')];
  const calendar = calendarOf('cn-a');
  const rulebook = rulebookFor('cn-a');
  const rules = rulebook.rulesFor(instrument, exDay);
  let otherwise = 0;
  for (let close = 300; close < 1300; close += 7) {
    for (const fenTenths of [5, 15, 125, 255]) {
      const action: CorporateAction = {
        symbol: instrument.symbol,
        exDay,
        payDay: exDay,
        knownAt: calendar.closeAt(before),
        origin: 'declared',
        cash: { numerator: fenTenths, denominator: 10 },
      };
      const factor = close / (close - fenTenths / 10);
      // The exchange's formula: (close - cash) rounded half up to a fen; in tenths of a fen these are whole numbers.
      const reference = Math.floor((10 * close - fenTenths + 5) / 10);
      if (Math.floor(close / factor + 0.5) !== reference) otherwise++;
      const [up, down] = [limitUpTicks(reference, rules), limitDownTicks(reference, rules)];
      for (const [open, state] of [
        [up, 'limit-up'],
        [up - 1, 'traded'],
        [down + 1, 'traded'],
        [down, 'limit-down'],
      ] as const) {
        const bars = new GrowingBars(instrument.symbol, instrument.units);
        const column = (first: number, second: number) => Float64Array.of(first, second);
        const price = column(close, open);
        const source = {
          symbol: instrument.symbol,
          units: instrument.units,
          length: 2,
          day: Int32Array.of(before, exDay),
          knownAt: column(calendar.closeAt(before), calendar.closeAt(exDay)),
          open: price,
          high: price,
          low: price,
          close: price,
          volume: column(1e6, 1e6),
          factor: column(1, factor),
        } as BarSeries;
        bars.append(source, 0);
        bars.append(source, 1);
        const world = settleWorld({
          calendar,
          sessions: Int32Array.of(before, exDay),
          instruments: new Map([[instrument.symbol, instrument]]),
          bars: new Map([[instrument.symbol, bars]]),
          indexBars: null,
          actions: new Map([[instrument.symbol, [action]]]),
          rulebook,
          equity: new EquityLog(2),
          slippageBp: 0,
        });
        expect({ close, fenTenths, open, state: world.openState(instrument.symbol, 1) }).toEqual({ close, fenTenths, open, state });
      }
    }
  }
  // A ratio of floats would have said another reference here.
  expect(otherwise).toBeGreaterThan(10);
});
