/** What can go wrong outside. The class says whether the same question may be asked again. */
import { HindcastError } from '../../core/index.js';

export type OutsideReason = 'timeout' | 'rate-limited' | 'unavailable' | 'refused' | 'bad-answer' | 'cancelled';

export interface OutsideErrorOptions {
  readonly cause?: unknown;
  /** HTTP status, where there was one. */
  readonly status?: number;
  /** Start of the answer's text, at most 2,000 characters. */
  readonly body?: string;
}

/** Every failure of an outside call. Never made as such: one of the classes below. */
export class OutsideError extends HindcastError {
  readonly source: string;
  readonly reason: OutsideReason;
  /** True: the same call may succeed later. */
  readonly mayRetry: boolean;
  readonly status: number | undefined;
  readonly body: string | undefined;
  constructor(source: string, reason: OutsideReason, mayRetry: boolean, detail: string, options: OutsideErrorOptions = {}) {
    super(`${source}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.source = source;
    this.reason = reason;
    this.mayRetry = mayRetry;
    this.status = options.status;
    this.body = options.body?.slice(0, 2000);
  }
}

/** No answer in time: of one attempt (tried again), or of the whole call. */
export class TimeoutError extends OutsideError {
  constructor(source: string, detail: string, options?: OutsideErrorOptions) {
    super(source, 'timeout', true, detail, options);
  }
}

/** The source (or its limit here) wants fewer calls. `retryAfterMs`: what it asked for; no call goes out to it before. */
export class RateLimited extends OutsideError {
  readonly retryAfterMs: number | undefined;
  constructor(source: string, detail: string, options: OutsideErrorOptions & { readonly retryAfterMs?: number } = {}) {
    super(source, 'rate-limited', true, detail, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Not reachable, broken off, a fault of its own (HTTP 5xx), or held back here because it failed too often. */
export class Unavailable extends OutsideError {
  constructor(source: string, detail: string, options: OutsideErrorOptions & { readonly mayRetry?: boolean } = {}) {
    super(source, 'unavailable', options.mayRetry ?? true, detail, options);
  }
}

/** No permission: a missing or wrong token, too few points. Never tried again. */
export class Refused extends OutsideError {
  constructor(source: string, detail: string, options?: OutsideErrorOptions) {
    super(source, 'refused', false, detail, options);
  }
}

/** An answer that is not what was agreed: other columns, truncated JSON, too large. Tried again only where `mayRetry` says so. */
export class BadAnswer extends OutsideError {
  constructor(source: string, detail: string, options: OutsideErrorOptions & { readonly mayRetry?: boolean } = {}) {
    super(source, 'bad-answer', options.mayRetry ?? false, detail, options);
  }
}

/** The caller's own signal ended the call, or {@link Outside.close} did. */
export class Cancelled extends OutsideError {
  constructor(source: string, detail: string, options?: OutsideErrorOptions) {
    super(source, 'cancelled', false, detail, options);
  }
}
