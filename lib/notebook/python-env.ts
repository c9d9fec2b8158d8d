/** The Python environment that Jupyter needs: `.venv`, with the packages that test/requirements.txt pins. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { InputError, projectRoot, sha256, writeFileAtomic } from '../core/index.js';
import { NotebookError } from './errors.js';

export interface PythonEnvironment {
  /** Folder of the environment's programs. */
  readonly bin: string;
  readonly python: string;
}

export interface EnsurePythonOptions {
  readonly root?: string;
  /** Says nothing while it builds. */
  readonly quiet?: boolean;
  readonly print?: (line: string) => void;
}

const WINDOWS = process.platform === 'win32';
/** Oldest Python that jupyterlab 4.6 installs on. */
const OLDEST_MINOR = 10;
const INSTALL_HINT =
  'Install it: apt-get install python3 python3-venv (Debian, Ubuntu), brew install python (macOS), or from https://www.python.org/downloads/';

function environmentOf(root: string): PythonEnvironment {
  const bin = join(root, '.venv', WINDOWS ? 'Scripts' : 'bin');
  return { bin, python: join(bin, WINDOWS ? 'python.exe' : 'python') };
}

const stampPath = (root: string): string => join(root, '.venv', 'hindcast-requirements.sha256');
const pinsHash = (root: string): string => sha256(readFileSync(join(root, 'test', 'requirements.txt')));

/** The environment as it stands; null when it is missing or holds other pins. Touches nothing. */
export function findPython(root: string = projectRoot()): PythonEnvironment | null {
  const environment = environmentOf(root);
  const stamp = stampPath(root);
  const ready = existsSync(environment.python) && existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === pinsHash(root);
  return ready ? environment : null;
}

/** The system's Python, as a program name; null when there is none that is new enough. */
export function systemPython(): string | null {
  for (const name of WINDOWS ? ['python', 'py'] : ['python3']) {
    const asked = spawnSync(name, ['-c', 'import sys; print(sys.version_info[0] * 1000 + sys.version_info[1])'], { encoding: 'utf8' });
    if (asked.status === 0 && Number(asked.stdout) >= 3000 + OLDEST_MINOR) return name;
  }
  return null;
}

/**
 * Makes `.venv` when it is missing or its pins changed (about 45 s), and gives it back.
 * Throws InputError when Python or its venv module is missing, NotebookError when pip fails.
 */
export function ensurePython(options: EnsurePythonOptions = {}): PythonEnvironment {
  const { root = projectRoot(), quiet = false, print = (line) => process.stderr.write(`${line}\n`) } = options;
  const ready = findPython(root);
  if (ready) return ready;
  const environment = environmentOf(root);
  const python = systemPython();
  if (!python) throw new InputError(`ensurePython: expected python3 (3.${OLDEST_MINOR} or newer) on PATH, got none. ${INSTALL_HINT}`);
  if (!quiet) print('Making .venv with the Python packages that Jupyter needs (once, about a minute) ...');
  // Without a working pip the folder is a left-over: an interrupted build, or another Python's.
  if (spawnSync(environment.python, ['-m', 'pip', '--version']).status !== 0) {
    const made = spawnSync(python, ['-m', 'venv', '--clear', join(root, '.venv')], { encoding: 'utf8' });
    if (made.status !== 0) {
      const why = `${made.stdout}${made.stderr}`.trim().split('\n')[0] ?? '';
      throw new InputError(`ensurePython: expected "${python} -m venv" to work, got: ${why} ${INSTALL_HINT}`);
    }
  }
  const requirements = join(root, 'test', 'requirements.txt');
  const flags = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
  const installed = spawnSync(environment.python, flags, { encoding: 'utf8' });
  if (installed.status !== 0) {
    const why = installed.stderr.trim().split('\n').slice(-2).join(' ');
    throw new NotebookError(
      `ensurePython: expected pip to install test/requirements.txt, got: ${why}. Check the network (or PIP_INDEX_URL) and try again.`,
    );
  }
  writeFileAtomic(stampPath(root), `${pinsHash(root)}\n`);
  return environment;
}

/** Environment variables under which Jupyter finds the project's kernel and its own programs. */
export function jupyterVariables(root: string, environment: PythonEnvironment): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: [join(root, 'node_modules', '.bin'), environment.bin, process.env['PATH'] ?? ''].join(delimiter),
    JUPYTER_PATH: join(root, 'notebooks', '.kernels'),
    JUPYTER_PLATFORM_DIRS: '1',
    // danfojs brings tfjs, whose start-up advice is noise in a cell
    TF_CPP_MIN_LOG_LEVEL: '2',
  };
}
