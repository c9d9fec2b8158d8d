/** Ollama through its native API: its OpenAI-compatible door ignores num_ctx and think. */
import type { ChatRequest, ChatResponse, EmbedRequest, EmbedResponse, ListResponse, ShowResponse } from 'ollama';
import { z } from 'zod';
import type { CallSettings, FullQuestion, ModelFacts, Provider, RawAnswer, TokenLogprob } from './contract.js';
import { ModelMissing, PromptTooLong, StreamBroken } from './errors.js';
import { withoutGroupMarks } from './grammar-safe.js';
import { type HttpQuestion, notTheProtocol, type ServerAddress, serverHttp } from './server-http.js';

// The package gives the types. Its own transport prints to stdout, skips broken lines of a stream and gives embed no signal.

/** Fields that the server knows and the package does not: an over-long prompt is an error, not a cut one. */
interface Uncut {
  readonly truncate: false;
  readonly shift?: false;
}

const logprob = z.object({ token: z.string(), logprob: z.number() });
const chatLine = z.object({
  message: z.object({ content: z.string() }).optional(),
  done: z.boolean().optional(),
  done_reason: z.string().optional(),
  prompt_eval_count: z.int().optional(),
  eval_count: z.int().optional(),
  logprobs: z.array(logprob.extend({ top_logprobs: z.array(logprob).optional() })).nullish(),
  error: z.string().optional(),
}) satisfies z.ZodType<Partial<Omit<ChatResponse, 'message' | 'logprobs'>>, unknown>;
const embedAnswer = z.object({ embeddings: z.array(z.array(z.number().nullable())), prompt_eval_count: z.int().optional() });
const tags = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      digest: z.string(),
      size: z.number(),
      details: z.object({ parameter_size: z.string() }).partial().optional(),
    }),
  ),
});
const shown = z.object({ model_info: z.record(z.string(), z.unknown()).optional() });

export function ollama(address: ServerAddress): Provider {
  const { server } = address;
  const http = serverHttp(address);

  /** Names the models that there are, where the server has not the one that was asked for. */
  async function named<T>(model: string, call: CallSettings, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ModelMissing)) throw error;
      const installed = (await list(call).catch(() => [])).map(({ name }) => name);
      throw missing(model, installed, error);
    }
  }

  function missing(model: string, installed: readonly string[], cause?: unknown): ModelMissing {
    const has = installed.length > 0 ? `It has ${installed.join(', ')}.` : 'It has no models.';
    return new ModelMissing(server, `expected the model ${model}, got none of that name. ${has} Run: ollama pull ${model}`, installed, {
      cause,
    });
  }

  const onStatus =
    (model: string): HttpQuestion['onStatus'] =>
    (status, body) =>
      status === 404 && /not found/i.test(body) ? new ModelMissing(server, `expected the model ${model}, got ${body}`) : undefined;

  async function list(call: CallSettings): Promise<ModelFacts[]> {
    const label = 'the list of models';
    const answer = tags.safeParse((await http.json({ path: '/api/tags', label }, call)) as ListResponse);
    if (!answer.success) throw notTheProtocol(server, label, 'JSON', answer.error.message, answer.error);
    return answer.data.models.map(({ name, digest, size, details }) => ({
      name,
      digest,
      sizeBytes: size,
      ...(details?.parameter_size && { parameters: details.parameter_size }),
    }));
  }

  return {
    server,
    kind: 'ollama',

    chat(model, question, call) {
      const { messages, format, temperature, seed, numCtx, numPredict, think, topLogprobs } = question;
      const body: ChatRequest & Uncut = {
        model,
        messages: [...messages],
        stream: true,
        think,
        truncate: false,
        shift: false,
        options: { temperature, seed, num_ctx: numCtx, num_predict: numPredict },
        ...(format && { format: withoutGroupMarks(format.jsonSchema) }),
        ...(call.keepAlive !== undefined && { keep_alive: call.keepAlive }),
        ...(topLogprobs > 0 && { logprobs: true, top_logprobs: topLogprobs }),
      };
      const label = `a question to ${model}`;
      return named(model, call, () =>
        http.lines({ path: '/api/chat', label, body, onStatus: onStatus(model) }, call, (lines) =>
          readChat(server, label, question, lines),
        ),
      );
    },

    async embed(model, texts, call) {
      const body: EmbedRequest & Uncut = {
        model,
        input: [...texts],
        truncate: false,
        ...(call.keepAlive !== undefined && { keep_alive: call.keepAlive }),
      };
      const label = `${texts.length} vectors of ${model}`;
      const question = { path: '/api/embed', label, body, onStatus: onStatus(model) };
      const answer = embedAnswer.safeParse((await named(model, call, () => http.json(question, call))) as EmbedResponse);
      if (!answer.success) throw notTheProtocol(server, label, 'JSON', answer.error.message, answer.error);
      const { embeddings, prompt_eval_count: promptTokens = 0 } = answer.data;
      return { vectors: embeddings.map((vector) => vector.map((value) => value ?? Number.NaN)), promptTokens };
    },

    async describe(model, call) {
      const models = await list(call);
      const found = models.find(({ name }) => name === model || name === `${model}:latest`);
      if (!found)
        throw missing(
          model,
          models.map(({ name }) => name),
        );
      const question = { path: '/api/show', label: `facts of ${model}`, body: { model }, onStatus: onStatus(model) };
      const facts = shown.safeParse((await http.json(question, call)) as ShowResponse);
      const info = facts.success ? (facts.data.model_info ?? {}) : {};
      const contextLength = Object.entries(info).find(([key]) => key.endsWith('.context_length'))?.[1];
      return { ...found, ...(typeof contextLength === 'number' && { contextLength }) };
    },

    close: () => http.close(),
  };
}

async function readChat(server: string, label: string, question: FullQuestion, lines: AsyncIterable<string>): Promise<RawAnswer> {
  let text = '';
  let seen = 0;
  const logprobs: TokenLogprob[] = [];
  for await (const line of lines) {
    const parsed = parseLine(line);
    if (!parsed) {
      // A stream that began well was cut within a line; one that never did is another protocol.
      if (seen > 0) throw new StreamBroken(server, `expected the whole answer to ${label}, got a line cut short after ${seen}. Try again.`);
      throw notTheProtocol(server, label, 'text', line);
    }
    seen++;
    if (parsed.error !== undefined) {
      if (/context|input length/i.test(parsed.error)) {
        throw new PromptTooLong(server, `expected an answer to ${label}, got ${parsed.error}. Shorten the prompt, or raise numCtx.`);
      }
      throw new StreamBroken(
        server,
        `expected the whole answer to ${label}, got the error ${JSON.stringify(parsed.error)} within it. Look at the server's log.`,
      );
    }
    text += parsed.message?.content ?? '';
    for (const { token, logprob, top_logprobs: top = [] } of parsed.logprobs ?? []) logprobs.push({ token, logprob, top });
    if (!parsed.done) continue;
    const usage = { promptTokens: parsed.prompt_eval_count ?? 0, completionTokens: parsed.eval_count ?? 0 };
    return { text, doneReason: parsed.done_reason ?? 'stop', usage, ...(question.topLogprobs > 0 && { logprobs }), notes: [] };
  }
  throw new StreamBroken(server, `expected the whole answer to ${label}, got its end after ${seen} parts without a last one. Try again.`);
}

function parseLine(line: string): z.output<typeof chatLine> | undefined {
  try {
    return chatLine.safeParse(JSON.parse(line)).data;
  } catch {
    // Not JSON: the caller says what that means.
    return undefined;
  }
}
