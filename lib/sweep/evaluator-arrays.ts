/** A kernel as an evaluator: signals, accounts and figures over one ground, in memory that is used again for each configuration. */
import { OverflowError } from '../core/index.js';
import type { PreparedReplay } from '../replay/index.js';
import { partsOf } from './configuration-spec.js';
import type { Accounts, Configuration, EvaluateOptions, Evaluator, SweepFill } from './contract.js';
import { evaluationOf, noTotals, type Totals } from './figures.js';
import { groundOf } from './ground.js';
import { IntegerAccount } from './integer-account.js';
import type { Primitives } from './primitives.js';
import type { SignalSet } from './signal-strategy.js';
import { Signals, wholeConfiguration } from './signals.js';

/** What the accounts came to, before any figure is made of it. */
export interface AccountsRun {
  /** Overwritten by the next run, as the equity is. */
  readonly totals: Totals;
  /** At each close, of all accounts together; overwritten by the next run. */
  readonly equity: Float64Array;
}

export interface ArrayKernel {
  run(configuration: Configuration, fills?: SweepFill[]): AccountsRun;
}

/** The accounts of one configuration after another. */
export function arrayKernel(
  prepared: PreparedReplay,
  accounts: Accounts,
  given: readonly SignalSet[],
  primitives: Primitives,
): ArrayKernel {
  const ground = groundOf(prepared, accounts, primitives);
  const count = ground.sessions.length;
  /** Places of the spec's symbols. */
  const order = prepared.spec.symbols.map((symbol) => ground.symbols.findIndex((known) => known.symbol === symbol));
  const equity = primitives.f64(count);
  const signals = new Signals(ground, primitives, given);
  const totals = noTotals();
  const account = new IntegerAccount(ground, signals.wants, totals, primitives);
  return {
    run(configuration, fills) {
      const whole = wholeConfiguration(configuration);
      Object.assign(totals, noTotals());
      signals.fill(whole);
      if (accounts === 'shared') account.runShared(partsOf(configuration, prepared.spec.symbols), equity, fills);
      else {
        const parts = partsOf(configuration, prepared.spec.symbols.slice(0, 1));
        order.forEach((k, i) => {
          account.runOne(k, parts, equity, i === 0, fills);
        });
      }
      return { totals, equity };
    },
  };
}

export function arraysEvaluator(
  prepared: PreparedReplay,
  accounts: Accounts,
  given: readonly SignalSet[],
  primitives: Primitives,
): Evaluator {
  const kernel = arrayKernel(prepared, accounts, given, primitives);
  const { sessions, calendar } = prepared;
  return {
    kernel: primitives.kernel,
    reason: null,
    sessions,
    sessionsPerYear: calendar.sessionsPerYear,
    async evaluate(configuration: Configuration, options: EvaluateOptions = {}) {
      const { totals, equity } = kernel.run(configuration, options.fills);
      if (equity.some((value) => Math.abs(value) > Number.MAX_SAFE_INTEGER)) {
        throw new OverflowError(`evaluate: expected equity below 2^53 minor units, got more. Start with less cash.`);
      }
      return evaluationOf(configuration, sessions, equity, totals, calendar.sessionsPerYear, options);
    },
  };
}
