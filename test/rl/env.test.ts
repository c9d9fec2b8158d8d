import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomBelow, randomInit } from '../../lib/core/index.js';
import { calendarOf, houseRisk, rulebookFor } from '../../lib/market/index.js';
import { chooseFeatures, envMarket, type MarketEnv, type MarketEnvOptions, marketEnv, rlSchema } from '../../lib/rl/index.js';
import { madeUpData } from '../replay/support.js';
import { prepare, worlds } from './env-world.js';

const calendar = calendarOf('cn-a');
const data = madeUpData({
  symbols: ['600000.SH', '600004.SH', '600006.SH'],
  from: '2014-01-02',
  sessions: 400,
  holes: { '600004.SH': [100, 101, 250] },
});
const market = envMarket({
  ...data,
  rulebook: rulebookFor('cn-a', { calendar }),
  calendar,
  choice: chooseFeatures(rlSchema('scale-free-v1')),
});
const options: MarketEnvOptions = { market, count: 5, initialCashMinor: 20_000_000, episode: 50 };

/** Steps with seeded random actions; everything that a learner reads, as text. */
function play(env: MarketEnv, steps: number, seed: number): string {
  const random = randomInit(seed, 'play');
  const said: unknown[] = [];
  for (let step = 0; step < steps; step++) {
    env.step(Int32Array.from({ length: env.count }, () => randomBelow(random, env.actionCount)));
    said.push([...env.observations], [...env.rewards], [...env.dones], [...env.rejected], [...env.filled]);
    for (let i = 0; i < env.count; i++) {
      if (env.dones[i] !== 0) said.push([...env.finalObservations.subarray(i * env.observationSize, (i + 1) * env.observationSize)]);
    }
  }
  return JSON.stringify(said);
}

test('the same seed gives the same episodes, another gives others', () => {
  const [a, b] = [marketEnv(options), marketEnv(options)];
  a.reset(7);
  play(b, 30, 1);
  b.reset(7);
  expect(play(a, 120, 2)).toBe(play(b, 120, 2));
  a.reset(8);
  b.reset(7);
  expect(play(a, 5, 2)).not.toBe(play(b, 5, 2));
});

test('a snapshot through JSON continues to the byte, in the middle of episodes, with untaxed and locked shares', () => {
  for (const reward of ['log-return', 'legacy', 'differential-sharpe']) {
    const straight = marketEnv({ ...options, reward });
    straight.reset(3);
    play(straight, 77, 4);
    const taken = JSON.parse(JSON.stringify(straight.snapshot()));
    const resumed = marketEnv({ ...options, reward });
    resumed.restore(taken);
    expect(resumed.observations).toEqual(straight.observations);
    expect(play(resumed, 90, 5)).toBe(play(straight, 90, 5));
  }
  fc.assert(
    fc.property(worlds, fc.nat(), (world, cut) => {
      const { market: small } = prepare(world);
      const make = () => marketEnv({ market: small, count: 1, initialCashMinor: world.cash, actions: world.table, start: 'first' });
      const straight = make();
      const wish = (at: number) => Int32Array.of(world.bars[at]!.action % world.table.rows.length);
      const last = world.bars.length - 1;
      const half = cut % last;
      for (let t = 0; t < half; t++) straight.step(wish(t));
      const resumed = make();
      resumed.restore(JSON.parse(JSON.stringify(straight.snapshot())));
      for (let t = half; t < last; t++) {
        straight.step(wish(t));
        resumed.step(wish(t));
        expect([...resumed.observations, resumed.equityMinor[0]]).toEqual([...straight.observations, straight.equityMinor[0]]);
      }
    }),
    { numRuns: 200 },
  );
});

test('episodes have their length, begin at cash, are truncated, and every instrument and start comes up', () => {
  const env = marketEnv(options);
  env.reset(1);
  const starts = new Set<number>();
  const instruments = new Set<number>();
  for (let episode = 0; episode < 40; episode++) {
    for (let i = 0; i < env.count; i++) {
      starts.add(env.bar[i]!);
      instruments.add(env.instrument[i]!);
      expect(env.accounts.equity(i)).toBe(20_000_000);
    }
    const before = env.bar.slice();
    for (let step = 0; step < 50; step++) {
      expect([...env.dones].every((done) => done === (step === 0 && episode > 0 ? 2 : 0))).toBe(true);
      env.step(new Int32Array(5).fill(1));
    }
    before.forEach((bar) => {
      const { first, last } = market.instruments.find((one) => bar >= one.first && bar <= one.last)!;
      expect(bar).toBeGreaterThanOrEqual(first);
      expect(bar + 50).toBeLessThanOrEqual(last);
    });
  }
  expect(instruments.size).toBe(3);
  expect(starts.size).toBeGreaterThan(150);
});

test('to the end from the first bar: each environment takes its instrument, then the next of its row', () => {
  const env = marketEnv({ market, count: 2, initialCashMinor: 20_000_000, start: 'first' });
  env.reset(1);
  expect([...env.instrument]).toEqual([0, 1]);
  let steps = 0;
  for (; env.dones[0] === 0; steps++) env.step(new Int32Array(2));
  const { first, last } = market.instruments[0]!;
  expect(steps).toBe(last - first);
  expect(env.instrument[0]).toBe(2);
  expect(env.rewards[0]).toBe(0);
});

test('house risk keeps a position within a tenth of equity', () => {
  const env = marketEnv({ ...options, initialCashMinor: 100_000_000, risk: houseRisk });
  env.reset(2);
  let most = 0;
  for (let step = 0; step < 40; step++) {
    env.step(new Int32Array(5).fill(2));
    for (let i = 0; i < 5; i++) most = Math.max(most, env.accounts.value[i]! / env.accounts.equity(i));
  }
  expect(most).toBeGreaterThan(0.08);
  expect(most).toBeLessThan(0.12);
});

test('what can not be meant is refused', () => {
  expect(() => marketEnv({ ...options, count: 0 })).toThrow(/expected a count of 1 or more, got 0/);
  expect(() => marketEnv({ ...options, initialCashMinor: 0.5 })).toThrow(/expected cash in whole minor units, got 0.5/);
  expect(() => marketEnv({ ...options, episode: 0 })).toThrow(/got 0/);
  const { choice } = market;
  const rest = { ...data, rulebook: rulebookFor('cn-a', { calendar }), calendar, choice };
  expect(() => envMarket({ ...rest, series: new Map() })).toThrow(/expected bars of 600000.SH, got none/);
  expect(() => envMarket({ ...rest, to: data.series.get('600000.SH')!.day[60]! })).toThrow(
    /more than 60 bars of warm-up and two in the span/,
  );
  expect(() => chooseFeatures(choice.schema, ['ret5', 'ret1'])).toThrow(/in their order/);
  expect(() => rlSchema('nosuch')).toThrow(/expected one of scale-free-v1, ashare14, got "nosuch"/);
});
