/** Runs the command line as a child process. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../lib/core/index.js';

export const root = projectRoot();
export const entry = join(root, 'lib/cli/hindcast.mjs');

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Names in the results folder afterwards. */
  readonly written: string[];
}

/** Runs with a results folder of its own, which starts empty. */
export function cli(args: readonly string[], { environment = {} as Record<string, string>, node = process.execPath } = {}): CliResult {
  const results = mkdtempSync(join(tmpdir(), 'hindcast-cli-'));
  const { status, stdout, stderr } = spawnSync(node, [entry, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', HINDCAST_RESULTS: results, ...environment },
  });
  return { status, stdout, stderr, written: readdirSync(results) };
}

export const lastJson = (text: string): unknown => JSON.parse(text.trimEnd().split('\n').at(-1)!);
