import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { manualClock, type Strategy } from '../../lib/core/index.js';
import { loadLab } from '../../lib/feeds/index.js';
import { Transcripts } from '../../lib/llm/index.js';
import { chatKey } from '../../lib/llm/transcript-entry.js';
import { openRun, prepareReplay, type ReplaySpecInput, runReplay } from '../../lib/replay/index.js';
import { dirtyDiff } from '../../lib/report/dirty-diff.js';
import { packRun, type VerifyEffects, verifyRun, writeReport } from '../../lib/report/index.js';
import { saveBundle } from '../../lib/rl/index.js';
import { bagEmbedder } from '../memory/support.js';
import { somePolicy } from '../rl/some-policy.js';

const clock = manualClock(1_700_000_000_000);
const scratch = (): string => mkdtempSync(join(tmpdir(), 'hindcast-pack-'));
/** Without `code`: lib may be worked at while the tests run. */
const verify = async (path: string, more: Partial<VerifyEffects> = {}) => {
  const [result] = await verifyRun(path, { clock, resultsDir: scratch(), ...more });
  return { ...result!, moved: result!.moved.filter((part) => part !== 'code') };
};
const entriesOf = (path: string) => unzipSync(readFileSync(path));

const stocks: ReplaySpecInput = { data: 'embedded:cn', symbols: ['000001.SZ'], from: '2015-01-05', to: '2015-05-29', strategies: [] };

test("a policy's run: its pack holds the bundle, verifies where the bundle is gone, and a bundle that changed is named", async () => {
  const folder = join(scratch(), 'policy');
  saveBundle(folder, somePolicy());
  writeFileSync(join(folder, 'training.log'), 'not of the bundle');
  const spec = { ...stocks, strategies: [{ id: 'rl', parameters: { bundle: folder } }] };
  const run = (await runReplay(spec, { clock, resultsDir: scratch(), trial: false })).folder;
  expect(openRun(run).row.counts.fills).toBeGreaterThan(0);
  expect(await verify(run)).toMatchObject({ verdict: 'verified', moved: [] });
  const pack = packRun(run);
  expect(pack.entries.filter((name) => name.startsWith('models/'))).toEqual([
    'models/1.bundle/bundle.json',
    'models/1.bundle/weights.safetensors',
  ]);

  renameSync(folder, `${folder}-away`);
  expect(await verify(pack.path)).toMatchObject({ verdict: 'verified', moved: [] });
  const gone = await verify(run);
  expect(gone).toMatchObject({ verdict: 'cannot verify' });
  expect(gone.says).toContain(folder);

  saveBundle(folder, somePolicy({ seed: 2 }));
  expect(await verify(run)).toMatchObject({ verdict: 'drifted', moved: ['bundle'] });
  expect(() => packRun(run)).toThrow(/others by now: bundle/);

  writeFileSync(join(folder, 'weights.safetensors'), 'other bytes');
  const broken = await verify(run);
  expect(broken).toMatchObject({ verdict: 'cannot verify' });
  expect(broken.says).toContain('weights.safetensors');
}, 60_000);

test('two policies in one account are packed each in its place', async () => {
  const [one, two] = [join(scratch(), 'one'), join(scratch(), 'two')];
  saveBundle(one, somePolicy({ seed: 1 }));
  saveBundle(two, somePolicy({ seed: 2 }));
  const strategies = [one, two].map((bundle) => ({ id: 'rl', parameters: { bundle } }));
  const run = (await runReplay({ ...stocks, strategies }, { clock, resultsDir: scratch(), trial: false })).folder;
  const pack = packRun(run);
  rmSync(one, { recursive: true });
  rmSync(two, { recursive: true });
  expect(await verify(pack.path)).toMatchObject({ verdict: 'verified', moved: [] });
}, 60_000);

const lab = loadLab('lab:recurring@3');
const days = lab.series.get(lab.index!)!.day;
const dateAt = (i: number) => new Date(days[i]! * 86_400_000).toISOString().slice(0, 10);
const remembering: ReplaySpecInput = {
  data: 'lab:recurring@3',
  symbols: [...lab.series.values()]
    .filter(({ symbol, day }) => symbol !== lab.index && day[0] === days[0])
    .slice(0, 6)
    .map(({ symbol }) => symbol),
  from: dateAt(20),
  to: dateAt(120),
  strategies: [{ id: 'memory:v1', parameters: { atLeast: 2 } }],
  memory: {},
};
const embedder = bagEmbedder(32);
const withMemory = { clock, data: lab, trial: false, audit: false, embedder } as const;
const openEmbedder = async () => ({ embedder, close: async () => {} });

test('a run with a memory: its pack holds the one it started from; a memory that changed is named', async () => {
  const before = await runReplay(remembering, { ...withMemory, resultsDir: scratch() });
  // Another folder than the first run's, so that it can be moved.
  const from = join(scratch(), 'start');
  cpSync(join(before.folder, 'memory'), from, { recursive: true });
  const spec = { ...remembering, from: dateAt(121), to: dateAt(200), memory: { from } };
  const next = await runReplay(spec, { ...withMemory, resultsDir: scratch() });
  const recalled = openRun(next.folder)
    .decisions()
    .filter(({ evidence }) => evidence.some(({ kind }) => kind === 'memory'));
  expect(recalled.length).toBeGreaterThan(10);
  expect(await verify(next.folder, { openEmbedder })).toMatchObject({ verdict: 'verified', moved: [] });
  const pack = packRun(next.folder);
  expect(pack.entries).toContain('memory/memory.json');
  expect(pack.entries.filter((name) => name.includes('writer.db'))).toEqual([]);

  renameSync(from, `${from}-away`);
  expect(await verify(pack.path, { openEmbedder })).toMatchObject({ verdict: 'verified', moved: [] });
  const gone = await verify(next.folder, { openEmbedder });
  expect(gone).toMatchObject({ verdict: 'cannot verify' });
  expect(gone.says).toContain(from);

  // A memory that knows nothing of it: other lessons, other decisions.
  const other = await runReplay({ ...remembering, to: dateAt(22) }, { ...withMemory, resultsDir: scratch() });
  cpSync(join(other.folder, 'memory'), from, { recursive: true });
  expect(await verify(next.folder, { openEmbedder })).toMatchObject({ verdict: 'drifted', moved: ['memory'] });
  expect(() => packRun(next.folder)).toThrow(/others by now: memory/);
}, 120_000);

test('an embedder that is not at hand cannot verify, another one is named', async () => {
  const spec = { ...remembering, to: dateAt(60) };
  const { folder } = await runReplay(spec, { ...withMemory, resultsDir: scratch() });
  const without = await verify(folder);
  expect(without).toMatchObject({ verdict: 'cannot verify' });
  expect(without.says).toContain('test:bag');
  const other = bagEmbedder(16, 'test:other');
  const drifted = await verify(folder, { openEmbedder: async () => ({ embedder: other, close: async () => {} }) });
  expect(drifted.moved).toEqual(['model:embedder.test:bag', 'model:embedder.test:other']);
}, 60_000);

const QUESTION = { temperature: 0, seed: 7, numCtx: 512, numPredict: 8, think: false, topLogprobs: 0 };

/** A strategy that rests on recorded answers: a stand-in for one that asks models. */
function asking(transcripts: Transcripts, run: string, record: boolean): Strategy<null> {
  return {
    id: 'sma-cross',
    scope: 'symbol',
    actions: { id: 'seed-five', rows: [{ name: 'HOLD', size: { kind: 'none' } }] },
    init: () => null,
    decide(view, symbols) {
      const prompt = `what of ${symbols[0]} at ${view.asOf}?`;
      const key = chatKey({ ...QUESTION, messages: [{ role: 'user', content: prompt }] }, 'test/model', 'd', 0);
      if (record) {
        const answer = { text: `hold ${view.asOf % 97}`, doneReason: 'stop', usage: { promptTokens: 1, completionTokens: 1 }, notes: [] };
        transcripts.keep(run, { ...key, outcome: { answer }, costMicroYuan: 0, milliseconds: 1, createdAt: 0 });
      }
      const entry = transcripts.find(key.hash, { run, others: false, failures: true });
      if (entry === undefined || !('answer' in entry.outcome)) throw new Error(`not recorded: ${prompt}`);
      const why = entry.outcome.answer.text;
      const intent = { symbol: symbols[0]!, action: 'HOLD', confidence: 1, why, evidence: [], detail: { transcripts: [entry.id] } };
      return { intents: [intent], state: null };
    },
  };
}

test('a run that asked models: its pack holds the calls, and a second run answers from them alone', async () => {
  const resultsDir = scratch();
  const spec: ReplaySpecInput = { ...stocks, to: '2015-01-30', strategies: [{ id: 'sma-cross' }] };
  const transcripts = new Transcripts(join(resultsDir, 'transcripts.sqlite'));
  const { run: name } = prepareReplay(spec, { strategy: asking(transcripts, '', false) });
  const strategy = asking(transcripts, name, true);
  const { folder } = await runReplay(spec, { clock, resultsDir, trial: false, audit: false, strategy });
  // Calls of another run stay out.
  await runReplay({ ...spec, seed: 2 }, { clock, resultsDir, trial: false, audit: false, strategy: asking(transcripts, 'other', true) });
  transcripts.close();
  const decisions = openRun(folder).decisions();
  const answerFrom: VerifyEffects['answerFrom'] = ({ run }, recorded) => ({ strategy: asking(recorded, run, false) });

  const pack = packRun(folder);
  const lines = Buffer.from(entriesOf(pack.path)['transcript.jsonl']!).toString('utf8').trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).id).sort()).toEqual(decisions.flatMap((row) => row.transcripts).sort());
  const { file } = await writeReport({ runs: [openRun(folder)], out: join(scratch(), 'report.html'), clock });
  for (const path of [folder, pack.path]) expect(await verify(path, { answerFrom })).toMatchObject({ verdict: 'verified', moved: [] });
  expect(await verify(file, { resultsDir, answerFrom })).toMatchObject({ verdict: 'verified', moved: [] });

  // Without anybody to answer, without the calls, with the calls of another: said, never verified.
  expect((await verify(pack.path)).says).toMatch(/cannot verify .*answerFrom/);
  renameSync(join(resultsDir, 'transcripts.sqlite'), join(resultsDir, 'away.sqlite'));
  for (const name of ['transcripts.sqlite-wal', 'transcripts.sqlite-shm']) rmSync(join(resultsDir, name), { force: true });
  expect((await verify(folder, { answerFrom })).says).toMatch(/cannot verify .*expected the \d+ model calls/);
  expect(() => packRun(folder)).toThrow(/expected the \d+ model calls/);
}, 60_000);

test('an archive with another entry, an index that is none, or a name that leads out is refused', async () => {
  const run = (
    await runReplay(
      { ...stocks, to: '2015-01-30', strategies: [{ id: 'sma-cross' }] },
      { clock, resultsDir: scratch(), trial: false, audit: false },
    )
  ).folder;
  const entries = entriesOf(packRun(run).path);
  const path = join(scratch(), 'x.zip');
  const changed = (more: Record<string, Uint8Array>) => writeFileSync(path, zipSync({ ...entries, ...more }));
  changed({ 'run/equity.csv': strToU8('date\n') });
  await expect(verify(path)).rejects.toThrow(/expected run\/equity\.csv as packed/);
  changed({ 'pack.json': strToU8('[]') });
  await expect(verify(path)).rejects.toThrow(/expected a pack\.json of version 1/);
  changed({ 'pack.json': strToU8('not json') });
  await expect(verify(path)).rejects.toThrow(/expected pack\.json inside/);
  const index = JSON.parse(Buffer.from(entries['pack.json']!).toString('utf8'));
  const outside = '../outside.txt';
  changed({
    [outside]: strToU8(''),
    'pack.json': strToU8(
      JSON.stringify({
        ...index,
        entries: { ...index.entries, [outside]: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
      }),
    ),
  });
  await expect(verify(path)).rejects.toThrow(/expected names inside the pack/);
}, 60_000);

test('the patch of a changed tree holds its new files too', () => {
  const root = scratch();
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { encoding: 'utf8' });
  mkdirSync(join(root, 'lib'));
  writeFileSync(join(root, 'lib', 'old.ts'), 'one\n');
  writeFileSync(join(root, 'package-lock.json'), '{}\n');
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '-m', 'start');
  writeFileSync(join(root, 'lib', 'old.ts'), 'two\n');
  writeFileSync(join(root, 'lib', 'new.ts'), 'three\n');
  const patch = dirtyDiff(root);
  git('checkout', '--quiet', '--', '.');
  rmSync(join(root, 'lib', 'new.ts'));
  writeFileSync(join(root, 'all.patch'), patch);
  git('apply', 'all.patch');
  expect(readFileSync(join(root, 'lib', 'old.ts'), 'utf8')).toBe('two\n');
  expect(readFileSync(join(root, 'lib', 'new.ts'), 'utf8')).toBe('three\n');
});

test('the page says which policy ran, what memory it had, and how often that was degraded', async () => {
  const page = async (folder: string) => {
    const { file, facts } = writeReport({ runs: [openRun(folder)], out: join(scratch(), 'report.html'), clock });
    const rows = [...readFileSync(file, 'utf8').matchAll(/<th scope="row">(Policy|Memory)<\/th><td>(.*?)<\/td>/g)];
    return { marks: facts.marks, rows: Object.fromEntries(rows.map(([, name, html]) => [name, html!.replace(/<[^>]+>/g, '')])) };
  };
  const bundle = join(scratch(), 'policy');
  const policy = somePolicy();
  saveBundle(bundle, policy);
  const trained = await runReplay(
    { ...stocks, to: '2015-01-30', strategies: [{ id: 'rl', parameters: { bundle } }] },
    { clock, resultsDir: scratch(), trial: false, audit: false },
  );
  expect((await page(trained.folder)).rows).toEqual({ Policy: `${bundle}, hash ${policy.hash.slice(0, 8)}` });

  const first = await runReplay({ ...remembering, to: dateAt(60) }, { ...withMemory, resultsDir: scratch() });
  const decisions = openRun(first.folder).decisions();
  const said = (status: string) => decisions.filter(({ memory }) => memory?.status === status).length;
  const healthy = await page(first.folder);
  expect(healthy.rows['Memory']).toBe(
    `its own; empty at the start; ${first.row.counts.remembered} rows at the end; embedder test:bag; asked in ${said('ok') + said('empty')} decisions: ${said('ok')} answered, ${said('empty')} empty, none degraded`,
  );
  expect(said('ok')).toBeGreaterThan(0);
  expect(healthy.marks).toEqual(['synthetic data']);

  // The same name, other vectors: the health check finds out, and every recall says so.
  const sick = { ...bagEmbedder(32), digest: async () => 'another' };
  const from = join(first.folder, 'memory');
  const spec = { ...remembering, from: dateAt(61), to: dateAt(90), memory: { from, mode: 'read-only' as const, use: 'lagged' as const } };
  const second = await runReplay(spec, { ...withMemory, resultsDir: scratch(), embedder: sick });
  const { marks, rows } = await page(second.folder);
  const count = openRun(second.folder)
    .decisions()
    .filter(({ memory }) => memory?.status === 'degraded').length;
  expect(count).toBeGreaterThan(0);
  expect(marks).toEqual(['synthetic data', 'memory lagged: an ablation', `memory degraded in ${count} decisions`]);
  expect(rows['Memory']).toContain(`lagged (an ablation); began as ${from}; read only`);
  expect(rows['Memory']).toContain(`${count} degraded`);
}, 60_000);
