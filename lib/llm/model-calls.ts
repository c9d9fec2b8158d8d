/** Calls to one model or server within its limits: so many at once and a minute, retries with jitter, a breaker that opens when it fails. */
import type { Clock } from '../core/index.js';
import { type Outside, outside } from '../feeds/index.js';
import type { CallLimits } from './model-plan.js';

export interface CallEffects {
  readonly clock: Clock;
  /** Uniform in [0, 1): for the jitter between attempts. */
  readonly random: () => number;
}

/** A dozen roles may wait for one slot: the whole of a call takes that much longer than its attempts. */
const QUEUE = 12;
/** An attempt ends by itself at its limit; this one is for an operation that doesn't. */
const GRACE_MS = 1_000;
/** Failures in a row: a server that restarts fails once or twice. */
const BREAKER = { failures: 5, cooldownMs: 15_000 };

/** For questions and vectors of one model. */
export function modelCalls(model: string, { timeoutMs, retries, concurrency, ratePerMinute }: CallLimits, effects: CallEffects): Outside {
  return outside(
    {
      source: model,
      attemptTimeoutMs: timeoutMs + GRACE_MS,
      deadlineMs: (timeoutMs + GRACE_MS) * (retries + 1) * QUEUE,
      retries,
      concurrency,
      ...(ratePerMinute !== undefined && { ratePerMinute }),
      breaker: BREAKER,
    },
    effects,
  );
}

/** Lists and facts come at once or not at all. */
export const FACTS_TIMEOUT_MS = 5_000;

export const factsCalls = (server: string, effects: CallEffects): Outside =>
  outside(
    { source: server, attemptTimeoutMs: FACTS_TIMEOUT_MS + GRACE_MS, deadlineMs: 20_000, retries: 1, concurrency: 4, breaker: BREAKER },
    effects,
  );
