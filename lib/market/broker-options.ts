/** What a simulated account begins with. */
import { type CorporateAction, type EpochDay, InputError, type Instrument, type Symbol } from '../core/index.js';
import type { Rulebook } from './session-rules.js';

export interface SimulatedBrokerOptions {
  /** The universe; all in one currency. */
  readonly instruments: readonly Instrument[];
  readonly rulebook: Rulebook;
  readonly actions?: ReadonlyMap<Symbol, readonly CorporateAction[]>;
  readonly initialCashMinor: number;
  /** Price worsened at the fill, basis points. */
  readonly slippageBp?: number;
  /** Closes known before the first session: reference closes of symbols that are suspended when the run begins. */
  readonly lastCloses?: ReadonlyMap<Symbol, { readonly day: EpochDay; readonly closeTicks: number }>;
}

/** Throws InputError on several currencies or none, on cash that is no whole number of minor units, on slippage out of range. */
export function checkOptions({ instruments, initialCashMinor, slippageBp = 0 }: SimulatedBrokerOptions): void {
  const currencies = new Set(instruments.map((instrument) => instrument.units.currency));
  if (currencies.size !== 1) {
    throw new InputError(
      `SimulatedBroker: expected instruments in one currency, got ${[...currencies].join(', ') || 'none'}. Split the run.`,
    );
  }
  if (!Number.isSafeInteger(initialCashMinor) || initialCashMinor < 0) {
    throw new InputError(`SimulatedBroker: expected cash in whole minor units, got ${initialCashMinor}. Give an integer of 0 or more.`);
  }
  if (!(slippageBp >= 0 && slippageBp < 10_000)) {
    throw new InputError(`SimulatedBroker: expected slippage of 0 to 10000 basis points, got ${slippageBp}. Give a small number.`);
  }
}
