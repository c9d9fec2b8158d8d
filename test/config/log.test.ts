/** Logging is lazy: importing it loads no pino and prints nothing; one root, one child a room. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configureLog, log, projectRoot } from '../../lib/core/index.js';

const root = projectRoot();

test('importing core prints nothing and does not load pino; the first line does', () => {
  const script = `
    import { createRequire } from 'node:module';
    const loaded = () => Object.keys(createRequire(process.cwd() + '/package.json').cache).some((file) => file.includes('/pino/'));
    const { log } = await import('./lib/core/index.ts');
    const before = loaded();
    log('core').info({ rows: 3 }, 'hello');
    process.stdout.write(JSON.stringify([before, loaded()]));`;
  const child = spawnSync(process.execPath, ['--import', './lib/boot.mjs', '--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(child.stdout).toBe('[false,true]');
  const line = JSON.parse(child.stderr) as Record<string, unknown>;
  expect(line).toMatchObject({ room: 'core', rows: 3, msg: 'hello', level: 30 });
});

test('importing every room prints nothing', () => {
  const script = `
    import { readdirSync, existsSync } from 'node:fs';
    for (const room of readdirSync('lib')) if (existsSync('lib/' + room + '/index.ts')) await import('./lib/' + room + '/index.ts');`;
  const child = spawnSync(process.execPath, ['--import', join(root, 'lib/boot.mjs'), '--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
  });
  expect({ status: child.status, stdout: child.stdout, stderr: child.stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('levels, child names and the readable form', () => {
  const lines: string[] = [];
  configureLog({ level: 'warn', pretty: true, write: (line) => lines.push(line) });
  log('feeds').info('not shown');
  log('feeds').warn({ file: 'a b.csv', rows: 2 }, 'rows skipped');
  configureLog({ level: 'info', pretty: false });
  log('feeds').info('as JSON');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d {2}warn {3}feeds {7}rows skipped {2}file=a b\.csv {2}rows=2\n$/);
  expect(JSON.parse(lines[1]!)).toMatchObject({ room: 'feeds', msg: 'as JSON' });
});
