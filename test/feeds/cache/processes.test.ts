import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot, systemClock } from '../../../lib/core/index.js';
import { openCache } from '../../../lib/feeds/cache/open-cache.js';
import { temporaryFolder } from './support.js';

const root = projectRoot();

function start(folder: string, keys: number, rounds: number, loadMs: number): { child: ChildProcess; ended: Promise<string> } {
  const script = [join(root, 'test/feeds/cache/child.ts'), folder, join(folder, 'loads'), ...[keys, rounds, loadMs].map(String)];
  const child = spawn(process.execPath, ['--import', join(root, 'lib/boot.mjs'), ...script], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr!.on('data', (chunk) => (text += chunk));
  const ended = new Promise<string>((resolve) => child.on('close', (code, signal) => resolve(`${code ?? signal} ${text}`.trim())));
  return { child, ended };
}

const loadsIn = (folder: string): string[] =>
  existsSync(join(folder, 'loads')) ? readFileSync(join(folder, 'loads'), 'utf8').trim().split('\n') : [];

test('four processes share a folder: each question is loaded once among them', async () => {
  const folder = temporaryFolder();
  const children = Array.from({ length: 4 }, () => start(folder, 25, 20, 10));
  expect(await Promise.all(children.map(({ ended }) => ended))).toEqual(['0', '0', '0', '0']);
  const loads = loadsIn(folder);
  expect(new Set(loads).size).toBe(25);
  expect(loads.length).toBe(25);
});

test('a process killed in the middle of a load holds nobody up', async () => {
  const folder = temporaryFolder();
  const { child, ended } = start(folder, 1, 1, 1_000_000);
  await expect.poll(() => loadsIn(folder).length, { timeout: 20_000 }).toBe(1);
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
  const cache = openCache({ folder, clock: systemClock(), warn: (message) => expect(message).toBe('') });
  const question = { source: 'child', kind: 'calendar' as const, query: 0, adjustment: 'none' };
  expect(await cache.get(question, async () => 'again')).toMatchObject({ value: 'again', from: 'source' });
  cache.close();
});
