// What the notebook tests share: notebooks made of cells, temporary folders, and whether Jupyter is there.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { projectRoot } from '../../lib/core/index.js';
import { findPython, SENTINEL, systemPython } from '../../lib/notebook/index.js';

export const ROOT = projectRoot();
export const FIXTURE = join(ROOT, 'test', 'notebook', 'fixtures', '01-double.ipynb');

const missing = findPython() ? null : systemPython() ? 'no .venv; run: node test/setup.mjs' : 'python3 is missing';
if (missing && process.env['CI'] === 'true') throw new Error(`Under CI nothing is skipped, but Jupyter can't run: ${missing}`);

/** A describe that needs Jupyter; where there is none it is skipped and its title says why. */
export const describeWithJupyter = (title: string, body: () => void): void => {
  // A kernel takes seconds to start, and many on a busy machine: nothing here fails on a clock.
  describe.skipIf(missing !== null)(missing ? `${title} (skipped: ${missing})` : title, { timeout: 300_000 }, body);
};

export interface Cell {
  readonly source: string;
  readonly tags?: readonly string[];
}

/** Last cell of notebooks that don't import lib. */
export const SAY_FINISHED: Cell = { source: `console.log('${SENTINEL}');` };

export const notebookJson = (cells: readonly Cell[]): object => ({
  cells: cells.map(({ source, tags = [] }, i) => ({
    cell_type: 'code',
    id: `cell-${i + 1}`,
    metadata: { tags },
    source,
    outputs: [],
    execution_count: null,
  })),
  metadata: { kernelspec: { display_name: 'TypeScript (hindcast)', language: 'typescript', name: 'hindcast' } },
  nbformat: 4,
  nbformat_minor: 5,
});

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function writeNotebook(folder: string, name: string, cells: readonly Cell[]): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(notebookJson(cells)));
  return path;
}

/** A project of its own with the real lib: `notebooks/` holds the fixture, `pipelines/` nothing. */
export function temporaryProject(): string {
  const root = temporaryFolder();
  for (const name of ['lib', 'node_modules', '.venv', 'package.json', 'package-lock.json', 'test', 'data']) {
    symlinkSync(join(ROOT, name), join(root, name));
  }
  mkdirSync(join(root, 'pipelines'));
  mkdirSync(join(root, 'notebooks'));
  symlinkSync(join(ROOT, 'notebooks', '.kernels'), join(root, 'notebooks', '.kernels'));
  cpSync(FIXTURE, join(root, 'notebooks', '01-double.ipynb'));
  return root;
}
