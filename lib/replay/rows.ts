/** Schemas of the rows that a run writes (DESIGN section 5), version 1: zod here, JSON Schema by `runFileSchemas()`. */
import { z } from 'zod';
import { tiers } from '../llm/index.js';

const instant = z.number().describe('milliseconds since the epoch, UTC');
const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .describe('trading date on the exchange calendar');
const reasonRow = z.string();

export const evidenceSchema = z.strictObject({ kind: z.string(), id: z.string(), knownAt: instant });

export const decisionRowSchema = z
  .strictObject({
    v: z.literal(1),
    id: z.string().describe('hash of configHash, seed, session, window, symbol; first 32 hex digits'),
    session: date,
    window: z
      .string()
      .regex(/^(close|preopen|open|midday|every@\d{2}:\d{2})$/)
      .describe('decision point; `every` with the time on the exchange clock'),
    symbol: z.string(),
    strategy: z.string(),
    decidedAt: instant,
    maxKnownAt: instant.nullable().describe('newest knownAt of all that was read; null when nothing was read'),
    features: z.record(z.string(), z.number().nullable()).describe("by name, of the run's observation schema; null during warm-up"),
    portfolio: z.strictObject({
      cashMinor: z.number(),
      equityMinor: z.number(),
      quantity: z.number(),
      sellableAtFill: z.number(),
      averageCostTicks: z.number(),
      lastPriceTicks: z.number(),
      weight: z.number(),
    }),
    analyses: z.array(z.json()),
    debate: z.json(),
    decision: z.strictObject({
      action: z.string().nullable().describe('null = abstention'),
      size: z.json().describe("the action table's row"),
      confidence: z.number(),
      why: z.string(),
      state: z.enum(['decided', 'no-intent', 'suspended', 'abstained']),
    }),
    evidence: z.array(evidenceSchema),
    transcripts: z.array(z.string()),
    tokens: z.number(),
    costMinor: z.number(),
    situation: z.string().optional().describe("the day's information in a few words, as memory files it"),
    memory: z
      .strictObject({ status: z.enum(['ok', 'empty', 'degraded']), reason: z.string().optional() })
      .optional()
      .describe('state of the recall, where memory was asked'),
  })
  .describe('One decision of one symbol in one session. Holds nothing known after decidedAt.');

const legSchema = z.strictObject({
  date: date.nullable(),
  priceTicks: z.number().nullable(),
  state: z.enum(['traded', 'limit-up', 'limit-down', 'suspended', 'moved', 'open-end']),
});

export const outcomeRowSchema = z
  .strictObject({
    v: z.literal(1),
    decision: z.string(),
    session: date,
    symbol: z.string(),
    action: z.string().nullable(),
    horizon: z.number().describe('sessions'),
    maturesAt: instant,
    entry: legSchema,
    exit: legSchema,
    direction: z.enum(['long', 'avoided', 'flat']).describe('a sell is avoided exposure, not a short'),
    instrumentReturn: z.number().nullable().describe('total return entry to exit, position-free'),
    gross: z.number().nullable().describe('instrumentReturn by direction: long +, avoided -, flat 0'),
    net: z.number().nullable(),
    costs: z.number().nullable().describe('fraction of notional: a round trip at the rates of the two days, without per-order minimum'),
    bookReturn: z.number().nullable().describe("change of the account's equity over the same span"),
    benchmarkReturn: z.number().nullable(),
    drawdown: z.number().nullable().describe('deepest close below the highest close since entry, 0..1'),
    label: z.union([z.literal(-1), z.literal(0), z.literal(1)]).nullable(),
  })
  .describe('What came of a decision. Written when it matured, never read by a prompt before maturesAt.');

export const fillRowSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('fill'),
  order: z.number(),
  session: date,
  at: instant.optional().describe('when its bar opened, where bars are shorter than a session'),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  quantity: z.number(),
  priceTicks: z.number(),
  notionalMinor: z.number(),
  feesMinor: z.record(z.string(), z.number()),
  totalFeesMinor: z.number(),
  cashDeltaMinor: z.number(),
  action: z.string(),
  strategy: z.string(),
  why: z.string(),
});

export const rejectionRowSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('rejection'),
  order: z.number().nullable(),
  session: date,
  at: instant.optional().describe('when it was refused, where bars are shorter than a session'),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']).nullable(),
  quantity: z.number(),
  reason: reasonRow,
  detail: z.string(),
  action: z.string().nullable(),
  strategy: z.string(),
});

/** One line of fills.jsonl. */
export const fillLineSchema = z.discriminatedUnion('kind', [fillRowSchema, rejectionRowSchema]);

export const runRowSchema = z
  .strictObject({
    v: z.literal(1),
    run: z.string(),
    label: z.string(),
    status: z.enum(['running', 'done']),
    configHash: z.string(),
    seed: z.number(),
    spec: z.json(),
    /** Shown wherever a number of the run is: synthetic data, price-only, frozen intents, rules instead of a model. */
    marks: z.array(z.string()),
    notes: z.array(z.string()),
    stamp: z.strictObject({
      code: z.strictObject({ commit: z.string().nullable(), dirty: z.boolean().nullable(), treeHash: z.string() }),
      lockfile: z.string(),
      runtime: z.strictObject({ node: z.string(), platform: z.string(), arch: z.string() }),
      parameters: z.string().describe('hash of spec without seed'),
      seed: z.number(),
      data: z.record(z.string(), z.string()),
      models: z.record(z.string(), z.string()),
      rulebook: z.string(),
      startedAt: instant,
    }),
    market: z.strictObject({
      calendar: z.string(),
      sessionsPerYear: z.number(),
      currency: z.string(),
      minorPerMajor: z.number(),
      index: z.string().nullable(),
      intervalMs: z.number().optional().describe('length of a bar where it is shorter than a session'),
    }),
    counts: z.strictObject({
      sessions: z.number(),
      decisions: z.number(),
      outcomes: z.number(),
      fills: z.number(),
      rejections: z.number(),
      abstentions: z.number(),
      remembered: z.number().optional().describe('rows in the memory at the end of a run that has one'),
    }),
    asks: z
      .strictObject({ models: z.record(z.string(), z.string()), startTiers: z.record(z.string(), z.enum(tiers)), numCtx: z.number() })
      .optional()
      .describe('which model each tier asked, and where each role began'),
    embedder: z
      .strictObject({ id: z.string(), digest: z.string(), dimension: z.number(), maxTokens: z.number() })
      .optional()
      .describe('of a run with a memory: the model that its vectors come from'),
    fence: z.string().optional().describe('secret of the fences round outside text, so that a second run asks the same prompts'),
    /** sha256 of decisions.jsonl, outcomes.jsonl, fills.jsonl, equity.csv, audit.json. */
    digests: z.record(z.string(), z.string()),
  })
  .describe('run.json: the stamp, the parameters and what was written.');

export type DecisionRow = z.output<typeof decisionRowSchema>;
export type OutcomeRow = z.output<typeof outcomeRowSchema>;
export type FillRow = z.output<typeof fillRowSchema>;
export type RejectionRow = z.output<typeof rejectionRowSchema>;
export type RunRow = z.output<typeof runRowSchema>;

/** Columns of equity.csv. */
export const EQUITY_COLUMNS = [
  'date',
  'equity_minor',
  'equity_at_open_minor',
  'cash_minor',
  'exposure',
  'fees_minor',
  'turnover_minor',
  'index_close_ticks',
] as const;

/** JSON Schema of each file, by file name. */
export function runFileSchemas(): Record<string, unknown> {
  return {
    'run.json': z.toJSONSchema(runRowSchema),
    'decisions.jsonl': z.toJSONSchema(decisionRowSchema),
    'outcomes.jsonl': z.toJSONSchema(outcomeRowSchema),
    'fills.jsonl': z.toJSONSchema(fillLineSchema),
  };
}
