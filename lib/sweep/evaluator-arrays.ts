/** A kernel as an evaluator: signals, accounts and figures over one ground, in memory that is used again for each configuration. */
import type { PreparedReplay } from '../replay/index.js';
import { partsOf } from './configuration-spec.js';
import type { Accounts, Configuration, EvaluateOptions, Evaluator, SweepFill } from './contract.js';
import { CURVE_WIDTH } from './curve.js';
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
  const returns = primitives.f64(sessions.length - 1);
  const curve = primitives.f64(CURVE_WIDTH);
  return {
    kernel: primitives.kernel,
    reason: null,
    sessions,
    sessionsPerYear: calendar.sessionsPerYear,
    async evaluate(configuration: Configuration, options: EvaluateOptions = {}) {
      const { totals, equity } = kernel.run(configuration, options.fills);
      primitives.curve(equity, returns, curve);
      return evaluationOf(configuration, equity, returns, curve, totals, calendar.sessionsPerYear, options);
    },
  };
}
