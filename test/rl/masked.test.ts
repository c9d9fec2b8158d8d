/** Policies taught under masks: MaskablePPO's answers, the bundle that records the rule, and what becomes of it elsewhere. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { networkOutputs } from '../../lib/rl/forward.js';
import { bestAction, importSb3, networkInputs, policyNpz, softmax, softmaxOf } from '../../lib/rl/index.js';
import { goldenPath, sb3Observations } from './sb3-files.js';

const masked = { model: goldenPath('masked.zip'), normaliser: goldenPath('tanh64.pkl') };

test("MaskablePPO's predict: the same actions under 300 masks, the same probabilities", () => {
  const golden = JSON.parse(readFileSync(goldenPath('masked.json'), 'utf8')) as { actions: number[]; probabilities: number[][] };
  const rows = golden.actions.length;
  const { bundle } = importSb3({ ...masked, masked: true });
  expect(bundle.masking).toBe('refused');
  const logits = networkOutputs(bundle.policy, networkInputs(bundle, sb3Observations().subarray(0, rows * 14), 14));
  const chances = softmaxOf(5);
  let apart = 0;
  let forbidden = 0;
  for (let row = 0; row < rows; row++) {
    // The masks of test/rl/golden/sb3/masked.py.
    const bits = Math.imul(row, 2654435761) >>> 20;
    const masks = Uint8Array.from({ length: 5 }, (_, a) => (a === 0 ? 1 : (bits >>> a) & 1));
    const action = bestAction(logits, row * 5, 5, masks, 0);
    expect(action).toBe(golden.actions[row]);
    if (bestAction(logits, row * 5, 5) !== action) forbidden++;
    softmax(chances, logits, row * 5, masks, 0);
    golden.probabilities[row]!.forEach((p, a) => {
      apart = Math.max(apart, Math.abs(p - chances.probabilities[a]!));
    });
  }
  expect(apart).toBeLessThan(1e-5);
  expect(forbidden).toBeGreaterThan(20);
});

test('a masked policy is imported only by name, another never as one', () => {
  expect(() => importSb3(masked)).toThrow(/got one of MaskablePPO.*--masked/);
  expect(() => importSb3({ ...masked, model: goldenPath('tanh64.zip'), masked: true })).toThrow(/taught without masks/);
});

test('the archive for numpy says that it is masked', () => {
  const { bundle } = importSb3({ ...masked, masked: true });
  const { masking: _, ...plain } = bundle;
  expect(Buffer.from(policyNpz(bundle)).includes('masking.npy')).toBe(true);
  expect(Buffer.from(policyNpz(plain)).includes('masking.npy')).toBe(false);
});
