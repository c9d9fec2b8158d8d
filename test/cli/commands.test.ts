/** The commands at work on a short span, each ending in one JSON line. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRun } from '../../lib/replay/index.js';
import { cli, lastJson } from './run-cli.js';

const span = ['--from', '2019-01-02', '--to', '2019-06-28'];
const results = mkdtempSync(join(tmpdir(), 'hindcast-commands-'));
const environment = { HINDCAST_RESULTS: results };

interface Summary {
  readonly strategy: string;
  readonly totalReturn: number;
  readonly excessOverHold: number | null;
}

async function json<T>(...args: string[]): Promise<T & { exitCode: number | null }> {
  const { status, stdout, stderr } = await cli([...args, '--json'], { environment });
  expect(stderr).not.toMatch(/unexpected|hindcast \w+:/);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  return { ...(lastJson(stdout) as T), exitCode: status };
}

const replayed = await json<{ folder: string; counts: { decisions: number }; summary: Summary }>('replay', ...span);

test('replay records every decision and names its folder', async () => {
  expect(replayed.exitCode).toBe(0);
  const run = openRun(replayed.folder);
  expect(run.row.label).toBe('rule:v1');
  expect(run.decisions()).toHaveLength(replayed.counts.decisions);
  const { equityMinor } = run.equity;
  expect(replayed.summary.totalReturn).toBeCloseTo(equityMinor[equityMinor.length - 1]! / equityMinor[0]! - 1, 12);
});

test('replay from the spec of a run is that run', async () => {
  const file = join(results, 'spec.json');
  writeFileSync(file, JSON.stringify(openRun(replayed.folder).spec));
  expect((await json<{ folder: string }>('replay', '--spec', file)).folder).toBe(replayed.folder);
});

test('without --json the table goes to stdout and says what to try', async () => {
  const { status, stdout } = await cli(['replay', ...span], { environment });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^000001\.SZ of embedded:cn, 2019-01-02 to 2019-06-28, CNY 1,000,000\nstrategy +total %/);
  expect(stdout).toContain(`hindcast verify ${replayed.folder}`);
  expect(stdout).not.toContain('\u001b');
});

test('backtest compares, with buy-and-hold as the measure', async () => {
  const { summaries } = await json<{ summaries: Summary[] }>(
    'backtest',
    ...span,
    '--strategy',
    'sma-cross',
    '--strategy',
    'sma-cross+exits',
    '--set',
    'sma-cross.fast=5',
  );
  expect(summaries.map(({ strategy }) => strategy)).toEqual(['sma-cross', 'sma-cross+exits', 'buy-and-hold']);
  expect(typeof summaries[0]!.excessOverHold).toBe('number');
  expect(summaries[2]!.excessOverHold).toBeNull();
});

test('frozen intents under higher costs earn less and say what they are', async () => {
  const { summaries } = await json<{ summaries: (Summary & { marks: string[] })[] }>(
    'backtest',
    '--frozen',
    replayed.folder,
    '--commission',
    '0.003',
  );
  expect(summaries[0]!.strategy).toBe('rule:v1');
  expect(summaries[1]!.marks.join()).toMatch(/frozen intents/);
  expect(summaries[1]!.totalReturn).toBeLessThan(summaries[0]!.totalReturn);
});

test('settle sums up by horizon', async () => {
  const settled = await json<{ horizons: { horizon: number }[]; path: string }>('settle', replayed.folder, '--horizons', '2,3');
  expect(settled.horizons.map(({ horizon }) => horizon)).toEqual([2, 3]);
  expect(existsSync(settled.path)).toBe(true);
});

test('report, pack and verify of a run', async () => {
  const { report } = await json<{ report: string }>('report', replayed.folder);
  expect(readFileSync(report, 'utf8')).toContain('rule:v1');
  const { path } = await json<{ path: string }>('pack', replayed.folder);
  for (const proof of [replayed.folder, report, path]) {
    const { runs, exitCode } = await json<{ runs: { verdict: string }[] }>('verify', proof);
    expect(runs.map(({ verdict }) => verdict)).toEqual(['verified']);
    expect(exitCode).toBe(0);
  }
});

test('a changed file is drift: exit code 3', async () => {
  const folder = (await json<{ folder: string }>('replay', '--from', '2019-01-02', '--to', '2019-02-28')).folder;
  const fills = join(folder, 'fills.jsonl');
  writeFileSync(fills, `${readFileSync(fills, 'utf8')}\n`);
  expect((await json<object>('verify', folder)).exitCode).toBe(3);
});

test('an interrupt ends with 130 and the same command goes on to the same files', async () => {
  // The signal comes as soon as the command listens for it.
  const preload =
    'const on = process.on.bind(process); process.on = (name, take) => { on(name, take); if (name === "SIGINT") process.emit(name); return process; };';
  const args = ['replay', '--data', 'embedded:us', '--symbols', 'IBM', '--from', '2010-01-04', '--to', '2010-12-31'];
  const own = { HINDCAST_RESULTS: mkdtempSync(join(tmpdir(), 'hindcast-interrupt-')) };
  const first = await cli([...args, '--json'], {
    environment: { ...own, NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(preload)}` },
  });
  expect(first.status).toBe(130);
  const { interrupted, folder } = lastJson(first.stdout) as { interrupted: boolean; folder: string };
  expect(interrupted).toBe(true);
  expect(existsSync(join(folder, 'decisions.jsonl'))).toBe(false);
  const second = lastJson((await cli([...args, '--json'], { environment: own })).stdout) as { folder: string };
  expect(second.folder).toBe(folder);
  const whole = await json<{ folder: string }>(...args);
  expect(openRun(folder).row.digests).toEqual(openRun(whole.folder).row.digests);
});

test('backtest --list names strategies and data', async () => {
  const listed = await json<{ strategies: { id: string }[]; data: { symbol: string }[] }>('backtest', '--list');
  expect(listed.strategies.map(({ id }) => id)).toContain('rule:v1');
  expect(listed.data.map(({ symbol }) => symbol)).toContain('000300.SH');
});

test('doctor tells of this machine and exits 0', async () => {
  const { ok, checks, exitCode } = await json<{ ok: boolean; checks: { what: string; state: string; mend?: string }[] }>('doctor');
  expect({ ok, exitCode }).toEqual({ ok: true, exitCode: 0 });
  expect(checks.map(({ what }) => what)).toEqual(
    expect.arrayContaining([
      'Node of the project',
      'TypeScript kernel',
      'JupyterLab',
      'Browser',
      'GPU',
      'Ollama',
      'Disk space',
      'Results folder',
    ]),
  );
});

test('doctor names a folder that cannot be written and exits 1', async () => {
  const { status, stdout } = await cli(['doctor', '--results', '/proc/none', '--json']);
  expect(status).toBe(1);
  const { checks } = lastJson(stdout) as { checks: { what: string; state: string; mend?: string }[] };
  expect(checks.find(({ what }) => what === 'Results folder')).toMatchObject({
    state: 'missing',
    mend: expect.stringContaining('--results'),
  });
});

test('config show masks secrets', async () => {
  const { stdout } = await cli(['config', 'show'], { environment: { OLLAMA_API_KEY: 'sk-planted' } });
  expect(stdout).toMatch(/ollamaApiKey +\*\*\*\* +environment OLLAMA_API_KEY/);
  expect(stdout).not.toContain('sk-planted');
});

test('a table says which instruments, span and account it is about, and which bar cut the span short', async () => {
  const { stdout } = await cli(['backtest', '--data', 'embedded:us', '--strategy', 'equal-weight']);
  expect(stdout).toContain(
    'AAPL, FB, GOOG, IBM, MSFT of embedded:us, 2012-05-18 to 2013-03-01, USD 1,000,000\n  The span begins with the first bar of FB',
  );
});
