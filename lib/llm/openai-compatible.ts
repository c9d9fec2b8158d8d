/** Servers that speak OpenAI's protocol: DashScope, DeepSeek, SiliconFlow, vLLM, llama.cpp. What one can't do is asked for in another way, and noted. */
import { z } from 'zod';
import { hashOf } from '../core/index.js';
import { BadAnswer, type Refused } from '../feeds/index.js';
import type { CallSettings, FullQuestion, Message, ModelFacts, Provider, RawAnswer, TokenLogprob, Usage } from './contract.js';
import { ModelMissing, StreamBroken } from './errors.js';
import { type HttpQuestion, notTheProtocol, type ServerAddress, serverHttp } from './server-http.js';
import { estimatePrompt, estimateTokens } from './token-estimate.js';

const logprob = z.object({ token: z.string(), logprob: z.number() });
const usage = z.object({ prompt_tokens: z.int(), completion_tokens: z.int() });
const failure = z.union([z.string(), z.object({ message: z.string().optional(), code: z.union([z.string(), z.number()]).nullish() })]);
const part = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish() }).optional(),
        finish_reason: z.string().nullish(),
        logprobs: z.object({ content: z.array(logprob.extend({ top_logprobs: z.array(logprob).optional() })).nullish() }).nullish(),
      }),
    )
    .optional(),
  usage: usage.nullish(),
  system_fingerprint: z.string().nullish(),
  error: failure.optional(),
});
const embedAnswer = z.object({
  data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number().nullable()) })),
  usage: z.object({ prompt_tokens: z.int() }).nullish(),
});
const modelList = z.object({
  data: z.array(
    z.looseObject({ id: z.string(), owned_by: z.string().nullish(), root: z.string().nullish(), max_model_len: z.int().nullish() }),
  ),
});

/** What not every server takes, in the order in which it is given up: the fields of the request, and what stands in the note. */
type Extra = 'thinking' | 'stream_options' | 'logprobs' | 'seed' | 'json_schema' | 'json_object';
const EXTRAS: readonly { readonly extra: Extra; readonly named: RegExp }[] = [
  { extra: 'thinking', named: /enable_thinking|chat_template_kwargs|thinking/i },
  { extra: 'stream_options', named: /stream_options|include_usage/i },
  { extra: 'logprobs', named: /logprobs/i },
  { extra: 'seed', named: /\bseed\b/i },
  { extra: 'json_schema', named: /json_schema|response_format/i },
  { extra: 'json_object', named: /json_object|response_format/i },
];

/** Models that think by default are told not to, in the words of their server. */
function thinkingOff(host: string): Readonly<Record<string, unknown>> {
  if (/(^|\.)(dashscope|siliconflow)[.-]|aliyuncs/.test(host)) return { enable_thinking: false };
  if (/(^|\.)deepseek\./.test(host)) return { thinking: { type: 'disabled' } };
  return { chat_template_kwargs: { enable_thinking: false } };
}

export function openaiCompatible(address: ServerAddress): Provider {
  const { server, baseUrl } = address;
  const host = new URL(baseUrl).hostname;
  const http = serverHttp(address);
  /** What a model's server has refused. */
  const refused = new Map<string, Set<Extra>>();

  const onStatus =
    (model: string): HttpQuestion['onStatus'] =>
    (status, body) =>
      status === 404 || /model_not_found|model.{0,40}(does not exist|not exist|not found)/i.test(body)
        ? new ModelMissing(
            server,
            `expected the model ${model} at ${host}, got HTTP ${status} ${JSON.stringify(body.slice(0, 200))}. Check its name and the URL (it commonly ends in /v1).`,
          )
        : undefined;

  function bodyOf(model: string, question: FullQuestion, without: ReadonlySet<Extra>): { body: object; notes: string[] } {
    const { messages, format, temperature, seed, numPredict, think, topLogprobs } = question;
    const notes: string[] = [];
    const want = <T extends object>(extra: Extra, wanted: boolean, fields: T): T | object => {
      if (!wanted) return {};
      if (!without.has(extra)) return fields;
      notes.push(`without ${extra}`);
      return {};
    };
    let responseFormat: object = {};
    let asked: readonly Message[] = messages;
    if (format) {
      const { name, jsonSchema: schema } = format;
      if (without.has('json_schema')) {
        asked = [
          ...messages,
          { role: 'user', content: `Answer with one JSON object of this JSON Schema and nothing else: ${JSON.stringify(schema)}` },
        ];
        responseFormat = want('json_object', true, { response_format: { type: 'json_object' } });
        notes.push('without json_schema');
      } else responseFormat = { response_format: { type: 'json_schema', json_schema: { name, schema, strict: true } } };
    }
    const body = {
      model,
      messages: asked,
      stream: true,
      temperature,
      max_tokens: numPredict,
      ...want('seed', true, { seed }),
      ...want('stream_options', true, { stream_options: { include_usage: true } }),
      ...want('thinking', !think, thinkingOff(host)),
      ...want('logprobs', topLogprobs > 0, { logprobs: true, top_logprobs: topLogprobs }),
      ...responseFormat,
    };
    return { body, notes };
  }

  async function models(call: CallSettings): Promise<ModelFacts[]> {
    const label = 'the list of models';
    const answer = modelList.safeParse(await http.json({ path: '/models', label }, call));
    if (!answer.success) throw notTheProtocol(server, label, 'JSON', answer.error.message, answer.error);
    return answer.data.data.map(({ id, owned_by: by, root, max_model_len: length }) => ({
      name: id,
      digest: declaredDigest(host, id, by ?? null, root ?? null),
      ...(typeof length === 'number' && { contextLength: length }),
    }));
  }

  return {
    server,
    kind: 'openai',

    async chat(model, question, call) {
      const label = `a question to ${model}`;
      const without = refused.get(model) ?? new Set<Extra>();
      for (;;) {
        const { body, notes } = bodyOf(model, question, without);
        try {
          return await http.lines({ path: '/chat/completions', label, body, onStatus: onStatus(model) }, call, (lines) =>
            readChat(server, label, question, notes, lines),
          );
        } catch (error) {
          const extra = refusedExtra(error, without, body);
          if (extra === undefined) throw error;
          without.add(extra);
          refused.set(model, without);
        }
      }
    },

    async embed(model, texts, call) {
      const label = `${texts.length} vectors of ${model}`;
      const body = { model, input: texts, encoding_format: 'float' };
      const answer = embedAnswer.safeParse(await http.json({ path: '/embeddings', label, body, onStatus: onStatus(model) }, call));
      if (!answer.success) throw notTheProtocol(server, label, 'JSON', answer.error.message, answer.error);
      const vectors: (readonly number[])[] = texts.map(() => []);
      for (const { index, embedding } of answer.data.data) vectors[index] = embedding.map((value) => value ?? Number.NaN);
      return { vectors, promptTokens: answer.data.usage?.prompt_tokens ?? texts.reduce((sum, text) => sum + estimateTokens(text), 0) };
    },

    async describe(model, call) {
      let all: ModelFacts[];
      try {
        all = await models(call);
      } catch (error) {
        // Some vendors offer no list: then the name is all there is to go by.
        if (error instanceof BadAnswer && error.status === 404) return { name: model, digest: declaredDigest(host, model, null, null) };
        throw error;
      }
      // Ollama lists the tag that a name means.
      const found = all.find(({ name }) => name === model || name === `${model}:latest`);
      if (found) return found;
      const names = all.map(({ name }) => name);
      const some = `${names.slice(0, 20).join(', ')}${names.length > 20 ? ', ...' : ''}`;
      throw new ModelMissing(
        server,
        `expected the model ${model} at ${host}, got none of that name. It has ${some || 'no models'}.`,
        names,
      );
    },

    close: () => http.close(),
  };
}

/** Such servers tell no digest: what they declare stands in, so that another model of another name is another key. */
const declaredDigest = (host: string, id: string, by: string | null, root: string | null): string =>
  `declared:${hashOf({ host, id, by, root })}`;

/** What a 400 or 422 complains of, when the request had it. */
function refusedExtra(error: unknown, without: ReadonlySet<Extra>, body: object): Extra | undefined {
  if (!(error instanceof BadAnswer) || (error.status !== 400 && error.status !== 422)) return undefined;
  const sent = JSON.stringify({ ...body, messages: null });
  return EXTRAS.find(({ extra, named }) => !without.has(extra) && named.test(error.body ?? '') && named.test(sent))?.extra;
}

async function readChat(
  server: string,
  label: string,
  question: FullQuestion,
  noted: readonly string[],
  lines: AsyncIterable<string>,
): Promise<RawAnswer> {
  let text = '';
  let seen = 0;
  let doneReason: string | undefined;
  let used: Usage | undefined;
  let fingerprint: string | undefined;
  let last = false;
  const logprobs: TokenLogprob[] = [];
  for await (const line of lines) {
    if (line.startsWith(':') || /^(event|id|retry):/.test(line)) continue;
    const data = /^data:\s*(.*)$/s.exec(line)?.[1];
    if (data === '[DONE]') {
      last = true;
      break;
    }
    const parsed = parsePart(data ?? line);
    if (!parsed || (data === undefined && parsed.error === undefined)) {
      if (seen > 0) throw new StreamBroken(server, `expected the whole answer to ${label}, got a line cut short after ${seen}. Try again.`);
      throw notTheProtocol(server, label, 'text', line);
    }
    seen++;
    if (parsed.error !== undefined) throw within(server, label, parsed.error);
    fingerprint ??= parsed.system_fingerprint ?? undefined;
    if (parsed.usage) used = { promptTokens: parsed.usage.prompt_tokens, completionTokens: parsed.usage.completion_tokens };
    const choice = parsed.choices?.[0];
    if (!choice) continue;
    text += choice.delta?.content ?? '';
    for (const { token, logprob, top_logprobs: top = [] } of choice.logprobs?.content ?? []) logprobs.push({ token, logprob, top });
    doneReason = choice.finish_reason ?? doneReason;
  }
  // Not every server ends with [DONE]; each says why it finished.
  if (doneReason === undefined) {
    const end = last ? 'no reason for its end' : 'its end without a last one';
    throw new StreamBroken(server, `expected the whole answer to ${label}, got ${seen} parts and ${end}. Try again.`);
  }
  const notes = used ? noted : [...noted, 'tokens estimated'];
  used ??= { promptTokens: estimatePrompt(question.messages), completionTokens: estimateTokens(text) };
  return {
    text,
    doneReason,
    usage: used,
    notes,
    ...(logprobs.length > 0 && { logprobs }),
    ...(fingerprint !== undefined && { fingerprint }),
  };
}

function within(server: string, label: string, error: z.output<typeof failure>): StreamBroken | Refused {
  const says = typeof error === 'string' ? error : (error.message ?? JSON.stringify(error));
  return new StreamBroken(
    server,
    `expected the whole answer to ${label}, got the error ${JSON.stringify(says.slice(0, 300))} within it. Try again.`,
  );
}

function parsePart(text: string): z.output<typeof part> | undefined {
  try {
    return part.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON: the caller says what that means.
    return undefined;
  }
}
