/**
 * The ablation proof: on lab markets with planted recurring regimes, with the default embedder, pooled over seeds that no setting of
 * memory:v1 was chosen on. Seeds are independent markets, so their errors add up in squares.
 */
import { expect, test } from 'vitest';
import { type MemoryUse, memoryUses } from '../../lib/memory/index.js';
import type { UpliftRow } from '../../lib/replay/index.js';
import { upliftOnLab } from '../memory/lab-runs.js';

const SEEDS = [21, 22, 23];
const SYMBOLS = 40;
const SESSIONS = 800;
const Z95 = 1.96;

test('own memory is worth something, a shuffled one nothing, a poisoned one less than nothing', async () => {
  const markets: Map<MemoryUse, UpliftRow>[] = [];
  for (const seed of SEEDS) markets.push(await upliftOnLab({ seed, symbolCount: SYMBOLS, sessions: SESSIONS }));
  const pooled = (use: MemoryUse) => {
    const own = markets.map((rows) => rows.get(use)!.uplift);
    const mean = own.reduce((sum, one) => sum + one.mean, 0) / own.length;
    const error = Math.sqrt(own.reduce((sum, { low, high }) => sum + ((high - low) / (2 * Z95)) ** 2, 0)) / own.length;
    return { mean, low: mean - Z95 * error, high: mean + Z95 * error };
  };
  const found = Object.fromEntries(memoryUses.map((use) => [use, pooled(use)])) as Record<MemoryUse, ReturnType<typeof pooled>>;
  const bp = (value: number) => (10_000 * value).toFixed(1);
  for (const use of memoryUses)
    console.log(`${use.padEnd(8)} ${bp(found[use].mean)} bp [${bp(found[use].low)}, ${bp(found[use].high)}] per decision`);
  const { own, off, shuffled, lagged, poisoned } = found;
  expect(own.low).toBeGreaterThan(0);
  expect(off).toEqual({ mean: 0, low: 0, high: 0 });
  expect(shuffled.low).toBeLessThan(0);
  expect(shuffled.high).toBeGreaterThan(0);
  expect(poisoned.high).toBeLessThan(0);
  // Sixty days late, it still knows most of what there is to know: between nothing and its own, give or take its error.
  expect(lagged.low).toBeLessThan(own.high);
  expect(lagged.mean).toBeGreaterThan(shuffled.mean);
  expect(lagged.mean).toBeGreaterThan(poisoned.high);
  expect(lagged.mean).toBeLessThan(own.high);
}, 1_800_000);
