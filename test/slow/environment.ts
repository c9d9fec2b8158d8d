/** Python environments of the slow suite under build/slow, kept for the next time. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../lib/core/index.js';

/** The python of the environment `name` with what `installs` give pip, one list after the other; made anew when that changed or broke off. */
export function pythonWith(name: string, installs: readonly (readonly string[])[]): string {
  const root = projectRoot();
  const folder = join(root, 'build/slow', name);
  const python = join(folder, 'bin/python');
  const stamp = join(folder, 'installed.json');
  const wanted = JSON.stringify(installs);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  mkdirSync(join(root, 'build/slow'), { recursive: true });
  execFileSync('python3', ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
  for (const list of installs) execFileSync(python, ['-m', 'pip', 'install', '-q', ...list], { cwd: root, stdio: 'inherit' });
  writeFileSync(stamp, wanted);
  return python;
}
