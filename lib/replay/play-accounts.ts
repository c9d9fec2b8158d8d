/** A strategy of one symbol on an account of its own for each symbol, through the one loop, writing nothing: for comparing policies. */
import { prepareReplay } from './prepare-replay.js';
import type { ReplayEffects } from './result.js';
import type { ReplaySpecInput } from './spec.js';
import { noMemory, openWorld } from './world.js';

/** All accounts added up. Money in minor units. */
export interface AccountsPlayed {
  /** Sessions of the span, and at each close equity, and what of it is not cash. */
  readonly days: Int32Array;
  readonly equityMinor: Float64Array;
  readonly investedMinor: Float64Array;
  /** Bought and sold. */
  readonly tradedMinor: number;
  readonly feesMinor: number;
  readonly fills: number;
  readonly rejections: number;
}

/** Each symbol of `input` gets its `initialCash`. Throws InputError as {@link prepareReplay} does. */
export async function playAccounts(
  input: ReplaySpecInput,
  effects: Pick<ReplayEffects, 'data' | 'strategy' | 'calendar'>,
): Promise<AccountsPlayed> {
  const { spec, sessions, data, instruments } = prepareReplay(input, effects);
  const equityMinor = new Float64Array(sessions.length);
  const investedMinor = new Float64Array(sessions.length);
  const sums = { tradedMinor: 0, feesMinor: 0, fills: 0, rejections: 0 };
  for (const symbol of input.symbols) {
    const { day, length } = data.series.get(symbol)!;
    if (length === 0 || day[length - 1]! < sessions[0]!) {
      // Gone before, or listed later: its account keeps its cash.
      const cash = Math.round(spec.initialCash * instruments.get(symbol)!.units.minorPerMajor);
      for (let i = 0; i < equityMinor.length; i++) equityMinor[i] = equityMinor[i]! + cash;
      continue;
    }
    const prepared = prepareReplay({ ...input, symbols: [symbol] }, effects);
    const { broker, loop } = openWorld(prepared);
    const run = loop(
      {
        bar: () => {},
        session: () => {},
        decision: () => {},
        traded(fills, rejections) {
          sums.fills += fills.length;
          sums.rejections += rejections.length;
        },
      },
      (index) => {
        const equity = broker.equityMinor();
        equityMinor[index] = equityMinor[index]! + equity;
        investedMinor[index] = investedMinor[index]! + equity - broker.cashMinor();
        return false;
      },
      noMemory,
    );
    run.warmUp(sessions[0]! - 1);
    await run.run(0);
    const { turnoverMinor, feesMinor } = broker.paid();
    sums.tradedMinor += turnoverMinor;
    for (const fee of Object.values(feesMinor)) sums.feesMinor += fee;
  }
  return { days: sessions, equityMinor, investedMinor, ...sums };
}
