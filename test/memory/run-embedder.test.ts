/** Runs whose memory is embedded by a server: on record, going on while it is away, verified without it. */
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { dateOf, projectRoot, systemClock } from '../../lib/core/index.js';
import { loadLab } from '../../lib/feeds/index.js';
import type { ModelPlan } from '../../lib/llm/index.js';
import { localEmbedderId, recordedEmbedder, serverEmbedder } from '../../lib/memory/index.js';
import { openRun, prepareReplay, type ReplaySpecInput, runReplay } from '../../lib/replay/index.js';
import { packRun, type VerifyEffects, verifyRun } from '../../lib/report/index.js';
import { type OllamaServer, serveOllama } from '../llm/ollama/serve.js';
import { closeAll, fakeServer, json, keep, runAt, type Script, scratch } from '../llm/support.js';
import { bagEmbedder } from './support.js';

afterEach(closeAll);

const SOURCE = 'lab:recurring@13';
const data = loadLab(SOURCE);
const { day } = data.series.get(data.index!)!;
const symbols = [...data.series.values()]
  .filter((series) => series.symbol !== data.index && series.day[0] === day[0])
  .slice(0, 8)
  .map(({ symbol }) => symbol);
const specOf = (embedder: string, sessions = 40): ReplaySpecInput => ({
  data: SOURCE,
  symbols,
  from: dateOf(day[20]!),
  to: dateOf(day[20 + sessions - 1]!),
  strategies: [{ id: 'memory:v1' }],
  memory: { embedder },
});

/** A bag of words behind Ollama's protocol; away for the requests that `away` names. */
async function bagServer(away: (request: number) => boolean) {
  const bag = bagEmbedder(24);
  const script: Script = ({ body }, response, count) => {
    if (away(count)) {
      json(response, { error: 'server busy, please try again' }, 503);
      return;
    }
    void bag.embed(body['input'] as string[]).then((vectors) => {
      json(response, { embeddings: vectors.map((vector) => [...vector]), prompt_eval_count: 5 });
    });
  };
  return keep(await fakeServer(script));
}

/** A run as the command makes it: its calls go by its name into the transcripts beside it. */
async function replayAt(
  url: string,
  spec: ReplaySpecInput,
  results: string,
  plan: Partial<ModelPlan> = {},
  stopAfter = Number.POSITIVE_INFINITY,
) {
  mkdirSync(results, { recursive: true });
  const { run } = prepareReplay(spec, { data });
  const stop = new AbortController();
  const { models, transcripts } = runAt(url, { run, path: join(results, 'transcripts.sqlite'), limits: { timeoutMs: 20_000 }, plan });
  const embedder = await serverEmbedder(models, (spec.memory as { embedder: string }).embedder);
  const result = await runReplay(spec, {
    clock: systemClock(),
    resultsDir: results,
    data,
    trial: false,
    embedder,
    signal: stop.signal,
    progress: ({ done }) => {
      if (done >= stopAfter) stop.abort();
    },
  });
  await models.close();
  transcripts.close();
  return result;
}

/** Without `code`: lib may be worked at while the tests run. */
const verify = async (path: string, more: Partial<VerifyEffects> = {}) => {
  const [result] = await verifyRun(path, { clock: systemClock(), resultsDir: scratch(), ...more });
  return { ...result!, moved: result!.moved.filter((part) => part !== 'code') };
};
/** As the command does it, at an address where nobody listens. */
const answerFrom: VerifyEffects['answerFrom'] = (row, transcripts) => {
  const { models } = runAt('http://127.0.0.1:9', { run: row.run, mode: 'replay', path: transcripts.path });
  return { embedder: recordedEmbedder(models, row.embedder!) };
};

const rowsOf = (folder: string) => openRun(folder).decisions();

test('a server that goes away in the middle: recalls are degraded, rows come later, the run goes on, and it verifies without the server', async () => {
  const server = await bagServer((request) => request >= 12 && request <= 15);
  const results = scratch();
  const { folder, row } = await replayAt(server.url, specOf('ollama/m', 60), results);
  expect(row.status).toBe('done');
  expect(row.embedder).toEqual({ id: 'ollama:m', digest: 'd'.repeat(64), dimension: 24, maxTokens: 4096 });
  expect(row.stamp.models).toEqual({ 'embedder.ollama:m': 'd'.repeat(64) });
  const states = rowsOf(folder).flatMap(({ memory }) => (memory === undefined ? [] : [memory]));
  const degraded = states.filter(({ status }) => status === 'degraded');
  expect(degraded.length).toBeGreaterThan(0);
  expect(degraded[0]!.reason).toMatch(/provider-down.*503|provider-down.*busy/s);
  expect(states[states.length - 1]!.status).toBe('ok');
  expect(row.notes.join('\n')).toMatch(
    /the embedder ollama:m failed at \d+ barriers?; \d+ rows came later than they would have, 0 of them never/,
  );
  // The audit's runs over part of the span ask nobody, and fail where the run failed.
  expect(JSON.parse(readFileSync(join(folder, 'audit.json'), 'utf8'))).toMatchObject({ verdict: 'clean' });

  const pack = packRun(folder);
  expect(pack.entries).toContain('transcript.jsonl');
  const asked = server.questions().length;
  await server.close();
  for (const path of [folder, pack.path]) expect(await verify(path, { answerFrom })).toMatchObject({ verdict: 'verified', moved: [] });
  expect(server.questions().length).toBe(asked);

  renameSync(join(results, 'transcripts.sqlite'), join(results, 'away.sqlite'));
  const openEmbedder: VerifyEffects['openEmbedder'] = async (id) => {
    const { models } = runAt(server.url);
    return { embedder: await serverEmbedder(models, id.replace(':', '/')), close: async () => {} };
  };
  const gone = await verify(folder, { answerFrom, openEmbedder });
  expect(gone.verdict).toBe('cannot verify');
  expect(gone.says).toMatch(/vectors are not on record and the embedder ollama:m is not reachable/);
}, 60_000);

test('ended while the server is away and gone on when it is back: no row is lost, and the whole verifies', async () => {
  const whole = await replayAt((await bagServer(() => false)).url, specOf('ollama/m'), scratch());
  // Away from the 9th request on, until the run was ended; back when it goes on.
  let back = false;
  const server = await bagServer((request) => !back && request >= 9);
  const results = scratch();
  const first = await replayAt(server.url, specOf('ollama/m'), results, {}, 15);
  if (first.interrupted) expect(existsSync(join(first.folder, 'memory-waiting.jsonl'))).toBe(true);
  back = true;
  const second = first.interrupted ? await replayAt(server.url, specOf('ollama/m'), results) : first;
  expect(second.row.status).toBe('done');
  if (first.interrupted) expect(second.row.counts.remembered).toBeGreaterThanOrEqual(whole.row.counts.remembered!);
  expect(second.row.counts.decisions).toBe(whole.row.counts.decisions);
  await server.close();
  expect(await verify(second.folder, { answerFrom })).toMatchObject({ verdict: 'verified', moved: [] });
}, 60_000);

test('an embedder that the run was not lent is asked for by name; a local one needs none', async () => {
  const effects = { clock: systemClock(), resultsDir: scratch(), data, trial: false, audit: false };
  await expect(runReplay(specOf('ollama/m'), effects)).rejects.toThrow('expected to be lent ollama/m, got none');
  await expect(runReplay(specOf('ollama/m'), { ...effects, embedder: bagEmbedder() })).rejects.toThrow('got test:bag');
  expect(() => prepareReplay(specOf('bge-m3'), { data })).toThrow('a model as server/name');
  const named = prepareReplay(specOf('ollama/m'), { data });
  expect(prepareReplay({ ...specOf('ollama/m'), memory: {} }, { data }).run).not.toBe(named.run);
  expect(localEmbedderId).toBe('bge-small-zh-v1.5-q');
});

// ---------------------------------------------------------------- a true server

const built = existsSync(join(projectRoot(), 'build', 'ollama', 'ready.json'));
const why = built ? '' : ' (skipped: run node test/llm/ollama/build.mjs once)';
let ollama: OllamaServer;
beforeAll(async () => {
  if (built) ollama = await serveOllama();
}, 60_000);
afterAll(async () => {
  await ollama?.close();
});

test.skipIf(!built)(
  `a true Ollama embeds a run's memory; the run verifies when it is gone${why}`,
  async () => {
    const { folder, row } = await replayAt(ollama.url, specOf('ollama/smol', 20), scratch());
    expect(row.embedder).toMatchObject({ id: 'ollama:smol', dimension: 576, digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(rowsOf(folder).some(({ memory }) => memory?.status === 'ok')).toBe(true);
    expect(row.counts.remembered).toBeGreaterThan(0);
    expect(row.notes.join()).not.toContain('failed');
    expect(await verify(folder, { answerFrom })).toMatchObject({ verdict: 'verified', moved: [] });
  },
  120_000,
);
