/** The check of a rulebook's file: its JSON, as in rulebooks/*.json, becomes the rows of rulebook-rows.ts. */
import { z } from 'zod';
import { dayOf, type EpochDay, type Ratio } from '../core/index.js';

const integer = z.number().int();
/** `[numerator, denominator]`. */
const ratio = z.tuple([integer.min(0), integer.min(1)]).transform(([numerator, denominator]): Ratio => ({ numerator, denominator }));
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a date YYYY-MM-DD')
  .transform((date, context): EpochDay => {
    try {
      return dayOf(date);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });

const source = z.strictObject({
  text: z.string().min(1),
  kind: z.enum(['primary', 'secondary', 'setting']),
  note: z.string().min(1).optional(),
});

const status = z.enum(['normal', 'ST', 'S-share']);
const kinds = z.array(z.enum(['stock', 'etf', 'index', 'spot'])).min(1);
const limit = z.strictObject({ up: ratio, down: ratio }).nullable();
const sessions = integer.min(1).max(250);

const common = {
  id: z.string().min(1),
  boards: z.array(z.string().min(1)).min(1),
  kinds: kinds.optional(),
  from: day,
  to: day.optional(),
  text: z.string().min(1),
  source,
};

const tax = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('flat'), rate: ratio }),
  z.strictObject({ kind: z.literal('by-holding'), upToMonth: ratio, upToYear: ratio, longer: ratio }),
]);

const fee = z.strictObject({
  side: z.enum(['buy', 'sell', 'both']),
  basis: z.enum(['notional', 'quantity']),
  rate: ratio,
  minimumMinor: integer.min(0),
  maximumMinor: integer.min(0),
});

const row = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('board'), ...common, kinds, tradable: z.boolean() }),
  z.strictObject({ what: z.literal('settlement'), ...common, sessions: z.union([z.literal(0), z.literal(1)]) }),
  z.strictObject({ what: z.literal('lot'), ...common, buyMinimum: integer.min(1), buyStep: integer.min(1), sellStep: integer.min(1) }),
  z.strictObject({ what: z.literal('limit'), ...common, statuses: z.array(status).min(1).optional(), limit }),
  z.strictObject({ what: z.literal('first-sessions'), ...common, sessions, limit }),
  z.strictObject({ what: z.literal('after-status'), ...common, statuses: z.array(status).min(1), sessions, limit }),
  z.strictObject({ what: z.literal('volume-cap'), ...common, cap: ratio.nullable() }),
  z.strictObject({ what: z.literal('fee'), ...common, name: z.string().min(1), fee: fee.nullable() }),
  z.strictObject({ what: z.literal('dividend-tax'), ...common, tax }),
  z.strictObject({ what: z.literal('par'), ...common, parMinor: integer.min(0) }),
]);

export const rulebookSchema = z.strictObject({
  schema: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'expected a name of small letters, digits and hyphens'),
  edition: integer.min(1),
  market: z.enum(['cn-a', 'us', 'crypto', 'bench']),
  validFrom: day,
  before: z.string().min(1),
  commissionIncludes: z.array(z.enum(['handling', 'regulatory'])),
  instruments: z.array(
    z.strictObject({
      symbol: z.string().min(1),
      statuses: z.array(z.strictObject({ status, from: day, to: day.optional() })).min(1),
      source,
    }),
  ),
  rows: z.array(row).min(1),
});
