import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../lib/core/index.js';
import { openMemory } from '../../lib/memory/index.js';
import { bagEmbedder, folder } from './support.js';

/** Runs the writer until it has acknowledged `batches`, then kills it; resolves to the last one acknowledged. */
function writeAndKill(path: string, from: number, batches: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const root = projectRoot();
    const child = spawn(
      process.execPath,
      ['--import', join(root, 'lib/boot.mjs'), join(root, 'test/memory/memory-child.ts'), path, String(from)],
      {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let seen = '';
    let problem = '';
    child.stderr.on('data', (text) => (problem += text));
    child.stdout.on('data', (text) => {
      seen += text;
      if (seen.split('\n').length - 1 >= batches) child.kill('SIGKILL');
    });
    child.on('exit', (_code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(`the writer ended by itself: ${problem}`));
      resolve(Number(seen.trim().split('\n').pop()));
    });
  });
}

test('killed again and again: no acknowledged row is lost, none is doubled', async () => {
  const path = folder();
  let acknowledged = -1;
  for (let round = 0; round < 8; round++) acknowledged = await writeAndKill(path, acknowledged + 1, 2 + round);
  const memory = await openMemory(path, { embedder: bagEmbedder(16), mode: 'read-write' });
  const rows = await memory.rowsAt(memory.heads().map((_, i) => i));
  const texts = rows.map(({ text }) => text);
  expect(new Set(texts).size).toBe(texts.length);
  for (let batch = 0; batch <= acknowledged; batch++) for (let i = 0; i < 5; i++) expect(texts).toContain(`batch ${batch} row ${i}`);
  // A batch is there whole or not at all.
  expect(texts.length % 5).toBe(0);
  memory.close();
});
