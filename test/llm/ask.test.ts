/** One attempt to mend an answer, then an abstention; budgets that stop before a call and go on later; counters. */
import { afterEach, expect, test } from 'vitest';
import { ask, type BudgetState, BudgetStop, openBudget, RULE, UnseenPrompt } from '../../lib/llm/index.js';
import { closeAll, decision, failureOf, fakeServer, GOOD, json, keep, ollamaSays, openaiSays, question, runAt } from './support.js';

afterEach(closeAll);

test.each([
  ['prose', 'I would hold.', {}, /invalid|expected JSON of the form decision/],
  ['another form', '{"action":"BUY","confidence":0.5}', {}, /action: /],
  ['no text', '', {}, /no text/],
  ['an answer cut off', '{"action"', { done_reason: 'length' }, /much shorter/],
])('%s is mended once, with what was wrong', async (_, said, last, told) => {
  const server = keep(
    await fakeServer((_asked, response, count) => (count === 1 ? ollamaSays(response, said, last) : ollamaSays(response, GOOD))),
  );
  const { models } = runAt(server.url);
  const asked = await ask(models, { ...question('Now?'), format: decision });
  expect(asked).toMatchObject({ ok: true, value: { action: 'HOLD', confidence: 0.5 }, repaired: true });
  expect(asked.ok && new Set(asked.transcripts).size).toBe(2);
  const messages = server.questions()[1]!.body['messages'] as { role: string; content: string }[];
  expect(messages.slice(0, 2)).toEqual(question('Now?').messages);
  expect(messages.at(-1)).toMatchObject({ role: 'user', content: expect.stringMatching(told) as string });
  expect(messages.filter(({ role }) => role === 'assistant').map(({ content }) => content)).toEqual(said === '' ? [] : [said]);
});

test('what stays wrong is an abstention with its reason; so is what no second question mends, at once', async () => {
  const server = keep(
    await fakeServer(({ body }, response) => (body['model'] === 'm' ? ollamaSays(response, 'no') : json(response, { error: 'away' }, 500))),
  );
  const { models } = runAt(server.url);
  const wrong = await ask(models, { ...question('Now?'), format: decision });
  expect(wrong).toMatchObject({ ok: false, abstention: { reason: 'invalid-json', model: 'ollama/m' } });
  expect(!wrong.ok && wrong.abstention.transcripts.length).toBe(2);
  const { models: others } = runAt(server.url);
  const missing = await ask(others, { ...question('Now?', { model: 'ollama/nope' }), format: decision });
  expect(missing).toMatchObject({ ok: false, abstention: { reason: 'model-missing', transcripts: [] } });
  expect(await ask(models, { ...question('x', { model: RULE }), format: decision })).toMatchObject({ abstention: { reason: 'no-model' } });
});

test('what was asked twice is paid for twice, an abstention too: as much as the budget says', async () => {
  const server = keep(
    await fakeServer(({ body }, response, count) =>
      openaiSays(response, JSON.stringify(body).includes('mend') && count % 2 === 0 ? GOOD : 'no'),
    ),
  );
  for (const [text, ok] of [
    ['mend it', true],
    ['never', false],
  ] as const) {
    const { models, budget } = runAt(server.url);
    const asked = await ask(models, { ...question(text, { model: 'cloud/m' }), format: decision });
    expect(asked.ok).toBe(ok);
    const { calls, promptTokens, completionTokens, microYuan } = budget.state().spent;
    expect({ calls, microYuan }).toEqual({ calls: 2, microYuan: 320 });
    expect(asked.ok ? asked.spent : asked.abstention.spent).toEqual({ tokens: promptTokens + completionTokens, microYuan });
  }
});

test('ends that were asked for are no abstentions', async () => {
  const server = keep(await fakeServer((_, response) => ollamaSays(response, GOOD)));
  const spent = runAt(server.url, { budget: { calls: 0 } });
  expect(await failureOf(ask(spent.models, { ...question('x'), format: decision }))).toBeInstanceOf(BudgetStop);
  const replay = runAt(server.url, { mode: 'replay' });
  expect(await failureOf(ask(replay.models, { ...question('x'), format: decision }))).toBeInstanceOf(UnseenPrompt);
});

test.each([
  ['calls', { calls: 3 }, 3],
  // 3 + 2 x 5 + 4 + 1 = 18 estimated for the prompt, 100 for the answer: the third could end at 2 x 50 + 118.
  ['tokens', { tokens: 217 }, 2],
  // 160 millionths a call, at most 836 before it: the third could end at 320 + 836.
  ['yuan', { yuan: 0.001155 }, 2],
  ['seconds', { seconds: 0 }, 0],
] as const)('a budget of %s stops before the call that would not fit', async (limit, budget, calls) => {
  const server = keep(await fakeServer((_, response) => openaiSays(response, GOOD)));
  const { models, budget: spent } = runAt(server.url, { budget });
  let stop: unknown;
  for (let i = 0; i < 5 && stop === undefined; i++) {
    stop = await models.chat(question(`x${i}`, { model: 'cloud/m', numPredict: 100 })).then(
      () => undefined,
      (error: unknown) => error,
    );
  }
  expect(stop).toBeInstanceOf(BudgetStop);
  expect((stop as BudgetStop).limit).toBe(limit);
  expect((stop as BudgetStop).message).toMatch(/llmBudget.*resume/);
  expect(server.questions().length).toBe(calls);
  expect(spent.state().spent).toMatchObject({ calls, promptTokens: 40 * calls, completionTokens: 10 * calls, microYuan: 160 * calls });
});

test('what runs at once stays within the budget together', async () => {
  const server = keep(await fakeServer((_, response) => void setTimeout(() => ollamaSays(response, GOOD), 20)));
  const { models, budget } = runAt(server.url, { budget: { calls: 4 } });
  const all = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => models.chat(question(`x${i}`))));
  expect(all.filter(({ status }) => status === 'fulfilled').length).toBe(4);
  expect(budget.state().spent.calls).toBe(4);
});

test('a run that stopped goes on from its state with a higher limit', () => {
  const first = openBudget({ tokens: 100 });
  first.settle(first.reserve({ tokens: 60, microYuan: 5 }), { promptTokens: 50, completionTokens: 10, microYuan: 5, milliseconds: 9 });
  expect(() => first.reserve({ tokens: 60, microYuan: 5 })).toThrow(BudgetStop);
  const state = JSON.parse(JSON.stringify(first.state())) as BudgetState;
  const second = openBudget({ tokens: 120 }, state);
  second.settle(second.reserve({ tokens: 60, microYuan: 5 }), { promptTokens: 20, completionTokens: 3, microYuan: 2, milliseconds: 1 });
  expect(second.state().spent).toEqual({ calls: 2, promptTokens: 70, completionTokens: 13, microYuan: 7, milliseconds: 10 });
});

test('what a run spent is known from the transcripts too, however it ended', async () => {
  const server = keep(
    await fakeServer(({ path }, response, count) => {
      if (path.includes('embed')) json(response, { data: [{ index: 0, embedding: [1, 2] }], usage: { prompt_tokens: 5 } });
      else if (count === 1) json(response, {}, 500);
      else openaiSays(response, GOOD);
    }),
  );
  const { models, budget, transcripts } = runAt(server.url);
  for (const text of ['x', 'y', 'z']) await models.attempt(question(text, { model: 'cloud/m' }));
  await models.chat(question('z', { model: 'cloud/m' }));
  await models.embed('cloud/m', ['text']);
  await models.chat(question('x', { model: RULE, byRule: () => 'hold' }));
  expect(transcripts.spentBy('run')).toEqual(budget.state().spent);
  expect(transcripts.spentBy('run')).toMatchObject({ calls: 4, promptTokens: 85, completionTokens: 20, microYuan: 330 });
  expect(transcripts.spentBy('another').calls).toBe(0);
});

test('counters have the names that the old system had', async () => {
  const server = keep(await fakeServer((_, response) => openaiSays(response, GOOD)));
  const { models, meter } = runAt(server.url);
  for (let i = 0; i < 2; i++) await models.chat(question(`x`, { model: 'cloud/m', tier: 'large' }));
  const rows = meter.counters().map(({ name, labels, value }) => [name, labels['kind'] ?? labels['tier'] ?? '', labels['served'], value]);
  expect(rows).toEqual([
    ['llm_cost_total_yuan', '', 'live', 0.00016],
    ['llm_cost_total_yuan', '', 'recorded', 0.00016],
    ['llm_requests_by_tier_total', 'large', 'live', 1],
    ['llm_requests_by_tier_total', 'large', 'recorded', 1],
    ['llm_tokens_total', 'completion', 'live', 10],
    ['llm_tokens_total', 'completion', 'recorded', 10],
    ['llm_tokens_total', 'prompt', 'live', 40],
    ['llm_tokens_total', 'prompt', 'recorded', 40],
  ]);
});
