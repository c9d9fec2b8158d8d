import { expect, test } from 'vitest';
import { upliftOnLab } from './lab-runs.js';
import { bagEmbedder } from './support.js';

// The proof with intervals, over more sessions and seeds: test/slow/memory-uplift.test.ts.
test('on a market whose regimes come back, a memory of its own is worth more than none, and a poisoned one less', async () => {
  const rows = await upliftOnLab({ seed: 13, symbolCount: 40, sessions: 400, embedder: bagEmbedder(64) }, ['own', 'off', 'poisoned']);
  const [own, off, poisoned] = (['own', 'off', 'poisoned'] as const).map((use) => rows.get(use)!);
  expect(off!.uplift).toMatchObject({ mean: 0, low: 0, high: 0 });
  expect(own!.uplift.mean).toBeGreaterThan(0.001);
  expect(poisoned!.uplift.mean).toBeLessThan(0);
  expect(own!.decisions).toBe(off!.decisions);
}, 60_000);
