/** JupyterLab on this machine, with the project's TypeScript kernel and nothing else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { InputError, projectRoot } from '../core/index.js';
import { NotebookError } from './errors.js';
import { ensurePython, jupyterVariables, type PythonEnvironment } from './python-env.js';

export interface LabOptions {
  readonly root?: string;
  /** First port to try; the next free one is taken. Default 8888. */
  readonly port?: number;
  /** Opens a browser. Default false: the address is printed. */
  readonly browser?: boolean;
  readonly print?: (line: string) => void;
  /** Ends the server. */
  readonly signal?: AbortSignal;
  /** Called once the server answers, with its address (its token included). */
  readonly onReady?: (url: string) => void;
}

const PORTS_TO_TRY = 50;
const READY_WITHIN_MS = 60_000;
const POLL_MS = 200;

/**
 * Starts JupyterLab on 127.0.0.1 in `notebooks/`, prints its address, and resolves with its exit code when it ends. SIGINT,
 * SIGTERM and SIGHUP end it. Makes `.venv` first when it is missing. Throws InputError when Python is missing or no port is free.
 */
export async function startLab(options: LabOptions = {}): Promise<number> {
  const {
    root = projectRoot(),
    port = 8888,
    browser = false,
    print = (line) => process.stdout.write(`${line}\n`),
    signal,
    onReady,
  } = options;
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new InputError(`startLab: expected a port from 1 to 65535, got ${port}. Write for example --port 8889.`);
  const environment = ensurePython({ root, print });
  const free = await freePort(port);
  const token = randomBytes(24).toString('hex');
  const lab = spawnLab(root, environment, free, token, browser);
  const stop = (): void => {
    lab.kill('SIGTERM');
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, stop);
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  let complaints = '';
  lab.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4000);
  });
  const exited = new Promise<number>((resolve, reject) => {
    lab.on('error', reject);
    lab.on('exit', (code, killedBy) => resolve(killedBy ? 0 : (code ?? 1)));
  });
  try {
    const ready = await Promise.race([answers(`http://127.0.0.1:${free}/api/status?token=${token}`), exited]);
    if (typeof ready === 'number' && ready !== 0) {
      throw new NotebookError(
        `startLab: expected JupyterLab to start, got exit ${ready}: ${complaints.trim().split('\n').at(-1)}. Run hindcast doctor.`,
      );
    }
    if (ready === false) {
      stop();
      throw new NotebookError(
        `startLab: expected JupyterLab to answer within ${READY_WITHIN_MS / 1000} s, got silence. Run hindcast doctor.`,
      );
    }
    if (ready === true) {
      const url = `http://127.0.0.1:${free}/lab?token=${token}`;
      print(`JupyterLab is ready: ${url}`);
      print('Open 01-time-travel.ipynb there. Ctrl-C ends it.');
      onReady?.(url);
    }
    return await exited;
  } finally {
    for (const name of signals) process.off(name, stop);
    signal?.removeEventListener('abort', stop);
  }
}

function spawnLab(root: string, environment: PythonEnvironment, port: number, token: string, browser: boolean): ChildProcess {
  const flags = [
    '-m',
    'jupyterlab',
    '--ip=127.0.0.1',
    `--port=${port}`,
    '--ServerApp.port_retries=0',
    `--ServerApp.root_dir=${join(root, 'notebooks')}`,
    '--KernelSpecManager.ensure_native_kernel=False',
    '--KernelSpecManager.allowed_kernelspecs=hindcast',
    '--MultiKernelManager.default_kernel_name=hindcast',
    // No call home for news or newer versions.
    '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
    '--LabApp.news_url=None',
    // Nor does it ask whether it may.
    `--LabApp.app_settings_dir=${join(root, 'notebooks', '.kernels', 'lab')}`,
    // Containers run as root; the server listens on this machine only and asks for its token.
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
    ...(browser ? [] : ['--no-browser']),
  ];
  return spawn(environment.python, flags, {
    cwd: root,
    // In the environment, not in the arguments, which other users of the machine can list.
    env: { ...jupyterVariables(root, environment), JUPYTER_TOKEN: token },
    // A group of its own: Ctrl-C reaches only this process, which ends Lab in order, kernels included.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

async function freePort(first: number): Promise<number> {
  for (let port = first; port < first + PORTS_TO_TRY && port <= 65535; port++) {
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new InputError(`startLab: expected a free port from ${first} to ${first + PORTS_TO_TRY - 1}, got none. Pass another --port.`);
}

/** True as soon as the server answers; false when it did not in time. */
async function answers(url: string): Promise<boolean> {
  for (let waited = 0; waited < READY_WITHIN_MS; waited += POLL_MS) {
    // Refused connections are what waiting looks like.
    const reply = await fetch(url).catch(() => null);
    if (reply?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS).unref());
  }
  return false;
}
