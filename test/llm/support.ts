/** A model server whose answers a test scripts, and the models of a run that asks it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { manualClock, randomFloat, randomInit } from '../../lib/core/index.js';
import {
  answerFormat,
  type BudgetLimits,
  type ChatRequest,
  emptyBudget,
  type ModelPlan,
  memoryMeter,
  openBudget,
  openModels,
  Transcripts,
} from '../../lib/llm/index.js';

export interface Asked {
  readonly path: string;
  readonly body: Record<string, unknown>;
  readonly headers: IncomingMessage['headers'];
}

/** `count`: how many questions came before on this path, and this one. */
export type Script = (asked: Asked, response: ServerResponse, count: number) => void;

export interface FakeServer {
  readonly url: string;
  readonly seen: Asked[];
  /** Questions (not lists and facts). */
  questions(): Asked[];
  close(): Promise<void>;
}

/** The key of both servers. */
export const KEY = 'sk-planted-key-0123';
export const DIGEST = 'd'.repeat(64);

/** Speaks both protocols; lists and facts answer by themselves, the rest as the script says. */
export async function fakeServer(script: Script): Promise<FakeServer> {
  const sockets = new Set<Socket>();
  const seen: Asked[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const path = request.url!;
      const asked = { path, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>), headers: request.headers };
      seen.push(asked);
      const count = seen.filter((one) => one.path === path).length;
      if (path === '/api/tags')
        json(response, { models: [{ name: 'm:latest', digest: DIGEST, size: 1, details: { parameter_size: '7B' } }] });
      else if (path === '/api/show') json(response, { model_info: { 'llama.context_length': 4096 } });
      else if (path === '/v1/models') json(response, { data: [{ id: 'm', owned_by: 'test' }] });
      else script(asked, response, count);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    questions: () => seen.filter(({ path }) => /chat|embed/.test(path)),
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

/** An answer as Ollama streams it, a part a word. */
export function ollamaSays(response: ServerResponse, text: string, last: Record<string, unknown> = {}): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  for (const part of text.split(/(?<= )/))
    response.write(`${JSON.stringify({ message: { role: 'assistant', content: part }, done: false })}\n`);
  const end = {
    message: { role: 'assistant', content: '' },
    done: true,
    done_reason: 'stop',
    prompt_eval_count: 40,
    eval_count: 10,
    ...last,
  };
  response.end(`${JSON.stringify(end)}\n`);
}

/** The same by OpenAI's protocol. */
export function openaiSays(
  response: ServerResponse,
  text: string,
  finish = 'stop',
  usage: object | null = { prompt_tokens: 40, completion_tokens: 10 },
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (value: unknown) => response.write(`data: ${typeof value === 'string' ? value : JSON.stringify(value)}\r\n\r\n`);
  response.write(': keep-alive\n\n');
  for (const part of text.split(/(?<= )/)) send({ choices: [{ index: 0, delta: { content: part }, finish_reason: null }] });
  send({ choices: [{ index: 0, delta: {}, finish_reason: finish }], system_fingerprint: 'fp1' });
  if (usage) send({ choices: [], usage });
  send('[DONE]');
  response.end();
}

export const decision = answerFormat(
  'decision',
  z.strictObject({ action: z.enum(['BUY_25', 'BUY_50', 'HOLD', 'SELL_50', 'SELL_ALL']), confidence: z.number().min(0).max(1) }),
);
export const GOOD = '{"action": "HOLD", "confidence": 0.5}';

interface RunChanges {
  readonly run?: string;
  readonly mode?: 'record' | 'replay' | 'live';
  readonly limits?: Partial<ModelPlan['limits']>;
  readonly plan?: Partial<ModelPlan>;
  readonly budget?: BudgetLimits;
  readonly path?: string;
  readonly signal?: AbortSignal;
}

/** Ended after each test by whoever calls `closeAll`. */
const opened: { close(): unknown }[] = [];
export async function closeAll(): Promise<void> {
  for (const one of opened.splice(0).reverse()) await one.close();
}
export function keep<T extends { close(): unknown }>(one: T): T {
  opened.push(one);
  return one;
}

export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-llm-'));
  opened.push({ close: () => rmSync(folder, { recursive: true, force: true }) });
  return folder;
}

export function effects() {
  const jitter = randomInit(7);
  return { clock: manualClock(1_700_000_000_000), random: () => randomFloat(jitter) };
}

/** The models of a run at a server: `ollama/m` by the native protocol, `cloud/m` by OpenAI's. */
export function runAt(url: string, { run = 'run', mode = 'record', limits, plan, budget = {}, path, signal }: RunChanges = {}) {
  const transcripts = keep(new Transcripts(path ?? join(scratch(), 'transcripts.sqlite')));
  const meter = memoryMeter();
  const spent = openBudget(budget, emptyBudget);
  const { clock, random } = effects();
  const models = keep(
    openModels({
      plan: {
        servers: {
          ollama: { kind: 'ollama', baseUrl: url, apiKey: KEY },
          cloud: { kind: 'openai', baseUrl: `${url}/v1`, apiKey: KEY },
        },
        models: { small: 'ollama/m' },
        startTiers: {},
        prices: { 'cloud/m': { promptYuanPerMillion: 2, completionYuanPerMillion: 8 } },
        cutoffs: {},
        numCtx: 4096,
        limits: { timeoutMs: 30_000, retries: 0, concurrency: 2, ...limits },
        budget: {},
        ...plan,
      },
      run,
      mode,
      transcripts,
      budget: spent,
      meter,
      clock,
      random,
      ...(signal && { signal }),
    }),
  );
  return { models, transcripts, meter, budget: spent, clock };
}

export const question = (text: string, changes: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'ollama/m',
  messages: [
    { role: 'system', content: 'You choose an action.' },
    { role: 'user', content: text },
  ],
  ...changes,
});

export const failureOf = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    (value) => Promise.reject(new Error(`expected a failure, got ${JSON.stringify(value)}`)),
    (error: Error) => error,
  );
