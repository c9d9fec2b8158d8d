/** Help of every command, the version, and the start under another Node. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { commandList } from '../../lib/cli/commands.js';
import { cli, entry, root } from './run-cli.js';

test('root help names every command and the exit codes', async () => {
  const { status, stdout, stderr } = await cli(['--help']);
  expect(status).toBe(0);
  expect(stderr).toBe('');
  for (const { name, summary } of commandList) expect(stdout.replace(/\s+/g, ' ')).toContain(`${name} ${summary}`);
  for (const code of ['0', '1', '2', '3', '4', '130']) expect(stdout).toMatch(new RegExp(`^.*\\b${code} {2}\\S`, 'm'));
});

test.concurrent.each(commandList.map(({ name }) => name))('%s --help has an example of itself, --json and --debug', async (name) => {
  const { status, stdout } = await cli([name, '--help']);
  expect(status).toBe(0);
  expect(stdout).toMatch(new RegExp(`Examples?:\n(.*\n)* .*hindcast ${name}`));
  expect(stdout).toContain('--json');
  expect(stdout).toContain('--debug');
});

test('help loads neither rooms nor validation', async () => {
  const script = `
    process.argv.splice(1, 0, ${JSON.stringify(entry)});
    const seen = [];
    const { registerHooks } = await import('node:module');
    registerHooks({ load(url, context, next) { seen.push(url); return next(url, context); } });
    await import(${JSON.stringify(entry)});
    process.stderr.write(JSON.stringify(seen));`;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, 'replay', '--help'], {
    cwd: root,
    encoding: 'utf8',
  });
  const seen = JSON.parse(stderr) as string[];
  expect(seen.some((url) => url.endsWith('lib/cli/commands/replay.ts'))).toBe(true);
  const rooms = seen.filter((url) => /\/lib\/(?!cli\/|boot)/.test(url) && !url.includes('node_modules'));
  expect(rooms).toEqual([]);
  expect(seen.filter((url) => /node_modules\/(zod|luxon|pino)\//.test(url))).toEqual([]);
});

test('--version prints the version of package.json', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(await cli(['--version'])).toMatchObject({ status: 0, stdout: `${version}\n` });
});

test('how long help takes is printed, not asserted', async () => {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    await cli(['replay', '--help']);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  console.log(`hindcast replay --help: median ${times[2]!.toFixed(0)} ms, slowest ${times[4]!.toFixed(0)} ms`);
  expect(times.every((ms) => ms > 0)).toBe(true);
});

const systemNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return status === 0 && Number(/^v(\d+)/.exec(stdout)?.[1]) < 24;
});

test.skipIf(!systemNode)('an older Node hands over to the pinned one, exit code included', async () => {
  expect((await cli(['--version'], { node: systemNode! })).status).toBe(0);
  expect((await cli(['--no-such-flag'], { node: systemNode! })).status).toBe(2);
});

test('without the packages it says to run npm ci', async () => {
  const bare = mkdtempSync(join(tmpdir(), 'hindcast-bare-'));
  cpSync(join(root, 'lib/cli/hindcast.mjs'), join(bare, 'lib/cli/hindcast.mjs'));
  const nodes = [process.execPath, ...(systemNode ? [systemNode] : [])];
  for (const node of nodes) {
    const { status, stderr } = spawnSync(node, [join(bare, 'lib/cli/hindcast.mjs'), 'tour'], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain('npm ci');
  }
});

test('a reader that leaves early is no failure', async () => {
  const text = execFileSync('bash', ['-c', `set -o pipefail; "${process.execPath}" "${entry}" --help | head -1`], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(text).toMatch(/^Usage: hindcast/);
});

test.skipIf(!systemNode)('signals and the exit code pass through the hand-over', async () => {
  const bare = mkdtempSync(join(tmpdir(), 'hindcast-signal-'));
  cpSync(join(root, 'lib/cli/hindcast.mjs'), join(bare, 'lib/cli/hindcast.mjs'));
  mkdirSync(join(bare, 'node_modules/commander'), { recursive: true });
  // Stands in for the pinned Node: says that it runs, and ends its own way when it is interrupted.
  const pinned = join(bare, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
  mkdirSync(dirname(pinned), { recursive: true });
  writeFileSync(
    pinned,
    '#!/bin/sh\ntrap "echo caught; exit 130" INT\necho ready\ni=0; while [ $i -lt 500 ]; do sleep 0.02; i=$((i+1)); done\n',
    { mode: 0o755 },
  );
  const child = spawn(systemNode!, [join(bare, 'lib/cli/hindcast.mjs'), 'tour'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (part: Buffer) => {
    if (text === '') child.kill('SIGINT');
    text += part.toString();
  });
  const code = await new Promise((resolve) => child.on('exit', resolve));
  expect({ code, text }).toEqual({ code: 130, text: 'ready\ncaught\n' });
});
