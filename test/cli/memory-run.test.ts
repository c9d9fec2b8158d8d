/** A run with a memory from the command line, beside its baseline that has none. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, lastJson } from './run-cli.js';

test('replay --memory own remembers; its baseline does not', async () => {
  const span = ['--data', 'lab:recurring@3', '--symbols', '605600.SH', '--from', '2018-03-01', '--to', '2018-04-30'];
  const { status, stdout, stderr } = await cli(['replay', ...span, '--strategy', 'memory:v1', '--memory', 'own', '--json']);
  expect(stderr).not.toContain('expected');
  expect(status).toBe(0);
  expect((lastJson(stdout) as { counts: { remembered: number } }).counts.remembered).toBeGreaterThan(0);
}, 60_000);

test('memory uplift: the embedder of the settings is the one it uses', async () => {
  const { status, stderr } = await cli(['memory', 'uplift', '--data', 'lab:recurring', '--from', '2018-02-01', '--to', '2018-02-28'], {
    environment: { HINDCAST_LLM_EMBED: 'nowhere/embedder' },
  });
  expect(status).toBe(2);
  expect(stderr).toMatch(/expected nowhere\/embedder to be of one of the servers/);
});

test('memory import --summarise says when no model is there to sum up', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-import-'));
  const notes = join(folder, 'notes.json');
  writeFileSync(notes, JSON.stringify([{ text: 'Volume rose.', knownAt: '2019-01-02', symbol: '000001.SZ' }]));
  const { status, stdout } = await cli(['memory', 'import', notes, '--memory', join(folder, 'memory'), '--summarise']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^No model is set for the role summariser: first sentences stand in/);
});
