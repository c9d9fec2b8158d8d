/** The strategies that a run can name, each with a line about it, its parameters and their defaults. */
import type { z } from 'zod';
import { nearest } from '../config/index.js';
import type { Strategy } from '../core/index.js';
import { breakout, breakoutSchema } from './breakout.js';
import { buyAndHold, buyAndHoldSchema } from './buy-and-hold.js';
import { emaCross, emaCrossSchema } from './ema-cross.js';
import { equalWeight, equalWeightSchema } from './equal-weight.js';
import { StrategyError } from './errors.js';
import { exits, exitsSchema } from './exits.js';
import { frozenIntents, frozenSchema } from './frozen.js';
import { type LlmEffects, llm, llmModels, llmSchema } from './llm.js';
import { memoryAnalyst, memoryAnalystSchema } from './memory-analyst.js';
import { momentum, momentumSchema } from './momentum.js';
import { momentumSign, momentumSignSchema } from './momentum-sign.js';
import { randomSameTurnover, randomSameTurnoverSchema } from './random-same-turnover.js';
import { rl, rlModels, rlSchemaOfParameters } from './rl.js';
import type { OrderRules } from './rl-masks.js';
import { rsiBands, rsiBandsSchema } from './rsi-bands.js';
import { ruleAnalyst, ruleAnalystSchema } from './rule-analyst.js';
import { smaCross, smaCrossSchema } from './sma-cross.js';

export interface StrategyEntry {
  readonly id: string;
  readonly description: string;
  readonly schema: z.ZodType;
  /** By name; empty where every parameter must be given. `parts`, `seed`, `sessionsPerYear`: a run may fill them in. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Digests of the models that parameters point to, by parameter: they stand for the paths in a run's identity. */
  readonly models?: (parameters: Readonly<Record<string, unknown>>) => Readonly<Record<string, string>>;
}

/** What a run lends to strategies that need more than a view. */
export interface StrategyEffects {
  /** Models of the run; without them `rule:v1` speaks for the roles of `llm`. */
  readonly llm?: LlmEffects;
  /** Rules of the run, for policies that were taught under masks. */
  readonly orders?: OrderRules;
}

type Entry = StrategyEntry & { readonly make: (parameters: unknown, effects: StrategyEffects) => Strategy };
const entries = new Map<string, Entry>();

/** A state is only ever handed back to the strategy that made it, so its type need not show. */
function add<S>(
  id: string,
  description: string,
  schema: z.ZodType,
  make: (parameters: never, effects: StrategyEffects) => Strategy<S>,
  models?: StrategyEntry['models'],
): void {
  const defaults = schema.safeParse({});
  entries.set(id, {
    id,
    description,
    schema,
    defaults: defaults.success ? (defaults.data as Record<string, unknown>) : {},
    make: make as unknown as Entry['make'],
    ...(models === undefined ? {} : { models }),
  });
}

add('buy-and-hold', 'buys each symbol once with an equal part of the account and keeps it', buyAndHoldSchema, buyAndHold);
add('equal-weight', 'holds all symbols in equal weights, put right every N sessions', equalWeightSchema, equalWeight);
add('sma-cross', 'long while the fast average of closes stands above the slow one', smaCrossSchema, smaCross);
add('ema-cross', 'long while the fast exponential average of closes stands above the slow one', emaCrossSchema, emaCross);
add('breakout', 'long after a close above the high of n sessions, flat after one below the low of m', breakoutSchema, breakout);
add('momentum-sign', 'long while the past return of the symbol itself is above a threshold', momentumSignSchema, momentumSign);
add('rsi-bands', 'long after the RSI fell below its low band, flat after it rose above its high one', rsiBandsSchema, rsiBands);
add('momentum', 'holds the k symbols with the highest past return, chosen anew every N sessions', momentumSchema, momentum);
add('random-same-turnover', 'in and out at random at a given rate: the luck baseline', randomSameTurnoverSchema, randomSameTurnover);
add('exits', 'sells positions at a stop-loss or take-profit on average cost; runs beside other strategies', exitsSchema, exits);
add('rule:v1', 'deterministic rule analyst (rules, not a model): trend, momentum, volatility, volume', ruleAnalystSchema, ruleAnalyst);
add(
  'rl',
  'a trained policy, loaded whole from its bundle',
  rlSchemaOfParameters,
  (parameters: never, effects) => rl(parameters, effects.orders),
  rlModels,
);
add(
  'memory:v1',
  'deterministic, knows only what it remembers: buys what did well on such days (rules, not a model)',
  memoryAnalystSchema,
  memoryAnalyst,
);
add(
  'llm',
  'language-model roles read, argue and decide; rules stand in where no model is configured',
  llmSchema,
  (parameters: never, effects) => llm(parameters, effects.llm),
  llmModels,
);
add('frozen', 'replays recorded intents under other rules or costs without deciding again', frozenSchema, frozenIntents);

/** Ids in the order of the registry. */
export const strategyIds = (): readonly string[] => [...entries.keys()];

/** Throws StrategyError with the nearest name for an unknown id. */
export function strategyEntry(id: string): StrategyEntry {
  return lookUp(id);
}

/** A strategy by id. Throws StrategyError for an unknown id, an unknown parameter, or one out of range. */
export function strategyOf(id: string, parameters: unknown = {}, effects: StrategyEffects = {}): Strategy {
  return lookUp(id).make(parameters, effects);
}

function lookUp(id: string): Entry {
  const entry = entries.get(id);
  if (entry) return entry;
  const names = strategyIds();
  const like = nearest(id, names);
  throw new StrategyError(
    `strategyOf: expected one of ${names.join(', ')}, got ${JSON.stringify(id)}. ${like ? `Did you mean ${like}?` : 'Choose a listed one.'}`,
  );
}
