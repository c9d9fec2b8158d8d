import { expect, test } from 'vitest';
import { KernelError, loadKernel } from '../../lib/core/index.js';

test('memory that can not be had is a typed error that says what to do', () => {
  const ask = () => loadKernel('rl', 'env-step', 70_000);
  expect(ask).toThrow(KernelError);
  expect(ask).toThrow(/expected 4,375 MiB of memory for rl\/env-step, got none .* Take fewer symbols/);
});
