/** A receipt: proof that a notebook in real Jupyter and its pipeline, headless, declared the same results on the same parameters. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { type Clock, canonicalJson, InputError, isoOf, projectRoot, sha256, writeFileAtomic } from '../core/index.js';
import { PromotionError } from './errors.js';
import { codeHash, type Notebook, nameOfNotebook, readNotebook } from './notebook-file.js';
import { parameterConsts, parametersCell, parameterValues } from './parameters-cell.js';
import { pipelinePath, promoteCheck } from './promote.js';
import type { JsonValue, Results } from './results.js';
import { runNotebook } from './run-notebook.js';
import { runPipeline } from './run-pipeline.js';
import { folderHash, importsHash } from './source-hash.js';

const receiptSchema = z.strictObject({
  v: z.literal(1),
  notebook: z.string(),
  pipeline: z.string(),
  /** All parameters, defaults included. */
  parameters: z.record(z.string(), z.json()),
  /** What notebook and pipeline both declared. */
  results: z.record(z.string(), z.json()),
  /** sha256 of what the results rest on: a moved one makes the receipt stale. */
  digests: z.strictObject({ notebook: z.string(), pipeline: z.string(), lib: z.string(), lockfile: z.string(), data: z.string() }),
  versions: z.record(z.string(), z.string()),
  at: z.string().describe('ISO, UTC'),
});
export type Receipt = z.output<typeof receiptSchema>;

export interface ReceiptOptions {
  readonly clock: Clock;
  readonly root?: string;
  /** Override the notebook's own values, in both runs. */
  readonly parameters?: Readonly<Record<string, JsonValue>>;
  readonly timeoutMs?: number;
}

export type ReceiptState =
  | { readonly state: 'fresh'; readonly receipt: Receipt }
  | { readonly state: 'stale'; readonly moved: readonly string[]; readonly receipt: Receipt }
  | { readonly state: 'missing' };

export const receiptPath = (root: string, name: string): string => join(root, 'notebooks', 'receipts', `${name}.json`);

/**
 * Runs notebook and pipeline and writes `notebooks/receipts/<name>.json`; both runs go to a temporary folder. Throws PromotionError,
 * naming each result that differs, and then writes nothing.
 */
export async function receipt(notebookPath: string, options: ReceiptOptions): Promise<Receipt> {
  const { root = projectRoot(), clock, parameters = {}, timeoutMs } = options;
  promoteCheck({ root, notebook: notebookPath });
  const notebook = readNotebook(notebookPath);
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-receipt-'));
  try {
    const limit = timeoutMs === undefined ? {} : { timeoutMs };
    const inJupyter = await runNotebook(notebookPath, { root, parameters, resultsDir: join(folder, 'notebook'), ...limit });
    const headless = await runPipeline(notebook.name, parameters, { clock, resultsDir: join(folder, 'pipeline') }, root);
    compareResults(notebook, inJupyter.results, headless);
    const made: Receipt = receiptSchema.parse({
      v: 1,
      notebook: `notebooks/${basename(notebookPath)}`,
      pipeline: `pipelines/${notebook.name}.ts`,
      parameters: { ...valuesOf(notebook), ...parameters },
      results: headless,
      digests: digestsOf(root, notebook),
      versions: { node: process.version, tslab: tslabVersion(root), jupyter: pinOf(root, 'jupyterlab'), nbclient: pinOf(root, 'nbclient') },
      at: isoOf(clock.now()),
    });
    writeFileAtomic(receiptPath(root, notebook.name), `${JSON.stringify(made, null, 2)}\n`);
    return made;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws PromotionError unless both declared the same names with the same values, to the last bit. */
export function compareResults(notebook: Notebook, inJupyter: Results, headless: Results): void {
  const names = [...new Set([...Object.keys(inJupyter), ...Object.keys(headless)])];
  if (names.length === 0)
    throw new PromotionError(`receipt: expected declared results in ${notebook.path}, got none. Call declare({ ... }).`);
  const textOf = (results: Results, name: string): string => (Object.hasOwn(results, name) ? canonicalJson(results[name]) : 'nothing');
  const different = names.filter((name) => textOf(inJupyter, name) !== textOf(headless, name));
  if (different.length === 0) return;
  const lines = different.map((name) => `  ${name}: notebook ${textOf(inJupyter, name)}, pipeline ${textOf(headless, name)}`);
  throw new PromotionError(
    `receipt: expected the same declared results from notebook and pipeline, got ${different.length} that differ:\n${lines.join('\n')}\nLook for a clock, a random draw, or state that an untagged cell changes.`,
  );
}

/** Whether a receipt still holds, without running anything: `moved` names what changed since. */
export function verifyReceipt(notebookPath: string, root: string = projectRoot()): ReceiptState {
  const path = receiptPath(root, nameOfNotebook(notebookPath));
  if (!existsSync(path)) return { state: 'missing' };
  const parsed = receiptSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (!parsed.success) throw new InputError(`verifyReceipt: expected a receipt of version 1, got another form in ${path}. Promote again.`);
  const kept = parsed.data;
  const notebook = readNotebook(notebookPath);
  const now = digestsOf(root, notebook);
  const moved: string[] = (Object.keys(now) as (keyof Receipt['digests'])[]).filter((part) => now[part] !== kept.digests[part]);
  if (canonicalJson({ ...kept.parameters, ...valuesOf(notebook) }) !== canonicalJson(kept.parameters)) moved.push('parameters');
  return moved.length === 0 ? { state: 'fresh', receipt: kept } : { state: 'stale', moved, receipt: kept };
}

function digestsOf(root: string, notebook: Notebook): Receipt['digests'] {
  const pipeline = pipelinePath(root, notebook.name);
  return {
    notebook: codeHash(notebook),
    pipeline: sha256(existsSync(pipeline) ? readFileSync(pipeline) : ''),
    lib: existsSync(pipeline) ? importsHash(root, pipeline) : '',
    lockfile: sha256(readFileSync(join(root, 'package-lock.json'))),
    data: folderHash(join(root, 'data')),
  };
}

function valuesOf(notebook: Notebook): Record<string, JsonValue> {
  const cell = parametersCell(notebook);
  return cell ? parameterValues(parameterConsts(cell)) : {};
}

function tslabVersion(root: string): string {
  const manifest: { version: string } = createRequire(join(root, 'package.json'))('tslab/package.json');
  return manifest.version;
}

const pinOf = (root: string, name: string): string =>
  new RegExp(`^${name}==(.+)$`, 'm').exec(readFileSync(join(root, 'test', 'requirements.txt'), 'utf8'))?.[1] ?? 'unknown';
