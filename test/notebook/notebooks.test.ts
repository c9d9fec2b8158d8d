// The notebooks of the project: stripped, promoted, and (in real Jupyter) giving what their pipelines give.
import { basename, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../lib/core/index.js';
import { promotableNotebooks, promoteCheck, runNotebook, runPipeline, verifyReceipt } from '../../lib/notebook/index.js';
import { notebookPaths, readNotebook } from '../../lib/notebook/notebook-file.js';
import { compareResults } from '../../lib/notebook/receipt.js';
import { describeWithJupyter, ROOT, temporaryFolder } from './support.js';

const paths = notebookPaths(ROOT);

test('there are notebooks', () => expect(paths.map((path) => basename(path))).toContain('01-time-travel.ipynb'));

describe.each(paths.map((path) => ({ path, file: relative(ROOT, path) })))('$file', ({ path }) => {
  const notebook = readNotebook(path);

  test('holds no outputs and no execution counts', () => {
    for (const cell of notebook.json.cells) {
      if (cell.cell_type !== 'code') continue;
      expect(cell.outputs, `outputs of ${cell.id}: clear them before you commit`).toEqual([]);
      expect(cell.execution_count).toBe(null);
    }
  });

  test('has an id of its own for each cell, the project kernel, and the sentinel as its last cell', () => {
    const ids = notebook.json.cells.map((cell) => cell.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(undefined);
    expect((notebook.json['metadata'] as { kernelspec: { name: string } }).kernelspec.name).toBe('hindcast');
    expect(notebook.code.at(-1)?.source).toBe('await finished();');
  });
});

test('every pipeline is what its notebook generates', () => expect(() => promoteCheck()).not.toThrow());

test('every promoted notebook has a receipt', () => {
  for (const { path } of promotableNotebooks()) expect(verifyReceipt(path).state, path).not.toBe('missing');
});

describeWithJupyter('in real Jupyter and headless', () => {
  test.each(promotableNotebooks().map((notebook) => ({ notebook, name: notebook.name })))(
    '$name declares the same results',
    async ({ notebook }) => {
      const folder = temporaryFolder();
      const inJupyter = await runNotebook(notebook.path, { resultsDir: join(folder, 'notebook') });
      const headless = await runPipeline(notebook.name, {}, { clock: systemClock(), resultsDir: join(folder, 'pipeline') });
      compareResults(notebook, inJupyter.results, headless);
      // What was true when the receipt was made is still true where nothing that it rests on moved.
      const kept = verifyReceipt(notebook.path);
      if (kept.state === 'fresh') expect(headless).toEqual(kept.receipt.results);
      const text = inJupyter.cells.flatMap((cell) => cell.outputs.map((output) => output.text)).join();
      expect(text).toContain('<svg');
      if (notebook.name === 'time-travel') expect(text).toContain('Refused: View.bars: expected an instant up to');
    },
    300_000,
  );
});
