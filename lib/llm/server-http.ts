/** HTTP to a model server: one attempt with a time limit of its own, answers read line by line as they come. */
import type { Agent, Response } from 'undici';
import { hideSecrets, keepSecrets } from '../core/index.js';
import { BadAnswer, OutsideError, RateLimited, Refused, TimeoutError, Unavailable } from '../feeds/index.js';
import type { CallSettings } from './contract.js';
import { PromptTooLong, QueueFull, StreamBroken } from './errors.js';

/** A connection to a server on this machine or in the same country takes far less. */
const CONNECT_MS = 10_000;
/** Shorter than what servers commonly keep a connection open (5 s and more), so that none is used as it closes. */
const KEEP_ALIVE_MS = 4_000;
/** Some 4 million tokens: no answer is that long. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
const ERROR_BYTES_MAX = 64 * 1024;

export interface ServerAddress {
  readonly server: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly apiKey?: string;
  /** Requests under way at once. */
  readonly concurrency: number;
}

export interface HttpQuestion {
  readonly path: string;
  /** What is asked, for errors. */
  readonly label: string;
  /** Sent as JSON by POST; GET without one. */
  readonly body?: object;
  /** Decides about a status that is not 2xx before the common rules do. */
  readonly onStatus?: (status: number, body: string) => OutsideError | undefined;
}

export interface ServerHttp {
  /** Reads the lines of an answer, each without its end. What `read` throws that is no OutsideError is a stream that broke. */
  lines<T>(question: HttpQuestion, call: CallSettings, read: (lines: AsyncIterable<string>) => Promise<T>): Promise<T>;
  json(question: HttpQuestion, call: CallSettings): Promise<unknown>;
  close(): Promise<void>;
}

export function serverHttp({ server, baseUrl, apiKey, concurrency }: ServerAddress): ServerHttp {
  if (apiKey !== undefined) keepSecrets([apiKey]);
  let agent: Agent | undefined;
  let closed = false;

  async function open(): Promise<{ undici: typeof import('undici'); agent: Agent }> {
    // undici takes 60 ms to load: with the first request, not with the import of this room.
    const undici = await import('undici');
    if (closed) throw new Unavailable(server, 'expected an open connection, got a closed one. Open the models again.', { mayRetry: false });
    // Its own limits are off: the limit of an attempt stands in `within`, and a large model may think for minutes before its first token.
    agent ??= new undici.Agent({
      connections: concurrency,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      connect: { timeout: CONNECT_MS },
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    return { undici, agent };
  }

  async function request(question: HttpQuestion, signal: AbortSignal): Promise<Response> {
    const { path, label, body } = question;
    const { undici, agent } = await open();
    try {
      return await undici.fetch(baseUrl + path, {
        dispatcher: agent,
        signal,
        redirect: 'error',
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(apiKey && { authorization: `Bearer ${apiKey}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      if (signal.aborted) throw error;
      throw unreachable(server, baseUrl, label, error);
    }
  }

  /** `work` within the time of an attempt. */
  async function within<T>(label: string, { signal, timeoutMs }: CallSettings, work: (own: AbortSignal) => Promise<T>): Promise<T> {
    const own = new AbortController();
    const follow = () => own.abort(signal.reason);
    if (signal.aborted) follow();
    else signal.addEventListener('abort', follow);
    const late = new TimeoutError(
      server,
      `expected an answer to ${label} within ${timeoutMs} ms, got none. Allow more time, or take a smaller model.`,
    );
    const timer = setTimeout(() => own.abort(late), timeoutMs);
    try {
      return await work(own.signal);
    } catch (error) {
      throw own.signal.aborted ? own.signal.reason : error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', follow);
    }
  }

  const answered = <T>(question: HttpQuestion, call: CallSettings, read: (response: Response) => Promise<T>): Promise<T> =>
    within(question.label, call, async (own) => {
      const response = await request(question, own);
      if (!response.ok) throw await errorOf(response, server, question);
      try {
        return await read(response);
      } catch (error) {
        if (error instanceof OutsideError || own.aborted) throw error;
        throw new StreamBroken(server, `expected the whole answer to ${question.label}, got a part: ${causes(error)}. Try again.`, {
          cause: error,
        });
      }
    });

  return {
    lines: (question, call, read) => answered(question, call, (response) => read(linesOf(server, question.label, response))),
    json: (question, call) =>
      answered(question, call, async (response) => {
        const text = await textOf(server, question.label, response, ANSWER_BYTES_MAX);
        try {
          return JSON.parse(text) as unknown;
        } catch (error) {
          throw notTheProtocol(server, question.label, response, text, error);
        }
      }),
    async close() {
      closed = true;
      await agent?.destroy();
    },
  };
}

/** An answer of another kind of server, such as a proxy's page. */
export function notTheProtocol(server: string, label: string, response: Response | string, text: string, cause?: unknown): BadAnswer {
  const type = typeof response === 'string' ? response : (response.headers.get('content-type') ?? 'no content-type');
  return new BadAnswer(
    server,
    `expected an answer to ${label} in the server's protocol, got ${type} ${JSON.stringify(text.slice(0, 120))}. Check its address in the settings.`,
    { cause, body: text },
  );
}

function unreachable(server: string, baseUrl: string, label: string, error: unknown): OutsideError {
  const where = hideSecrets(baseUrl);
  return new Unavailable(
    server,
    `expected an answer to ${label} from ${where}, got ${causes(error)}. Start the server, or correct its address.`,
    {
      cause: error,
    },
  );
}

/** The innermost thing that went wrong. */
function causes(error: unknown): string {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  const { code, message } = at as NodeJS.ErrnoException;
  return code ?? JSON.stringify(message);
}

async function* linesOf(server: string, label: string, response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let bytes = 0;
  // Leaving the loop early ends the transfer.
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > ANSWER_BYTES_MAX)
      throw new BadAnswer(server, `expected at most ${ANSWER_BYTES_MAX} bytes for ${label}, got more. Ask for less.`);
    const parts = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = parts.pop()!;
    for (const part of parts) if (part.trim() !== '') yield part.replace(/\r$/, '');
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield rest;
}

async function textOf(server: string, label: string, response: Response, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > bytesMax) throw new BadAnswer(server, `expected at most ${bytesMax} bytes for ${label}, got more. Ask for less.`);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}

/** How servers of several makers say that a prompt is too long. */
const TOO_LONG =
  /context[_ ]length|context size|maximum context|exceeds? the (available )?context|input length|too many tokens|Range of input length/i;

async function errorOf(response: Response, server: string, { label, onStatus }: HttpQuestion): Promise<OutsideError> {
  const { status } = response;
  const body = await textOf(server, label, response, ERROR_BYTES_MAX).catch((error: unknown) => `(${causes(error)})`);
  const own = onStatus?.(status, body);
  if (own) return own;
  const detail = `expected an answer to ${label}, got HTTP ${status} ${JSON.stringify(body.slice(0, 300))}.`;
  const options = { status, body };
  if (status === 401 || status === 403) return new Refused(server, `${detail} Check the key of this server in the settings.`, options);
  if (status === 402 || (status === 429 && /insufficient|quota.*exceed|arrear|balance/i.test(body))) {
    return new Refused(server, `${detail} Its account has nothing left: top it up, or choose another server.`, options);
  }
  if (status === 429) {
    const retryAfterMs = retryAfterOf(response);
    return new RateLimited(server, `${detail} Ask less often: llmRatePerMinute.`, {
      ...options,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
  if (status === 503) return new QueueFull(server, `${detail} Ask fewer at once (llmConcurrency), or try later.`, options);
  if ((status === 400 || status === 413 || status === 422) && TOO_LONG.test(body)) {
    return new PromptTooLong(server, `${detail} Shorten the prompt, or raise numCtx.`, options);
  }
  if (status === 408 || status >= 500) return new Unavailable(server, `${detail} Look at the server's log, or try later.`, options);
  return new BadAnswer(server, `${detail} Check the question.`, options);
}

/** Retry-After in seconds (RFC 9110, 10.2.3), or in ms as some servers give it; a date is left to the own waits. */
function retryAfterOf(response: Response): number | undefined {
  const ms = response.headers.get('retry-after-ms');
  if (ms !== null && /^\d+$/.test(ms.trim())) return Number(ms);
  const seconds = response.headers.get('retry-after');
  return seconds !== null && /^\d+(\.\d+)?$/.test(seconds.trim()) ? Number(seconds) * 1000 : undefined;
}
