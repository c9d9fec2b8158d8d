/** Bad input: one line on stderr that says what to do, exit code 2, nothing written. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, lastJson } from './run-cli.js';

const scratch = mkdtempSync(join(tmpdir(), 'hindcast-bad-'));
const badBars = join(scratch, '000001.SZ.csv');
writeFileSync(badBars, 'date,open,high,low,close,volume\n2010-01-04,10,9,11,10,1000\n');
const badSpec = join(scratch, 'spec.json');
writeFileSync(badSpec, '{"from": ');

const cases: readonly (readonly [args: string[], says: RegExp])[] = [
  [['--nope'], /unknown option '--nope'/],
  [['replya'], /unknown command 'replya' \(Did you mean replay\?\)/],
  [['replay', '--stratgy', 'x'], /unknown option '--stratgy' \(Did you mean --strategy\?\)/],
  [['replay', 'extra'], /too many arguments/],
  [['replay', '--from', '2010-13-01'], /expected a date YYYY-MM-DD, got "2010-13-01"/],
  [['replay', '--from', '2012-01-04', '--to', '2011-01-04'], /expected from <= to/],
  [['replay', '--from', '2031-01-01', '--to', '2031-02-01'], /2031-01-01/],
  [['replay', '--from', '2031-01-01'], /expected --from up to 2020-06-30, the end of embedded:cn/],
  [['sweep', '--to', '2001-01-01'], /expected --to from 2007-06-21 on/],
  [['replay', '--strategy', 'momentun'], /got "momentun"\. Did you mean momentum\?/],
  [['replay', '--strategy', 'sma-cross', '--set', 'fastt=3'], /fastt/],
  [['replay', '--strategy', 'sma-cross', '--set', 'fast=60'], /fast must be below slow/],
  [['replay', '--strategy', 'sma-cross', '--set', 'fast'], /Expected key=value/],
  [['backtest', '--strategy', 'sma-cross', '--set', 'fats=3'], /a parameter of sma-cross or buy-and-hold, got --set fats/],
  [['replay', '--data', 'embedded:uk'], /expected embedded:cn, embedded:us or embedded:cn-5m, got embedded:uk/],
  [['replay', '--data', join(scratch, 'nothing.csv')], /nothing\.csv/],
  [['replay', '--data', badBars, '--price-only'], /000001\.SZ\.csv.*line 2/],
  [['replay', '--symbols', '000002.SZ'], /got 000002\.SZ\. Did you mean/],
  [['replay', '--symbols', '000300.SH'], /index 000300\.SH/],
  [['replay', '--symbols', '600000.SH'], /--price-only/],
  [['replay', '--rulebook', join(scratch, 'none.json')], /none\.json/],
  [['replay', '--risk', join(scratch, 'none.json')], /none\.json/],
  [['replay', '--spec', badSpec], /spec\.json/],
  [['replay', '--cash', '-1'], /Expected a number, 0 or more/],
  [['replay', '--seed', '1.5'], /Expected a whole number/],
  [['replay', '--commission', 'much'], /Expected a decimal such as 0\.00025/],
  [['replay', '--decision-point', 'noon'], /Allowed choices are close, preopen/],
  [['replay', '--log-level', 'loud'], /expected logLevel to be one of trace.*got "loud" from flag/],
  [['backtest', '--frozen', scratch], /expected a run folder with run\.json/],
  [['settle', scratch], /expected a run folder with run\.json/],
  [['report', scratch], /expected a run folder with run\.json/],
  [['report'], /missing required argument/],
  [['verify', scratch], /expected a run folder with run\.json/],
  [['pack', scratch], /expected a run folder with run\.json/],
  [['bench', 'backtst'], /got backtst\. Did you mean backtest\?/],
  [['promote', join(scratch, 'none.ipynb')], /none\.ipynb/],
  [['lab', '--port', 'abc'], /Expected a whole number/],
  [['config', 'shw'], /Did you mean show\?/],
];

test.concurrent.each(cases)('hindcast %j', async (args, says) => {
  const { status, stdout, stderr, written } = await cli(args);
  expect(stderr).toMatch(says);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  const command = /^(replay|backtest|sweep|settle|report|verify|pack|bench|promote|lab|config)$/.exec(args[0]!)?.[1];
  expect(stderr).toMatch(command ? new RegExp(`^hindcast ${command}: `) : /^hindcast: /);
  expect({ status, stdout, written }).toEqual({ status: 2, stdout: '', written: [] });
});

test('a bad setting is bad input too', async () => {
  const { status, stderr, written } = await cli(['config', 'show'], { environment: { HINDCAST_LOG_LEVEL: 'loud' } });
  expect({ status, written }).toEqual({ status: 2, written: [] });
  expect(stderr).toContain('from environment HINDCAST_LOG_LEVEL');
});

test('with --json the error is the last line of stdout', async () => {
  const { status, stdout, stderr } = await cli(['replay', '--strategy', 'momentun', '--json']);
  expect(status).toBe(2);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(lastJson(stdout)).toMatchObject({ command: 'replay', ok: false, exitCode: 2, error: { kind: 'StrategyError' } });
  expect(lastJson((await cli(['replay', '--jsn', '--json'])).stdout)).toMatchObject({
    ok: false,
    exitCode: 2,
    error: { kind: 'UsageError' },
  });
});

test('--debug adds the stack', async () => {
  const { stderr } = await cli(['replay', '--strategy', 'momentun', '--debug']);
  expect(stderr).toMatch(/^hindcast replay: strategyOf: .*\nStrategyError: .*\n {4}at /);
});
