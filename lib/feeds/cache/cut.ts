/**
 * The one way out of the cache in simulated time. A record is known at its `knownAt`; an answer that has none, or has one
 * somewhere only, is known as a whole when its load ended. What was known later than the reader's instant does not come out.
 */
import { type Instant, isoOf } from '../../core/index.js';
import { NotKnownThenError } from './errors.js';

/** How an answer is dated. `records`: a list of objects with knownAt; `columns`: arrays of one length, one of them knownAt. */
export type Dating = { readonly form: 'records' | 'columns'; readonly lastKnownAt: Instant } | { readonly form: 'undated' };

type Column = readonly unknown[] | Float64Array;
const UNDATED: Dating = { form: 'undated' };

const isColumn = (value: unknown): value is Column => Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);

function lastOf(instants: Iterable<unknown>): Instant | null {
  let last = Number.NEGATIVE_INFINITY;
  for (const at of instants) {
    if (typeof at !== 'number' || !Number.isFinite(at)) return null;
    if (at > last) last = at;
  }
  return last;
}

const dated = (form: 'records' | 'columns', last: Instant | null): Dating => (last === null ? UNDATED : { form, lastKnownAt: last });

function* knownAts(records: readonly unknown[]): Generator<unknown> {
  for (const record of records) yield typeof record === 'object' && record !== null ? (record as { knownAt?: unknown }).knownAt : undefined;
}

/** How an answer is dated. An empty list holds nothing that could be known too early. */
export function datingOf(value: unknown): Dating {
  if (Array.isArray(value)) return dated('records', lastOf(knownAts(value)));
  if (typeof value !== 'object' || value === null) return UNDATED;
  const { knownAt } = value as { knownAt?: unknown };
  if (!isColumn(knownAt)) return UNDATED;
  // Beside its columns it may have names and its own length: anything else could hold what is known later.
  const whole = Object.entries(value).every(
    ([name, part]) =>
      typeof part === 'string' || (name === 'length' ? part === knownAt.length : isColumn(part) && part.length === knownAt.length),
  );
  return whole ? dated('columns', lastOf(knownAt)) : UNDATED;
}

/** What of an answer was known at `asOf`. Throws NotKnownThenError for an undated answer fetched later than that. */
export function cutAt<T>(value: T, dating: Dating, fetchedAt: Instant, asOf: Instant, question: string): T {
  if (dating.form === 'undated') {
    if (fetchedAt <= asOf) return value;
    throw new NotKnownThenError(
      `Cache.get: expected an answer known at ${isoOf(asOf)} to ${question}, got one without knownAt fetched at ${isoOf(fetchedAt)}. Use a source that dates its records, or one recorded by then.`,
    );
  }
  if (dating.lastKnownAt <= asOf) return value;
  if (dating.form === 'records') {
    return Object.freeze((value as readonly { readonly knownAt: Instant }[]).filter((record) => record.knownAt <= asOf)) as T;
  }
  const columns = value as Readonly<Record<string, unknown>>;
  const knownAt = columns['knownAt'] as Float64Array;
  const cut: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(columns)) {
    // filter copies: no buffer with the later rows is handed out
    cut[name] = isColumn(part) ? (part as Float64Array).filter((_, row) => (knownAt[row] as number) <= asOf) : part;
  }
  if ('length' in cut) cut['length'] = (cut['knownAt'] as Float64Array).length;
  return Object.freeze(cut) as T;
}
