/** What a run may spend on models: tokens, yuan, seconds, calls. It ends a run before a call that would not fit, never within one. */
import { HindcastError } from '../core/index.js';

export interface BudgetLimits {
  readonly tokens?: number;
  readonly yuan?: number;
  /** Of model time, summed over calls, also where they ran at once. */
  readonly seconds?: number;
  readonly calls?: number;
}

/** Plain JSON. */
export interface Spent {
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly microYuan: number;
  readonly milliseconds: number;
}

/** Plain JSON, for the checkpoint. */
export interface BudgetState {
  /** By servers, in this run. The limits hold for this. */
  readonly spent: Spent;
  /** What the answers that came from the transcript had cost when they were recorded. */
  readonly recorded: Spent;
}

export type BudgetLimit = keyof BudgetLimits;

/** The run has spent what it may. Nothing was asked; with a higher limit it goes on from its checkpoint. */
export class BudgetStop extends HindcastError {
  readonly limit: BudgetLimit;
  readonly state: BudgetState;
  constructor(limit: BudgetLimit, most: number, next: number, state: BudgetState) {
    super(
      `budget: expected the next call within ${most} ${limit}, got ${next} with it. Raise ${SETTING[limit]} and resume the run; what is done is kept.`,
    );
    this.limit = limit;
    this.state = state;
  }
}

const SETTING: Readonly<Record<BudgetLimit, string>> = {
  tokens: 'llmBudgetTokens',
  yuan: 'llmBudgetYuan',
  seconds: 'llmBudgetSeconds',
  calls: 'llmBudgetCalls',
};

/** What a call may take at most, as far as can be told before it. */
export interface Reservation {
  readonly tokens: number;
  readonly microYuan: number;
}

export interface Budget {
  /** Takes a place for a call. Throws BudgetStop when the limits have none. Give the result to `settle` or `release`. */
  reserve(wanted: Reservation): Reservation;
  /** The call came to this, in place of what was reserved. */
  settle(reserved: Reservation, spent: Omit<Spent, 'calls'>): void;
  /** An answer came from the transcript. */
  recorded(cost: Omit<Spent, 'calls'>): void;
  state(): BudgetState;
}

const MICRO = 1_000_000;
const NOTHING: Spent = { calls: 0, promptTokens: 0, completionTokens: 0, microYuan: 0, milliseconds: 0 };
export const emptyBudget: BudgetState = { spent: NOTHING, recorded: NOTHING };

/**
 * Goes on from `start`: the state of the run's checkpoint, or `{ ...emptyBudget, spent: transcripts.spentBy(run) }`, which knows of
 * calls after the last checkpoint too.
 */
export function openBudget(limits: BudgetLimits = {}, start: BudgetState = emptyBudget): Budget {
  let { spent, recorded } = start;
  const under = { calls: 0, tokens: 0, microYuan: 0 };
  const plus = (sum: Spent, more: Omit<Spent, 'calls'>): Spent => ({
    calls: sum.calls + 1,
    promptTokens: sum.promptTokens + more.promptTokens,
    completionTokens: sum.completionTokens + more.completionTokens,
    microYuan: sum.microYuan + more.microYuan,
    milliseconds: sum.milliseconds + more.milliseconds,
  });
  const state = (): BudgetState => ({ spent, recorded });

  function check(limit: BudgetLimit, next: number): void {
    const most = limits[limit];
    if (most !== undefined && next > most) throw new BudgetStop(limit, most, next, state());
  }

  return {
    reserve(wanted) {
      check('calls', spent.calls + under.calls + 1);
      check('tokens', spent.promptTokens + spent.completionTokens + under.tokens + wanted.tokens);
      check('yuan', (spent.microYuan + under.microYuan + wanted.microYuan) / MICRO);
      // How long a call takes nobody knows before: the first one past the limit is the last.
      if (limits.seconds !== undefined && spent.milliseconds >= limits.seconds * 1000) {
        throw new BudgetStop('seconds', limits.seconds, spent.milliseconds / 1000, state());
      }
      under.calls++;
      under.tokens += wanted.tokens;
      under.microYuan += wanted.microYuan;
      return wanted;
    },
    settle(reserved, used) {
      under.calls--;
      under.tokens -= reserved.tokens;
      under.microYuan -= reserved.microYuan;
      spent = plus(spent, used);
    },
    recorded(cost) {
      recorded = plus(recorded, cost);
    },
    state,
  };
}
