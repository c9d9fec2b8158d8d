/** A configuration as the replay spec that the honest loop would run for it. */
import { InputError, type Strategy, type Symbol } from '../core/index.js';
import { parseSpec, type ReplaySpec } from '../replay/index.js';
import type { Configuration, SweepGround } from './contract.js';
import { type SignalSet, signalStrategy } from './signal-strategy.js';

/** The spec with its strategies replaced by one configuration; its hash is the configuration's in the trial ledger. */
export function specOf(ground: SweepGround, { strategy, parameters }: Configuration): ReplaySpec {
  return parseSpec({ ...ground.spec, strategies: [{ id: strategy, parameters: { ...parameters } }] });
}

/** The specs of the accounts: one over all symbols, or one a symbol. */
export function accountSpecs(ground: SweepGround, configuration: Configuration): ReplaySpec[] {
  const spec = specOf(ground, configuration);
  return ground.accounts === 'shared' ? [spec] : spec.symbols.map((symbol) => ({ ...spec, symbols: [symbol] }));
}

/** Equal parts of the account, as the loop fills them in. */
export function partsOf(configuration: Configuration, symbols: readonly Symbol[]): number {
  const parts = configuration.parameters['parts'] ?? symbols.length;
  if (Number.isInteger(parts) && parts >= 1) return parts;
  throw new InputError(`evaluate: expected parts as a whole number from 1 on, got ${parts}. Leave it out for equal parts.`);
}

/** The signal array that a configuration of `signal` names. */
export function signalsOf(configuration: Configuration, signals: readonly SignalSet[]): SignalSet {
  const index = configuration.parameters['index'] ?? 0;
  const found = signals[index];
  if (found !== undefined) return found;
  throw new InputError(`evaluate: expected a signal index below ${signals.length}, got ${index}. Give the arrays beside the ground.`);
}

/** The strategy of a configuration that no registry knows; undefined for those of the registry. */
export function unlistedStrategy(
  configuration: Configuration,
  symbols: readonly Symbol[],
  signals: readonly SignalSet[],
): Strategy | undefined {
  if (configuration.strategy !== 'signal') return undefined;
  return signalStrategy(signalsOf(configuration, signals), partsOf(configuration, symbols), configuration.parameters['index'] ?? 0);
}
