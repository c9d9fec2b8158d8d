import { expect, test } from 'vitest';
import type { PortfolioState, Step, Strategy } from '../../lib/core/index.js';
import { dayOf } from '../../lib/core/index.js';
import { seedFive } from '../../lib/market/index.js';
import {
  buyAndHold,
  equalWeight,
  exits,
  type FrozenState,
  frozenIntents,
  momentum,
  randomSameTurnover,
  StrategyError,
  smaCross,
  tradesPerYearOf,
} from '../../lib/strategies/index.js';
import { account, closeOf, type FakeBar, viewAt } from './fake-view.js';

const series = (closes: readonly number[], from = 0): FakeBar[] => closes.map((close, i) => ({ day: from + i, close }));
const flat = account({ cashMinor: 1_000_000 });
const long = (symbol = 'A', price = 100) => account({ cashMinor: 0, holdings: [{ symbol, quantity: 100, price }] });
const actionsOf = (step: Step<unknown> | Promise<Step<unknown>>): (string | null)[] =>
  (step as Step<unknown>).intents.map(({ action }) => action);

/** Decides day by day; the state goes through JSON at each step when `json` is set. `holds` says what the account shows on a day. */
function walk<S>(
  strategy: Strategy<S>,
  bars: Record<string, readonly FakeBar[]>,
  days: readonly number[],
  holds: (day: number) => PortfolioState,
  json = false,
): string[][] {
  let state = strategy.init();
  return days.map((day) => {
    const step = strategy.decide(viewAt(day, bars, holds(day)), Object.keys(bars), state) as Step<S>;
    state = json ? JSON.parse(JSON.stringify(step.state)) : step.state;
    for (const intent of step.intents) {
      expect(intent.evidence.length).toBeGreaterThan(0);
      for (const { knownAt } of intent.evidence) expect(knownAt).toBeLessThanOrEqual(closeOf(day));
    }
    return step.intents.map(({ symbol, action }) => `${symbol}:${action}`);
  });
}

test('buy-and-hold asks until it is held, then never again', () => {
  const strategy = buyAndHold({ parts: 4 });
  const bars = { A: series([100, 101, 102, 103]) };
  expect(walk(strategy, bars, [0, 1, 2, 3], (day) => (day === 2 ? long() : flat))).toEqual([['A:BUY_PART'], ['A:BUY_PART'], [], []]);
  expect(strategy.actions.rows.find(({ name }) => name === 'BUY_PART')?.size).toEqual({ kind: 'targetWeight', weight: 0.25 });
  expect(walk(buyAndHold(), bars, [0], () => flat)).toEqual([['A:BUY_ALL']]);
});

test('sma-cross: strict, from bar slow on, asks again until the account agrees', () => {
  // fast 2, slow 3. Sums x the other length: bar 2: (10+10)*3 = 60 > 30*2 = 60? no. bar 3: (10+13)*3 = 69 > 33*2 = 66: in.
  // bar 4: (13+10)*3 = 69 > 33*2 = 66: in. bar 5: (10+10)*3 = 60 > 33*2 = 66? no: out. bar 6: 60 > 60? no.
  const bars = { A: series([10, 10, 10, 13, 10, 10, 10]) };
  const days = [0, 1, 2, 3, 4, 5, 6];
  const held = (day: number) => (day === 5 || day === 6 ? long('A', 10) : flat);
  expect(walk(smaCross({ fast: 2, slow: 3 }), bars, days, held)).toEqual([
    [],
    [],
    [],
    ['A:BUY_ALL'],
    ['A:BUY_ALL'],
    ['A:SELL_ALL'],
    ['A:SELL_ALL'],
  ]);
  // Filled at once: nothing more to ask, and the account is not read while nothing changes.
  expect(walk(smaCross({ fast: 2, slow: 3 }), bars, days, (day) => (day === 4 || day === 5 ? long('A', 10) : flat))).toEqual([
    [],
    [],
    [],
    ['A:BUY_ALL'],
    [],
    ['A:SELL_ALL'],
    [],
  ]);
});

test('sma-cross: bars known before the first call count, and give the state that watching them would have', () => {
  const closes = Array.from({ length: 40 }, (_, i) => 1000 + ((i * 37) % 23) - ((i * 11) % 17));
  const bars = { A: series(closes) };
  const late = smaCross({ fast: 3, slow: 7 });
  const early = smaCross({ fast: 3, slow: 7 });
  let watched = early.init();
  for (let day = 0; day < 20; day++) watched = (early.decide(viewAt(day, bars), ['A'], watched) as Step<typeof watched>).state;
  const joined = (late.decide(viewAt(19, bars), ['A'], late.init()) as Step<typeof watched>).state;
  expect([joined.sumFast, joined.sumSlow]).toEqual([watched.sumFast, watched.sumSlow]);
});

test('sma-cross on prices with factors agrees with sums taken anew at every bar', () => {
  const closes = Array.from({ length: 400 }, (_, i) => 1000 + ((i * 7919) % 101));
  const bars = closes.map((close, i) => ({ day: i, close, factor: i < 150 ? 1 : i < 300 ? 1.0371 : 1.0371 * 1.5 }));
  const strategy = smaCross({ fast: 5, slow: 13 });
  let state = strategy.init();
  for (let t = 0; t < bars.length; t++) {
    state = (strategy.decide(viewAt(t, { A: bars }), ['A'], state) as Step<typeof state>).state;
    const sum = (count: number) => bars.slice(Math.max(0, t + 1 - count), t + 1).reduce((total, bar) => total + bar.close * bar.factor, 0);
    expect(Math.abs(state.sumFast - sum(5)) / sum(5)).toBeLessThan(1e-13);
    expect(Math.abs(state.sumSlow - sum(13)) / sum(13)).toBeLessThan(1e-13);
    if (t < 150) expect([state.sumFast, state.sumSlow]).toEqual([sum(5), sum(13)]);
  }
});

test('equal-weight: two legs at a rebalance, missing symbols mended between, suspended ones left alone', () => {
  const bars = {
    A: series([10, 10, 10, 10, 10]),
    B: [
      { day: 0, close: 20 },
      { day: 2, close: 20 },
      { day: 3, close: 20 },
      { day: 4, close: 20 },
    ],
  };
  const strategy = equalWeight({ every: 4, parts: 2, tolerance: 0.05 });
  const onlyA = account({ cashMinor: 500, holdings: [{ symbol: 'A', quantity: 50, price: 10 }] });
  const both = account({
    cashMinor: 0,
    holdings: [
      { symbol: 'A', quantity: 50, price: 10 },
      { symbol: 'B', quantity: 25, price: 20 },
    ],
  });
  const skewed = account({
    cashMinor: 0,
    holdings: [
      { symbol: 'A', quantity: 75, price: 10 },
      { symbol: 'B', quantity: 12, price: 20 },
    ],
  });
  const portfolios = [account({ cashMinor: 1000 }), onlyA, onlyA, both, skewed];
  expect(walk(strategy, bars, [0, 1, 2, 3, 4], (day) => portfolios[day]!)).toEqual([
    ['A:EQUAL_2', 'B:EQUAL_2'],
    [], // B is missing but did not trade
    ['B:EQUAL_2'],
    [],
    ['A:EQUAL_2', 'B:EQUAL_2'],
  ]);
  // The session after: only what is below its weight.
  const state = { since: 0, targets: ['A', 'B'].map((symbol) => ({ symbol, confidence: 1, why: 'w' })) };
  const step = strategy.decide(viewAt(4, bars, skewed), ['A', 'B'], state) as Step<typeof state>;
  expect(step.intents.map(({ symbol }) => symbol)).toEqual(['B']);
  expect(() => strategy.decide(viewAt(4, bars), ['A', 'B', 'C'], strategy.init())).toThrow(/at most 2 symbols/);
});

test('momentum holds the strongest past return on raw x factor and leaves what is no longer among them', () => {
  // 2-session returns at day 2: A +10 %, B +20 %, C raw -50 % with a 2:1 split (factor 2): 0 %.
  const bars = {
    A: series([100, 105, 110, 110, 200]),
    B: series([100, 110, 120, 120, 120]),
    C: [
      { day: 0, close: 100 },
      { day: 1, close: 100 },
      { day: 2, close: 50, factor: 2 },
      { day: 3, close: 50, factor: 2 },
      { day: 4, close: 50, factor: 2 },
    ],
  };
  const strategy = momentum({ lookback: 2, top: 1, every: 2 });
  const holdsB = account({ cashMinor: 0, holdings: [{ symbol: 'B', quantity: 10, price: 120 }] });
  const seen: string[] = [];
  const actions = walk(strategy, bars, [0, 1, 2, 3, 4], (day) => (day > 2 ? holdsB : flat));
  expect(actions).toEqual([[], [], ['B:TOP'], [], ['B:OUT', 'A:TOP']]);
  const step = strategy.decide(viewAt(2, bars, flat), ['A', 'B', 'C'], strategy.init()) as Step<unknown>;
  seen.push(step.intents[0]!.why);
  expect(seen).toEqual(['rank 1 of 3 by 2-session return 20.00 %']);
  expect(step.intents[0]!.evidence).toEqual([{ kind: 'bars', id: 'B@1970-01-03#3', knownAt: closeOf(2) }]);
});

test('momentum with a skip leaves the newest sessions out', () => {
  const bars = { A: series([100, 110, 50]), B: series([100, 105, 500]) };
  const step = momentum({ lookback: 1, skip: 1, top: 1, every: 2 });
  expect(actionsOf(step.decide(viewAt(2, bars), ['A', 'B'], step.init()))).toEqual(['TOP']);
  expect((step.decide(viewAt(2, bars), ['A', 'B'], step.init()) as Step<unknown>).intents[0]!.symbol).toBe('A');
});

test('exits: 8 % below or 15 % above average cost, and only then', () => {
  const strategy = exits();
  const at = (price: number) => {
    const portfolio = account({ cashMinor: 0, holdings: [{ symbol: 'A', quantity: 100, price, averageCost: 10_000 }] });
    return actionsOf(strategy.decide(viewAt(0, { A: series([price]) }, portfolio), ['A'], null));
  };
  expect([at(9_201), at(9_200), at(11_499), at(11_500)]).toEqual([[], ['STOP_LOSS'], [], ['TAKE_PROFIT']]);
  const fallen = account({ cashMinor: 0, holdings: [{ symbol: 'A', quantity: 100, price: 9_000, averageCost: 10_000 }] });
  expect(actionsOf(strategy.decide(viewAt(1, { A: series([9_000]), B: series([1, 1]) }, fallen), ['A', 'B'], null))).toEqual([]);
});

test('random-same-turnover trades as often as asked, for as long as asked, and differs by symbol and seed', () => {
  // 2000 symbols x 250 sessions at 24 trades per 250 sessions: 48,000 expected; flips are nearly independent, so 4 sigma is about 900.
  const strategy = randomSameTurnover({ tradesPerYear: 24, sessionsPerYear: 250, seed: 7 });
  const count = (exposure: number) => {
    const random = randomSameTurnover({ tradesPerYear: 24, sessionsPerYear: 250, exposure, seed: 7 });
    let trades = 0;
    let inside = 0;
    for (let s = 0; s < 2000; s++) {
      const symbol = `S${s}`;
      const bars = { [symbol]: series([100]) };
      const out = viewAt(0, bars, flat);
      const into = viewAt(0, bars, long(symbol));
      let state = random.init();
      let holding = false;
      for (let t = 0; t < 250; t++) {
        const step = random.decide(holding ? into : out, [symbol], state) as Step<typeof state>;
        state = step.state;
        if (step.intents.length > 0) {
          trades++;
          holding = !holding;
        }
        if (t >= 125 && holding) inside++;
      }
    }
    return { trades, exposure: inside / (2000 * 125) };
  };
  const even = count(0.5);
  expect(Math.abs(even.trades - 48_000)).toBeLessThan(900);
  expect(Math.abs(even.exposure - 0.5)).toBeLessThan(0.02);
  expect(Math.abs(count(0.8).exposure - 0.8)).toBeLessThan(0.02);
  const path = (symbol: string, seed: number) => {
    const random = randomSameTurnover({ tradesPerYear: 100, sessionsPerYear: 250, seed });
    return JSON.stringify(
      walk(
        random,
        { [symbol]: series(Array.from({ length: 30 }, () => 1)) },
        Array.from({ length: 30 }, (_, i) => i),
        () => flat,
      ).map((row) => row.length),
    );
  };
  expect(path('A', 1)).toBe(path('A', 1));
  expect(path('A', 1)).not.toBe(path('A', 2));
  expect(path('A', 1)).not.toBe(path('B', 1));
  expect(tradesPerYearOf(50, 1000, 250)).toBe(12.5);
  expect(strategy.id).toBe('random-same-turnover');
  expect(() => randomSameTurnover({ tradesPerYear: 300, sessionsPerYear: 250, exposure: 0.9 })).toThrow(StrategyError);
});

test('frozen intents come back once, at their instant, labelled, and never before they were decided', () => {
  const day = dayOf('2020-01-03');
  const row = { day, symbol: 'A', action: 'BUY_25', confidence: 0.7, why: 'trend', decision: 'abc', decidedAt: closeOf(day) };
  const strategy = frozenIntents({ of: 'rule:v1', actions: seedFive, intents: [row] });
  const bars = { A: series([10, 11, 12], day - 1) };
  expect(strategy.id).toBe('frozen:rule:v1');
  expect(walk(strategy, bars, [day - 1, day, day + 1], () => flat)).toEqual([[], ['A:BUY_25'], []]);
  const first = strategy.decide(viewAt(day, bars), ['A'], strategy.init()) as Step<FrozenState>;
  expect(first.intents).toEqual([
    {
      symbol: 'A',
      action: 'BUY_25',
      confidence: 0.7,
      why: 'frozen: trend',
      evidence: [{ kind: 'intent', id: 'abc', knownAt: closeOf(day) }],
    },
  ]);
  // Asked again in the same session, as inside a day: it lies behind.
  expect((strategy.decide(viewAt(day, bars), ['A'], first.state) as Step<FrozenState>).intents).toEqual([]);
  expect(() => frozenIntents({ of: 'x', actions: seedFive, intents: [row, row] })).toThrow(/one intent an instant and symbol/);
});

test('a frozen intent that a decision point would leave out is named, not lost', () => {
  const day = dayOf('2020-01-03');
  const row = { day, symbol: 'A', action: 'BUY_25', confidence: 0.7, why: 'trend', decision: 'abc', decidedAt: closeOf(day) };
  const bars = { A: series([10, 11, 12], day - 1) };
  // Decided before the open that followed, asked at the close before it: too early then, too late a session later.
  const later = frozenIntents({ of: 'x', actions: seedFive, intents: [{ ...row, decidedAt: closeOf(day) + 1 }] });
  const early = later.decide(viewAt(day, bars), ['A'], later.init()) as Step<FrozenState>;
  expect(early.intents).toEqual([]);
  expect(() => later.decide(viewAt(day + 1, bars), ['A'], early.state)).toThrow(/intent abc \(A on 2020-01-03, .*recorded decision point/);
  // Two of one session, asked once.
  const both = frozenIntents({ of: 'x', actions: seedFive, intents: [row, { ...row, decidedAt: closeOf(day) - 1 }] });
  expect(() => both.decide(viewAt(day, bars), ['A'], both.init())).toThrow(/a decision of its own/);
});
