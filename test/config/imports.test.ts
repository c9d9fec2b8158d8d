/** Importing any module of lib prints nothing, opens nothing, starts nothing, writes nothing. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../lib/core/index.js';

const root = projectRoot();

/** Not modules to import: why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'lib/cli/hindcast.mjs': 'the command itself: it runs what it is told',
  'lib/notebook/kernel.mjs': 'the entry of a process of its own: it starts a kernel',
  'lib/report/page/main.ts': 'the page in the browser: it draws itself',
  'lib/report/page/build.mjs': 'a step of the build: it writes the page',
};

const scratch = mkdtempSync(join(tmpdir(), 'hindcast-imports-'));

interface Answer {
  readonly imported: number;
  readonly found: readonly { file: string; failed?: string; resources?: string[]; pino?: boolean; listeners?: number }[];
}

/** In a process that may read files and nothing else: writing, starting a process or a thread, loading an addon are refused by Node. */
function importAll(files: readonly string[]) {
  const list = join(scratch, 'files.json');
  writeFileSync(list, JSON.stringify(files));
  const child = spawnSync(
    process.execPath,
    ['--permission', '--allow-fs-read=*', '--import', './lib/boot.mjs', 'test/config/import-all.mjs', list],
    { cwd: root, encoding: 'utf8', timeout: 60_000, env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1', NODE_NO_WARNINGS: '1' } },
  );
  return { status: child.status, stderr: child.stderr, stdout: child.stdout };
}

test('every module of lib', () => {
  const files = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
    .map((file) => `lib/${file.replaceAll('\\', '/')}`)
    .filter((file) => /\.(ts|mjs|js)$/.test(file) && !/\.d\.m?ts$/.test(file) && !/\/(assembly|build|node_modules)\//.test(file));
  for (const file of Object.keys(EXCEPTIONS)) expect(files).toContain(file);
  const imported = files.filter((file) => !(file in EXCEPTIONS));
  expect(imported.length).toBeGreaterThan(300);
  const { status, stderr, stdout } = importAll(imported.map((file) => join(root, file)));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  // One line and no more: a module that prints would stand before it.
  expect(JSON.parse(stdout)).toEqual({ imported: imported.length, found: [] });
});

test.each([
  [
    'writes a file',
    `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(join(scratch, 'left'))}, '');`,
    /ERR_ACCESS_DENIED/,
  ],
  ['starts a process', "import { spawnSync } from 'node:child_process'; spawnSync('true');", /ERR_ACCESS_DENIED/],
  ['starts a thread', "import { Worker } from 'node:worker_threads'; new Worker('', { eval: true });", /ERR_ACCESS_DENIED/],
  ['starts a timer', 'setInterval(() => {}, 1000);', /Timeout/],
  ['opens a server', "import { createServer } from 'node:net'; createServer().listen(0);", /TCPServerWrap/],
  ['listens to the process', "process.on('exit', () => {});", /"listeners":1/],
  ['logs', `import { log } from ${JSON.stringify(join(root, 'lib/core/index.ts'))}; log('core');`, /"pino":true/],
])('is told of a module that %s', (_, text, what) => {
  const file = join(scratch, `${_.replaceAll(' ', '-')}.mjs`);
  writeFileSync(file, text);
  const { stdout } = importAll([file]);
  expect((JSON.parse(stdout) as Answer).found).toHaveLength(1);
  expect(stdout).toMatch(what);
  expect(readdirSync(scratch)).not.toContain('left');
});

test('is told of a module that prints', () => {
  const file = join(scratch, 'prints.mjs');
  writeFileSync(file, "process.stdout.write('hello');");
  expect(importAll([file]).stdout).toMatch(/^hello/);
});
