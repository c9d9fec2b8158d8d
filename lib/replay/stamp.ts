/** The stamp: what made a run, so that it can be made again and so that a change can be named. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, projectRoot, sha256 } from '../core/index.js';
import type { RunRow } from './rows.js';

/** Rooms that take part in a replay; the page, the notebook helpers and the command line can't change a decision. */
const REPLAY_ROOMS = ['core', 'stats', 'market', 'feeds', 'features', 'llm', 'memory', 'rl', 'agents', 'strategies', 'replay'];

/** Hash over the sources of some rooms: path and content of every file that can change a result. */
export function treeHash(root: string, rooms: readonly string[] = REPLAY_ROOMS): string {
  const files: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (/\.(ts|mjs|json)$/.test(entry.name)) files.push(path);
    }
  };
  for (const room of rooms) if (existsSync(join(root, 'lib', room))) walk(`lib/${room}`);
  return hashOf(files.sort().map((path) => [path, sha256(readFileSync(join(root, path)))]));
}

function git(root: string, ...args: string[]): string | null {
  try {
    return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    // No git, or an archive without history: the tree hash still names the code.
    return null;
  }
}

/** Code, lockfile and runtime of this process. */
export function codeStamp(root: string = projectRoot()): Pick<RunRow['stamp'], 'code' | 'lockfile' | 'runtime'> {
  const commit = git(root, 'rev-parse', 'HEAD');
  const status = commit === null ? null : git(root, 'status', '--porcelain', '--', 'lib', 'package-lock.json');
  return {
    code: { commit, dirty: status === null ? null : status !== '', treeHash: treeHash(root) },
    lockfile: sha256(readFileSync(join(root, 'package-lock.json'))),
    runtime: { node: process.version, platform: process.platform, arch: process.arch },
  };
}
