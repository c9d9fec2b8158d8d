/** Runs longer than the kernels' window of equity: what they carry over its end, and what an event at its end does to them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CorporateAction } from '../../lib/core/index.js';
import { CURVE_WIDTH, plainCurve } from '../../lib/sweep/curve.js';
import { createEvaluator, type SweepFill, type SweepKernel } from '../../lib/sweep/index.js';
import { simdPrimitives } from '../../lib/sweep/primitives-simd.js';
import { lcgData } from '../bench/support/lcg-data.js';

const BARS = 20_000;
/** Sessions of lib/sweep/equity-window.ts. */
const WINDOW = 8192;

/** A dividend or a split around each end of a window, some paid behind it, and now and then between. */
function actions(): CorporateAction[] {
  const days = [3, WINDOW - 2, WINDOW - 1, WINDOW, WINDOW + 1, 9000, 2 * WINDOW - 1, 2 * WINDOW, 19_998];
  return days.map((exDay, i) => ({
    symbol: 'LCG',
    exDay,
    payDay: exDay + (i % 3) * 2,
    knownAt: 0,
    origin: 'declared' as const,
    ...(i % 4 === 3 ? { transfer: { numerator: 1, denominator: 4 } } : { cash: { numerator: 155, denominator: 10 } }),
  }));
}

function world(sizing: 'at-fill' | 'at-decision', withActions: boolean) {
  const { data, calendar, from, to } = lcgData(BARS);
  const own = withActions ? actions() : [];
  const instruments = data.instruments.map((one) => ({ ...one, corporateActions: 'declared' as const }));
  const spec = { data: data.source, symbols: ['LCG'], from, to, strategies: [], sizing, initialCash: 1e6, horizons: [] };
  return {
    ground: { accounts: 'shared' as const, spec },
    effects: { data: { ...data, instruments, actions: new Map([['LCG', own]]) }, calendar },
  };
}

/** Held all along, never, and over most ends of a window. */
const signals = [() => 1, () => 0, (i: number) => (i % 5000 < 3200 ? 1 : 0)].map(
  (wants) => new Map([['LCG', Uint8Array.from({ length: BARS }, (_, i) => wants(i))]]),
);

const configurations = [
  { strategy: 'sma-cross', parameters: { fast: 20, slow: 50 } },
  { strategy: 'sma-cross', parameters: { fast: 1, slow: 2 } },
  ...signals.map((_, index) => ({ strategy: 'signal', parameters: { index } })),
];

test.each([
  ['at-fill', false],
  ['at-fill', true],
  ['at-decision', true],
] as const)('%s, corporate actions %s: kernels and loop agree over the ends of windows', async (sizing, withActions) => {
  const { ground, effects } = world(sizing, withActions);
  const told = async (kernel: SweepKernel) => {
    const { evaluate } = createEvaluator(ground, { ...effects, signals }, kernel);
    const all = [];
    for (const configuration of configurations) {
      const fills: SweepFill[] = [];
      const returns = new Float64Array(BARS - 1);
      // Without a list of fills the walk does not stop for them.
      const { equity, ...figures } = await evaluate(configuration, { equity: true, returns });
      expect(await evaluate(configuration, { fills })).toEqual(figures);
      all.push({ figures, fills, equity: [...equity!], returns: [...returns] });
    }
    return all;
  };
  const loop = await told('loop');
  for (const kernel of ['simd', 'js'] as const) expect(await told(kernel)).toEqual(loop);
  expect(loop.map(({ fills }) => fills.length)).toEqual([expect.any(Number), expect.any(Number), 1, 0, 8]);
  expect(loop[0]!.fills.length).toBeGreaterThan(300);
});

test('a curve is the same bits in either kernel, whatever the stretches it comes in', () => {
  const simd = simdPrimitives(8 * 70_000);
  const column = simd.f64(20_002).subarray(2);
  const [returns, out] = [simd.f64(20_000), simd.f64(CURVE_WIDTH)];
  const plain = plainCurve();
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.constantFrom(1023, 1024, 1025, 2048, 2049)),
      fc.integer({ min: 0, max: 2 ** 31 }),
      (blocks, count, seed) => {
        let state = seed;
        let level = 1e9;
        const equity = Float64Array.from({ length: count }, () => {
          state = (Math.imul(1103515245, state) + 12345) & 0x7fffffff;
          // Now and then nothing moves, now and then a peak is met again.
          if ((state >> 28) % 3 > 0) level += ((state >> 8) % 1_000_003) - 500_000;
          return level;
        });
        const figures = (curve: typeof plain, values: Float64Array, step: number, to: Float64Array, into: Float64Array) => {
          for (let first = 0; first < count; first += step) {
            const own = Math.min(step, count - first);
            values.set(equity.subarray(first, first + own));
            curve.add(values, first, own, to);
            into.set(to.subarray(0, own), first);
          }
        };
        const [ours, theirs, whole] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
        figures(simd.curve, column, blocks * 1024, returns, ours);
        simd.curve.end(out);
        const found = [...out];
        const js = new Float64Array(CURVE_WIDTH);
        figures(plain, new Float64Array(20_000), 1024, new Float64Array(20_000), theirs);
        plain.end(js);
        expect(found).toEqual([...js]);
        expect(ours.subarray(1)).toEqual(theirs.subarray(1));
        figures(simd.curve, column, 20_480, returns, whole);
        simd.curve.end(out);
        expect([...out]).toEqual(found);
      },
    ),
  );
});
