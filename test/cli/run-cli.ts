/** Runs the command line as a child process. */
import { execFile } from 'node:child_process';
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

interface CliOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly node?: string;
}

/** Runs with a results folder of its own, which starts empty. */
export function cli(args: readonly string[], { environment = {}, node = process.execPath }: CliOptions = {}): Promise<CliResult> {
  const results = mkdtempSync(join(tmpdir(), 'hindcast-cli-'));
  const env = { ...process.env, NO_COLOR: '1', HINDCAST_RESULTS: results, ...environment };
  return new Promise((resolve) => {
    const child = execFile(node, [entry, ...args], { cwd: root, env, maxBuffer: 1 << 26 }, (_error, stdout, stderr) => {
      resolve({ status: child.exitCode, stdout, stderr, written: readdirSync(results) });
    });
  });
}

export const lastJson = (text: string): unknown => JSON.parse(text.trimEnd().split('\n').at(-1)!);
