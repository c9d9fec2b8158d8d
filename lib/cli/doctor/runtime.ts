/** Node, the TypeScript kernel, Python with Jupyter. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Check, firstLineOf } from './check.js';

export async function checkNode(root: string): Promise<Check[]> {
  const inPath = await firstLineOf('node', ['--version']);
  const modules = join(root, 'node_modules');
  const pinned = process.execPath.startsWith(modules);
  return [
    {
      what: 'Node in PATH',
      state: inPath ? 'ok' : 'optional',
      found: inPath ?? 'none',
      ...(!inPath && { mend: 'install Node 20.19 or newer' }),
    },
    {
      what: 'Node of the project',
      state: 'ok',
      found: `${process.version} ${process.platform}-${process.arch}${pinned ? ', pinned by the lockfile' : ", the system's own"}`,
    },
  ];
}

export async function checkKernel(root: string): Promise<Check> {
  const manifest = join(root, 'node_modules', 'tslab', 'package.json');
  if (!existsSync(manifest)) return { what: 'TypeScript kernel', state: 'missing', found: 'no tslab in node_modules', mend: 'npm ci' };
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return { what: 'TypeScript kernel', state: 'ok', found: `tslab ${version}` };
}

/** `mend` sets up .venv with Jupyter, as `npm test` does. */
export async function checkPython(python: string): Promise<Check[]> {
  const mend = 'node test/setup.mjs';
  const system = await firstLineOf('python3', ['--version']);
  const own = await firstLineOf(python, ['--version']);
  const lab = own === undefined ? undefined : await firstLineOf(join(dirname(python), 'jupyter-lab'), ['--version'], 30_000);
  return [
    {
      what: 'Python',
      state: system ? 'ok' : 'optional',
      found: system ?? 'no python3',
      ...(!system && { mend: 'install Python 3.11 or newer with venv' }),
    },
    { what: 'Python of the project', state: own ? 'ok' : 'optional', found: own ?? `none at ${python}`, ...(!own && { mend }) },
    { what: 'JupyterLab', state: lab ? 'ok' : 'optional', found: lab ?? 'none (notebooks and their tests need it)', ...(!lab && { mend }) },
  ];
}
