/** What servers do wrong, by both protocols: each becomes an error of its class with a hint, and only what may help is tried again. */
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { BadAnswer, Cancelled, RateLimited, Refused, TimeoutError, Unavailable } from '../../lib/feeds/index.js';
import {
  EmptyAnswer,
  failureKind,
  InvalidJson,
  LengthCut,
  LlmInputError,
  ModelMissing,
  PromptTooLong,
  QueueFull,
  SchemaMismatch,
  StreamBroken,
} from '../../lib/llm/index.js';
import {
  closeAll,
  decision,
  failureOf,
  fakeServer,
  GOOD,
  json,
  keep,
  ollamaSays,
  openaiSays,
  question,
  runAt,
  type Script,
  scratch,
} from './support.js';

afterEach(closeAll);

const both = ['ollama/m', 'cloud/m'] as const;
const says = (response: ServerResponse, path: string, text: string): void =>
  path.startsWith('/v1') ? openaiSays(response, text) : ollamaSays(response, text);
const head = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/x-ndjson' });
const partOf = (path: string): string =>
  path.startsWith('/v1') ? 'data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n' : '{"message":{"content":"Hel"},"done":false}\n';

interface Case {
  readonly what: string;
  readonly script: Script;
  readonly is: new (...args: never[]) => Error;
  readonly kind: string;
  readonly says: RegExp;
  /** Attempts when one retry is allowed. */
  readonly tries: number;
  /** Only where running out of time is the fault: a busy machine must not make another fault into this one. */
  readonly timeoutMs?: number;
}

const cases: readonly Case[] = [
  {
    what: '503',
    script: (_, r) => json(r, { error: 'server busy, please try again. maximum pending requests exceeded' }, 503),
    is: QueueFull,
    kind: 'queue-full',
    says: /maximum pending.*llmConcurrency/,
    tries: 2,
  },
  {
    what: '500',
    script: (_, r) => json(r, { error: 'boom' }, 500),
    is: Unavailable,
    kind: 'unavailable',
    says: /HTTP 500.*boom.*log/,
    tries: 2,
  },
  {
    what: '401',
    script: (_, r) => json(r, { error: 'sk-planted-key-0123 is no key' }, 401),
    is: Refused,
    kind: 'refused',
    says: /\*\*\*\* is no key.*key of this server/,
    tries: 1,
  },
  {
    what: 'an empty account',
    script: (_, r) => json(r, { error: { message: 'Insufficient Balance' } }, 402),
    is: Refused,
    kind: 'refused',
    says: /top it up/,
    tries: 1,
  },
  {
    what: '429',
    script: (_, r) => json(r, { error: 'slow down' }, 429),
    is: RateLimited,
    kind: 'rate-limited',
    says: /llmRatePerMinute/,
    tries: 2,
  },
  {
    what: 'an over-long prompt',
    script: (_, r) => json(r, { error: 'the input length exceeds the context length' }, 400),
    is: PromptTooLong,
    kind: 'prompt-too-long',
    says: /Shorten the prompt/,
    tries: 1,
  },
  {
    what: 'a page of a proxy',
    script: (_, r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
    is: BadAnswer,
    kind: 'bad-answer',
    says: /<html>.*address/,
    tries: 1,
  },
  {
    what: 'a stream that breaks off',
    script: ({ path }, r) => {
      head(r).write(partOf(path));
      setTimeout(() => r.destroy(), 10);
    },
    is: StreamBroken,
    kind: 'stream-broken',
    says: /whole answer/,
    tries: 2,
  },
  {
    what: 'a stream without its end',
    script: ({ path }, r) => {
      head(r).end(partOf(path));
    },
    is: StreamBroken,
    kind: 'stream-broken',
    says: /without a last one/,
    tries: 2,
  },
  {
    what: 'half a line',
    script: ({ path }, r) => {
      head(r).end(partOf(path) + partOf(path).slice(0, 20));
    },
    is: StreamBroken,
    kind: 'stream-broken',
    says: /cut short/,
    tries: 2,
  },
  {
    what: 'an error within a 200',
    script: ({ path }, r) => {
      head(r).end(`${partOf(path)}${path.startsWith('/v1') ? 'data: ' : ''}{"error":"CUDA out of memory"}\n`);
    },
    is: StreamBroken,
    kind: 'stream-broken',
    says: /CUDA out of memory/,
    tries: 2,
  },
  {
    what: 'a server that never answers',
    script: () => {},
    is: TimeoutError,
    kind: 'timeout',
    says: /within 300 ms/,
    tries: 2,
    timeoutMs: 300,
  },
  {
    what: 'a stream that hangs',
    script: ({ path }, r) => void head(r).write(partOf(path)),
    is: TimeoutError,
    kind: 'timeout',
    says: /within 300 ms/,
    tries: 2,
    timeoutMs: 300,
  },
  {
    what: 'a closed connection',
    script: (_, r) => void r.destroy(),
    is: Unavailable,
    kind: 'unavailable',
    says: /Start the server|broken connection/,
    tries: 2,
  },
  { what: 'no text', script: ({ path }, r) => says(r, path, ' '), is: EmptyAnswer, kind: 'empty-answer', says: /no text/, tries: 1 },
  {
    what: 'prose for JSON',
    script: ({ path }, r) => says(r, path, 'I would hold.'),
    is: InvalidJson,
    kind: 'invalid-json',
    says: /form decision.*I would hold/,
    tries: 1,
  },
  {
    what: 'another form',
    script: ({ path }, r) => says(r, path, '{"action":"BUY","confidence":2}'),
    is: SchemaMismatch,
    kind: 'schema-mismatch',
    says: /action: .*; confidence: /,
    tries: 1,
  },
  {
    what: 'an answer cut off',
    script: ({ path }, r) =>
      path.startsWith('/v1') ? openaiSays(r, '{"action"', 'length') : ollamaSays(r, '{"action"', { done_reason: 'length' }),
    is: LengthCut,
    kind: 'length-cut',
    says: /numPredict/,
    tries: 1,
  },
];

test.each(both.flatMap((model) => cases.map((one) => ({ model, ...one }))))(
  '$model: $what',
  async ({ model, script, is, kind, says, tries, timeoutMs = 30_000 }) => {
    const server = keep(await fakeServer(script));
    const { models, meter } = runAt(server.url, { limits: { retries: 1, timeoutMs } });
    const error = await failureOf(models.chat(question('Now?', { model, format: decision })));
    expect(error).toBeInstanceOf(is);
    expect(failureKind(error)).toBe(kind);
    expect(error.message).toMatch(says);
    expect(error.message).toContain('expected');
    expect(server.questions().length).toBe(tries);
    expect(meter.counters().find(({ name }) => name === 'llm_requests_by_tier_total')).toMatchObject({
      labels: { outcome: kind, served: 'live' },
      value: 1,
    });
  },
);

test('a model that is not there: Ollama names what is', async () => {
  const server = keep(await fakeServer((_, r) => json(r, { error: "model 'nope' not found" }, 404)));
  const { models } = runAt(server.url);
  const missing = await failureOf(models.chat(question('x', { model: 'ollama/nope' })));
  expect(missing).toBeInstanceOf(ModelMissing);
  expect((missing as ModelMissing).installed).toEqual(['m:latest']);
  expect(missing.message).toMatch(/It has m:latest.*ollama pull nope/);
  expect((await failureOf(models.chat(question('x', { model: 'cloud/nope' })))).message).toMatch(/none of that name. It has m/);
  // It went away after it was looked up.
  expect(await failureOf(models.chat(question('x')))).toBeInstanceOf(ModelMissing);
  expect(await failureOf(models.chat(question('x', { model: 'cloud/m' })))).toBeInstanceOf(ModelMissing);
});

test('nobody listens: the address is named', async () => {
  const server = await fakeServer(() => {});
  await server.close();
  const { models } = runAt(server.url);
  const error = await failureOf(models.chat(question('x')));
  expect(error).toBeInstanceOf(Unavailable);
  expect(error.message).toMatch(/127\.0\.0\.1.*ECONNREFUSED.*Start the server/);
});

test('a slow first token is waited for; a request may have less time than the settings give', async () => {
  const server = keep(await fakeServer(({ path }, r) => void setTimeout(() => says(r, path, GOOD), 250)));
  const { models } = runAt(server.url);
  expect((await models.chat(question('x'))).text).toBe(GOOD);
  expect(await failureOf(models.chat(question('y', { timeoutMs: 50 })))).toBeInstanceOf(TimeoutError);
});

test('the caller ends its question, and only that one', async () => {
  const server = keep(await fakeServer(({ path }, r) => void setTimeout(() => says(r, path, GOOD), 200)));
  const { models, transcripts } = runAt(server.url);
  const stop = new AbortController();
  const ended = failureOf(models.chat(question('a', { signal: stop.signal })));
  const other = models.chat(question('b'));
  setTimeout(() => stop.abort(), 50);
  expect(await ended).toBeInstanceOf(Cancelled);
  expect((await other).text).toBe(GOOD);
  // An end that was asked for is no answer.
  expect(transcripts.ofRun('run').length).toBe(1);
});

test('a server that asks for a pause gets it', async () => {
  const server = keep(
    await fakeServer((_, r, count) => {
      if (count === 1) r.writeHead(429, { 'retry-after-ms': '120' }).end();
      else openaiSays(r, GOOD);
    }),
  );
  const { models } = runAt(server.url, { limits: { retries: 1 } });
  const startedAt = performance.now();
  expect((await models.chat(question('x', { model: 'cloud/m' }))).text).toBe(GOOD);
  expect(performance.now() - startedAt).toBeGreaterThan(110);
});

test('a server that fails again and again is left alone', async () => {
  const server = keep(await fakeServer((_, r) => json(r, {}, 500)));
  const { models } = runAt(server.url);
  for (let i = 0; i < 8; i++) await failureOf(models.chat(question(`x${i}`)));
  expect(server.questions().length).toBe(5);
  expect((await failureOf(models.chat(question('last')))).message).toMatch(/5 failures in a row/);
});

test('no more questions at once than the settings say', async () => {
  let now = 0;
  let most = 0;
  const server = keep(
    await fakeServer(({ path }, r) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        says(r, path, GOOD);
      }, 20);
    }),
  );
  const { models } = runAt(server.url, { limits: { concurrency: 2 } });
  await Promise.all(Array.from({ length: 9 }, (_, i) => models.chat(question(`x${i}`))));
  expect(most).toBe(2);
});

test('a prompt that surely does not fit is not sent; one whose front the server cut is not believed', async () => {
  const server = keep(await fakeServer((_, r) => ollamaSays(r, GOOD, { prompt_eval_count: 256 })));
  const { models } = runAt(server.url);
  const long = 'price up and down again '.repeat(4000);
  expect(await failureOf(models.chat(question(long)))).toBeInstanceOf(PromptTooLong);
  expect(server.questions().length).toBe(0);
  const fits = 'price up and down again '.repeat(600);
  const cut = await failureOf(models.chat(question(fits)));
  expect(cut).toBeInstanceOf(PromptTooLong);
  expect(cut.message).toMatch(/read the whole prompt.*got 256 of a context of 4096/);
});

test('what is sent: by Ollama, everything that decides, uncut; by others, in their words', async () => {
  const server = keep(await fakeServer(({ path }, r) => says(r, path, GOOD)));
  const { models } = runAt(server.url);
  const rest = { format: decision, temperature: 0.3, seed: 11, numCtx: 2048, numPredict: 64, topLogprobs: 5, sample: 2, keepAlive: '5m' };
  await models.chat(question('x', rest));
  expect(server.questions()[0]!.body).toEqual({
    model: 'm',
    messages: question('x').messages,
    stream: true,
    think: false,
    truncate: false,
    shift: false,
    keep_alive: '5m',
    logprobs: true,
    top_logprobs: 5,
    format: decision.jsonSchema,
    options: { temperature: 0.3, seed: 13, num_ctx: 2048, num_predict: 64 },
  });
  const answer = await models.chat(question('x', { ...rest, model: 'cloud/m' }));
  const { body, headers } = server.questions()[1]!;
  expect(headers.authorization).toBe('Bearer sk-planted-key-0123');
  expect(body).toEqual({
    model: 'm',
    messages: question('x').messages,
    stream: true,
    stream_options: { include_usage: true },
    temperature: 0.3,
    seed: 13,
    max_tokens: 64,
    logprobs: true,
    top_logprobs: 5,
    chat_template_kwargs: { enable_thinking: false },
    response_format: { type: 'json_schema', json_schema: { name: 'decision', schema: decision.jsonSchema, strict: true } },
  });
  expect(answer).toMatchObject({
    json: { action: 'HOLD', confidence: 0.5 },
    usage: { promptTokens: 40, completionTokens: 10 },
    costMicroYuan: 160,
    notes: [],
  });
});

test('what a server refuses is asked for in another way, noted, and not tried again', async () => {
  const refuses = ['chat_template_kwargs', 'stream_options', 'logprobs', 'response_format.json_schema'];
  const server = keep(
    await fakeServer(({ body }, r) => {
      const wrong = refuses.find((name) =>
        name.includes('.') ? (body['response_format'] as { type: string }).type === 'json_schema' : name in body,
      );
      if (wrong) json(r, { error: { message: `Unsupported parameter: ${wrong}` } }, 400);
      else openaiSays(r, `<think>hm</think>\n\`\`\`json\n${GOOD}\n\`\`\``, 'stop', null);
    }),
  );
  const { models } = runAt(server.url);
  const asked = question('x', { model: 'cloud/m', format: decision, topLogprobs: 5 });
  const answer = await models.chat(asked);
  expect(answer.json).toEqual({ action: 'HOLD', confidence: 0.5 });
  expect([...answer.notes].sort()).toEqual([
    'tokens estimated',
    'without json_schema',
    'without logprobs',
    'without stream_options',
    'without thinking',
  ]);
  expect(server.questions().length).toBe(5);
  const { body } = server.questions().at(-1)!;
  expect(body['response_format']).toEqual({ type: 'json_object' });
  expect(JSON.stringify(body['messages'])).toContain('JSON Schema');
  await models.chat({ ...asked, sample: 1 });
  expect(server.questions().length).toBe(6);
});

test('vectors are checked one by one; a batch that fails is asked text by text', async () => {
  const vectorOf = (text: string): (number | null)[] =>
    text === 'zero' ? [0, 0, 0] : text === 'short' ? [1, 0] : text === 'nan' ? [null, 1, 0] : [text.length, 1, 0];
  const script: Script = ({ path, body }, r) => {
    const texts = body['input'] as string[];
    // Ollama answers NaN with an error that takes the whole batch with it.
    if (texts.includes('bad') && texts.length > 1) json(r, { error: 'failed to encode response: json: unsupported value: NaN' }, 500);
    else if (path.startsWith('/v1'))
      json(r, { data: texts.map((text, index) => ({ index, embedding: vectorOf(text) })).reverse(), usage: { prompt_tokens: 9 } });
    else json(r, { embeddings: texts.map(vectorOf), prompt_eval_count: 9 });
  };
  const server = keep(await fakeServer(script));
  for (const model of both) {
    const path = join(scratch(), 't.sqlite');
    const { models, budget } = runAt(server.url, { path });
    const good = await models.embed(model, ['aa', 'bad', 'aa', 'cccc']);
    expect(good.vectors.map((vector) => [...vector])).toEqual([
      [2, 1, 0],
      [3, 1, 0],
      [2, 1, 0],
      [4, 1, 0],
    ]);
    expect(good.dimension).toBe(3);
    const before = budget.state().spent.calls;
    await models.embed(model, ['cccc', 'aa']);
    expect(budget.state().spent.calls).toBe(before);
    for (const [text, what] of [
      ['zero', /zeros/],
      ['short', /2 numbers in place of 3/],
      ['nan', /not finite/],
    ] as const) {
      const error = await failureOf(models.embed(model, ['fine', text, 'good']));
      expect(failureKind(error)).toBe('bad-vectors');
      expect(error).toMatchObject({ items: [1], message: expect.stringMatching(what) as string });
    }
    const replay = runAt(server.url, { path, mode: 'replay' }).models;
    expect((await replay.embed(model, ['cccc'])).vectors).toEqual([new Float32Array([4, 1, 0])]);
    expect(failureKind(await failureOf(replay.embed(model, ['fine', 'zero'])))).toBe('bad-vectors');
    expect(await failureOf(models.embed(model, ['a', ' ']))).toBeInstanceOf(LlmInputError);
  }
});
