/** The transcripts: what is kept, who gets it, what a replay says of what is not there, files that are equal, processes that end anywhere. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { projectRoot } from '../../lib/core/index.js';
import {
  answerFormat,
  type ChatRequest,
  exportTranscript,
  failureKind,
  importTranscript,
  LengthCut,
  RULE,
  TranscriptError,
  Transcripts,
  UnseenPrompt,
} from '../../lib/llm/index.js';
import {
  closeAll,
  decision,
  failureOf,
  fakeServer,
  json,
  KEY,
  keep,
  ollamaSays,
  question,
  runAt,
  type Script,
  scratch,
} from './support.js';

afterEach(closeAll);

/** Answers with its count, so that an answer that was asked again is another one. */
const counting: Script = ({ body }, response, count) => {
  const texts = body['input'] as string[] | undefined;
  if (texts) json(response, { embeddings: texts.map((text, i) => [text.length, i + 1, count / 7]), prompt_eval_count: 6 });
  else ollamaSays(response, `answer ${count}`, { prompt_eval_count: 40 + count });
};

test('record asks once, for all runs and both when asked at once; live asks again, but once in a run; replay asks nothing', async () => {
  const server = keep(await fakeServer(counting));
  const path = join(scratch(), 't.sqlite');
  const first = runAt(server.url, { path, run: 'a' });
  const [one, two] = await Promise.all([first.models.chat(question('x')), first.models.chat(question('x'))]);
  expect([one.text, two.text, one.served, two.served]).toEqual(['answer 1', 'answer 1', 'live', 'recorded']);
  expect(one.transcript).toBe(two.transcript);
  expect((await first.models.chat(question('x', { sample: 1 }))).text).toBe('answer 2');

  const second = runAt(server.url, { path, run: 'b' });
  expect((await second.models.chat(question('x'))).text).toBe('answer 1');
  const live = runAt(server.url, { path, run: 'c', mode: 'live' });
  expect((await live.models.chat(question('x'))).text).toBe('answer 3');
  expect((await live.models.chat(question('x'))).text).toBe('answer 3');
  expect(server.questions().length).toBe(3);

  await server.close();
  const texts = await Promise.all(
    ['a', 'b', 'c', 'other'].map(async (run) => (await runAt(server.url, { path, run, mode: 'replay' }).models.chat(question('x'))).text),
  );
  expect(texts).toEqual(['answer 1', 'answer 1', 'answer 3', 'answer 1']);
});

test('whatever decides about an answer makes another call of it; what does not, does not', async () => {
  const server = keep(await fakeServer(counting));
  const { models } = runAt(server.url);
  const ask = async (changes: Partial<ChatRequest>) => (await models.chat(question('x', changes))).transcript;
  const base = await ask({});
  const other: Partial<ChatRequest>[] = [
    { messages: [{ role: 'user', content: 'x ' }] },
    { temperature: 0.1 },
    { seed: 8 },
    { numCtx: 2048 },
    { numPredict: 100 },
    { think: true },
    { topLogprobs: 1 },
    { sample: 1 },
  ];
  const ids = [];
  for (const changes of other) ids.push(await ask(changes));
  expect(new Set([base, ...ids]).size).toBe(other.length + 1);
  expect(await ask({ timeoutMs: 1234, keepAlive: '1h', tier: 'small' })).toBe(base);
});

test('a run replays to the same bytes: answers, vectors, failures, costs', async () => {
  const script: Script = (asked, response, count) => {
    if (JSON.stringify(asked.body).includes('break')) json(response, { error: 'boom' }, 500);
    else if (JSON.stringify(asked.body).includes('cut')) ollamaSays(response, '{"act', { done_reason: 'length' });
    else if (JSON.stringify(asked.body).includes('key')) ollamaSays(response, `my key is ${KEY}`);
    else counting(asked, response, count);
  };
  const server = keep(await fakeServer(script));
  const folder = scratch();
  const path = join(folder, 't.sqlite');

  async function everything(mode: 'record' | 'replay', at: string, order: readonly string[]) {
    const { models, budget, meter, transcripts } = runAt(server.url, { path: at, run: 'a', mode });
    const answers: Record<string, unknown> = {};
    const asked = order.map(async (text) => {
      const got = await models.attempt(question(text, text === 'cut' ? { format: decision } : {}));
      answers[text] = got.ok
        ? { ...got.answer, served: null }
        : { kind: failureKind(got.fault), transcript: got.transcript, said: got.said, cut: got.fault instanceof LengthCut };
    });
    await Promise.all(asked);
    const { vectors, ...rest } = await models.embed('ollama/m', ['one', 'three', 'one']);
    answers['vectors'] = { vectors: vectors.map((vector) => [...vector]), ...rest };
    answers['used'] = models.used();
    await models.close();
    const out = join(folder, `${mode}-${order[0]}.jsonl`);
    const lines = exportTranscript(transcripts, 'a', out);
    return { answers, file: readFileSync(out, 'utf8'), lines, budget: budget.state(), meter: meter.counters() };
  }

  const order = ['hello', 'break', 'cut', 'key', 'last'];
  const recorded = await everything('record', path, order);
  expect(recorded.lines).toBe(7);
  expect(recorded.file).not.toContain(KEY);
  expect(recorded.answers['break']).toMatchObject({ kind: 'unavailable' });
  await server.close();
  const replayed = await everything('replay', path, [...order].reverse());
  expect(replayed.answers).toEqual(recorded.answers);
  expect(replayed.file).toBe(recorded.file);

  // By way of a file, in another store.
  const elsewhere = join(folder, 'elsewhere.sqlite');
  const store = new Transcripts(elsewhere);
  expect(importTranscript(store, 'a', join(folder, 'record-hello.jsonl'))).toBe(7);
  store.close();
  const imported = await everything('replay', elsewhere, order);
  expect(imported.answers).toEqual(recorded.answers);
  expect(imported.file).toBe(recorded.file);

  // What was spent is now what it had cost.
  expect(replayed.budget.spent.calls).toBe(0);
  const cost = ({ promptTokens, completionTokens, microYuan }: typeof recorded.budget.spent) => ({
    promptTokens,
    completionTokens,
    microYuan,
  });
  expect(cost(replayed.budget.recorded)).toEqual(cost(recorded.budget.spent));
  expect(replayed.meter.every(({ labels }) => labels['served'] === 'recorded')).toBe(true);
});

test('an exported line that was changed is refused, and nothing of its file is kept', async () => {
  const server = keep(await fakeServer(counting));
  const folder = scratch();
  const { models, transcripts } = runAt(server.url);
  for (const text of ['x', 'y', 'z']) await models.chat(question(text));
  const file = join(folder, 'run.jsonl');
  exportTranscript(transcripts, 'run', file);
  writeFileSync(file, readFileSync(file, 'utf8').replace('You choose an action', 'You choose another'));
  const store = keep(new Transcripts(join(folder, 'other.sqlite')));
  expect(() => importTranscript(store, 'run', file)).toThrow(TranscriptError);
  expect(store.ofRun('run')).toEqual([]);
});

test('a failure is asked again by the next run, and by the same run later', async () => {
  const server = keep(
    await fakeServer((asked, response, count) => {
      if (count <= 2) json(response, {}, 500);
      else counting(asked, response, count);
    }),
  );
  const path = join(scratch(), 't.sqlite');
  const { models } = runAt(server.url, { path, run: 'a' });
  expect((await models.attempt(question('x'))).ok).toBe(false);
  expect((await models.attempt(question('x'))).ok).toBe(false);
  expect((await models.attempt(question('x'))).ok).toBe(true);
  const replay = runAt(server.url, { path, run: 'a', mode: 'replay' });
  expect((await replay.models.chat(question('x'))).text).toBe('answer 3');
});

test('an unseen prompt shows the nearest recorded one and what differs', async () => {
  const server = keep(await fakeServer(counting));
  const path = join(scratch(), 't.sqlite');
  const record = runAt(server.url, { path });
  const day = (close: string, extra = '') => `Symbol 600000.SH\nclose ${close}\nnews: none\n${extra}position: 0\nWhat now?`;
  await record.models.chat(question(day('10.20')));
  await record.models.chat(question('Sum up this text: the weather was fine.'));
  await record.models.embed('ollama/m', ['bank raises dividend']);

  const { models } = runAt(server.url, { path, mode: 'replay' });
  const unseen = (await failureOf(models.chat(question(day('10.21', 'rsi 55\n'))))) as UnseenPrompt;
  expect(unseen).toBeInstanceOf(UnseenPrompt);
  expect(unseen.nearest).toBe(record.transcripts.ofRun('run').find(({ prompt }) => prompt.includes('10.20'))!.hash);
  expect(unseen.diff).toBe(
    ['...', ' [user]', ' Symbol 600000.SH', '-close 10.20', '+close 10.21', ' news: none', '+rsi 55', ' position: 0', ' What now?'].join(
      '\n',
    ),
  );
  expect(unseen.message).toMatch(/not in .*t\.sqlite.*from it to this:\n/);

  const warmer = (await failureOf(models.chat(question(day('10.20'), { temperature: 0.7 })))) as UnseenPrompt;
  expect(warmer.message).toMatch(/same prompt was recorded with other parameters/);
  expect(warmer.diff).toMatch(/-temperature: 0\n\+temperature: 0\.7/);
  expect(((await failureOf(models.embed('ollama/m', ['bank cuts dividend']))) as UnseenPrompt).diff).toBe(
    '-bank raises dividend\n+bank cuts dividend',
  );
  // Another model was never asked.
  expect((await failureOf(models.chat(question('x', { model: 'ollama/other' })))).message).toMatch(/never-recorded/);
  expect(server.questions().length).toBe(3);
});

test('rules that stand in for a model say so, are recorded, and are not taken from another run', async () => {
  const server = keep(await fakeServer(counting));
  const path = join(scratch(), 't.sqlite');
  const format = answerFormat('say', z.object({ say: z.string() }));
  const asked = (say: string) => question('x', { model: RULE, format, byRule: () => ({ say }) });
  const first = await runAt(server.url, { path, run: 'a' }).models.chat(asked('hold'));
  expect(first).toMatchObject({
    by: 'rule',
    model: RULE,
    modelDigest: RULE,
    json: { say: 'hold' },
    notes: ['rules, no language model'],
    costMicroYuan: 0,
  });
  expect((await runAt(server.url, { path, run: 'b' }).models.chat(asked('sell'))).json).toEqual({ say: 'sell' });
  const replay = runAt(server.url, { path, run: 'a', mode: 'replay' });
  expect(await replay.models.chat(asked('never called'))).toMatchObject({ by: 'rule', json: { say: 'hold' }, served: 'recorded' });
  const nobody = await failureOf(runAt(server.url).models.chat(question('x', { model: RULE })));
  expect(failureKind(nobody)).toBe('no-model');
  expect(nobody.message).toMatch(/llmTiers/);
});

test('a file that is no store, or newer, is refused and left alone', () => {
  const folder = scratch();
  const text = join(folder, 'text.sqlite');
  writeFileSync(text, 'this is no database, and long enough to be looked at as one'.repeat(100));
  expect(() => new Transcripts(text)).toThrow(TranscriptError);
  expect(readFileSync(text, 'utf8')).toMatch(/^this is no database/);
  const newer = join(folder, 'newer.sqlite');
  const db = new DatabaseSync(newer);
  db.exec('pragma user_version = 99');
  db.close();
  expect(() => new Transcripts(newer)).toThrow(/version 1 .* got 99/);
});

test('processes write at once, are killed anywhere, and no entry that was acknowledged is lost or doubled', async () => {
  const path = join(scratch(), 't.sqlite');
  const root = projectRoot();
  const child = (name: string, count: number, killAfter: number | null) =>
    new Promise<string[]>((resolve) => {
      const one = spawn(process.execPath, ['--import', './lib/boot.mjs', 'test/llm/child-writer.ts', path, name, String(count)], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let out = '';
      one.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString();
        if (killAfter !== null && out.split('\n').length > killAfter) one.kill('SIGKILL');
      });
      // The last line may be cut short by the kill.
      one.on('close', () => resolve(out.split('\n').slice(0, -1)));
    });
  const acknowledged = [
    ...(await Promise.all([child('a', 200, null), child('b', 200, null), child('c', 5000, 30)])),
    ...(await Promise.all([child('d', 5000, 10), child('e', 5000, 60)])),
  ].flat();
  expect(acknowledged.length).toBeGreaterThanOrEqual(400 + 100);
  const store = keep(new Transcripts(path));
  const held = ['a', 'b', 'c', 'd', 'e'].flatMap((run) => store.ofRun(run).map(({ id }) => `${run} ${id}`));
  const all = new Set(held);
  expect(acknowledged.filter((line) => !all.has(line))).toEqual([]);
  expect(held.length).toBe(all.size);
  // The first hundred calls are the same for all: one entry each.
  expect(store.newest('chat', 100_000).filter(({ prompt }) => prompt.includes('shared')).length).toBe(100);
});
