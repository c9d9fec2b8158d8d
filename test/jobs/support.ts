/** Small helpers of the jobs tests: scratch folders and child processes that speak in lines. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../lib/core/index.js';

export const scratch = (): string => mkdtempSync(join(tmpdir(), 'hindcast-jobs-'));

const root = projectRoot();

export interface Child {
  readonly process: ChildProcess;
  readonly lines: string[];
  readonly ended: Promise<number | null>;
  /** Resolves when it has said a line that matches; rejects when it ends without. */
  says(pattern: RegExp): Promise<string>;
}

/** Starts `child.ts <mode> <resultsDir> <json>`. */
export function child(mode: string, resultsDir: string, options: object = {}): Child {
  const process_ = spawn(
    process.execPath,
    ['--import', join(root, 'lib/boot.mjs'), join(root, 'test/jobs/child.ts'), mode, resultsDir, JSON.stringify(options)],
    { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines: string[] = [];
  const waiting: { pattern: RegExp; resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  let text = '';
  process_.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
    const parts = text.split('\n');
    text = parts.pop()!;
    for (const line of parts) {
      lines.push(line);
      for (const one of waiting) if (one.pattern.test(line)) one.resolve(line);
    }
  });
  const ended = new Promise<number | null>((resolve) => {
    process_.on('close', (code) => {
      for (const one of waiting)
        one.reject(new Error(`child ${mode} ended with ${code} before it said ${one.pattern}: ${lines.join(' | ')}`));
      resolve(code);
    });
  });
  const says = (pattern: RegExp): Promise<string> => {
    const found = lines.find((line) => pattern.test(line));
    return found !== undefined ? Promise.resolve(found) : new Promise((resolve, reject) => waiting.push({ pattern, resolve, reject }));
  };
  return { process: process_, lines, ended, says };
}
