import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manualClock } from '../../lib/core/index.js';
import { promote, receipt, runPipeline, verifyReceipt } from '../../lib/notebook/index.js';
import { readNotebook } from '../../lib/notebook/notebook-file.js';
import { compareResults } from '../../lib/notebook/receipt.js';
import { describeWithJupyter, FIXTURE, temporaryFolder, temporaryProject } from './support.js';

const clock = manualClock(Date.UTC(2026, 0, 2));
const replaceIn = (path: string, from: string, to: string) => writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));

describeWithJupyter('a receipt', () => {
  test('is written when notebook and pipeline agree, and is stale when something moves', async () => {
    const root = temporaryProject();
    const notebook = join(root, 'notebooks', '01-double.ipynb');
    expect(verifyReceipt(notebook, root)).toEqual({ state: 'missing' });
    const pipeline = promote(notebook, { root });
    const made = await receipt(notebook, { clock, root });
    expect(made.results).toMatchObject({ sum: 1, scaled: [2, 5, -6], label: 'doubled' });
    expect(made.parameters).toEqual({ factor: 2, values: [1, 2.5, -3], label: 'doubled' });
    expect(made.at).toBe('2026-01-02T00:00:00.000Z');
    expect(verifyReceipt(notebook, root)).toEqual({ state: 'fresh', receipt: made });
    replaceIn(notebook, '"const factor = 2;', '"const factor = 4;');
    expect(verifyReceipt(notebook, root)).toMatchObject({ state: 'stale', moved: ['notebook', 'parameters'] });
    await expect(receipt(notebook, { clock, root })).rejects.toThrow(/was edited in 01-double\.ipynb/);
    replaceIn(notebook, '"const factor = 4;', '"const factor = 2;');
    expect(verifyReceipt(notebook, root)).toMatchObject({ state: 'fresh' });
    replaceIn(pipeline, 'factor: 2', 'factor: 3');
    expect(verifyReceipt(notebook, root)).toMatchObject({ state: 'stale', moved: ['pipeline'] });
  });

  test('is refused, and not written, when the results differ', async () => {
    const root = temporaryProject();
    const notebook = join(root, 'notebooks', '01-double.ipynb');
    // A cell that is not promoted changes what the promoted ones see: the pipeline never runs it.
    replaceIn(notebook, '"const effects = notebookEffects();"', '"const effects = notebookEffects();\\nvalues.push(7);"');
    promote(notebook, { root });
    await expect(receipt(notebook, { clock, root })).rejects.toThrow(
      /3 that differ:\n {2}sum: notebook 15, pipeline 1\n {2}scaled: notebook \[2,5,-6,14\], pipeline \[2,5,-6\]\n {2}hash/,
    );
    expect(existsSync(join(root, 'notebooks', 'receipts'))).toBe(false);
  });
});

test('results are compared by name and to the last bit', () => {
  const notebook = readNotebook(FIXTURE);
  expect(() => compareResults(notebook, { a: 0.1, b: [1] }, { b: [1], a: 0.1 })).not.toThrow();
  expect(() => compareResults(notebook, { a: 0.30000000000000004 }, { a: 0.3 })).toThrow(/a: notebook 0\.30000000000000004, pipeline 0\.3/);
  expect(() => compareResults(notebook, { a: 1 }, {})).toThrow(/a: notebook 1, pipeline nothing/);
  expect(() => compareResults(notebook, {}, {})).toThrow(/expected declared results/);
});

test('a pipeline runs headless with other parameters; an unknown one is refused', async () => {
  const root = temporaryProject();
  promote(join(root, 'notebooks', '01-double.ipynb'), { root });
  const effects = { clock, resultsDir: temporaryFolder() };
  expect(await runPipeline('double', { factor: 3 }, effects, root)).toMatchObject({ sum: 1.5 });
  await expect(runPipeline('double', { faktor: 3 }, effects, root)).rejects.toThrow(/got "faktor"/);
  await expect(runPipeline('triple', {}, effects, root)).rejects.toThrow(/expected a pipeline, got no .*triple\.ts/);
});
