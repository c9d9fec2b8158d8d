/** The sweep command: its table, what stands beside the best, its files, and one line for everything that is wrong. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, entry, lastJson, root } from './run-cli.js';

const span = ['--data', 'embedded:us', '--symbols', 'IBM', '--from', '2009-01-05', '--to', '2010-12-31'];
const grids = ['--grid', 'sma-cross.fast=5:20:5', '--grid', 'sma-cross.slow=15:60:15'];

test('prints the best with all that stands beside it, writes its files and a report', async () => {
  const results = mkdtempSync(join(tmpdir(), 'hindcast-sweep-'));
  const environment = { HINDCAST_RESULTS: results };
  const first = await cli(['sweep', ...span, ...grids, '--walk-forward', '3', '--purge', '5', '--top', '4', '--report'], { environment });
  expect(first.stderr).not.toMatch(/hindcast sweep:/);
  expect(first.status).toBe(0);
  const { stdout } = first;
  expect(stdout).toContain('2 combinations left out (sma-cross: fast must be below slow).');
  expect(stdout.match(/^ *\d {2}sma-cross fast=\d+ slow=\d+/gm)).toHaveLength(4);
  for (const head of ['deflated Sharpe', 'PBO', 'neighbours', 'walk-forward', 'honest loop          0']) expect(stdout).toContain(head);
  expect(stdout.match(/^20\d\d-\d\d-\d\d\.\.\S+ +20/gm)).toHaveLength(3);
  expect(stdout).toMatch(/14 configurations x 1 symbol x 503 sessions in \d/);
  const verify = /hindcast verify (\S+)/.exec(stdout)![1]!;
  expect((await cli(['verify', verify], { environment })).status).toBe(0);

  const before = readFileSync(/Report: (\S+)/.exec(stdout)![1]!, 'utf8');
  const page = await cli(['report', /in \d.*\. (\S+)$/m.exec(stdout)![1]!, '--out', join(results, 'again.html')], { environment });
  expect(page).toMatchObject({ status: 0, stderr: '' });
  const undated = (html: string): string => html.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC|"writtenAt":\d+/g, '');
  expect(undated(readFileSync(join(results, 'again.html'), 'utf8'))).toBe(undated(before));

  // Again: everything is there already.
  const { stdout: line } = await cli(['sweep', ...span, ...grids, '--walk-forward', '3', '--purge', '5', '--report', '--json'], {
    environment,
  });
  const json = lastJson(line) as {
    folder: string;
    report: string;
    evaluated: { configurations: number };
    honest: { differenceMinor: number };
  };
  expect(json).toMatchObject({ command: 'sweep', interrupted: false, evaluated: { configurations: 0 }, honest: { differenceMinor: 0 } });
  expect(readFileSync(join(json.folder, 'sweep.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(15);
  expect(existsSync(join(json.folder, 'sweep.json'))).toBe(true);
  expect(statSync(json.report).size).toBeLessThan(2_000_000);
  // The page carries the run that the loop made, so it can be verified as any other.
  expect((await cli(['verify', json.report], { environment })).status).toBe(0);
});

test('without a grid it searches SMA crosses; several strategies compete in one sweep', async () => {
  const { status, stdout } = await cli(['sweep', ...span, '--json']);
  expect(status).toBe(0);
  expect(lastJson(stdout)).toMatchObject({ configurations: { all: 144, done: 144 }, best: { configuration: { strategy: 'sma-cross' } } });
  const both = await cli([
    'sweep',
    ...span,
    '--grid',
    'breakout.entry=20,40',
    '--grid',
    'sma-cross.fast=5,10',
    '--set',
    'sma-cross.slow=40',
    '--json',
  ]);
  const { top } = lastJson(both.stdout) as { top: { strategy: string; parameters: object }[] };
  expect(top.map(({ strategy }) => strategy).sort()).toEqual(['breakout', 'breakout', 'sma-cross', 'sma-cross']);
  expect(top.find(({ strategy }) => strategy === 'sma-cross')!.parameters).toMatchObject({ slow: 40 });
});

test('a draw, one split, accounts of their own, a certain kernel', async () => {
  const many = [
    '--symbols',
    'IBM,AAPL',
    '--random',
    '6',
    '--out-of-sample',
    '0.3',
    '--accounts',
    'each',
    '--kernel',
    'js',
    '--workers',
    '2',
    '--by',
    'return',
  ];
  const { status, stdout } = await cli([
    'sweep',
    ...span,
    ...many,
    '--grid',
    'sma-cross.fast=2:30',
    '--grid',
    'sma-cross.slow=log:10:200:9',
    '--json',
  ]);
  expect(status).toBe(0);
  expect(lastJson(stdout)).toMatchObject({
    kernel: 'js',
    configurations: { all: 6 },
    stability: { kind: 'nearest', neighbours: 5 },
    walkForward: { folds: [{ testTo: '2010-12-31' }] },
    honest: { runs: [expect.stringContaining('sma-cross'), expect.stringContaining('sma-cross')], differenceMinor: 0 },
  });
});

test('Ctrl-C keeps what is done; tasks resume goes on', async () => {
  const results = mkdtempSync(join(tmpdir(), 'hindcast-sweep-stop-'));
  const environment = { HINDCAST_RESULTS: results };
  // The loop as the evaluator is slow enough to be stopped in the middle.
  const args = [
    'sweep',
    '--data',
    'embedded:cn',
    '--strategy',
    'sma-cross',
    '--grid',
    'fast=2:30',
    '--grid',
    'slow=40:60',
    '--kernel',
    'loop',
    '--workers',
    '1',
    '--json',
  ];
  const child = spawn(process.execPath, [entry, ...args], { cwd: root, env: { ...process.env, NO_COLOR: '1', ...environment } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (part: Buffer) => (out += part.toString()));
  child.stderr.on('data', (part: Buffer) => {
    // Once: a second wish ends it at once.
    if (!err.includes('configurations/s') && part.includes('configurations/s')) child.kill('SIGINT');
    err += part.toString();
  });
  const code = await new Promise((resolve) => child.on('exit', resolve));
  const { interrupted, configurations } = lastJson(out) as { interrupted: boolean; configurations: { all: number; done: number } };
  expect({ code, interrupted }).toEqual({ code: 130, interrupted: true });
  expect(configurations.done).toBeGreaterThan(0);
  expect(configurations.done).toBeLessThan(configurations.all);
  expect(err).toMatch(/Interrupted after \d+ of 609; they are kept in/);
  const resumed = await cli(['tasks', 'resume', '1'], { environment });
  expect(resumed.status).toBe(0);
  const json = /^\{.*"command":"sweep".*\}$/m.exec(resumed.stdout)![0];
  expect(JSON.parse(json)).toMatchObject({ interrupted: false, evaluated: { configurations: configurations.all - configurations.done } });
}, 60_000);

const wrong: readonly (readonly [args: string[], says: RegExp])[] = [
  [['--grid', 'fast'], /Expected key=values/],
  [['--grid', 'fast=5:45:5'], /expected --grid <strategy>\.<key>=\.\.\. with a strategy such as sma-cross/],
  [['--grid', 'sma-cros.fast=5,10'], /Did you mean sma-cross\?/],
  [['--grid', 'sma-cross.fst=5,10'], /a parameter of sma-cross \(fast, slow, parts\), got fst/],
  [['--grid', 'sma-cross.fast=5:1'], /expected values of sma-cross\.fast such as/],
  [['--grid', 'sma-cross.fast=5', '--grid', 'sma-cross.fast=6'], /--grid sma-cross\.fast once/],
  [['--grid', 'sma-cross.fast=60:90:10'], /combinations that the strategy accepts, got none of 4/],
  [['--grid', 'sma-cross.fast=1:3000', '--grid', 'sma-cross.slow=2:3000'], /up to 1000000 combinations/],
  [['--strategy', 'sma-cross'], /got nothing to vary of sma-cross/],
  [['--strategy', 'sma-cross', '--strategy', 'breakout', '--grid', 'fast=5,10'], /Name the strategy/],
  [['--set', 'fast=true'], /expected a number in --set fast/],
  [['--random', '0'], /1 to 1000000 random combinations, got 0/],
  [['--random', 'many'], /Expected a whole number/],
  [['--accounts', 'both'], /Allowed choices are shared, each/],
  [['--by', 'luck'], /Allowed choices are sharpe, return, calmar/],
  [['--kernel', 'gpu'], /Allowed choices are simd, js, loop/],
  [['--walk-forward', '0'], /folds as a whole number from 1 on/],
  [['--walk-forward', '5000'], /3 sessions or more in each part/],
  [['--walk-forward', '3', '--out-of-sample', '0.3'], /got both/],
  [['--walk-forward', '3', '--train-share', '2'], /train share between 0 and 1, got 2/],
  [['--out-of-sample', '1.5'], /share between 0 and 1 for --out-of-sample/],
  [['--out-of-sample', '0.3', '--rolling'], /expected --rolling with --walk-forward/],
  [['--purge', '5'], /expected --purge with --walk-forward/],
  [['--workers', '0'], /expected 1 thread or more, got 0/],
  [['--top', '0'], /expected 1 row or more, got 0/],
  [['--risk', 'house'], /no risk limits in a search, got house/],
  [['--symbols', '600000.SH'], /--price-only/],
  [['--data', 'embedded:uk'], /embedded:uk/],
  [['--from', '2031-01-01', '--to', '2031-02-01'], /2031-01-01/],
  [['--grid', 'momentum.top=1,2'], /expected rules of one symbol each, got momentum/],
  [['--grid', 'rule:v1.buyAt=1,2', '--kernel', 'simd'], /got rule:v1\. Leave --kernel out/],
  [['--embrago', '3'], /Did you mean --embargo\?/],
];

test.concurrent.each(wrong)('hindcast sweep %j is refused in one line, with nothing written', async (args, says) => {
  const { status, stdout, stderr, written } = await cli(['sweep', ...args]);
  expect(stderr).toMatch(says);
  expect(stderr).toMatch(/^hindcast sweep: /);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect({ status, stdout, written }).toEqual({ status: 2, stdout: '', written: [] });
});
