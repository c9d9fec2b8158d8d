/** A kernel as an evaluator: signals, accounts and figures over one ground, in memory that is used again for each configuration. */
import type { PreparedReplay } from '../replay/index.js';
import { partsOf } from './configuration-spec.js';
import type { Accounts, Configuration, EvaluateOptions, Evaluator } from './contract.js';
import { CURVE_WIDTH } from './curve.js';
import { EquityWindow } from './equity-window.js';
import { evaluationOf, noTotals } from './figures.js';
import { groundOf } from './ground.js';
import { IntegerAccount } from './integer-account.js';
import type { Primitives } from './primitives.js';
import type { SignalSet } from './signal-strategy.js';
import { Signals, wholeConfiguration } from './signals.js';

export function arraysEvaluator(
  prepared: PreparedReplay,
  accounts: Accounts,
  given: readonly SignalSet[],
  primitives: Primitives,
): Evaluator {
  const ground = groundOf(prepared, accounts, primitives);
  const { sessions, calendar, spec } = prepared;
  const signals = new Signals(ground, primitives, given);
  const totals = noTotals();
  const account = new IntegerAccount(ground, signals.wants, totals, primitives);
  const window = new EquityWindow(primitives, sessions.length, ground.symbols.length > 1);
  const curve = primitives.f64(CURVE_WIDTH);
  /** Places of the spec's symbols. */
  const order = spec.symbols.map((symbol) => ground.symbols.findIndex((known) => known.symbol === symbol));
  return {
    kernel: primitives.kernel,
    reason: null,
    sessions,
    sessionsPerYear: calendar.sessionsPerYear,
    async evaluate(configuration: Configuration, options: EvaluateOptions = {}) {
      const { fills } = options;
      const whole = wholeConfiguration(configuration);
      Object.assign(totals, noTotals());
      signals.fill(whole);
      window.begin(options);
      if (accounts === 'shared') account.runShared(partsOf(configuration, spec.symbols), window, fills);
      else {
        const parts = partsOf(configuration, spec.symbols.slice(0, 1));
        order.forEach((k, i) => {
          account.runOne(k, parts, window, i === 0, fills);
        });
      }
      const equity = window.finish(curve);
      return evaluationOf(configuration, sessions.length, curve, totals, calendar.sessionsPerYear, equity);
    },
  };
}
