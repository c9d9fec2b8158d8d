/** A row of results/trials.jsonl: one configuration tried over its whole universe, with what its returns amounted to. */
import { z } from 'zod';

export const trialSchema = z.strictObject({
  schema: z.literal('trial@1'),
  /** Hash of family, configuration, seed and returns. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  /** When it was recorded, ms since the epoch. */
  at: z.number(),
  kind: z.enum(['backtest', 'sweep', 'training']),
  /** What was searched: trials of one family compete with each other. */
  family: z.strictObject({ universe: z.string(), window: z.string(), hypothesis: z.string() }),
  configHash: z.string().min(1),
  seed: z.number().int().nullable(),
  run: z.string().min(1),
  /** Not annualised, ddof 1; null where the returns don't vary. */
  sharpePerPeriod: z.number().nullable(),
  periods: z.number().int().nonnegative(),
  skew: z.number().nullable(),
  /** 3 for a normal. */
  kurtosis: z.number().nullable(),
  /** Little-endian float64, relative to the results folder; offset in bytes, length in values; sha256 of those bytes. */
  returnsFile: z.string().min(1),
  returnsOffset: z.number().int().nonnegative(),
  returnsLength: z.number().int().nonnegative(),
  returnsHash: z.string().regex(/^[0-9a-f]{64}$/),
});

export type TrialRow = z.infer<typeof trialSchema>;
export type TrialFamily = TrialRow['family'];

/** The universe of a family: the same symbols in another order are no other search. */
export const universeOf = (symbols: readonly string[]): string => [...symbols].sort().join(',');

/** JSON Schema of a row, for readers in other languages. */
export const trialJsonSchema = (): unknown => z.toJSONSchema(trialSchema);
