/** Runs a notebook from top to bottom in real Jupyter, without a screen, and trusts nothing that Jupyter lets pass. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { InputError, projectRoot, readJsonl, writeFileAtomic } from '../core/index.js';
import { NotebookError } from './errors.js';
import { SENTINEL } from './finished.js';
import type { KernelReport } from './kernel.js';
import { cellTitle, type Notebook, type NotebookJson, notebookOf, readNotebook, textOf } from './notebook-file.js';
import { overrideParameters, parametersCell } from './parameters-cell.js';
import { ensurePython, jupyterVariables } from './python-env.js';
import type { JsonValue, Results } from './results.js';

export interface RunNotebookOptions {
  /** Replace values in the cell tagged `parameters`. */
  readonly parameters?: Readonly<Record<string, JsonValue>>;
  /** For the whole notebook. */
  readonly timeoutMs?: number;
  readonly root?: string;
  /** Where the runs of the notebook and the executed notebook go; `results/` of the project by default. */
  readonly resultsDir?: string;
}

export interface CellOutput {
  /** Code cell number, from 1. */
  readonly cell: number;
  /** Text of streams and of displayed data, by MIME type (`stdout`, `stderr`, `text/html`, ...). */
  readonly outputs: readonly { readonly kind: string; readonly text: string }[];
}

export interface NotebookRun {
  /** What the cells declared. */
  readonly results: Results;
  readonly cells: readonly CellOutput[];
  /** The executed notebook, with its outputs. */
  readonly executed: string;
}

/** How the child ended; `index` is the position of the last cell it started. */
interface Ending {
  readonly state: 'done' | 'failed' | 'timeout' | 'died' | 'no-kernel';
  readonly index: number | null;
  readonly message: string;
}

/**
 * Throws InputError on a wrong notebook or parameter, NotebookError when a cell fails (its number, first line and error text), runs
 * out of time, is skipped, leaves an unhandled rejection, or when the last cell did not print the sentinel.
 */
export async function runNotebook(path: string, options: RunNotebookOptions = {}): Promise<NotebookRun> {
  const { parameters = {}, timeoutMs = 600_000, root = projectRoot(), resultsDir = join(root, 'results') } = options;
  const notebook = readNotebook(path);
  const environment = ensurePython({ root, quiet: true });
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-notebook-'));
  try {
    const input = join(folder, 'input.ipynb');
    const output = join(folder, 'output.ipynb');
    const report = join(folder, 'report.jsonl');
    writeFileSync(input, JSON.stringify(withParameters(notebook, parameters)));
    writeFileSync(report, '');
    const variables = {
      ...jupyterVariables(root, environment),
      // The user's own Jupyter settings stay out of it.
      JUPYTER_CONFIG_DIR: folder,
      JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
      HINDCAST_KERNEL_REPORT: report,
      HINDCAST_KERNEL_RESULTS: resultsDir,
    };
    const script = join(root, 'lib', 'notebook', 'run_notebook.py');
    const ending = await runChild(environment.python, [script, input, output, root, String(timeoutMs / 1000)], variables, timeoutMs);
    const after = notebookOf(path, JSON.parse(readFileSync(output, 'utf8')));
    const executed = join(resultsDir, 'notebooks', basename(path));
    writeFileAtomic(executed, readFileSync(output));
    const reports = readJsonl<KernelReport>(report);
    const cells = outputsOf(after);
    checkEnding(after, ending, cells, executed);
    checkReports(after, reports, cells, executed);
    return { results: declaredIn(reports), cells, executed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function withParameters(notebook: Notebook, parameters: Readonly<Record<string, JsonValue>>): NotebookJson {
  const empty = notebook.code.find((cell) => cell.source.trim() === '');
  if (empty) throw new InputError(`runNotebook: expected no empty cell, got code cell ${empty.number} in ${notebook.path}. Delete it.`);
  if (notebook.code.length === 0) throw new InputError(`runNotebook: expected code cells, got none in ${notebook.path}. Add one.`);
  const cell = parametersCell(notebook);
  if (Object.keys(parameters).length > 0 && !cell)
    throw new InputError(`runNotebook: expected a cell tagged parameters in ${notebook.path}, got none. Tag it, or pass no parameters.`);
  const source = cell ? overrideParameters(cell, parameters) : '';
  return {
    ...notebook.json,
    cells: notebook.json.cells.map((json, index) => {
      if (json.cell_type !== 'code') return json;
      return { ...json, outputs: [], execution_count: null, source: index === cell?.index ? source : json.source };
    }),
  };
}

/** Grace beyond the notebook's own limit: starting Python, shutting the kernel down. */
const GRACE_MS = 90_000;

function runChild(python: string, args: readonly string[], env: NodeJS.ProcessEnv, timeoutMs: number): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs + GRACE_MS });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(out.trim().split('\n').at(-1) ?? '') as Ending);
      else
        reject(
          new NotebookError(
            `runNotebook: expected Jupyter to run, got exit ${code}: ${err.trim().split('\n').at(-1)}. Run hindcast doctor.`,
          ),
        );
    });
  });
}

const outputsOf = (notebook: Notebook): CellOutput[] =>
  notebook.code.map((cell) => {
    const outputs = notebook.json.cells[cell.index]?.outputs ?? [];
    return { cell: cell.number, outputs: outputs.flatMap(outputText) };
  });

function outputText(output: Readonly<Record<string, unknown>>): { kind: string; text: string }[] {
  const asText = (value: unknown): string => (Array.isArray(value) ? textOf(value as string[]) : String(value));
  if (output['output_type'] === 'stream') return [{ kind: String(output['name']), text: asText(output['text']) }];
  return Object.entries((output['data'] ?? {}) as Record<string, unknown>).map(([kind, value]) => ({ kind, text: asText(value) }));
}

/** Streams of a cell, joined: tslab writes a failing cell's error there. */
const streamText = (cells: readonly CellOutput[], number: number, kind: string): string =>
  (cells[number - 1]?.outputs ?? [])
    .filter((output) => output.kind === kind)
    .map((output) => output.text)
    .join('');

const ERROR_LINES = 6;

function checkEnding(notebook: Notebook, ending: Ending, cells: readonly CellOutput[], executed: string): void {
  const at = notebook.code.find((cell) => cell.index === ending.index);
  const where = at ? cellTitle(at) : 'the start';
  const see = `See ${executed}.`;
  if (ending.state === 'no-kernel') {
    throw new NotebookError(
      `runNotebook: expected the kernel "hindcast" to start, got: ${ending.message.split('\n')[0]}. Run hindcast doctor.`,
    );
  }
  if (ending.state === 'failed' && at) {
    const text = streamText(cells, at.number, 'stderr').trim().split('\n').slice(0, ERROR_LINES).join('\n');
    throw new NotebookError(`runNotebook: expected ${where} to run, got an error:\n${text || '(no text)'}\n${see}`);
  }
  if (ending.state === 'timeout') {
    throw new NotebookError(
      `runNotebook: expected the notebook to end in time, got no end of ${where}. Raise timeoutMs or do less. ${see}`,
    );
  }
  if (ending.state !== 'done') throw new NotebookError(`runNotebook: expected a living kernel, got its death in ${where}. ${see}`);
}

function checkReports(notebook: Notebook, reports: readonly KernelReport[], cells: readonly CellOutput[], executed: string): void {
  const skipped = notebook.code.find((cell) => typeof notebook.json.cells[cell.index]?.execution_count !== 'number');
  if (skipped) throw new NotebookError(`runNotebook: expected every cell to run, got ${cellTitle(skipped)} skipped. Look at its tags.`);
  const failures = reports.flatMap((report) => (report.kind === 'failure' ? [report.text] : []));
  if (failures.length > 0) {
    throw new NotebookError(
      `runNotebook: expected no unhandled rejection, got ${failures.length}: ${failures.join(' | ')}. Await the promise in its cell. See ${executed}.`,
    );
  }
  const last = notebook.code.length;
  if (!streamText(cells, last, 'stdout').includes(SENTINEL)) {
    throw new NotebookError(`runNotebook: expected the last cell to print "${SENTINEL}", got other text. End it with: await finished();`);
  }
}

function declaredIn(reports: readonly KernelReport[]): Results {
  const declared: Record<string, JsonValue> = {};
  for (const report of reports) if (report.kind === 'declared') Object.assign(declared, report.results);
  return declared;
}
