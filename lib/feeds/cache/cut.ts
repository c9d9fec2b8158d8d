/**
 * The one way out of the cache in simulated time. A record is known at its `knownAt`; an answer that has none, or has one
 * somewhere only, is known as a whole when its load ended. What was known later than the reader's instant does not come out.
 */
import { type Instant, isoOf } from '../../core/index.js';
import { NotKnownThenError } from './errors.js';

/** How an answer is dated. `records`: a list of objects with knownAt; `columns`: arrays of one length, one of them knownAt. */
export type Dating =
  | { readonly form: 'undated' }
  | {
      readonly form: 'records' | 'columns';
      /** By row, finite. */
      readonly knownAt: ArrayLike<Instant>;
      readonly last: Instant;
      /** Never falls from row to row: a cut is then a front part. */
      readonly ascending: boolean;
    };

type Column = readonly unknown[] | Float64Array;
const UNDATED: Dating = { form: 'undated' };

const isColumn = (value: unknown): value is Column => Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);

function dated(form: 'records' | 'columns', knownAt: ArrayLike<unknown>): Dating {
  let last = Number.NEGATIVE_INFINITY;
  let ascending = true;
  for (let row = 0; row < knownAt.length; row++) {
    const at = knownAt[row];
    if (typeof at !== 'number' || !Number.isFinite(at)) return UNDATED;
    if (at < last) ascending = false;
    else last = at;
  }
  return { form, knownAt: knownAt as ArrayLike<Instant>, last, ascending };
}

/** How an answer is dated. An empty list holds nothing that could be known too early. */
export function datingOf(value: unknown): Dating {
  if (Array.isArray(value)) {
    const knownAt = value.map((one: unknown) => (typeof one === 'object' && one !== null && 'knownAt' in one ? one.knownAt : undefined));
    return dated('records', knownAt);
  }
  if (typeof value !== 'object' || value === null) return UNDATED;
  const { knownAt } = value as { knownAt?: unknown };
  if (!isColumn(knownAt)) return UNDATED;
  // Beside its columns it may have names and its own length: anything else could hold what is known later.
  const whole = Object.entries(value).every(
    ([name, part]) =>
      typeof part === 'string' || (name === 'length' ? part === knownAt.length : isColumn(part) && part.length === knownAt.length),
  );
  return whole ? dated('columns', knownAt) : UNDATED;
}

/** Number of leading rows known at `asOf`, of ascending instants. */
function frontOf(knownAt: ArrayLike<Instant>, asOf: Instant): number {
  let low = 0;
  let high = knownAt.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((knownAt[middle] as Instant) <= asOf) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What of an answer was known at `asOf`, frozen; columns are copies, since a typed array can't be frozen. Throws NotKnownThenError for an undated answer fetched later than that. */
export function cutAt<T>(value: T, dating: Dating, fetchedAt: Instant, asOf: Instant, question: () => string): T {
  if (dating.form === 'undated') {
    if (fetchedAt <= asOf) return value;
    throw new NotKnownThenError(
      `Cache.get: expected an answer known at ${isoOf(asOf)} to ${question()}, got one without knownAt fetched at ${isoOf(fetchedAt)}. Use a source that dates its records, or one recorded by then.`,
    );
  }
  const { knownAt, last, ascending } = dating;
  if (last <= asOf && dating.form === 'records') return value;
  const front = ascending ? frontOf(knownAt, asOf) : 0;
  // slice and filter copy: no buffer with the later rows is handed out, nor one that a reader's change would spoil for the next.
  const kept = (part: Column): Column =>
    ascending ? part.slice(0, front) : (part as Float64Array).filter((_, row) => (knownAt[row] as Instant) <= asOf);
  if (dating.form === 'records') return Object.freeze(kept(value as readonly unknown[])) as T;
  const cut: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value as object)) cut[name] = isColumn(part) ? kept(part) : part;
  if ('length' in cut) cut['length'] = (cut['knownAt'] as Column).length;
  return Object.freeze(cut) as T;
}
