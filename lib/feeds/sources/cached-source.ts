/** A source whose answers are read through the cache of its context: asked once, cut at the simulated now, marked when old. */
import { DAY_MS, dateOf, type Instant, isoOf, type Symbol } from '../../core/index.js';
import type { Cached, CacheKey, CacheKind } from '../cache/contract.js';
import { TTL_MS } from '../cache/ttl.js';
import { lastClosed, mayGrow } from './check-bars.js';
import type { StatusRecord } from './records.js';
import {
  type ActionsAnswer,
  type Answer,
  type BarsAnswer,
  type CachedReading,
  type Capability,
  capabilitiesOf,
  type DayQuery,
  type Source,
  type SourceContext,
  type SymbolQuery,
} from './source.js';

type Query = SymbolQuery | DayQuery | readonly Symbol[];
type AnyAnswer = Answer<object> & Partial<Omit<BarsAnswer & ActionsAnswer, keyof Answer<object>>>;
type Ask = (query: Query, context: SourceContext) => Promise<AnyAnswer>;

const KIND: Readonly<Record<Capability, CacheKind>> = {
  bars: 'bars',
  quotes: 'quotes',
  news: 'news',
  fundamentals: 'fundamentals',
  calendar: 'calendar',
  dividends: 'dividends',
  limits: 'limits',
  factors: 'bars',
  status: 'list',
  members: 'list',
};

/** When the source fails, an answer may be so many times its time to live older than that. */
const STALE_TTLS = 4;
/** Bars that lack the newest session are asked for again after this: sources write them within hours of the close. */
const GROWING_TTL_MS = 10 * 60_000;

/**
 * The same source, with the same capabilities. Sources without calls (files) are returned as they are. Throws NotCachedError, naming the
 * question, when the context is offline and has no answer; NotKnownThenError for records without `knownAt` that were fetched later than
 * the context's instant.
 */
export function cachedSource(source: Source): Source {
  if (source.policy === undefined) return source;
  const methods = capabilitiesOf(source).map((capability) => {
    const ask = (source[capability] as unknown as Ask).bind(source);
    const through: Ask = (query, context) =>
      context.cached ? read(source.id, capability, ask, query, context, context.cached) : ask(query, context);
    return [capability, through] as const;
  });
  return { ...source, ...Object.fromEntries(methods) };
}

/** An answer as the cache's columns, whose rows it cuts by their `knownAt`; rows without it make it known at the fetch only. */
interface Kept {
  readonly rows: readonly object[];
  readonly knownAt?: readonly Instant[];
  /** The answer without its rows, as JSON. */
  readonly about: string;
}

function keptOf({ rows, ...about }: AnyAnswer): Kept {
  const kept = { rows, about: JSON.stringify(about) };
  const knownAt = rows.map((row) => (row as { readonly knownAt?: Instant }).knownAt);
  return knownAt.includes(undefined) ? kept : { ...kept, knownAt: knownAt as Instant[] };
}

const keyOf = (source: string, capability: Capability, query: Query): CacheKey => ({
  source,
  kind: KIND[capability],
  query: { what: capability, ...('from' in query ? { ...query, from: dateOf(query.from), to: dateOf(query.to) } : { symbols: query }) },
  adjustment: capability === 'bars' ? 'raw' : 'none',
});

async function read(
  source: string,
  capability: Capability,
  ask: Ask,
  query: Query,
  { clock, signal, outside }: SourceContext,
  { cache, offline = false, asOf }: CachedReading,
): Promise<AnyAnswer> {
  const key = keyOf(source, capability, query);
  const options = {
    offline,
    staleWhileErrorMs: STALE_TTLS * TTL_MS[key.kind],
    ...(asOf === undefined ? {} : { asOf }),
    ...(signal ? { signal } : {}),
  };
  const load = async (own: AbortSignal): Promise<Kept> => keptOf(await ask(query, { clock, signal: own, outside }));
  const found = await cache.get(key, load, options);
  const answer = answerFrom(found);
  if (asOf !== undefined) return asKnown(answer, found.fetchedAt, asOf);
  const growing = capability === 'bars' && found.from !== 'source' && !offline && mayGrow(answer as BarsAnswer);
  return growing ? answerFrom(await cache.get(key, load, { ...options, ttlMs: { [key.kind]: GROWING_TTL_MS } })) : answer;
}

function answerFrom({ value: { rows, about }, stale, staleReason, fetchedAt }: Cached<Kept>): AnyAnswer {
  const answer = { ...(JSON.parse(about) as Omit<AnyAnswer, 'rows'>), rows };
  if (!stale) return answer;
  const why = staleReason === undefined ? 'offline' : `the source failed: ${staleReason}`;
  return { ...answer, notes: [...answer.notes, `An old answer of ${isoOf(fetchedAt)} from the cache (${why}).`] };
}

/** What stands beside the rows, as it could be said at `asOf`; the cache has cut the rows themselves. */
function asKnown(answer: AnyAnswer, fetchedAt: Instant, asOf: Instant): AnyAnswer {
  if (fetchedAt <= asOf) return answer;
  const { completeTo, market, missing } = answer;
  const to = completeTo === undefined || market === undefined ? undefined : Math.min(completeTo, lastClosed(market, asOf));
  return {
    ...answer,
    rows: answer.rows.map((row) => withoutLaterEnd(row, asOf)),
    ...(answer.rows.length === 0 ? { empty: `nothing was known of it by ${isoOf(asOf)}` } : {}),
    // Its own were written at the fetch, of rows that were not there yet.
    notes: [`As known at ${isoOf(asOf)}, from an answer of ${isoOf(fetchedAt)}.`],
    ...(to === undefined ? {} : { completeTo: to }),
    ...(missing && to !== undefined ? { missing: missing.filter(({ day }) => day <= to) } : {}),
  };
}

/** A status is known from its start; that it ends is known later. */
function withoutLaterEnd(row: object, asOf: Instant): object {
  if (!('status' in row && 'to' in row) || (row.to as number) * DAY_MS < asOf - DAY_MS) return row;
  const { to: _, ...open } = row as StatusRecord;
  return open;
}
