/** sweep.json: what was searched, under which rules, and what stands beside its best configuration. */
import { z } from 'zod';
import { FIGURES, type FigureName } from './results-columns.js';

const figure = z.number().nullable();
const figures = z.strictObject(Object.fromEntries(FIGURES.map((name) => [name, figure])) as Record<FigureName, typeof figure>);
const configuration = z.strictObject({ strategy: z.string(), parameters: z.record(z.string(), z.number()) });
const date = z.string();
const spanScore = z.strictObject({
  totalReturn: z.number(),
  annualisedReturn: z.number(),
  sharpe: figure.describe('annualised'),
  maxDrawdown: z.number(),
});

const foldSchema = z.strictObject({
  trainFrom: date,
  trainTo: date,
  trainSessions: z.int(),
  testFrom: date,
  testTo: date,
  testSessions: z.int(),
  index: z.int().nullable().describe('of the best in training; null where no configuration traded: the test is spent in cash'),
  configuration: configuration.nullable(),
  train: figure.describe('its objective in training'),
  test: figure.describe('and in the test'),
  testReturn: figure,
  rank: z.int().nullable().describe('of that among all in the test, 1 = best; equals share the better one'),
});

export const walkForwardSchema = z.strictObject({
  mode: z.enum(['anchored', 'rolling']),
  purge: z.int(),
  embargo: z.int(),
  trainShare: z.number(),
  folds: z.array(foldSchema),
  outOfSample: spanScore.describe('the tests joined, each with the configuration that its training chose'),
  hindsight: spanScore.describe('the best of the whole span over the same tests'),
  /** Growth of 1 over the joined tests, at each of their sessions. */
  equity: z.strictObject({ date: z.array(date), outOfSample: z.array(z.number()), hindsight: z.array(z.number()) }),
});

export const stabilitySchema = z.strictObject({
  kind: z.enum(['grid', 'nearest']).describe('one step away in any of the parameters, or the nearest of a random draw'),
  neighbours: z.int(),
  objective: z.strictObject({ best: figure, median: figure, worst: figure }),
  totalReturn: z.strictObject({ best: figure, median: figure, worst: figure }),
  sharePositive: figure.describe('of their total returns'),
  edges: z.array(z.string()).describe('parameters whose first or last value the best has: it may lie outside'),
});

export const significanceSchema = z.strictObject({
  trials: z.int().describe('configurations tried on this universe and span, in this search and before'),
  effectiveTrials: figure,
  sharpePerPeriod: figure,
  expectedMaximumPerPeriod: figure,
  probabilisticSharpe: figure,
  deflatedSharpe: figure,
  deflatedSharpeEffective: figure,
  pbo: figure,
  pboReason: z.string().nullable(),
  reasons: z.record(z.string(), z.string()),
});

export const honestSchema = z.strictObject({
  runs: z.array(z.string()).describe('run folders of the loop, one an account'),
  sessions: z.int(),
  differenceMinor: z.number().describe('largest difference of equity at any close; anything but 0 is an error'),
  differenceOn: date.nullable(),
  fillsDifference: z.int(),
  feesDifferenceMinor: z.number(),
});

export const sweepFileSchema = z
  .strictObject({
    v: z.literal(1),
    sweep: z.string(),
    status: z.enum(['running', 'interrupted', 'done']),
    identity: z.string().describe('hash of what decides the rows, code included'),
    spec: z.json().describe('of each configuration, without its strategies'),
    accounts: z.enum(['shared', 'each']),
    space: z.json(),
    by: z.enum(['sharpe', 'return', 'calmar']),
    splits: z.json(),
    kernel: z.string(),
    kernelReason: z.string().nullable(),
    market: z.strictObject({ calendar: z.string(), sessionsPerYear: z.number(), currency: z.string(), minorPerMajor: z.number() }),
    sessions: z.int(),
    from: date,
    to: date,
    configurations: z.strictObject({
      all: z.int(),
      done: z.int(),
      dropped: z.record(z.string(), z.int()),
      asked: z.int().nullable().default(null).describe('of a draw that found fewer'),
    }),
    marks: z.array(z.string()),
    notes: z.array(z.string()),
    best: z.strictObject({ index: z.int(), configuration, configHash: z.string(), figures }).nullable(),
    significance: significanceSchema.nullable(),
    stability: stabilitySchema.nullable(),
    walkForward: walkForwardSchema.nullable(),
    honest: honestSchema.nullable(),
    stamp: z.strictObject({
      code: z.strictObject({ commit: z.string().nullable(), dirty: z.boolean().nullable(), treeHash: z.string() }),
      lockfile: z.string(),
      runtime: z.strictObject({ node: z.string(), platform: z.string(), arch: z.string() }),
      data: z.record(z.string(), z.string()),
      rulebook: z.string(),
      startedAt: z.number(),
    }),
  })
  .describe('A search over configurations. Its rows lie beside it in sweep.csv, the returns behind them where trials.jsonl says.');

export type SweepFile = z.infer<typeof sweepFileSchema>;
export type WalkForward = z.infer<typeof walkForwardSchema>;
export type Stability = z.infer<typeof stabilitySchema>;
export type SweepSignificance = z.infer<typeof significanceSchema>;
export type Honest = z.infer<typeof honestSchema>;

/** JSON Schema of sweep.json, for readers in other languages. */
export const sweepJsonSchema = (): unknown => z.toJSONSchema(sweepFileSchema);
