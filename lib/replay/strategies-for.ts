/** The strategies of a spec, with what the run decides for them: equal parts of the account, the seed, the market's sessions a year. */
import { dayOf, InputError, type Strategy } from '../core/index.js';
import { type FrozenIntents, frozenIntents, type StrategyEffects, strategyEntry, strategyIds, strategyOf } from '../strategies/index.js';
import { openRun } from './run-folder.js';
import type { ReplaySpec } from './spec.js';

/** Parameters that follow from the run unless they are given. */
export function strategiesFor(spec: ReplaySpec, sessionsPerYear: number, effects: StrategyEffects = {}): Strategy[] {
  const given: Readonly<Record<string, unknown>> = { parts: spec.symbols.length, seed: spec.seed, sessionsPerYear };
  const strategies = spec.strategies.map(({ id, parameters }): Strategy => {
    const known = Object.keys(strategyEntry(id).defaults);
    const fromRun = Object.fromEntries(Object.entries(given).filter(([name]) => known.includes(name)));
    return strategyOf(id, { ...fromRun, ...parameters }, effects);
  });
  if (spec.frozenFrom === undefined) return strategies;
  if (strategies.length > 1)
    throw new InputError('strategiesFor: expected one strategy to freeze, got an ensemble. Freeze its members one by one.');
  return [freeze(strategies[0]!, spec.frozenFrom)];
}

/** Strategies with every parameter in full, for the configuration's hash; what the run fills in is left to the run. */
export const resolvedStrategies = (spec: ReplaySpec): { id: string; parameters: unknown }[] =>
  spec.strategies.map(({ id, parameters }) => {
    // A strategy that no registry knows carries its parameters in its id.
    if (!strategyIds().includes(id)) return { id, parameters };
    const entry = strategyEntry(id);
    const { parts: _parts, seed: _seed, sessionsPerYear: _sessions, ...defaults } = entry.defaults;
    const resolved = { ...defaults, ...parameters };
    return { id, parameters: { ...resolved, ...entry.models?.(resolved) } };
  });

/** Digests of the models that the strategies of a spec rest on, `<strategy>.<parameter>`, for the stamp. */
export function modelDigests(spec: ReplaySpec): Record<string, string> {
  const digests: Record<string, string> = {};
  spec.strategies.forEach(({ id, parameters }, i) => {
    if (!strategyIds().includes(id)) return;
    const { defaults, models } = strategyEntry(id);
    const found = Object.entries(models?.({ ...defaults, ...parameters }) ?? {});
    const place = spec.strategies.length > 1 ? `${i + 1}.` : '';
    for (const [parameter, digest] of found) digests[`${place}${id}.${parameter}`] = digest;
  });
  return digests;
}

/** A recorded run's intents as a strategy that decides nothing anew. */
function freeze(original: Strategy, folder: string): Strategy {
  const intents = openRun(folder)
    .decisions()
    .filter((row) => row.decision.state === 'decided' || row.decision.state === 'abstained')
    .map((row) => ({
      day: dayOf(row.session),
      symbol: row.symbol,
      action: row.decision.action,
      confidence: row.decision.confidence,
      why: row.decision.why,
      decision: row.id,
      decidedAt: row.decidedAt,
    }));
  return frozenIntents({ of: original.id, scope: original.scope, actions: original.actions as FrozenIntents['actions'], intents });
}
