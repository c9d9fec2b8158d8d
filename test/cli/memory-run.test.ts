/** A run with a memory from the command line, beside its baseline that has none. */
import { expect, test } from 'vitest';
import { cli, lastJson } from './run-cli.js';

test('replay --memory own remembers; its baseline does not', async () => {
  const span = ['--data', 'lab:recurring@3', '--symbols', '605600.SH', '--from', '2018-03-01', '--to', '2018-04-30'];
  const { status, stdout, stderr } = await cli(['replay', ...span, '--strategy', 'memory:v1', '--memory', 'own', '--json']);
  expect(stderr).not.toContain('expected');
  expect(status).toBe(0);
  expect((lastJson(stdout) as { counts: { remembered: number } }).counts.remembered).toBeGreaterThan(0);
}, 60_000);
