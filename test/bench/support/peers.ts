/** Peers in Python: an environment for each area, a process that lives as long as the measurement, and ratios of interleaved pairs. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { HindcastError, InputError, projectRoot, sha256, writeFileAtomic } from '../../../lib/core/index.js';
import { systemPython } from '../../../lib/notebook/index.js';

class PeerError extends HindcastError {}

const WINDOWS = process.platform === 'win32';

/** A peer is measured on one thread, unless its own script asks for more. */
const ONE_THREAD = {
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  MKL_NUM_THREADS: '1',
  NUMEXPR_NUM_THREADS: '1',
  NUMBA_NUM_THREADS: '1',
  VECLIB_MAXIMUM_THREADS: '1',
  RAYON_NUM_THREADS: '1',
  POLARS_MAX_THREADS: '1',
};

/** One timed act. `cpuSeconds` are those of the whole process, all threads, user and system: the steadier figure on a shared machine. */
export interface Timed<Answer> {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly answer: Answer;
}

export interface PeerPythonOptions {
  /** A pip requirements file with pinned versions; default `test/bench/peers/<area>.txt`. */
  readonly requirements?: string;
  /** Where the environment is made; default `build/peers/<area>` (not in git). */
  readonly folder?: string;
  readonly say?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * The python of an area's own virtual environment, made when it is missing or its requirements changed (minutes, once).
 * Throws InputError, in one line, when there is no Python or pip can't install: which package, and what to do.
 */
export async function peerPython(area: string, options: PeerPythonOptions = {}): Promise<string> {
  const { say = () => {}, signal } = options;
  const requirements = options.requirements ?? join(projectRoot(), 'test/bench/peers', `${area}.txt`);
  const folder = options.folder ?? join(projectRoot(), 'build/peers', area);
  const python = join(folder, WINDOWS ? 'Scripts/python.exe' : 'bin/python');
  const stamp = join(folder, 'requirements.sha256');
  const pins = sha256(readFileSync(requirements));
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === pins) return python;
  const system = systemPython();
  if (system === null)
    throw new InputError('peerPython: expected python3 (3.10 or newer) on PATH, got none. Install it, with its venv module.');
  say(`installing the peers of ${area} into ${folder} (once, minutes)`);
  await must(system, ['-m', 'venv', '--clear', folder], 'Install the venv module of Python (apt-get install python3-venv).', signal);
  const install = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--retries',
    '2',
    '--timeout',
    '20',
    '-r',
    requirements,
  ];
  await must(python, install, `Check the network (or PIP_INDEX_URL) and the pins in ${requirements}, then try again.`, signal);
  writeFileAtomic(stamp, pins);
  return python;
}

/** Runs a program to its end; InputError with the first line that says what went wrong, and `todo`. */
async function must(program: string, args: readonly string[], todo: string, signal: AbortSignal | undefined): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk));
  const code = await ended(child);
  if (code === 0) return;
  const lines = text.trim().split('\n');
  // pip's last ERROR line names the package
  const why = lines.filter((line) => line.startsWith('ERROR')).pop() ?? lines[0] ?? '';
  throw new InputError(`peerPython: expected "${[program, ...args.slice(0, 3)].join(' ')}" to work, got exit code ${code}: ${why} ${todo}`);
}

const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });

interface Reply {
  readonly seconds?: number;
  readonly cpuSeconds?: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/**
 * A Python process that does a peer's work on request and times it inside itself, so that ours and the peer's repetitions can take
 * turns in one run. Its script makes its data, then calls `serve({'name': function, ...}, packages=[...])` of support/peers.py:
 *
 *     const peer = await PeerProcess.start(await peerPython('backtest', { say, signal }), 'test/bench/peers/backtest.py', { signal });
 *     const { seconds, cpuSeconds, answer } = await peer.run<number>('name', { bars: 1000 });
 *     peer.versions; // of the packages and of Python
 *     await peer.close();
 *
 * One request at a time. A task that fails throws PeerError with its exception; a script that dies, with its last lines of stderr.
 */
export class PeerProcess {
  readonly versions: Readonly<Record<string, string>>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  /** Resolves, when all is over, with the last lines of stderr. */
  readonly #end: Promise<string>;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, Readable>,
    lines: AsyncIterator<string>,
    end: Promise<string>,
    versions: Readonly<Record<string, string>>,
  ) {
    this.#child = child;
    this.#lines = lines;
    this.#end = end;
    this.versions = versions;
  }

  /** `script`: a path from the project's root. Resolves when its imports and data are ready. */
  static async start(python: string, script: string, options: { readonly signal?: AbortSignal } = {}): Promise<PeerProcess> {
    const root = projectRoot();
    const child = spawn(python, [join(root, script)], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'pipe'],
      signal: options.signal,
      env: { ...process.env, ...ONE_THREAD, PYTHONPATH: join(root, 'test/bench/support'), PYTHONDONTWRITEBYTECODE: '1' },
    });
    let tail = '';
    child.stderr.on('data', (chunk: Buffer) => (tail = (tail + chunk).slice(-2000)));
    child.stdin.on('error', () => {}); // of a process that is over: its end is seen below
    const lastWords = () => tail.trim().split('\n').slice(-3).join(' | ');
    const end = ended(child).then(lastWords, (error: Error) => error.message);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) throw new PeerError(`PeerProcess: expected ${script} to start, got an end: ${await end}. Run it alone to see why.`);
    const { versions } = JSON.parse(first.value) as { versions: Record<string, string> };
    return new PeerProcess(child, lines, end, versions);
  }

  /** Runs one task with keyword arguments; both times are taken around its function alone, after a garbage collection. */
  async run<Answer>(task: string, args: Readonly<Record<string, unknown>> = {}): Promise<Timed<Answer>> {
    this.#child.stdin.write(`${JSON.stringify({ task, arguments: args })}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new PeerError(`PeerProcess: expected an answer to ${task}, got an end: ${await this.#end}. Run the script alone.`);
    const reply = JSON.parse(line.value) as Reply;
    if (reply.error !== undefined) throw new PeerError(`PeerProcess: expected ${task} to work, got ${reply.error}. Run the script alone.`);
    return reply as Timed<Answer>;
  }

  /** Lets the process end by itself. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    await this.#end;
  }
}

/** Times ours as the peer is timed: wall and CPU seconds of this process around `act`. */
export async function timed<Answer>(act: () => Answer | Promise<Answer>): Promise<Timed<Answer>> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  const answer = await act();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuSeconds: (user + system) / 1e6, answer };
}

/** A metric of a bench: the least and the median of its repetitions. */
export function spread(values: readonly number[], unit: string): { min: number; median: number; n: number; unit: string } {
  return { min: Math.min(...values), median: median(values), n: values.length, unit };
}

/**
 * How much better ours is, repetition by repetition: `ours[i]` was measured right beside `peers[i]`. Both are rates (work per second);
 * of times, give the inverse. Above 1 = ours is better. Throws PeerError on lists that don't pair.
 */
export function ratio(ours: readonly number[], peers: readonly number[]): { min: number; median: number; n: number } {
  if (ours.length !== peers.length || ours.length === 0)
    throw new PeerError(
      `ratio: expected two lists of one length, got ${ours.length} and ${peers.length}. Measure ours and the peer in turns.`,
    );
  const { min, median, n } = spread(
    ours.map((rate, i) => rate / peers[i]!),
    '',
  );
  return { min, median, n };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
