import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../lib/core/index.js';
import { runReplay } from '../../lib/replay/index.js';
import { effects, oneYear, scratch } from './support.js';

const root = projectRoot();

/** Runs the slow child; kills it when it says that it made so many decisions. Resolves to its last line, or null when it was killed. */
function runChild(resultsDir: string, decisions: number): Promise<string | null> {
  const script = [join(root, 'test/replay/child.ts'), resultsDir, `${decisions}`];
  const child = spawn(process.execPath, ['--import', join(root, 'lib/boot.mjs'), ...script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
    if (text.startsWith('now')) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code, signal) => {
      if (code === 0) resolve(text.trim().split('\n').pop()!);
      else if (signal === 'SIGKILL') resolve(null);
      else reject(new Error(`the child ended with ${code ?? signal}`));
    });
  });
}

test('killed again and again, a run ends with the bytes of one that was never touched', async () => {
  const straight = await runReplay(oneYear, effects(scratch(), { audit: false, trial: false }));
  const resultsDir = scratch();
  let kills = 0;
  let last: string | null = null;
  // 244 decisions: the first two lives can't make them all, and each is longer than the one before, so that the last ends.
  while ((last = await runChild(resultsDir, 60 + 20 * kills)) === null) kills++;
  expect(kills).toBeGreaterThan(1);
  expect(JSON.parse(last!)).toEqual({ digests: straight.row.digests, counts: straight.row.counts });
  const folder = join(resultsDir, straight.row.run);
  for (const file of ['decisions.jsonl', 'outcomes.jsonl', 'fills.jsonl', 'equity.csv']) {
    expect(readFileSync(join(folder, file), 'utf8')).toBe(readFileSync(join(straight.folder, file), 'utf8'));
  }
  // A dozen processes one after the other: on a busy machine that takes minutes, which is no failure.
}, 600_000);

test('ended by its signal, a run is unfinished, writes no result file, and continues', async () => {
  const resultsDir = scratch();
  const stop = new AbortController();
  const spec = { ...oneYear, strategies: [{ id: 'sma-cross', parameters: { fast: 5, slow: 20 } }] };
  const straight = await runReplay(spec, effects(scratch(), { audit: false, trial: false }));
  stop.abort();
  const first = await runReplay(spec, effects(resultsDir, { audit: false, trial: false, signal: stop.signal }));
  expect(first.interrupted).toBe(true);
  expect(first.row.status).toBe('running');
  expect(() => readFileSync(join(first.folder, 'decisions.jsonl'))).toThrow(/ENOENT/);
  const second = await runReplay(spec, effects(resultsDir, { audit: false, trial: false }));
  expect(second.row.digests).toEqual(straight.row.digests);
  expect(second.row.counts).toEqual(straight.row.counts);
});

test('the same spec gives the same bytes, audit included; another seed only other ids', async () => {
  const [a, b] = [await runReplay(oneYear, effects(scratch())), await runReplay(oneYear, effects(scratch()))];
  expect(b.row.digests).toEqual(a.row.digests);
  expect(a.row.digests).toHaveProperty('audit.json');
  const other = await runReplay({ ...oneYear, seed: 2 }, effects(scratch(), { audit: false, trial: false }));
  expect(other.row.configHash).toBe(a.row.configHash);
  expect(other.row.digests['decisions.jsonl']).not.toBe(a.row.digests['decisions.jsonl']);
  expect(other.row.digests['fills.jsonl']).toBe(a.row.digests['fills.jsonl']);
});
