/** HTTP over connections of its own: bounded in number, time and size, one `fetch` an attempt. */
import type { Agent, Response } from 'undici';
import type { Clock } from '../../core/index.js';
import type { OutsidePolicy, OutsideRequest } from './contract.js';
import { BadAnswer, OutsideError, RateLimited, Refused, Unavailable } from './errors.js';
import { fromNetwork } from './network-failure.js';

const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
/** An error's body is only shown and matched: this much of it is enough. */
const ERROR_BYTES_MAX = 64 * 1024;
/** Shorter than what servers commonly keep a connection open (5 s and more), so that none is used as it closes. */
const KEEP_ALIVE_MS = 4_000;

/** Bytes of an answer and the encoding that it declares. */
export interface Answer {
  readonly bytes: Uint8Array;
  readonly charset: string | undefined;
}

export interface Http {
  /** One attempt. Throws OutsideErrors. */
  get(url: string | URL, request: OutsideRequest<never, unknown>, label: string, signal: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

export function http(policy: OutsidePolicy, clock: Clock): Http {
  const { source, attemptTimeoutMs, concurrency, answerBytesMax = ANSWER_BYTES_MAX } = policy;
  let undici: typeof import('undici') | undefined;
  let agent: Agent | undefined;
  let closed = false;

  /** undici takes 60 ms to load: with the first request, not with the import of this room. */
  async function open(): Promise<{ undici: typeof import('undici'); agent: Agent }> {
    undici ??= await import('undici');
    if (closed) throw new Unavailable(source, 'expected an open connection, got a closed one. Make a new one.', { mayRetry: false });
    agent ??= new undici.Agent({
      connections: concurrency,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      connect: { timeout: attemptTimeoutMs },
      headersTimeout: attemptTimeoutMs,
      bodyTimeout: attemptTimeoutMs,
    });
    return { undici, agent };
  }

  async function bytesOf(response: Response, label: string, bytesMax: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    // Leaving the loop early ends the transfer.
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length > bytesMax) {
        throw new BadAnswer(source, `expected at most ${bytesMax} bytes for ${label}, got more. Ask for less at once.`, {
          status: response.status,
        });
      }
    }
    return Buffer.concat(chunks, length);
  }

  async function errorOf(response: Response, request: OutsideRequest<never, unknown>, label: string): Promise<OutsideError> {
    const { status } = response;
    const charset = charsetOf(response);
    let body: string;
    try {
      body = decode(source, label, { bytes: await bytesOf(response, label, ERROR_BYTES_MAX), charset }, request.encoding);
    } catch (error) {
      if (!(error instanceof BadAnswer)) throw error;
      body = `(${error.message})`;
    }
    const own = request.onStatus?.(status, body);
    if (own) return own;
    const detail = `expected an answer to ${label}, got HTTP ${status} ${JSON.stringify(body.slice(0, 200))}.`;
    if (status === 401 || status === 403) return new Refused(source, `${detail} Check the token and its permissions.`, { status, body });
    if (status === 429) {
      const retryAfterMs = retryAfterOf(response, clock);
      return new RateLimited(source, `${detail} Ask less often.`, { status, body, ...(retryAfterMs !== undefined && { retryAfterMs }) });
    }
    if (status === 408 || status >= 500) return new Unavailable(source, `${detail} Try again later.`, { status, body });
    return new BadAnswer(source, `${detail} Check the question.`, { status, body });
  }

  return {
    async get(url, request, label, signal) {
      try {
        const { undici, agent } = await open();
        const { method = 'GET', headers = {}, body } = request;
        const response = await undici.fetch(url, { dispatcher: agent, signal, method, headers, ...(body !== undefined && { body }) });
        if (!response.ok) throw await errorOf(response, request, label);
        return { bytes: await bytesOf(response, label, answerBytesMax), charset: charsetOf(response) };
      } catch (error) {
        const known = fromNetwork(source, label, error);
        if (known instanceof OutsideError || signal.aborted) throw known;
        const { message, cause } = error as Error;
        const got = cause instanceof Error ? `${message}: ${cause.message}` : message;
        throw new Unavailable(source, `expected an answer to ${label}, got ${JSON.stringify(got)}. Check the address.`, {
          cause: error,
          mayRetry: false,
        });
      }
    },
    async close() {
      closed = true;
      await agent?.destroy();
    },
  };
}

const charsetOf = (response: Response): string | undefined =>
  /charset="?([\w-]+)/i.exec(response.headers.get('content-type') ?? '')?.[1]?.toLowerCase();

/** Retry-After: seconds or an HTTP date (RFC 9110, 10.2.3). */
function retryAfterOf(response: Response, clock: Clock): number | undefined {
  const text = response.headers.get('retry-after');
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - clock.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** Text of an answer: in the encoding that it declares, else in `stated`, else UTF-8. Throws BadAnswer on bytes that are not that. */
export function decode(source: string, label: string, { bytes, charset }: Answer, stated: 'utf-8' | 'gbk' = 'utf-8'): string {
  const encoding = charset ?? stated;
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new BadAnswer(source, `expected text in ${encoding} for ${label}, got other bytes. State its encoding.`, { cause: error });
  }
}
