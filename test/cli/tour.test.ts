/** The tour from start to end: its tables, its report, its audit. */
import { existsSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cli, lastJson } from './run-cli.js';

test('the tour shows its markets, a clean audit and a report', async () => {
  const { status, stdout, stderr } = await cli(['tour', '--json']);
  expect(status).toBe(0);
  const { report, audit, parts } = lastJson(stdout) as {
    report: string;
    audit: string;
    parts: { title: string; summaries: { strategy: string; totalReturn: number; sharpeAnnualLow95: number; excessOverIndex: number }[] }[];
  };
  expect(audit).toBe('clean');
  expect(existsSync(report)).toBe(true);
  expect(statSync(report).size).toBeLessThan(2_000_000);
  expect(parts.map(({ summaries }) => summaries.map(({ strategy }) => strategy))).toEqual([
    ['rule:v1', 'buy-and-hold', 'sma-cross', 'sma-cross+exits', 'random-same-turnover'],
    ['momentum', 'equal-weight', 'sma-cross', 'buy-and-hold'],
    ['clear/rule:v1', 'clear/buy-and-hold', 'nothing/rule:v1', 'nothing/buy-and-hold'],
    ['best of 144', 'buy-and-hold'],
    ['PPO, seed 1', 'buy-and-hold'],
    ['memory:v1'],
  ]);
  for (const { summaries } of parts) {
    for (const { totalReturn, sharpeAnnualLow95, excessOverIndex } of summaries) {
      expect([totalReturn, sharpeAnnualLow95, excessOverIndex].every(Number.isFinite)).toBe(true);
    }
  }
  expect(stderr).toContain('Leak audit: clean.');
  expect(stderr).toContain('price index');
  expect(parts[2]!.title).toContain('synthetic');
  expect(stderr).toContain('None of these companies exists');
  // The SMA cross of the first part is one of the grid, recorded once.
  expect(stderr).toContain('the best of 144 worthless ones');
  expect(stderr).toMatch(/honest loop +0 /);
  expect(stderr).toMatch(/63 of 181 rows exist; lessons recalled: 20, the newest of 2018-04-02/);
  expect(stderr).toContain('degraded (zero), 0 rows');
  expect(stderr).toMatch(/npx hindcast verify \S+rule-v1/);
});
