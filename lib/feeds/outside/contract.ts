/** The contract of a call to the outside world: what a source may cost in time and calls, and how it is called. */
import type { Clock } from '../../core/index.js';
import type { OutsideError, OutsideReason } from './errors.js';

export interface OutsidePolicy {
  /** Name in errors and metrics: `akshare`, `tushare`, ... */
  readonly source: string;
  /** Longest time of one call, all attempts, waits and queueing included. */
  readonly deadlineMs: number;
  /** Longest time of one attempt. */
  readonly attemptTimeoutMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Attempts under way at once; the others queue. */
  readonly concurrency: number;
  /** Attempts a minute, evenly spaced. No limit when absent. */
  readonly ratePerMinute?: number;
  /** After so many failures in a row nothing is sent for `cooldownMs`; then one attempt tries. */
  readonly breaker: { readonly failures: number; readonly cooldownMs: number };
  /** Largest answer, decompressed. Default 64 MiB. */
  readonly answerBytesMax?: number;
}

export interface OutsideEffects {
  readonly clock: Clock;
  /** Uniform in [0, 1): for the jitter between attempts. */
  readonly random: () => number;
}

export interface CallOptions {
  /** The caller's own: ends the call with Cancelled. */
  readonly signal?: AbortSignal;
  /** What is asked, for errors: `daily 000001.SZ`. Never a secret. */
  readonly label?: string;
}

/** One HTTP request. `Raw`: what the method reads (text, JSON, bytes); `T`: what `read` makes of it. */
export interface OutsideRequest<Raw, T = Raw> extends CallOptions {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Encoding of the text when the answer's content-type names none. Default utf-8. */
  readonly encoding?: 'utf-8' | 'gbk';
  /**
   * Turns the answer into a value, inside the attempt: an OutsideError that it throws decides about the retry (a quota message in an
   * answer with status 200 is `new RateLimited(...)`); any other error becomes a BadAnswer. Default: the answer as it is.
   */
  readonly read?: (answer: Raw) => T;
  /** Decides about a status that is not 2xx; undefined: 401, 403 Refused; 429 RateLimited; 408, 5xx Unavailable; others BadAnswer. */
  readonly onStatus?: (status: number, body: string) => OutsideError | undefined;
}

/** Counters since it was made, names as in the project's metrics. One call is one request, however many attempts it took. */
export interface OutsideMetrics {
  readonly source: string;
  readonly data_source_requests_total: number;
  readonly data_source_attempts_total: number;
  readonly data_source_failures_total: Readonly<Record<OutsideReason | 'unexpected', number>>;
}

/** Calls to one source under one policy. All methods throw {@link OutsideError}s; what `operation` throws by fault of its own passes through. */
export interface Outside {
  readonly source: string;
  /** Runs `operation` under the policy. It must heed its signal: when that is aborted, nobody waits for it any more. */
  call<T>(operation: (signal: AbortSignal) => Promise<T>, options?: CallOptions): Promise<T>;
  fetchText<T = string>(url: string | URL, request?: OutsideRequest<string, T>): Promise<T>;
  fetchJson<T = unknown>(url: string | URL, request?: OutsideRequest<unknown, T>): Promise<T>;
  fetchBytes<T = Uint8Array>(url: string | URL, request?: OutsideRequest<Uint8Array, T>): Promise<T>;
  metrics(): OutsideMetrics;
  /** Ends what is under way (Cancelled) and closes every connection. Calls after it are Cancelled. */
  close(): Promise<void>;
}
