/** The schema of train.json (DESIGN section 5), version 1: zod here, JSON Schema by `trainFileJsonSchema()`. */
import { z } from 'zod';
import { COMPARED } from './evaluation.js';
import { trainerSettingsSchema } from './trainer-settings.js';

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'sha256 in hex');
const count = z.int().nonnegative();
const figure = z.number().nullable();
const dateSpan = z.strictObject({ from: z.string(), to: z.string() });

const interval = z.strictObject({ mean: z.number(), low95: figure, high95: figure, count });

const figures = z
  .strictObject({
    totalReturn: z.number(),
    annualisedReturn: z.number(),
    sharpeAnnual: figure,
    maxDrawdown: z.number(),
    turnoverAnnual: z.number(),
    exposure: z.number(),
    costs: z.number(),
    fills: count,
    rejections: count,
  })
  .describe('over the tests of all folds joined; fractions');

const evaluation = z.strictObject({
  symbols: z.array(z.string()),
  tests: z.array(dateSpan),
  sessions: count,
  contenders: z
    .array(
      z.strictObject({
        name: z.string(),
        seeds: z.array(count).nullable(),
        figures: z.array(figures).min(1),
        over: z.record(z.enum(COMPARED), interval.nullable()).describe('mean and 95 % interval over the seeds'),
        excess: interval.nullable().describe("the policy's annualised return less this one's"),
      }),
    )
    .min(1)
    .describe('the policy first, then its baselines'),
  market: z.strictObject({ sharpeAnnual: figure, low95: figure, high95: figure }),
  curves: z.strictObject({ date: z.array(z.string()), lines: z.record(z.string(), z.array(z.number())) }),
});

const probed = z.strictObject({
  name: z.string(),
  mean: z.number(),
  deviation: z.number(),
  minimum: z.number(),
  maximum: z.number(),
  constant: figure,
  sameAs: z.string().nullable(),
});

/** member.json, and a row of train.json. */
export const memberResultSchema = z.strictObject({
  fold: count,
  seed: count,
  identity: digest.describe('of settings, data, rules, kernel and code'),
  bundle: digest.describe('hash of the bundle'),
  curveDigest: digest.optional().describe('sha256 of curve.jsonl; absent in trainings of before it was kept'),
  iterations: count,
  steps: count,
  stoppedBy: z.enum(['steps', 'patience']),
  kept: z.strictObject({ iteration: count, steps: count, score: figure }),
});

export const trainFileSchema = z
  .strictObject({
    v: z.literal(1),
    train: z.string().min(1),
    status: z.enum(['running', 'interrupted', 'done']),
    settings: trainerSettingsSchema,
    configHash: digest.describe('of everything that decides a policy but its seed'),
    kernel: z.strictObject({ name: z.enum(['simd-fma', 'simd', 'js']), hash: digest.nullable() }),
    features: z.strictObject({
      used: z.array(z.string()).min(1),
      probe: z.strictObject({
        observations: count,
        features: z.array(probed),
        constant: z.array(z.string()),
        varying: z.array(z.string()),
      }),
    }),
    folds: z.array(z.strictObject({ train: z.array(dateSpan), validation: dateSpan.nullable(), test: dateSpan })).min(1),
    sessionsPerYear: z.number().positive(),
    decisionsPerYear: z.number().positive().optional().describe('once a session, or at every bar within it'),
    members: z.array(memberResultSchema).describe('seeds that have ended, fold by fold'),
    evaluation: evaluation.nullable(),
    marks: z.array(z.string()),
    notes: z.array(z.string()),
    stamp: z.strictObject({
      code: z
        .strictObject({
          code: z.strictObject({ commit: z.string().nullable(), dirty: z.boolean().nullable(), treeHash: z.string() }),
          lockfile: z.string(),
          runtime: z.strictObject({ node: z.string(), platform: z.string(), arch: z.string() }),
        })
        .nullable()
        .describe('null only in trainings of before it was demanded'),
      data: z.record(z.string(), z.string()).describe('digest by symbol, and that of a risk file'),
      rulebook: z.string(),
      startedAt: z.number().describe('milliseconds since the epoch, UTC'),
      seconds: z.number().nonnegative().optional().describe('spent on training, all calls together'),
    }),
  })
  .describe('What was trained on what, how every seed ended, and what came of it on unseen time.');

/** JSON Schema of train.json, for readers in other languages. */
export const trainFileJsonSchema = (): unknown => z.toJSONSchema(trainFileSchema);
