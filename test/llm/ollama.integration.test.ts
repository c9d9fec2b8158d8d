/**
 * Against a true Ollama 0.24 with SmolLM2-135M (test/llm/ollama/build.mjs): what the fake servers of the other tests claim. The model
 * is good for plumbing, never for judgement.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { projectRoot } from '../../lib/core/index.js';
import {
  actionDistribution,
  answerFormat,
  ask,
  estimatePrompt,
  exportTranscript,
  failureKind,
  LengthCut,
  type Message,
  ModelMissing,
  modelsTable,
  PromptTooLong,
} from '../../lib/llm/index.js';
import { type OllamaServer, serveOllama } from './ollama/serve.js';
import { closeAll, effects, failureOf, question, runAt, scratch } from './support.js';

const built = existsSync(join(projectRoot(), 'build', 'ollama', 'ready.json'));
if (!built && process.env['CI'] === 'true') throw new Error('expected build/ollama under CI, got none. test/setup.mjs builds it.');
const why = built ? '' : ' (skipped: run node test/llm/ollama/build.mjs once)';
const real = test.skipIf(!built);

let server: OllamaServer;
beforeAll(async () => {
  if (built) server = await serveOllama();
}, 60_000);
afterAll(async () => {
  await closeAll();
  await server?.close();
});

const limits = { timeoutMs: 60_000, retries: 0, concurrency: 2 };
/** Small enough for a model that spells a few tokens a second. */
const ACTIONS = ['BUY_25', 'BUY_50', 'HOLD', 'SELL_50', 'SELL_ALL'] as const;
const decision = answerFormat('decision', z.strictObject({ action: z.enum(ACTIONS) }));
const SMALL = { model: 'ollama/smol', numCtx: 512, numPredict: 24 };
const DECIDE = 'Coin BTC. 24h change 5.2%. RSI 71. Position: 0.5 BTC. Choose one action.';
const at = (changes: Parameters<typeof runAt>[1] = {}) =>
  runAt(server.url, { limits, plan: { models: { small: 'ollama/smol', large: 'cloud/smol' } }, ...changes });

real(`facts: a digest of 64 digits, size and context; a missing model is named with what is there${why}`, async () => {
  const { models } = at();
  const facts = await models.describe('ollama/smol');
  expect(facts).toMatchObject({ name: 'smol:latest', parameters: '134.52M', contextLength: 8192 });
  expect(facts.digest).toMatch(/^[0-9a-f]{64}$/);
  const missing = (await failureOf(models.describe('ollama/nope'))) as ModelMissing;
  expect(missing).toBeInstanceOf(ModelMissing);
  expect(missing.installed).toEqual(['smol:latest']);
  expect((await modelsTable(models.plan, effects())).models.map(({ model, healthy }) => [model, healthy])).toEqual([
    ['cloud/smol', true],
    ['ollama/smol', true],
  ]);
});

real(
  `a decision by schema, with soft labels; the same question gives the same bytes anew, and replays without the server${why}`,
  async () => {
    const folder = scratch();
    const path = join(folder, 't.sqlite');
    const asked = { ...question(DECIDE, { ...SMALL, topLogprobs: 20 }), format: decision };
    const recorded = at({ path, run: 'a' });
    const first = await ask(recorded.models, asked);
    if (!first.ok) throw new Error(first.abstention.message);
    expect(first.answer).toMatchObject({ by: 'model', served: 'live', doneReason: 'stop', notes: [] });
    expect(first.answer.usage.promptTokens).toBeGreaterThan(20);
    const labels = actionDistribution(first.answer.logprobs!, ACTIONS)!;
    const sum = Object.values(labels.probabilities).reduce((all, p) => all + p, 0);
    expect(sum).toBeCloseTo(1, 9);
    expect(labels.probabilities[first.value.action]).toBeGreaterThan(0);

    const live = await ask(at({ run: 'b', mode: 'live' }).models, asked);
    expect(live.ok && live.answer.text).toBe(first.answer.text);

    const nowhere = runAt('http://127.0.0.1:1', { path, run: 'a', mode: 'replay' });
    const again = await ask(nowhere.models, asked);
    expect(again.ok && { ...again.answer, served: 'live' }).toEqual(first.answer);
    const files = [recorded, nowhere].map(({ transcripts }, i) => {
      exportTranscript(transcripts, 'a', join(folder, `${i}.jsonl`));
      return readFileSync(join(folder, `${i}.jsonl`), 'utf8');
    });
    expect(files[1]).toBe(files[0]);
  },
);

real(`limits: a cut answer, an over-long prompt, think on a model without it, no such model for a question${why}`, async () => {
  const { models } = at();
  expect(await failureOf(models.chat(question('Tell a long story.', { ...SMALL, numPredict: 4 })))).toBeInstanceOf(LengthCut);
  // Less than twice the context by the estimate: the server decides.
  const long = 'price up and down '.repeat(150);
  const tooLong = await failureOf(models.chat(question(long, SMALL)));
  expect(tooLong).toBeInstanceOf(PromptTooLong);
  expect(tooLong.message).toMatch(/exceeds the context length/);
  expect(failureKind(await failureOf(models.chat(question('x', { ...SMALL, think: true }))))).toBe('bad-answer');
});

real(`vectors: 576 numbers of norm 1, the same again; empty and over-long texts are refused${why}`, async () => {
  const { models } = at();
  const { vectors, dimension } = await models.embed('ollama/smol', ['bitcoin rises', 'ether falls', 'bitcoin rises']);
  expect(dimension).toBe(576);
  for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
  expect(vectors[0]).toEqual(vectors[2]);
  expect(vectors[0]).not.toEqual(vectors[1]);
  const other = await at({ mode: 'live', run: 'b' }).models.embed('ollama/smol', ['bitcoin rises']);
  expect(other.vectors[0]!.every((value, i) => Math.abs(value - vectors[0]![i]!) < 1e-3)).toBe(true);
  const long = 'a b c '.repeat(3000);
  expect(failureKind(await failureOf(models.embed('ollama/smol', [long])))).toBe('prompt-too-long');
  const one = await failureOf(models.embed('ollama/smol', ['short', long]));
  expect(one).toMatchObject({ kind: 'bad-vectors', items: [1], message: expect.stringMatching(/context length/) as string });
});

real(`the same server by OpenAI's protocol: answer, usage, soft labels, vectors${why}`, async () => {
  const { models } = at();
  const asked = { ...question(DECIDE, { ...SMALL, model: 'cloud/smol', topLogprobs: 5 }), format: decision };
  const answer = await ask(models, asked);
  if (!answer.ok) throw new Error(answer.abstention.message);
  expect(answer.answer.usage.promptTokens).toBeGreaterThan(20);
  expect(answer.answer.notes).toEqual([]);
  expect(actionDistribution(answer.answer.logprobs!, ACTIONS)).toBeDefined();
  expect((await models.embed('cloud/smol', ['bitcoin rises'])).dimension).toBe(576);
  expect(await failureOf(models.chat(question('x', { model: 'cloud/nope' })))).toBeInstanceOf(ModelMissing);
});

real(`the estimate of tokens is within a factor of two of the server's count${why}`, async () => {
  const texts = {
    prose: 'The company raised its dividend after a strong quarter, and analysts expect revenue to grow further next year. '.repeat(2),
    json: JSON.stringify({ symbol: '600000.SH', close: 10.25, rsi: 55.31, volume: 1234567, news: ['none'] }, null, 1).repeat(2),
    bars: '2024-03-05 open 10.21 high 10.40 low 10.11 close 10.25 volume 1234567\n'.repeat(3),
    // SmolLM2 never learned Chinese: it spells each character in bytes. Models that did take about one token a character.
    chinese: '公司宣布季度利润增长，分析师预计明年收入继续上升。'.repeat(2),
  };
  const ratios: Record<string, number> = {};
  for (const [name, content] of Object.entries(texts)) {
    const { models, transcripts } = at();
    const messages: Message[] = [
      { role: 'system', content: 'Read.' },
      { role: 'user', content },
    ];
    await models.attempt({ model: 'ollama/smol', messages, numCtx: 512, numPredict: 1 });
    const [entry] = transcripts.ofRun('run');
    if (!entry || !('answer' in entry.outcome)) throw new Error('expected an answer');
    ratios[name] = estimatePrompt(messages) / entry.outcome.answer.usage.promptTokens;
  }
  for (const name of ['prose', 'json', 'bars']) {
    expect(ratios[name]).toBeGreaterThan(0.5);
    expect(ratios[name]).toBeLessThan(2);
  }
  expect(ratios['chinese']).toBeGreaterThan(0.25);
  expect(ratios['chinese']).toBeLessThan(2);
});

real(`a full queue is said to be one${why}`, async () => {
  const { models } = at({ limits: { ...limits, concurrency: 16 } });
  // Only who waits for a model to load is in the queue: another context makes it load again.
  const request = (i: number) => question(`Say ${i}.`, { ...SMALL, numCtx: 384, numPredict: 2 });
  const many = await Promise.all(Array.from({ length: 10 }, (_, i) => models.attempt(request(i))));
  const kinds = many.map((one) => (one.ok ? 'ok' : failureKind(one.fault)));
  expect(kinds).toContain('queue-full');
  expect(kinds.filter((kind) => kind === 'length-cut' || kind === 'ok').length).toBeGreaterThan(0);
  expect(many.find((one) => !one.ok && failureKind(one.fault) === 'queue-full')).toMatchObject({
    fault: { status: 503, message: expect.stringMatching(/maximum pending requests/) as string },
  });
});

real(`a question that its caller ends leaves the server free for the next${why}`, async () => {
  const { models } = at();
  const stop = new AbortController();
  const ended = failureOf(models.chat(question('Write a very long story.', { ...SMALL, numPredict: 300, signal: stop.signal })));
  setTimeout(() => stop.abort(), 400);
  expect(failureKind(await ended)).toBe('cancelled');
  expect(failureKind(await failureOf(models.chat(question('Say hi.', { ...SMALL, numPredict: 2 }))))).toBe('length-cut');
});
