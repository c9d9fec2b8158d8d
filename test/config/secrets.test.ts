/** Secrets planted in every layer show up in nothing that the project writes: screens, runs, reports, archives, ledgers, crash reports. */
import { execFile } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, expect, test } from 'vitest';
import { projectRoot } from '../../lib/core/index.js';

const secrets = {
  file: 'planted/in the file?"0123',
  dotEnv: 'planted+in=.env&4567',
  environment: 'planted/environment+89ab==',
};

/** A checkout of its own, so that it can have settings of its own. */
const project = mkdtempSync(join(tmpdir(), 'hindcast-secrets-'));
for (const name of ['lib', 'node_modules', 'data', 'pipelines', 'notebooks', 'package.json', 'package-lock.json']) {
  symlinkSync(join(projectRoot(), name), join(project, name));
}
const reports = join(project, 'node-reports');
mkdirSync(reports);

/** A source and a model that tell everyone what key they were asked with. */
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (part: Buffer) => {
    body += part.toString();
  });
  request.on('end', () => {
    const said = `${body} ${request.headers.authorization ?? ''}`;
    const words = Object.values(secrets).flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(`x:${secret}`).toString('base64'),
    ]);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ code: 40001, msg: `no right for ${said} ${words.join(' ')}`, data: null, version: said }));
  });
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => void server.close());
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

writeFileSync(
  join(project, 'hindcast.config.ts'),
  `export default ${JSON.stringify({ tushareToken: secrets.file, tushareUrl: url, logLevel: 'trace' })};\n`,
);
writeFileSync(join(project, '.env'), `OLLAMA_API_KEY='${secrets.dotEnv}'\nOLLAMA_HOST=${url}\nHINDCAST_DATA=store\nHINDCAST_CACHE=cache\n`);

let written = '';

function hindcast(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const env = { ...process.env, NO_COLOR: '1', OLLAMA_API_KEY: secrets.environment, ...environment };
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    const entry = join(project, 'lib/cli/hindcast.mjs');
    const child = execFile(process.execPath, [entry, ...args], { cwd: project, env, maxBuffer: 1 << 26 }, (_error, stdout, stderr) => {
      written += `\n--- ${args[0]}\n${stdout}${stderr}`;
      resolve({ status: child.exitCode, stdout, stderr });
    });
  });
}

const lastJson = <T>(text: string): T => JSON.parse(text.trimEnd().split('\n').at(-1)!) as T;

/** Places in the text where a secret can be read, in any of its forms. */
function leaksIn(text: string): string[] {
  const found: string[] = [];
  for (const [layer, secret] of Object.entries(secrets)) {
    const forms: Record<string, string> = { plain: secret, url: encodeURIComponent(secret), json: JSON.stringify(secret).slice(1, -1) };
    forms['hex'] = Buffer.from(secret).toString('hex');
    for (const before of ['', 'x', 'xy']) {
      const whole = Buffer.from(before + secret).toString('base64');
      forms[`base64 after ${before.length}`] = whole.slice(4, -4);
      forms[`base64url after ${before.length}`] = Buffer.from(before + secret)
        .toString('base64url')
        .slice(4, -4);
    }
    for (const [form, part] of Object.entries(forms)) if (text.includes(part)) found.push(`${layer}: ${form}`);
  }
  return /planted/i.test(text) ? [...found, `the word itself: ${/.{0,60}planted.{0,20}/i.exec(text)![0]}`] : found;
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (stat.isSymbolicLink() || path === join(project, '.env') || path === join(project, 'hindcast.config.ts')) return [];
    return stat.isDirectory() ? filesUnder(path) : [path];
  });
}

test('the search finds what it must find', () => {
  for (const secret of Object.values(secrets)) {
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(`user:${secret}`).toString('base64'), JSON.stringify({ secret })]) {
      expect(leaksIn(`a ${form} b`)).not.toEqual([]);
    }
  }
  expect(leaksIn('nothing')).toEqual([]);
});

test('a whole run, its report and archive, and commands that fail, with every log line shown', { timeout: 180_000 }, async () => {
  const span = ['--from', '2019-01-02', '--to', '2019-03-29'];
  const replayed = await hindcast(['replay', ...span, '--json', '--debug']);
  expect(replayed.status).toBe(0);
  const { folder } = lastJson<{ folder: string }>(replayed.stdout);
  expect(folder.startsWith(join(project, 'results'))).toBe(true);
  expect((await hindcast(['report', folder])).status).toBe(0);
  expect((await hindcast(['pack', folder])).status).toBe(0);
  expect((await hindcast(['tasks', '--json'])).status).toBe(0);

  const settings = await hindcast(['config', 'show', '--json']);
  expect(lastJson<{ settings: { name: string; value: string; origin: string }[] }>(settings.stdout).settings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'tushareToken', value: '****', origin: 'hindcast.config.ts' }),
      expect.objectContaining({ name: 'ollamaApiKey', value: '****', origin: 'environment OLLAMA_API_KEY' }),
    ]),
  );
  for (const part of [[], ['check'], ['example']]) expect((await hindcast(['config', ...part])).status).toBe(0);

  // The source says no, and quotes the token it was given.
  const fetched = await hindcast(['data', 'fetch', '--source', 'tushare', '--symbols', '600000.SH', ...span, '--json', '--debug']);
  expect(fetched.status).toBe(1);
  expect(fetched.stdout).toContain('no right for');
  const live = await hindcast(['data', 'check', '--live', 'tushare', '--debug']);
  expect(live.status).toBe(1);
  expect(live.stdout).toContain('****');
  // The model server quotes its key as its version.
  expect((await hindcast(['doctor', '--json'])).stdout).toContain('****');

  // A secret in the wrong place of the command line.
  for (const secret of Object.values(secrets)) {
    const refused = await hindcast(['replay', '--data', secret, '--json', '--debug']);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('****');
  }

  // An error that nobody catches, after a diagnostic report of Node.
  const preload = `const timer = setInterval(() => {
    if (process.listenerCount('uncaughtException') === 0 || process.env.OLLAMA_API_KEY === undefined) return;
    clearInterval(timer);
    setTimeout(() => { process.report.writeReport(); throw new Error('died of ' + process.env.OLLAMA_API_KEY); }, 50);
  }, 1);`;
  const crashed = await hindcast(['doctor', '--debug'], {
    NODE_OPTIONS: `--report-directory=${reports} --import data:text/javascript,${encodeURIComponent(preload)}`,
  });
  expect(crashed.status).toBe(1);
  expect(crashed.stderr).toMatch(/^hindcast doctor: unexpected Error: died of \*\*\*\*\. /m);

  expect(leaksIn(written)).toEqual([]);
  const files = filesUnder(project);
  expect(files.some((path) => path.startsWith(reports))).toBe(true);
  const zips = files.filter((path) => path.endsWith('.zip'));
  expect(zips).toHaveLength(1);
  const texts = new Map(files.map((path) => [path, readFileSync(path).toString('latin1')]));
  for (const path of zips) {
    for (const [name, bytes] of Object.entries(unzipSync(readFileSync(path))))
      texts.set(`${path}!${name}`, Buffer.from(bytes).toString('latin1'));
  }
  expect(texts.size).toBeGreaterThan(15);
  expect([...texts].flatMap(([path, text]) => leaksIn(text).map((leak) => `${path}: ${leak}`))).toEqual([]);
});
