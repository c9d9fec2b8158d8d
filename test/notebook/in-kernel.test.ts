// What lib does with the door that the kernel leaves for it (lib/notebook/kernel.mjs), tried with a kernel of the test's own.
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { declare, finished, notebookEffects, SENTINEL, show } from '../../lib/notebook/index.js';
import type { Kernel, KernelReport } from '../../lib/notebook/kernel.js';
import { ROOT } from './support.js';

const DOOR = Symbol.for('hindcast.kernel');
const shown: string[] = [];
const reports: KernelReport[] = [];

function insideKernel(failures: string[] = [], resultsDir?: string): Kernel {
  const kernel: Kernel = {
    display: (mime, data) => shown.push(`${mime} ${data}`),
    failures,
    report: (entry) => reports.push(entry),
    ...(resultsDir ? { resultsDir } : {}),
  };
  Object.assign(globalThis, { [DOOR]: kernel });
  return kernel;
}

afterEach(() => {
  Reflect.deleteProperty(globalThis, DOOR);
  shown.length = 0;
  reports.length = 0;
  vi.restoreAllMocks();
});

test('finished() prints the sentinel when nothing failed', async () => {
  insideKernel();
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await finished();
  expect(log).toHaveBeenCalledWith(SENTINEL);
  expect(reports).toEqual([{ kind: 'finished' }]);
});

test('finished() throws what was rejected behind its back, once', async () => {
  const kernel = insideKernel(['Error: one', 'TypeError: two']);
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await expect(finished()).rejects.toThrow(/no unhandled rejection, got 2: Error: one \| TypeError: two/);
  expect(log).not.toHaveBeenCalled();
  expect(kernel.failures).toEqual([]);
  await expect(finished()).resolves.toBe(undefined);
});

test('declare reports to the runner and shows a table; show displays HTML', () => {
  insideKernel();
  declare({ total: 0.5 });
  show('a < b');
  expect(reports).toEqual([{ kind: 'declared', results: { total: 0.5 } }]);
  expect(shown[0]).toContain('>Declared results</caption>');
  expect(shown[1]).toBe('text/html <p>a &lt; b</p>');
});

test('effects: results of the project, or where the runner said; a display only in a kernel', () => {
  expect(notebookEffects().resultsDir).toBe(join(ROOT, 'results'));
  expect(notebookEffects().display).toBe(undefined);
  insideKernel([], '/elsewhere');
  const effects = notebookEffects();
  expect(effects.resultsDir).toBe('/elsewhere');
  effects.display?.('text/plain', 'x');
  expect(shown).toEqual(['text/plain x']);
});
