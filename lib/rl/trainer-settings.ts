/** What a training can be told: one checked object. Every key has a default but the data's symbols and span; presets change some of them. */
import { z } from 'zod';
import { nearest } from '../config/index.js';
import { dayOf, InputError } from '../core/index.js';
import { ppoDefaults } from './ppo-settings.js';
import { presetOf } from './presets.js';
import { type RewardName, rewardNames } from './reward.js';
import { DEFAULT_SCHEMA, rlSchemaIds } from './schema.js';

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a date YYYY-MM-DD');
const exactRatio = z.strictObject({ numerator: z.int().nonnegative(), denominator: z.int().positive() });
const shareOrDate = z.union([z.number().min(0).max(0.9), date]);
const schedule = z.union([z.number().positive(), z.strictObject({ from: z.number().positive(), to: z.number().nonnegative() })]);
const widths = z.array(z.int().min(1).max(4096)).max(8);
const count = z.int().min(1);

const costs = z.strictObject({
  commission: exactRatio.optional().describe('fraction of the notional'),
  minimumCommissionMinor: z.int().nonnegative().optional().describe('least commission of an order, fen or cents'),
  commissionIncludes: z
    .array(z.enum(['handling', 'regulatory']))
    .optional()
    .describe('parts that the quoted commission already contains'),
  dividendWithholding: exactRatio.optional().describe('part of each cash dividend withheld; US only'),
  slippageBp: z.number().min(0).max(1000).optional().describe('basis points by which a fill is worse than the open'),
});

const split = z.strictObject({
  test: shareOrDate.default(0.25).describe('what judges: the last share of the sessions, or its first date'),
  validation: shareOrDate
    .default(0.15)
    .describe('what early stopping looks at, right before the test: share of the sessions, or its first date; 0 = none'),
  purge: z.int().nonnegative().default(1).describe('sessions left out before validation and before the test'),
  embargo: z.int().nonnegative().default(0).describe('sessions after a test that later folds leave out of training'),
});

const folds = z.strictObject({
  count: count.max(50).default(1).describe('tests, one after another, over the test part; 1 = a plain split'),
  mode: z
    .enum(['anchored', 'rolling'])
    .default('anchored')
    .describe('anchored: training begins at the first session; rolling: it keeps its length'),
});

const earlyStop = z.strictObject({
  every: count.default(1).describe('iterations between two looks at validation'),
  patience: count.nullable().default(null).describe('looks without a new best before it stops; null = never stops early'),
  metric: z
    .enum(['return', 'sharpe'])
    .default('return')
    .describe('of the accounts of all symbols added up, after costs, most likely actions'),
  keep: z.enum(['best', 'last']).default('best').describe('which policy becomes the bundle; last where there is no validation'),
});

const normalise = z.strictObject({
  observations: z.boolean().default(true),
  rewards: z.boolean().default(true),
  observationClip: z.number().positive().default(10),
  rewardClip: z.number().positive().default(10),
});

const ppo = z.strictObject({
  stepsPerRollout: count.default(ppoDefaults.stepsPerRollout).describe('steps of each environment between two updates'),
  minibatchSize: count.default(ppoDefaults.minibatchSize),
  epochs: count.default(ppoDefaults.epochs).describe('passes over a rollout'),
  gamma: z.number().min(0).max(1).default(ppoDefaults.gamma).describe('discount of a step'),
  lambda: z.number().min(0).max(1).default(ppoDefaults.lambda).describe('of generalised advantage estimation'),
  learningRate: schedule.default(3e-4).describe('a number, or { from, to } over the total steps'),
  clipRange: schedule.default(0.2).describe('a number, or { from, to } over the total steps'),
  valueClipRange: schedule.nullable().default(null),
  normaliseAdvantage: z.boolean().default(true),
  entropyWeight: z.number().min(0).default(ppoDefaults.entropyWeight),
  valueWeight: z.number().min(0).default(ppoDefaults.valueWeight),
  maxGradientNorm: z.number().positive().default(ppoDefaults.maxGradientNorm),
  targetKl: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('an update stops when the KL divergence is over 1.5 times this; null = never'),
  activation: z.enum(['tanh', 'relu']).default(ppoDefaults.activation),
  policyWidths: widths.default([64, 64]).describe('hidden layers of the policy'),
  valueWidths: widths.default([64, 64]).describe('hidden layers of the critic'),
  normalise: normalise.nullable().prefault({}).describe('running normaliser of observations and rewards; null = none'),
});

export const trainerSettingsSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/, 'expected letters, digits and dashes, 40 at most')
    .default('policy')
    .describe('of the policy and of its folder'),
  algorithm: z.literal('ppo').default('ppo'),
  data: z.string().min(1).default('embedded:cn').describe('where bars come from, as in a replay'),
  symbols: z.array(z.string().min(1)).min(1).describe('instruments; each has an account of its own'),
  from: date.describe('first session of an episode; earlier bars are warm-up'),
  to: date.describe('last session of the test'),
  split: split.prefault({}),
  folds: folds.prefault({}).describe('walk-forward'),
  seeds: z
    .union([count.max(1000), z.array(z.int().min(0).max(0xffffffff)).min(1).max(1000)])
    .default(5)
    .describe('how many (1, 2, ...), or a list'),
  schema: z
    .string()
    .default(DEFAULT_SCHEMA)
    .refine((id) => rlSchemaIds().includes(id), { error: `expected one of ${rlSchemaIds().join(', ')}` })
    .describe('observation'),
  features: z
    .union([z.enum(['varying', 'all']), z.array(z.string()).min(1)])
    .default('varying')
    .describe('varying: those of the schema that move in training; all; or a list'),
  reward: z.enum(rewardNames() as [RewardName, ...RewardName[]]).default('log-return'),
  actions: z.string().default('seedFive').describe('id of an action table'),
  masking: z
    .boolean()
    .default(false)
    .describe('actions that would be refused at the decision get no chance: in training, on validation, and wherever the policy plays'),
  risk: z.string().default('none').describe('none, house, or a risk file'),
  rulebook: z.string().default('default').describe('default, or a path'),
  costs: costs.prefault({}),
  initialCash: z.number().positive().max(1e12).default(1_000_000).describe('of each account, yuan or dollars'),
  environments: count.max(4096).default(8).describe('played side by side'),
  episode: z
    .union([count, z.literal('to-end')])
    .default(250)
    .describe('decisions in an episode from a random start, or to-end'),
  totalSteps: count.max(1e10).default(500_000).describe('environment steps of one seed; rounded up to whole rollouts'),
  ppo: ppo.prefault({}),
  earlyStop: earlyStop.prefault({}),
  checkpointEvery: count.default(5).describe('iterations between two checkpoints'),
  kernel: z
    .enum(['fastest', 'deterministic', 'simd-fma', 'simd', 'js'])
    .default('fastest')
    .describe(
      'arithmetic of the networks: fastest, deterministic (same bits on every machine), or one by name; the market itself always steps in WASM',
    ),
});

export type TrainerSettings = z.output<typeof trainerSettingsSchema>;
/** Settings as given: any key may be absent but symbols and span; `preset` fills in what is absent. */
export type TrainerInput = z.input<typeof trainerSettingsSchema> & { readonly preset?: string };

/** Settings with everything filled in: given, else the preset's, else the default. Throws InputError naming the key, and the nearest known one. */
export function trainerSettings(input: unknown): TrainerSettings {
  const { preset = 'default', ...given } = (input ?? {}) as { readonly preset?: string } & Record<string, unknown>;
  const parsed = trainerSettingsSchema.safeParse(merged(presetOf(preset), given));
  if (!parsed.success) throw new InputError(explained(parsed.error.issues[0]!));
  const settings = parsed.data;
  if (dayOf(settings.from) > dayOf(settings.to)) {
    throw new InputError(`trainerSettings: expected from <= to, got ${settings.from} > ${settings.to}. Swap them.`);
  }
  return settings;
}

/** The seeds themselves: 1, 2, ... where only their number is given. */
export const seedsOf = ({ seeds }: Pick<TrainerSettings, 'seeds'>): readonly number[] =>
  typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => i + 1) : [...new Set(seeds)];

/** `over` laid upon `under`, object by object. */
function merged(under: Readonly<Record<string, unknown>>, over: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    if (value !== undefined) result[key] = isObject(value) && isObject(below) ? merged(below, value) : value;
  }
  return result;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function explained(issue: z.core.$ZodIssue): string {
  const where = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!;
    const known = keysAt(issue.path);
    const like = nearest(key, known);
    const path = where === '' ? key : `${where}.${key}`;
    return `trainerSettings: expected one of ${known.join(', ')}, got ${JSON.stringify(path)}. ${like ? `Did you mean ${where === '' ? like : `${where}.${like}`}?` : 'Leave it out.'}`;
  }
  return `trainerSettings: expected sound settings, got a wrong "${where || 'settings'}": ${issue.message}. Correct that key.`;
}

/** Keys of the object at a path of the settings. */
function keysAt(path: readonly PropertyKey[]): string[] {
  let schema: unknown = trainerSettingsSchema;
  for (const step of path) schema = unwrapped((unwrapped(schema) as { shape: Record<string, unknown> }).shape[String(step)]);
  return Object.keys((unwrapped(schema) as { shape: Record<string, unknown> }).shape);
}

/** The schema inside defaults and the like. */
function unwrapped(schema: unknown): unknown {
  const inner = (schema as { def?: { innerType?: unknown } }).def?.innerType;
  return inner === undefined ? schema : unwrapped(inner);
}

/** A line a key, `key  what it is (default ...)`, objects by dotted path. */
export function settingLines(schema: unknown = trainerSettingsSchema, path = ''): string[] {
  return Object.entries((unwrapped(schema) as { shape: Record<string, unknown> }).shape).flatMap(([key, part]) => {
    const name = path === '' ? key : `${path}.${key}`;
    if ('shape' in (unwrapped(part) as object)) return settingLines(part, name);
    const initial = (part as z.ZodType).safeParse(undefined);
    const fallback = initial.success && initial.data !== undefined ? ` (default ${JSON.stringify(initial.data)})` : '';
    return [`${name}  ${(part as z.ZodType).description ?? ''}${fallback}`];
  });
}
