/** `hindcast tasks`: list, show, resume, cancel, prune. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../lib/core/index.js';
import { openLedger } from '../../lib/jobs/index.js';
import { cli, lastJson, root } from '../cli/run-cli.js';
import { child, scratch } from './support.js';

const clock = systemClock();
const in_ = (dir: string, ...args: string[]) => cli(['tasks', ...args], { environment: { HINDCAST_RESULTS: dir } });

test('an empty folder has no tasks, and looking makes no file', async () => {
  const { status, stdout, written } = await cli(['tasks', '--json']);
  expect({ status, json: lastJson(stdout), written }).toEqual({ status: 0, json: { command: 'tasks', tasks: [] }, written: [] });
});

test('list and show tell what each task is at; the folder may be named before or after the subcommand', async () => {
  const dir = scratch();
  const ledger = openLedger(dir, { clock });
  const task = ledger.start({
    kind: 'replay',
    run: 'r1',
    steps: 8,
    parameters: { seed: 3 },
    resume: { argv: ['config', 'show'], cwd: root },
  });
  task.commit({ step: 2, message: '2015-01-06', outputs: [{ key: 'a', value: 1 }] });
  task.finish('interrupted');
  ledger.start({ kind: 'train', run: 'r2', steps: 1 }).finish('failed', 'no data\nat all');
  ledger.close();
  const list = await in_(dir);
  expect(list.status).toBe(0);
  expect(list.stdout).toMatch(/1 {2}replay {2}r1 {3}interrupted +25 % {2}\d+ s ago +2015-01-06/);
  expect(list.stdout).toMatch(/2 {2}train {3}r2 {3}failed .* no data at all/);
  expect(list.stdout).toContain('hindcast tasks resume <id>');
  const failed = await in_(dir, '--state', 'failed', '--json');
  expect(lastJson(failed.stdout)).toMatchObject({ command: 'tasks', tasks: [{ id: 2, state: 'failed' }] });
  expect((await in_(dir, '--state', 'dead')).status).toBe(2);
  const shown = await cli(['tasks', '--results', dir, 'show', '1']);
  expect(shown.stdout).toContain('hindcast config show');
  expect(shown.stdout).toContain('2 of 8');
  const json = await cli(['tasks', 'show', '1', '--results', dir, '--json']);
  expect(lastJson(json.stdout)).toMatchObject({ task: { id: 1, parameters: { seed: 3 } }, outputs: [{ key: 'a', value: 1 }] });
  const none = await in_(dir, 'show', '9');
  expect({ status: none.status, stderr: none.stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/got 9.*hindcast tasks\n$/) });
});

test('resume runs the stored arguments as they are, in their folder, on the same results; no shell reads them', async () => {
  const dir = scratch();
  // Nothing beats here: the lease must outlast the commands on however busy a machine.
  const ledger = openLedger(dir, { clock, leaseMs: 3_600_000 });
  const argv = ['report', `$(touch ${join(dir, 'pwned')})`, `; touch ${join(dir, 'pwned')}`, 'a b'];
  ledger.start({ kind: 'report', run: 'r1', steps: 1, resume: { argv, cwd: root } }).finish('interrupted');
  ledger
    .start({ kind: 'config', run: 'r2', steps: 1, resume: { argv: ['config', 'show', '--json'], cwd: join(root, 'lib') } })
    .finish('failed');
  ledger.start({ kind: 'x', run: 'r3', steps: 1 }).finish('interrupted');
  ledger.start({ kind: 'x', run: 'r4', steps: 1, resume: { argv: [], cwd: root } }).finish('done');
  ledger.start({ kind: 'x', run: 'r5', steps: 1, resume: { argv: [], cwd: root } });
  const bad = await in_(dir, 'resume', '1', '--json');
  expect(bad.status).not.toBe(0);
  expect(bad.stderr).toContain('touch');
  expect(existsSync(join(dir, 'pwned'))).toBe(false);
  expect(lastJson(bad.stdout)).toMatchObject({ command: 'tasks resume', id: 1, argv, exitCode: bad.status });
  const good = await cli(['tasks', 'resume', '2', '--results', dir]);
  expect(good.status).toBe(0);
  const { settings } = lastJson(good.stdout) as { settings: { name: string; value: string }[] };
  expect(settings.find(({ name }) => name === 'resultsDir')!.value).toBe(dir);
  for (const [id, why] of Object.entries({ 3: 'no command began', 4: 'is done', 5: 'which runs' })) {
    const refused = await in_(dir, 'resume', id);
    expect({ status: refused.status, stderr: refused.stderr }).toEqual({ status: 2, stderr: expect.stringContaining(why) });
  }
  ledger.close();
});

test('cancel ends a worker, prune takes it off the list', async () => {
  const dir = scratch();
  const worker = child('squares', dir, { steps: 100_000, pauseMs: 1 });
  await worker.says(/^new 3$/);
  expect(lastJson((await in_(dir, 'cancel', '1', '--json')).stdout)).toMatchObject({ command: 'tasks cancel', task: { id: 1 } });
  expect(await worker.ended).toBe(0);
  expect((await in_(dir, '--state', 'cancelled')).stdout).toContain('squares');
  expect(lastJson((await in_(dir, 'prune', '--json')).stdout)).toEqual({ command: 'tasks prune', removed: 0 });
  expect(lastJson((await in_(dir, 'prune', '--days', '0', '--json')).stdout)).toEqual({ command: 'tasks prune', removed: 1 });
  expect((await in_(dir)).stdout).toContain('No such tasks');
  expect(readdirSync(dir)).toContain('checkpoint.json');
});
