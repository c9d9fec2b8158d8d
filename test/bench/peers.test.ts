/** The peers' environment and process, without the network: an environment that holds nothing but pip. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PeerProcess, peerPython, ratio, timed } from './support/peers.js';

const folder = mkdtempSync(join(tmpdir(), 'hindcast-peers-'));
const requirements = join(folder, 'requirements.txt');
let python = '';

// Seconds on a quiet machine, most of it pip's own install.
const PATIENT_MS = 240_000;
beforeAll(async () => {
  writeFileSync(requirements, '# none\n');
  python = await peerPython('test', { requirements, folder: join(folder, 'env') });
}, PATIENT_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an environment is made once', async () => {
  const made = statSync(join(folder, 'env/pyvenv.cfg')).mtimeMs;
  expect(await peerPython('test', { requirements, folder: join(folder, 'env') })).toBe(python);
  expect(statSync(join(folder, 'env/pyvenv.cfg')).mtimeMs).toBe(made);
});

test(
  'a package that can not be had: one line that names it',
  async () => {
    const missing = join(folder, 'missing.txt');
    writeFileSync(missing, '--no-index\nno-such-package==1.0\n');
    const failed = peerPython('test', { requirements: missing, folder: join(folder, 'other') });
    await expect(failed).rejects.toThrow(/^peerPython: expected .* got .*no-such-package==1\.0.* then try again\.$/);
  },
  PATIENT_MS,
);

test('a process answers requests, timed inside itself', async () => {
  const peer = await PeerProcess.start(python, 'test/bench/peers/echo.py');
  expect(Object.keys(peer.versions)).toEqual(['pip', 'python']);
  const { seconds, cpuSeconds, answer } = await peer.run<number[]>('spin', { seconds: 0.02 });
  expect(answer).toEqual([0.02]);
  expect(cpuSeconds).toBeGreaterThanOrEqual(0.02);
  expect(seconds).toBeGreaterThan(0);
  await expect(peer.run('fail')).rejects.toThrow(/ValueError: bad bars/);
  expect((await peer.run('spin', { seconds: 0 })).answer).toEqual([0]);
  await expect(peer.run('die')).rejects.toThrow(/got an end: .*out of memory/);
  await peer.close();
});

test('a script that does not start says why', async () => {
  await expect(PeerProcess.start(python, 'test/bench/peers/no-such.py')).rejects.toThrow(/No such file/);
});

test('ours is timed the same way; ratios pair up', async () => {
  const own = await timed(() => 7);
  expect(own.answer).toBe(7);
  expect(own.cpuSeconds).toBeGreaterThanOrEqual(0);
  expect(ratio([2, 9, 8], [1, 3, 2])).toEqual({ min: 2, median: 3, n: 3 });
  expect(() => ratio([1], [])).toThrow(/two lists of one length/);
});
