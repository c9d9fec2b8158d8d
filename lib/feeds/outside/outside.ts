/** Calls to one source: a deadline over all attempts, retries with jitter, a breaker, a limit on how many and how often. */
import type { BulkheadPolicy, CircuitBreakerPolicy } from 'cockatiel';
import { lazyPackage } from '../../core/index.js';
import type { CallOptions, Outside, OutsideEffects, OutsideMetrics, OutsidePolicy, OutsideRequest } from './contract.js';
import { BadAnswer, Cancelled, OutsideError, RateLimited, TimeoutError, Unavailable } from './errors.js';
import { type Answer, decode, http } from './http.js';
import { fromNetwork } from './network-failure.js';
import { rateLimit } from './rate-limit.js';
import { sleep, within } from './waiting.js';

const cockatiel = lazyPackage<typeof import('cockatiel')>('cockatiel');

/** Shortest and longest wait between attempts: a blip passes within the first, a restart within the second. */
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 20_000;

/** An {@link Outside} for one source. Opens nothing before its first request. */
export function outside(policy: OutsidePolicy, effects: OutsideEffects): Outside {
  const { source, deadlineMs, attemptTimeoutMs, retries, concurrency, ratePerMinute } = policy;
  const { clock, random } = effects;
  const { BrokenCircuitError, bulkhead, ConsecutiveBreaker, circuitBreaker, handleWhen } = cockatiel();
  const closing = new AbortController();
  const web = http(policy, clock);
  const limit = rateLimit(ratePerMinute);
  const slots: BulkheadPolicy = bulkhead(concurrency, Number.POSITIVE_INFINITY);
  // A refusal, a bad answer or a quota message shows that the source answers: only silence and faults of its own count.
  const breaker: CircuitBreakerPolicy = circuitBreaker(
    handleWhen((error) => error instanceof TimeoutError || error instanceof Unavailable),
    { breaker: new ConsecutiveBreaker(policy.breaker.failures), halfOpenAfter: policy.breaker.cooldownMs },
  );
  let requests = 0;
  let attempts = 0;
  const failures = { timeout: 0, 'rate-limited': 0, unavailable: 0, refused: 0, 'bad-answer': 0, cancelled: 0, unexpected: 0 };

  const tooLate = (label: string) =>
    new TimeoutError(source, `expected an answer to ${label} within ${deadlineMs} ms, got none. Try again, or allow it more time.`);

  async function attempt<T>(operation: (signal: AbortSignal) => Promise<T>, label: string, whole: AbortSignal, leftMs: number): Promise<T> {
    const waitMs = limit.reserve(clock.now(), leftMs);
    if (waitMs === null) {
      const retryAfterMs = limit.nextAt() - clock.now();
      throw new RateLimited(
        source,
        `expected a start of ${label} within ${leftMs} ms, got a queue of ${retryAfterMs} ms. Ask less often.`,
        {
          retryAfterMs,
        },
      );
    }
    await sleep(waitMs, whole);
    attempts++;
    const late = () =>
      new TimeoutError(source, `expected an answer to ${label} within ${attemptTimeoutMs} ms, got none. Try again, or allow it more time.`);
    try {
      return await within(whole, attemptTimeoutMs, late, operation);
    } catch (thrown) {
      if (whole.aborted) throw whole.reason;
      const error = fromNetwork(source, label, thrown);
      if (error instanceof RateLimited && error.retryAfterMs !== undefined) limit.pauseUntil(clock.now() + error.retryAfterMs);
      throw error;
    }
  }

  /** What cockatiel throws by itself, as the room's errors. */
  function known(error: unknown, label: string, whole: AbortSignal): unknown {
    if (whole.aborted) return whole.reason;
    if (!(error instanceof BrokenCircuitError)) return error;
    const last = breaker.lastFailure;
    const cause = last !== undefined && 'error' in last ? last.error : undefined;
    const why = cause instanceof Error ? ` (${cause.message})` : '';
    return new Unavailable(
      source,
      `expected an answer to ${label}, got ${policy.breaker.failures} failures in a row before it${why}. Wait ${policy.breaker.cooldownMs} ms.`,
      { mayRetry: false, cause },
    );
  }

  async function attemptsOf<T>(operation: (signal: AbortSignal) => Promise<T>, label: string, whole: AbortSignal): Promise<T> {
    const startedAt = clock.now();
    const leftMs = () => deadlineMs - (clock.now() - startedAt);
    let waitMs = RETRY_MIN_MS;
    for (let retry = 0; ; retry++) {
      try {
        return await slots.execute(() => {
          // Its turn came, but its time is over, though its timer has not fired yet: nothing is sent.
          if (leftMs() <= 0) throw tooLate(label);
          return breaker.execute(() => attempt(operation, label, whole, leftMs()));
        }, whole);
      } catch (thrown) {
        const error = known(thrown, label, whole);
        if (whole.aborted || !(error instanceof OutsideError) || !error.mayRetry || retry >= retries) throw error;
        // Decorrelated jitter: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
        waitMs = Math.min(RETRY_MAX_MS, RETRY_MIN_MS + random() * (waitMs * 3 - RETRY_MIN_MS));
        const pauseMs = Math.max(waitMs, error instanceof RateLimited ? (error.retryAfterMs ?? 0) : 0);
        if (pauseMs >= leftMs()) throw error;
        await sleep(pauseMs, whole);
      }
    }
  }

  async function call<T>(operation: (signal: AbortSignal) => Promise<T>, options: CallOptions = {}): Promise<T> {
    const { signal, label = 'a call' } = options;
    requests++;
    const whole = new AbortController();
    const stop = () => {
      const by = closing.signal.aborted ? 'its connection was closed' : 'the caller ended it';
      whole.abort(new Cancelled(source, `expected an answer to ${label}, but ${by}. Nothing to do.`, { cause: signal?.reason }));
    };
    closing.signal.addEventListener('abort', stop);
    signal?.addEventListener('abort', stop);
    if (closing.signal.aborted || signal?.aborted) stop();
    try {
      return await within(
        whole.signal,
        deadlineMs,
        () => tooLate(label),
        (own) => attemptsOf(operation, label, own),
      );
    } catch (error) {
      failures[error instanceof OutsideError ? error.reason : 'unexpected']++;
      throw error;
    } finally {
      closing.signal.removeEventListener('abort', stop);
      signal?.removeEventListener('abort', stop);
    }
  }

  function fetched<Raw, T>(url: string | URL, request: OutsideRequest<Raw, T>, rawOf: (answer: Answer, label: string) => Raw): Promise<T> {
    const { origin, pathname } = new URL(url);
    const { label = origin + pathname, signal, read } = request;
    const ask = async (own: AbortSignal): Promise<T> => {
      const raw = rawOf(await web.get(url, request, label, own), label);
      if (!read) return raw as unknown as T;
      try {
        return read(raw);
      } catch (error) {
        if (error instanceof OutsideError) throw error;
        const got = (error as Error).message;
        throw new BadAnswer(source, `expected an answer to ${label} in its known form, got another: ${got}. The source may have changed.`, {
          cause: error,
        });
      }
    };
    return call(ask, { label, ...(signal && { signal }) });
  }

  return {
    source,
    call,
    fetchBytes: (url, request = {}) => fetched(url, request, ({ bytes }) => bytes),
    fetchText: (url, request = {}) => fetched(url, request, (answer, label) => decode(source, label, answer, request.encoding)),
    fetchJson: (url, request = {}) =>
      fetched(url, request, (answer, label) => {
        const text = decode(source, label, answer, request.encoding);
        try {
          return JSON.parse(text) as unknown;
        } catch (error) {
          throw new BadAnswer(
            source,
            `expected JSON for ${label}, got ${JSON.stringify(text.slice(0, 200))}. The source may have changed.`,
            {
              cause: error,
              body: text,
            },
          );
        }
      }),
    metrics: (): OutsideMetrics => ({
      source,
      data_source_requests_total: requests,
      data_source_attempts_total: attempts,
      data_source_failures_total: { ...failures },
    }),
    async close() {
      closing.abort();
      await web.close();
    },
  };
}
