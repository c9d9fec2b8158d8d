/** One row of memory: immutable, named by its content, with the three times that decide who may read it when. */
import { z } from 'zod';
import { hashOf, isoOf } from '../core/index.js';
import { MemoryError } from './errors.js';

/** Who a maxim belongs to; `shared` rows are everybody's. */
export const owners = ['bull', 'bear', 'trader', 'invest_judge', 'risk_manager', 'shared'] as const;
/**
 * episode: a decision's day information, nothing later. outcome: what came of it, once matured. lesson: what one matured outcome taught.
 * maxim: a rule drawn from many lessons. chunk and summary: parts of a long text, and its summary that points to them.
 */
export const kinds = ['episode', 'outcome', 'lesson', 'maxim', 'chunk', 'summary'] as const;
/** How fast a row fades (see decay.ts). */
export const layers = ['working', 'fast', 'medium', 'slow'] as const;

const instant = z.number().refine(Number.isFinite, 'a finite instant');

export const memoryRowSchema = z.strictObject({
  kind: z.enum(kinds),
  owner: z.enum(owners),
  layer: z.enum(layers),
  symbols: z.array(z.string()),
  /** Tickers, short and full names, for full-text search: segmenters cut company names to pieces. */
  aliases: z.string(),
  eventAt: instant.describe('when it happened, ms UTC'),
  knownAt: instant.describe('when it could first be known; a lesson: the barrier that wrote it'),
  maturesAt: instant.nullable().describe('when the outcome it rests on was settled; null for day information'),
  /** The older row that this one replaces from its knownAt on. */
  supersedes: z.string().nullable(),
  /** Ids of what it was made from: decisions, news, rows. */
  sources: z.array(z.string()),
  importance: z.number().min(0).max(1),
  text: z.string().min(1),
  /** Typed content by kind, for programs. */
  body: z.json(),
});

export type NewMemoryRow = z.output<typeof memoryRowSchema>;
export type MemoryKind = (typeof kinds)[number];
export type MemoryOwner = (typeof owners)[number];
export type MemoryLayer = (typeof layers)[number];

export interface MemoryRow extends NewMemoryRow {
  /** First 32 hex digits of the hash of everything else. */
  readonly id: string;
}

const learned: readonly MemoryKind[] = ['outcome', 'lesson', 'maxim'];

/** Names a row. Throws MemoryError where its times contradict each other, or a lesson rests on nothing matured. */
export function memoryRow(input: NewMemoryRow): MemoryRow {
  const parsed = memoryRowSchema.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new MemoryError(
      `memoryRow: expected a memory row, got a wrong "${issue?.path.join('.')}": ${issue?.message}. Correct that field.`,
    );
  }
  const row = parsed.data;
  if (row.eventAt > row.knownAt) {
    throw refused(
      `eventAt up to knownAt, got ${isoOf(row.eventAt)} after ${isoOf(row.knownAt)}`,
      'Give the instant at which it was known.',
    );
  }
  const needsMaturity = learned.includes(row.kind);
  if (needsMaturity && row.maturesAt === null)
    throw refused(`a matured ${row.kind}, got no maturesAt`, 'Write it when its outcome is settled.');
  if (!needsMaturity && row.maturesAt !== null) {
    throw refused(`day information only in a row of kind ${row.kind}, got an outcome's maturesAt`, 'Write what came of it as an outcome.');
  }
  if (row.maturesAt !== null && row.maturesAt > row.knownAt) {
    throw refused(
      `knownAt from maturesAt on, got ${isoOf(row.knownAt)} before ${isoOf(row.maturesAt)}`,
      'A lesson is known when it is settled.',
    );
  }
  if ((row.kind === 'lesson' || row.kind === 'maxim') && row.sources.length === 0) {
    throw refused(`the sources of a ${row.kind}, got none`, 'Name the outcomes or lessons that it rests on.');
  }
  return { id: hashOf(row).slice(0, 32), ...row };
}

/** What is embedded of a row: the situation where it tells of one, else its text. Days are alike by what was known, not by their dates. */
export function embeddedText({ text, body }: Pick<NewMemoryRow, 'text' | 'body'>): string {
  const situation = typeof body === 'object' && body !== null && !Array.isArray(body) ? body.situation : undefined;
  return typeof situation === 'string' && situation.trim() !== '' ? situation : text;
}

const refused = (expected: string, hint: string): MemoryError => new MemoryError(`memoryRow: expected ${expected}. ${hint}`);
