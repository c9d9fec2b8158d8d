/** What one replay is: everything that decides its bytes, as one validated JSON object. `configHash` is its hash without the seed. */
import { z } from 'zod';
import { dayOf, InputError } from '../core/index.js';
import { memoryUses } from '../memory/index.js';

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a date YYYY-MM-DD');
const exactRatio = z.strictObject({ numerator: z.int().nonnegative(), denominator: z.int().positive() });

export const costSettingsSchema = z.strictObject({
  commission: exactRatio.optional(),
  minimumCommissionMinor: z.int().nonnegative().optional(),
  commissionIncludes: z.array(z.enum(['handling', 'regulatory'])).optional(),
  /** Part of each cash dividend withheld at payment; US only. */
  dividendWithholding: exactRatio.optional(),
  slippageBp: z.number().min(0).max(1000).optional(),
});

export const strategyChoiceSchema = z.strictObject({
  id: z.string().min(1),
  parameters: z.record(z.string(), z.json()).default({}),
});

export const replaySpecSchema = z.strictObject({
  /** `embedded:cn`, `embedded:us`, or a path to CSV or Parquet bars. */
  data: z.string().min(1),
  symbols: z.array(z.string().min(1)).min(1),
  /** First and last session in which decisions are taken. Earlier bars serve as warm-up. */
  from: date,
  to: date,
  /** One strategy, or several as an ensemble in one account. */
  strategies: z.array(strategyChoiceSchema).min(1),
  /** `close`, `preopen`; with bars shorter than a session also `open`, `midday` and `every` bar. */
  decisionPoint: z.enum(['close', 'preopen', 'open', 'midday', 'every']).default('close'),
  sizing: z.enum(['at-decision', 'at-fill']).default('at-decision'),
  /** Shares or coins in the smallest quantity that the broker trades, such as 0.0001; US and crypto. The instrument's own by default. */
  quantityStep: z.number().positive().max(1).optional(),
  /** Starting cash in major units (yuan, dollars). */
  initialCash: z.number().positive().max(1e12).default(1_000_000),
  /** `default`, or a path to a rulebook file of the same form. */
  rulebook: z.string().default('default'),
  costs: costSettingsSchema.default({}),
  /** `none`, `house`, or a path. */
  risk: z.string().default('none'),
  /** Replay instruments whose corporate actions are unknown, on prices alone. Stamped on everything. */
  priceOnly: z.boolean().default(false),
  seed: z.int().min(0).max(0xffffffff).default(1),
  /** Outcome horizons in sessions. */
  horizons: z.array(z.int().positive().max(1000)).default([1, 5, 20]),
  /** Observation schema of the recorded features. */
  features: z.string().default('daily8'),
  /** full: decisions and outcomes too; account: fills and equity only. */
  record: z.enum(['full', 'account']).default('full'),
  onBadRow: z.enum(['refuse', 'skip']).default('refuse'),
  /** What the run remembers; without it strategies have no memory. */
  memory: z
    .strictObject({
      /** A memory to start from: a name under data/memory, or a path. Empty at the start when absent. */
      from: z.string().min(1).optional(),
      mode: z.enum(['read-only', 'read-write']).default('read-write'),
      /** A model of a configured server, `server/name`; the one that ships in process when absent. */
      embedder: z
        .string()
        .regex(/^[^/]+\/.+$/, 'a model as server/name')
        .optional(),
      /** own, or an ablation of it. */
      use: z.enum(memoryUses).default('own'),
      /** Sessions after which a decision's outcome becomes a lesson; must be one of `horizons`. */
      horizon: z.int().positive().max(1000).default(5),
    })
    .optional(),
  /** A run whose intents are replayed as they were (chosen on another portfolio), under this spec's rules and costs. */
  frozenFrom: z.string().optional(),
});

export type ReplaySpec = z.output<typeof replaySpecSchema>;
export type ReplaySpecInput = z.input<typeof replaySpecSchema>;

/** Checks a spec and fills its defaults. Throws InputError naming the key, what was expected, and what came. */
export function parseSpec(input: unknown): ReplaySpec {
  const parsed = replaySpecSchema.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join('.') || 'spec';
    throw new InputError(`parseSpec: expected a replay spec, got a wrong "${where}": ${issue?.message}. Correct that key.`);
  }
  const spec = parsed.data;
  if (dayOf(spec.from) > dayOf(spec.to)) {
    throw new InputError(`parseSpec: expected from <= to, got ${spec.from} > ${spec.to}. Swap them.`);
  }
  if (spec.memory !== undefined && spec.record !== 'full') {
    throw new InputError(
      'parseSpec: expected record full in a run with a memory, got account. Memory is written from decisions and outcomes.',
    );
  }
  if (spec.memory !== undefined && !spec.horizons.includes(spec.memory.horizon)) {
    throw new InputError(
      `parseSpec: expected memory.horizon among the horizons ${spec.horizons.join(', ')}, got ${spec.memory.horizon}. Add it to horizons.`,
    );
  }
  return spec;
}
