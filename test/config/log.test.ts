/** Logging is lazy: importing it loads no pino and prints nothing; one root, one child a room. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { configureLog, hideSecrets, InputError, keepSecrets, log, projectRoot } from '../../lib/core/index.js';

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

test('a room may have a level of its own', () => {
  const lines: string[] = [];
  configureLog({ level: 'warn', levels: { feeds: 'debug', jobs: 'silent' }, pretty: false, write: (line) => lines.push(line) });
  for (const room of ['feeds', 'jobs', 'replay']) {
    log(room).debug('d');
    log(room).warn('w');
  }
  configureLog({ level: 'info', levels: {} });
  const shown = lines.map((line) => JSON.parse(line) as { room: string; msg: string });
  expect(shown.map(({ room, msg }) => `${room} ${msg}`)).toEqual(['feeds d', 'feeds w', 'replay w']);
});

test('secrets are masked by their key and, once known, wherever they stand', () => {
  const secret = 'pl/nted "$ecret" + 42';
  keepSecrets([secret, 'short']);
  const lines: string[] = [];
  for (const pretty of [false, true]) {
    configureLog({ level: 'info', levels: {}, pretty, write: (line) => lines.push(line) });
    log('feeds').warn({ token: 'by its key', request: { authorization: 'by its key too' }, body: { q: [secret] } }, `said ${secret}`);
    log('feeds').warn({ err: new Error(`failed at ?token=${encodeURIComponent(secret)}`) }, 'short stays');
  }
  expect(lines).toHaveLength(4);
  const text = lines.join('');
  expect(text).not.toMatch(/nted|by its key|%24ecret/);
  expect(text).toContain('short stays');
  expect(text).toContain('"token":"****"');
  for (const line of lines.slice(0, 2)) expect(JSON.parse(line)).toMatchObject({ room: 'feeds' });
});

test('a known secret is masked in every form, alone or within more text', () => {
  const secret = 'sk-planted/0123?456+789';
  keepSecrets([secret]);
  for (const before of ['', 'x', 'xy', 'user:', 'Bearer ']) {
    for (const form of ['base64', 'base64url', 'hex'] as const) {
      const whole = Buffer.from(`${before}${secret} after`).toString(form);
      const hidden = hideSecrets(`Basic ${whole}.`);
      const left = Buffer.from(hidden.replace(/^Basic |\.$/g, '').replaceAll('****', ''), form).toString('latin1');
      expect(hidden).toContain('****');
      expect(left).not.toMatch(/planted|0123/);
    }
  }
  expect(hideSecrets(`?a=${encodeURIComponent(secret)}&b=1`)).toBe('?a=****&b=1');
  const quoted = 'planted "quoted" 42';
  keepSecrets([quoted]);
  expect(hideSecrets(JSON.stringify({ body: JSON.stringify({ quoted }) }))).not.toContain('planted');
  const error = new InputError(`asked with ${secret}`);
  expect(`${error.message} ${error.stack}`).not.toContain(secret);
});
