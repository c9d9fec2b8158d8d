import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadSource } from '../../lib/feeds/index.js';
import { performance } from '../../lib/stats/index.js';
import {
  type Configuration,
  createEvaluator,
  type SweepEffects,
  type SweepFill,
  type SweepGround,
  type SweepKernel,
} from '../../lib/sweep/index.js';
import { type Market, rulebookWith, worldOf } from './worlds.js';

type Told = Awaited<ReturnType<typeof told>>[number];

/** Everything that an evaluator says of a configuration. */
async function told(ground: SweepGround, effects: SweepEffects, kernel: SweepKernel, configurations: readonly Configuration[]) {
  const evaluator = createEvaluator(ground, effects, kernel);
  expect([evaluator.kernel, evaluator.reason]).toEqual([kernel, null]);
  const all = [];
  for (const configuration of configurations) {
    const fills: SweepFill[] = [];
    const returns = new Float64Array(evaluator.sessions.length - 1);
    const { equity, ...rest } = await evaluator.evaluate(configuration, { equity: true, returns, fills });
    all.push({ ...rest, count: rest.fills, fills, equity: [...equity!], returns: [...returns] });
  }
  return all;
}

const worlds = fc.record({
  seed: fc.integer({ min: 0, max: 0xffff_ffff }),
  market: fc.constantFrom<Market>('cn-a', 'cn-a', 'us', 'crypto'),
  sessions: fc.integer({ min: 1, max: 160 }),
});

const KERNELS: readonly SweepKernel[] = ['simd', 'js'];

test('kernels and loop agree fill for fill and close for close, in any world, for every rule', async () => {
  /** Holds the kernels to the loop; tells its fills and rejections, none where all three refused the world. */
  const agreed = async ({ seed, market, sessions }: typeof worlds extends fc.Arbitrary<infer T> ? T : never) => {
    const { ground, data, signals, configurations } = worldOf(seed, market, sessions);
    let loop: Told[];
    try {
      loop = await told(ground, { data, signals }, 'loop', configurations);
    } catch (error) {
      const sort = (error as Error).constructor as ErrorConstructor;
      for (const kernel of KERNELS) await expect(told(ground, { data, signals }, kernel, configurations)).rejects.toThrow(sort);
      return { fills: 0, rejections: 0 };
    }
    for (const kernel of KERNELS) expect(await told(ground, { data, signals }, kernel, configurations)).toEqual(loop);
    return {
      fills: loop.reduce((sum, one) => sum + one.fills.length, 0),
      rejections: loop.reduce((sum, one) => sum + one.rejections, 0),
    };
  };
  // Worlds that are no chance: a reverse split that leaves nothing of a waiting order; notionals whose sum is beyond 2^53; a busy one each.
  let [fills, rejections] = [0, 0];
  for (const world of [
    { seed: 1001182, market: 'us', sessions: 99 },
    { seed: 1002586, market: 'us', sessions: 135 },
    { seed: 6, market: 'cn-a', sessions: 160 },
    { seed: 6, market: 'crypto', sessions: 160 },
  ] as const) {
    const found = await agreed(world);
    fills += found.fills;
    rejections += found.rejections;
  }
  expect(fills).toBeGreaterThan(1000);
  expect(rejections).toBeGreaterThan(1000);
  await fc.assert(
    fc.asyncProperty(worlds, async (world) => void (await agreed(world))),
    { numRuns: 60 },
  );
});

test.each([1, 2, 3, 4, 5, 6])('products beyond 2^53 go through the checked arithmetic (world %i)', async (seed) => {
  const market = seed % 2 === 0 ? 'us' : 'crypto';
  const { ground, data, signals, configurations } = worldOf(seed, market, 100);
  const spec = { ...ground.spec, initialCash: 1e12, rulebook: rulebookWith(market, null) };
  for (const accounts of ['shared', 'each'] as const) {
    const loop = await told({ spec, accounts }, { data, signals }, 'loop', configurations);
    for (const kernel of KERNELS) expect(await told({ spec, accounts }, { data, signals }, kernel, configurations)).toEqual(loop);
    expect(Math.max(...loop.flatMap(({ fills }) => fills.map((fill) => fill.quantity * fill.priceTicks)))).toBeGreaterThan(2 ** 53 / 1000);
  }
});

test.each([
  ['embedded:cn', ['000001.SZ'], '2007-06-25', '2020-06-30'],
  ['embedded:us', ['AAPL', 'MSFT'], '2005-01-03', '2018-12-31'],
] as const)('on the bars of %s they agree as well', async (source, symbols, from, to) => {
  const configurations: Configuration[] = [
    { strategy: 'sma-cross', parameters: { fast: 10, slow: 30 } },
    { strategy: 'ema-cross', parameters: { fast: 5, slow: 20 } },
    { strategy: 'breakout', parameters: { entry: 20, exit: 10 } },
    { strategy: 'momentum-sign', parameters: { lookback: 20 } },
    { strategy: 'rsi-bands', parameters: { period: 7, low: 35, high: 60 } },
  ];
  const data = loadSource(source);
  for (const accounts of ['shared', 'each'] as const) {
    const ground = { accounts, spec: { data: source, symbols: [...symbols], from, to, strategies: [{ id: 'sma-cross' }] } };
    const loop = await told(ground, { data }, 'loop', configurations);
    for (const kernel of KERNELS) expect(await told(ground, { data }, kernel, configurations)).toEqual(loop);
    expect(Math.min(...loop.map(({ fills }) => fills.length))).toBeGreaterThan(20);
  }
});

test('the figures are those of lib/stats', async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const { ground, data, signals, configurations } = worldOf(seed, seed % 2 === 0 ? 'us' : 'cn-a', 90);
    const { sessions, sessionsPerYear, evaluate } = createEvaluator(ground, { data, signals });
    for (const configuration of configurations) {
      const fills: SweepFill[] = [];
      const found = await evaluate(configuration, { equity: true, fills });
      const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
      const whole = performance({
        equity: { days: sessions, values: found.equity! },
        sessionsPerYear,
        trades: [
          { day: sessions[1]!, notional: sum(fills.map((f) => Math.abs(f.cashDeltaMinor + f.totalFeesMinor))), costs: found.costsMinor },
        ],
        bootstrap: { resamples: 1 },
      });
      const near = (a: number | null, b: number | null): void => {
        if (b === null) expect(a).toBeNull();
        else expect(Math.abs(a! - b)).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(b)));
      };
      near(found.totalReturn, whole.totalReturn);
      near(found.annualisedReturn, whole.annualisedReturn);
      near(found.sharpe, whole.sharpePerSession);
      near(found.annualisedSharpe, whole.sharpeAnnual);
      near(found.turnover, whole.turnoverAnnual);
      expect(found.maxDrawdown).toBe(whole.maxDrawdown?.depth ?? 0);
      expect(found.equityMinor).toBe(whole.endEquity);
    }
  }
});

test('where no kernel can follow the loop, the loop stands in and says why', async () => {
  const { ground, data, signals, configurations } = worldOf(5, 'cn-a', 30);
  const capped = createEvaluator({ ...ground, spec: { ...ground.spec, risk: 'house' } }, { data, signals });
  expect([capped.kernel, capped.reason]).toEqual(['loop', 'risk caps']);
  await expect(capped.evaluate(configurations[0]!)).resolves.toMatchObject({ configuration: configurations[0] });
  expect(createEvaluator(ground, { data: { ...data, intervalMs: 60_000 }, signals }).reason).toBe('bars shorter than a session');
});

test('the same memory serves one configuration after another, and given memory is used', async () => {
  const { ground, data } = worldOf(9, 'cn-a', 100);
  const { sessions, evaluate } = createEvaluator(ground, { data });
  const equity = new Float64Array(sessions.length);
  const first = await evaluate({ strategy: 'sma-cross', parameters: { fast: 2, slow: 5 } }, { equity });
  expect(first.equity).toBe(equity);
  const kept = equity.slice();
  for (let fast = 1; fast < 40; fast++) await evaluate({ strategy: 'ema-cross', parameters: { fast, slow: fast + 3 } });
  expect((await evaluate({ strategy: 'sma-cross', parameters: { fast: 2, slow: 5 } }, { equity: true })).equity).toEqual(kept);
});
