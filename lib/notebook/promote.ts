/** Promotion: a notebook's tagged cells become `pipelines/<name>.ts`, and a check says when the two have parted. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { projectRoot, writeFileAtomic } from '../core/index.js';
import { PromotionError } from './errors.js';
import { generatePipeline } from './generate.js';
import { cellTitle, type Notebook, nameOfNotebook, notebookPaths, readNotebook } from './notebook-file.js';
import { isPromotable, type Promotable, promotableOf } from './promotable.js';

export interface PromoteOptions {
  readonly root?: string;
}

export const pipelinePath = (root: string, name: string): string => join(root, 'pipelines', `${name}.ts`);

/** Writes the pipeline of a notebook and gives its path back. Throws InputError or PromotionError, and then writes nothing. */
export function promote(notebookPath: string, options: PromoteOptions = {}): string {
  const { root = projectRoot() } = options;
  const notebook = readNotebook(notebookPath);
  const target = pipelinePath(root, notebook.name);
  const twin = notebookPaths(root).find((path) => nameOfNotebook(path) === notebook.name && basename(path) !== basename(notebookPath));
  if (twin) throw new PromotionError(`promote: expected one notebook named ${notebook.name}, got ${basename(twin)} too. Rename one.`);
  writeFileAtomic(target, generatePipeline(promotableOf(notebook)));
  return target;
}

/** Every notebook that has pipeline cells; those without are for reading only. */
export const promotableNotebooks = (root: string = projectRoot()): Notebook[] => notebookPaths(root).map(readNotebook).filter(isPromotable);

/**
 * Compares each promotable notebook (or the one named) with its pipeline; changes nothing. Throws PromotionError that lists every
 * difference and names the cells. A pipeline without a notebook is a difference too: pipelines are never written by hand.
 */
export function promoteCheck(options: PromoteOptions & { readonly notebook?: string } = {}): void {
  const { root = projectRoot() } = options;
  const notebooks = options.notebook ? [readNotebook(options.notebook)] : promotableNotebooks(root);
  const partings = notebooks.flatMap((notebook) => partingsOf(root, promotableOf(notebook)));
  if (!options.notebook) partings.push(...orphans(root, new Set(notebooks.map(({ name }) => name))));
  if (partings.length > 0) {
    throw new PromotionError(
      `promoteCheck: expected notebooks and pipelines to agree, got:\n${partings.map((parting) => `  ${parting}`).join('\n')}\nEdit the notebook, then run: npx hindcast promote`,
    );
  }
}

function partingsOf(root: string, promotable: Promotable): string[] {
  const { notebook, cells } = promotable;
  const path = pipelinePath(root, notebook.name);
  const file = relative(root, path);
  if (!existsSync(path)) return [`${file} is missing`];
  const text = readFileSync(path, 'utf8');
  if (text === generatePipeline(promotable)) return [];
  const promoted = new Map(
    [...text.matchAll(/^\/\/ {3}(\S+) (?:parameters|pipeline) ([0-9a-f]{16})$/gm)].map((match) => [match[1]!, match[2]!]),
  );
  const partings = cells
    .filter(({ cell, hash }) => promoted.get(cell.id) !== hash)
    .map(({ cell }) => `${file}: ${cellTitle(cell)} ${promoted.has(cell.id) ? 'was edited' : 'is new'} in ${basename(notebook.path)}`);
  for (const id of promoted.keys()) {
    if (!cells.some(({ cell }) => cell.id === id)) partings.push(`${file}: cell ${id} is no longer promoted by ${basename(notebook.path)}`);
  }
  return partings.length > 0 ? partings : [`${file} was edited by hand, or imports of ${basename(notebook.path)} changed`];
}

function orphans(root: string, names: ReadonlySet<string>): string[] {
  const folder = join(root, 'pipelines');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !names.has(basename(file, '.ts')))
    .sort()
    .map((file) => `pipelines/${file} has no notebook: pipelines are only generated`);
}
