import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Configuration,
  createEvaluator,
  type SweepEffects,
  type SweepFill,
  type SweepGround,
  type SweepKernel,
} from '../../lib/sweep/index.js';
import { type Market, worldOf } from './worlds.js';

/** Everything that an evaluator says of a configuration. */
async function told(ground: SweepGround, effects: SweepEffects, kernel: SweepKernel, configurations: readonly Configuration[]) {
  const evaluator = createEvaluator(ground, effects, kernel);
  expect([evaluator.kernel, evaluator.reason]).toEqual([kernel, null]);
  const all: unknown[] = [];
  for (const configuration of configurations) {
    const fills: SweepFill[] = [];
    const returns = new Float64Array(evaluator.sessions.length - 1);
    const { equity, ...rest } = await evaluator.evaluate(configuration, { equity: true, returns, fills });
    all.push({ ...rest, fills, equity: [...equity!], returns: [...returns] });
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
  let fills = 0;
  let rejections = 0;
  await fc.assert(
    fc.asyncProperty(worlds, async ({ seed, market, sessions }) => {
      const { ground, data, signals, configurations } = worldOf(seed, market, sessions);
      let loop: unknown[];
      try {
        loop = await told(ground, { data, signals }, 'loop', configurations);
      } catch (error) {
        for (const kernel of KERNELS)
          await expect(told(ground, { data, signals }, kernel, configurations)).rejects.toThrow((error as Error).constructor as never);
        return;
      }
      for (const kernel of KERNELS) expect(await told(ground, { data, signals }, kernel, configurations)).toEqual(loop);
      for (const one of loop as { fills: unknown[]; rejections: number }[]) {
        fills += one.fills.length;
        rejections += one.rejections;
      }
    }),
    { numRuns: Number(process.env['RUNS'] ?? 60) },
  );
  expect(fills).toBeGreaterThan(1000);
  expect(rejections).toBeGreaterThan(100);
});
