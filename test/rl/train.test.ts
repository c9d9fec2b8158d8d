/** `hindcast train`: what it prints and writes, a kill -9 on the way, its one-line errors. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, entry, lastJson, root } from '../cli/run-cli.js';

const small = ['--preset', 'quick', '--from', '2014-01-02', '--to', '2020-06-30', '--seeds', '2', '--deterministic'];
const quick = ['--steps', '4096', '--set', 'ppo.policyWidths=[16]', '--set', 'ppo.valueWidths=[16]', '--set', 'checkpointEvery=1'];

interface Done {
  readonly folder: string;
  readonly recorded: string;
  readonly report: string;
  readonly kernel: { readonly name: string };
  readonly members: readonly { readonly bundle: string }[];
  readonly contenders: readonly { readonly name: string }[];
}

test('trains, judges on unseen time, writes a report, and its recorded run verifies; again it is there already', async () => {
  const environment = { HINDCAST_RESULTS: mkdtempSync(join(tmpdir(), 'hindcast-train-')) };
  const first = await cli(['train', ...small, ...quick, '--report', '--json'], { environment });
  expect(first.stderr).not.toMatch(/hindcast train:/);
  expect(first.status).toBe(0);
  const done = lastJson(first.stdout) as Done;
  expect(done).toMatchObject({ command: 'train', interrupted: false, kernel: { name: 'simd' } });
  expect(done.contenders.map(({ name }) => name)).toEqual(['policy (PPO)', 'buy-and-hold', 'sma-cross', 'random-same-turnover']);
  for (const line of ['sellableFraction is always 1 here: left out', 'kernel simd', 'Intervals are over the 2 seeds']) {
    expect(first.stderr).toContain(line);
  }
  for (const file of ['train.json', 'report.html', 'seed-1/bundle/bundle.json', 'seed-2/curve.jsonl', 'seed-2/member.json']) {
    expect(existsSync(join(done.folder, file)), file).toBe(true);
  }
  expect(existsSync(join(done.folder, 'seed-1/checkpoint.json'))).toBe(false);
  expect(statSync(done.report).size).toBeLessThan(2_000_000);
  const page = readFileSync(done.report, 'utf8');
  for (const head of ['On unseen time', 'What they see', 'Kernel']) expect(page).toContain(head);
  expect((await cli(['verify', done.recorded], { environment })).status).toBe(0);
  const trials = readFileSync(join(environment.HINDCAST_RESULTS, 'trials.jsonl'), 'utf8').trimEnd().split('\n');
  expect(trials.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual(['training', 'training']);

  const again = lastJson((await cli(['train', ...small, ...quick, '--json'], { environment })).stdout) as Done;
  expect(again.members).toEqual(done.members);
});

test('killed with SIGKILL it goes on where its checkpoint stands, to the same bundles', async () => {
  const args = ['train', ...small, '--steps', '40960', '--set', 'checkpointEvery=1', '--set', 'ppo.epochs=2', '--json'];
  const results = mkdtempSync(join(tmpdir(), 'hindcast-train-'));
  const environment = { HINDCAST_RESULTS: results };
  const child = spawn(process.execPath, [entry, ...args], { cwd: root, env: { ...process.env, ...environment }, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', (_code, signal) => resolve(signal)));
  const checkpoints = (): string[] =>
    existsSync(results)
      ? (readdirSync(results, { recursive: true }) as string[]).filter((path) => path.endsWith('checkpoint.json') && path.includes('seed-'))
      : [];
  while (checkpoints().length === 0 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
  expect(checkpoints()).not.toEqual([]);
  const { stdout, status } = await cli(args, { environment });
  expect(status).toBe(0);
  const straight = await cli(args, { environment: { HINDCAST_RESULTS: mkdtempSync(join(tmpdir(), 'hindcast-train-')) } });
  const bundles = (text: string): string[] => (lastJson(text) as Done).members.map(({ bundle }) => bundle);
  expect(bundles(stdout)).toEqual(bundles(straight.stdout));
});

test.each([
  [['--preset', 'quik'], /expected a preset of .* Did you mean quick\?/],
  [['--set', 'ppo.gama=1'], /got "ppo\.gama".* Did you mean ppo\.gamma\?/],
  [['--seeds', '0'], /Expected 1 seed or more/],
  [['--symbols', 'NOPE'], /got NOPE/],
  [['--from', '2020-06-01'], /sessions or more to train on/],
  [['--settings', '/no/such.json'], /readSpecFile/],
])('refuses %j in one line with exit code 2', async (args, says) => {
  const environment = { HINDCAST_RESULTS: mkdtempSync(join(tmpdir(), 'hindcast-train-')) };
  const { status, stderr } = await cli(['train', ...args], { environment });
  expect(status).toBe(2);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(says);
  expect(readdirSync(environment.HINDCAST_RESULTS)).toEqual([]);
});

test('lists its presets and every setting', async () => {
  const { status, stdout } = await cli(['train', '--list']);
  expect(status).toBe(0);
  for (const line of ['  quick       ', '  ppo.gamma  discount of a step (default 0.99)', '  split.purge  '])
    expect(stdout).toContain(line);
});
