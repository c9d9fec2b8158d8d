/** What the working tree holds beyond its commit, as a patch for `git apply`. */
import { spawnSync } from 'node:child_process';
import { projectRoot } from '../core/index.js';
import { ReportError } from './errors.js';

/** Changes and new files in the code that takes part in a run. Throws ReportError where git refuses. */
export function dirtyDiff(root: string = projectRoot()): string {
  const fresh = git(root, [0], 'ls-files', '-z', '--others', '--exclude-standard', '--', 'lib').split('\0');
  const changed = git(root, [0], 'diff', '--binary', 'HEAD', '--', 'lib', 'package-lock.json');
  // Two files compared end with 1 where they differ.
  const added = fresh
    .filter((name) => name !== '')
    .map((name) => git(root, [0, 1], 'diff', '--binary', '--no-index', '--', '/dev/null', name));
  return changed + added.join('');
}

function git(root: string, allowed: readonly number[], ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', ['-C', root, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== null && allowed.includes(status)) return stdout;
  throw new ReportError(
    `dirtyDiff: expected git ${args[0]} to work in ${root}, got ${status}: ${stderr}. Commit the changes, or run git there by hand.`,
  );
}
