/** Several sources in order of preference: the next one serves only where it has the same kind of data, and the answer says so. */
import { describeSymbol } from '../../market/index.js';
import { NotCachedError } from '../cache/errors.js';
import { Cancelled, OutsideError } from '../outside/errors.js';
import { UnsupportedQuery } from './errors.js';
import type { BarsAnswer, Source, SourceContext, SymbolQuery } from './source.js';

/** What answers from two sources must have in common before they may stand for each other. */
export const kindOf = ({
  source,
  synthetic,
  market,
  adjustment,
  units,
  intervalMs,
}: Pick<BarsAnswer, 'source' | 'synthetic' | 'market' | 'adjustment' | 'units' | 'intervalMs'>): string =>
  `${synthetic ? `made by ${source}, ` : ''}${market}, ${adjustment}, ticks of ${units.tickSize} ${units.currency}, units of ${units.quantityStep}${intervalMs === undefined ? '' : `, bars of ${intervalMs / 60_000} minutes`}`;

/** A source did not answer, which another one, or a later day, may. Anything else is a fault, or the caller's own end. */
export const isFailure = (error: unknown): error is Error =>
  !(error instanceof Cancelled) && (error instanceof OutsideError || error instanceof UnsupportedQuery || error instanceof NotCachedError);

export interface Failure {
  readonly source: string;
  readonly reason: string;
}

/**
 * Bars from the first source that answers. `kind`: what is stored already (see {@link kindOf}); an answer of another kind is a failure of that
 * source. Throws the last error, with all reasons in its text, when none answers.
 */
export async function barsFrom(
  sources: readonly Source[],
  query: SymbolQuery,
  context: SourceContext,
  kind?: string,
): Promise<{ readonly source: Source; readonly answer: BarsAnswer; readonly failures: readonly Failure[] }> {
  const { market } = describeSymbol(query.symbol);
  const failures: Failure[] = [];
  let last: unknown;
  for (const source of sources) {
    if (!source.bars || !source.markets.includes(market) || !source.adjustments.includes('raw')) {
      failures.push({ source: source.id, reason: `has no raw bars of ${market}` });
      continue;
    }
    if (query.intervalMs !== undefined && !source.intraday) {
      failures.push({ source: source.id, reason: 'has daily bars only' });
      continue;
    }
    try {
      const answer = await source.bars(query, context);
      if (kind !== undefined && answer.rows.length > 0 && kindOf(answer) !== kind) {
        failures.push({ source: source.id, reason: `has ${kindOf(answer)}, where ${kind} is stored` });
        continue;
      }
      return { source, answer, failures };
    } catch (error) {
      if (!isFailure(error)) throw error;
      last = error;
      failures.push({ source: source.id, reason: error.message });
    }
  }
  if (failures.length === 1 && last instanceof Error) throw last;
  throw new UnsupportedQuery(
    `barsFrom: expected one source that answers for ${query.symbol}, got ${failures.map(({ source, reason }) => `${source}: ${reason}`).join(' | ')}. Try later, or name another source.`,
    { cause: last },
  );
}
