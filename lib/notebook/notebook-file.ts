/** A notebook file as cells: what the runner and the promotion read. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { hashOf, InputError } from '../core/index.js';

const cellSchema = z.looseObject({
  cell_type: z.string(),
  id: z.string().optional(),
  metadata: z.looseObject({ tags: z.array(z.string()).optional() }),
  source: z.union([z.string(), z.array(z.string())]),
  outputs: z.array(z.looseObject({ output_type: z.string() })).optional(),
  execution_count: z.number().nullable().optional(),
});
const notebookSchema = z.looseObject({ nbformat: z.literal(4), cells: z.array(cellSchema) });

/** The file's JSON, with all that this project does not read. */
export type NotebookJson = z.output<typeof notebookSchema>;

export interface CodeCell {
  /** 1, 2, 3 ... among code cells: the number that Jupyter shows in brackets after a run from top to bottom. */
  readonly number: number;
  /** Position among all cells of the file. */
  readonly index: number;
  readonly id: string;
  readonly tags: readonly string[];
  readonly source: string;
}

export interface Notebook {
  readonly path: string;
  /** File name without a leading number and the extension: `01-time-travel.ipynb` is `time-travel`. */
  readonly name: string;
  readonly json: NotebookJson;
  readonly code: readonly CodeCell[];
}

export const textOf = (source: string | readonly string[]): string => (typeof source === 'string' ? source : source.join(''));

/** First line that says something, for messages. */
export const firstLineOf = (source: string): string =>
  source
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim() ?? '(empty)';

/** `code cell 3 ("const run = ...")`. */
export const cellTitle = (cell: CodeCell): string => `code cell ${cell.number} (${JSON.stringify(firstLineOf(cell.source).slice(0, 80))})`;

export const nameOfNotebook = (path: string): string => basename(path, '.ipynb').replace(/^\d+-/, '');

/** Reads a notebook of format 4. Throws InputError when the file is missing or is no such notebook. */
export function readNotebook(path: string): Notebook {
  if (!existsSync(path)) throw new InputError(`readNotebook: expected a notebook, got no file ${path}. Name a file under notebooks/.`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new InputError(`readNotebook: expected JSON, got something else in ${path}. Save it again from Jupyter.`, { cause });
  }
  return notebookOf(path, parsed);
}

/** A notebook from its JSON. Throws InputError when it is not of format 4. */
export function notebookOf(path: string, parsed: unknown): Notebook {
  const checked = notebookSchema.safeParse(parsed);
  if (!checked.success) {
    const issue = checked.error.issues[0];
    throw new InputError(
      `readNotebook: expected a notebook of format 4, got a wrong "${issue?.path.join('.')}" in ${path}. Save it again from Jupyter.`,
    );
  }
  const code: CodeCell[] = [];
  checked.data.cells.forEach((cell, index) => {
    if (cell.cell_type !== 'code') return;
    const number = code.length + 1;
    code.push({ number, index, id: cell.id ?? `cell-${number}`, tags: cell.metadata.tags ?? [], source: textOf(cell.source) });
  });
  return { path, name: nameOfNotebook(path), json: checked.data, code };
}

/** Hash of all code of a notebook, with ids and tags; prose and outputs don't count. */
export const codeHash = (notebook: Notebook): string =>
  hashOf(notebook.code.map(({ id, tags, source }) => ({ id, tags: [...tags].sort(), source })));

/** The project's notebooks, in file-name order. */
export function notebookPaths(root: string): string[] {
  const folder = join(root, 'notebooks');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ipynb'))
    .sort()
    .map((file) => join(folder, file));
}
