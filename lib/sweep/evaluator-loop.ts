/** The honest loop as an evaluator: slow, and the judge of the others. */
import { InputError, type Symbol } from '../core/index.js';
import { noMemory, openWorld, type PreparedReplay, prepareReplay, type Recorder } from '../replay/index.js';
import { accountSpecs, unlistedStrategy } from './configuration-spec.js';
import type { Evaluator, SweepEffects, SweepFill, SweepGround } from './contract.js';
import { CURVE_WIDTH } from './curve.js';
import { EquityWindow } from './equity-window.js';
import { evaluationOf, noTotals, type Totals } from './figures.js';
import { plainPrimitives } from './primitives.js';

/** `reason`: why it stands in for a kernel, null when it was asked for. */
export function loopEvaluator(
  { calendar, sessions }: PreparedReplay,
  ground: SweepGround,
  effects: SweepEffects,
  reason: string | null,
): Evaluator {
  const window = new EquityWindow(plainPrimitives(), sessions.length, true);
  const curve = new Float64Array(CURVE_WIDTH);
  return {
    kernel: 'loop',
    reason,
    sessions,
    sessionsPerYear: calendar.sessionsPerYear,
    async evaluate(configuration, options = {}) {
      const totals = noTotals();
      window.begin(options);
      window.values.fill(0);
      for (const account of accountSpecs(ground, configuration)) {
        const strategy = unlistedStrategy(configuration, account.symbols, effects.signals ?? []);
        const prepared = prepareReplay(account, strategy === undefined ? effects : { ...effects, strategy });
        if (prepared.strategies[0]!.scope !== 'symbol') {
          throw new InputError(`evaluate: expected a rule of one symbol, got ${configuration.strategy}. Sweep one of sweepStrategies.`);
        }
        await runAccount(prepared, window.values, totals, options.fills);
      }
      const equity = window.finish(curve);
      return evaluationOf(configuration, sessions.length, curve, totals, calendar.sessionsPerYear, equity);
    },
  };

  async function runAccount(prepared: PreparedReplay, sum: Float64Array, totals: Totals, trace: SweepFill[] | undefined): Promise<void> {
    const { broker, loop } = openWorld(prepared);
    const recorder: Recorder = {
      bar: () => {},
      session: () => {},
      decision: () => {},
      // Not the barrier's: what is refused after the last barrier counts too.
      traded(fills, rejections) {
        totals.rejections += rejections.length;
        if (trace !== undefined) for (const fill of fills) trace.push(fillOf(fill));
      },
    };
    const run = loop(
      recorder,
      (index) => {
        sum[index] = sum[index]! + broker.equityMinor();
        return false;
      },
      noMemory,
    );
    run.warmUp(prepared.sessions[0]! - 1);
    await run.run(0);
    const paid = broker.paid();
    totals.notionalMinor += paid.turnoverMinor;
    totals.dividendTaxMinor += paid.dividendTaxMinor;
    totals.fills += paid.fills;
    for (const fee of Object.values(paid.feesMinor)) totals.feesMinor += fee;
  }
}

const fillOf = ({
  symbol,
  side,
  day,
  quantity,
  priceTicks,
  totalFeesMinor,
  cashDeltaMinor,
}: SweepFill & { symbol: Symbol }): SweepFill => ({
  symbol,
  side,
  day,
  quantity,
  priceTicks,
  totalFeesMinor,
  cashDeltaMinor,
});
