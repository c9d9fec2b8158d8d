/** What a check of the machine gives back. */
import { execFile } from 'node:child_process';

export interface Check {
  readonly what: string;
  /** missing: needed and absent. optional: absent, and only some things need it. */
  readonly state: 'ok' | 'missing' | 'optional';
  readonly found: string;
  /** What to run or do; absent when all is well. */
  readonly mend?: string;
}

/** First line that a program prints, or undefined when it can't be run or fails. */
export function firstLineOf(program: string, args: readonly string[], timeoutMs = 10_000): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: timeoutMs }, (error, stdout) => {
      resolve(error ? undefined : (stdout.split('\n').find((line) => line.trim() !== '') ?? '').trim());
    });
  });
}
