import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../lib/core/index.js';
import { loadLab } from '../../lib/feeds/index.js';
import { openMemory } from '../../lib/memory/index.js';
import { decisionRowSchema, openRun, type ReplayEffects, type ReplaySpecInput, runReplay } from '../../lib/replay/index.js';
import { bagEmbedder } from '../memory/support.js';

const data = loadLab('lab:recurring@3');
const first = data.series.get(data.index!)!.day[0];
const symbols = [...data.series.values()]
  .filter(({ symbol, day }) => symbol !== data.index && day[0] === first)
  .slice(0, 8)
  .map(({ symbol }) => symbol);
const days = data.series.get(symbols[0]!)!;
const dateAt = (i: number) => new Date(days.day[i]! * 86_400_000).toISOString().slice(0, 10);

const spec = (more: Partial<ReplaySpecInput> = {}): ReplaySpecInput => ({
  data: 'lab:recurring@3',
  symbols,
  from: dateAt(20),
  to: dateAt(180),
  strategies: [{ id: 'memory:v1', parameters: { atLeast: 4 } }],
  memory: {},
  ...more,
});

const effects = (more: Partial<ReplayEffects> = {}): ReplayEffects => ({
  clock: systemClock(),
  resultsDir: mkdtempSync(join(tmpdir(), 'hindcast-memory-run-')),
  data,
  trial: false,
  audit: false,
  embedder: bagEmbedder(32),
  ...more,
});

test('a run with a memory: lessons are recalled only after they matured, the audit is clean', async () => {
  const first = await runReplay(spec(), effects({ audit: true }));
  const run = openRun(first.folder);
  expect(JSON.parse(readFileSync(join(first.folder, 'audit.json'), 'utf8'))).toMatchObject({ verdict: 'clean' });
  const rows = run.decisions();
  const recalled = rows.filter((row) => row.evidence.some(({ kind }) => kind === 'memory'));
  expect(recalled.length).toBeGreaterThan(20);
  for (const row of recalled) {
    expect(decisionRowSchema.parse(row).memory?.status).toBe('ok');
    for (const { knownAt } of row.evidence) expect(knownAt).toBeLessThanOrEqual(row.decidedAt);
  }
  expect(first.row.counts.fills).toBeGreaterThan(4);

  const memory = await openMemory(join(first.folder, 'memory'), { embedder: bagEmbedder(32), mode: 'read-only' });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const outcomes = new Map(
    run
      .outcomes()
      .filter(({ horizon }) => horizon === 5)
      .map((row) => [row.decision, row]),
  );
  for (const row of await memory.rowsAt(memory.heads().map((_, i) => i))) {
    const decision = byId.get(row.sources[0]!);
    if (row.kind === 'episode') {
      // The day's information only: nothing of what came after stands in it.
      expect(row.knownAt).toBeGreaterThanOrEqual(decision!.decidedAt);
      expect(row.maturesAt).toBeNull();
      expect(JSON.stringify(row.body)).not.toContain('eturn');
    }
    if (row.kind === 'lesson') {
      const outcome = outcomes.get(row.sources[0]!)!;
      expect(row.maturesAt).toBe(outcome.maturesAt);
      expect(row.knownAt).toBeGreaterThanOrEqual(outcome.maturesAt);
      expect((row.body as { instrumentReturn: number }).instrumentReturn).toBe(outcome.instrumentReturn);
    }
  }
  memory.close();
}, 60_000);

test('ended at some barrier and run again: the same bytes, and a memory without doubles', async () => {
  const whole = await runReplay(spec(), effects());
  const shared = effects();
  for (let round = 1; round <= 3; round++) {
    const stop = new AbortController();
    const ended = await runReplay(spec(), { ...shared, signal: stop.signal, progress: () => stop.abort() });
    if (!ended.interrupted) break;
  }
  const resumed = await runReplay(spec(), shared);
  expect(resumed.row.digests).toEqual(whole.row.digests);
  const rowsOf = async (folder: string) => {
    const memory = await openMemory(join(folder, 'memory'), { embedder: bagEmbedder(32), mode: 'read-only' });
    const ids = memory.heads().map(({ id }) => id);
    memory.close();
    return ids.sort();
  };
  const ids = await rowsOf(resumed.folder);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(await rowsOf(whole.folder));
}, 60_000);

test('a memory to start from is part of what the run is; read-only writes nothing; a wrong one is refused', async () => {
  const before = await runReplay(spec({ to: dateAt(120) }), effects());
  const from = join(before.folder, 'memory');
  const made = effects();
  const next = await runReplay(spec({ from: dateAt(121), memory: { from, mode: 'read-only' } }), made);
  expect(next.row.configHash).not.toBe((await runReplay(spec({ from: dateAt(121) }), made)).row.configHash);
  const memory = await openMemory(join(next.folder, 'memory'), { embedder: bagEmbedder(32), mode: 'read-only' });
  const start = await openMemory(from, { embedder: bagEmbedder(32), mode: 'read-only' });
  expect(memory.heads().map(({ id }) => id)).toEqual(start.heads().map(({ id }) => id));
  memory.close();
  start.close();
  await expect(runReplay(spec({ memory: { from: '/nowhere/at/all' } }), made)).rejects.toThrow('holds none');
  await expect(runReplay(spec({ memory: { horizon: 7 } }), made)).rejects.toThrow('Add it to horizons');
  await expect(runReplay(spec({ record: 'account' }), made)).rejects.toThrow('record full');
}, 60_000);
