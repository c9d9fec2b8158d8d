/** Candles shorter than a day, of markets whose day is UTC's, stamped with their start, turned into bars: place, prices and units checked, nothing made up. */
import { DAY_MS, type Instant, isoOf } from '../../core/index.js';
import { calendarOf, type SymbolDescription } from '../../market/index.js';
import { BadAnswer } from '../outside/errors.js';
import { lastClosed } from './check-bars.js';
import type { BarRecord, MissingDay } from './records.js';
import { answerOf, type BarsAnswer, type SymbolQuery } from './source.js';

export interface Candle {
  readonly startsAt: Instant;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** Days without any candle are missing; a single candle that is not there had no trade. Throws BadAnswer for what can't be true. */
export function shortBarsOf(
  query: SymbolQuery & { readonly intervalMs: number },
  candles: readonly Candle[],
  form: {
    readonly source: string;
    readonly retrievedAt: Instant;
    readonly described: SymbolDescription;
    readonly notes: readonly string[];
  },
): BarsAnswer {
  const { market, units, symbol } = form.described;
  const { intervalMs } = query;
  const calendar = calendarOf(market === 'bench' ? 'crypto' : market);
  const refuse = (what: string): never => {
    throw new BadAnswer(form.source, `expected bars of ${symbol} of ${intervalMs / 60_000} minutes, got ${what}. Take another source.`);
  };
  const completeTo = Math.min(query.to, lastClosed(market, form.retrievedAt));
  const perMajor = Math.round(1 / units.tickSize);
  const rows: BarRecord[] = [];
  const traded = new Set<number>();
  for (const { startsAt, open, high, low, close, volume } of [...candles].sort((a, b) => a.startsAt - b.startsAt)) {
    const day = Math.floor(startsAt / DAY_MS);
    if (day < query.from || day > completeTo) continue;
    const span = calendar.isSession(day) ? calendar.spansAt(day).find(({ from, to }) => startsAt >= from && startsAt < to) : undefined;
    if (span === undefined) return refuse(`one at ${isoOf(startsAt)}, outside of trading`);
    if ((startsAt - span.from) % intervalMs !== 0) return refuse(`one at ${isoOf(startsAt)}, off the steps of trading`);
    const knownAt = Math.min(startsAt + intervalMs, span.to, calendar.closeAt(day));
    if (rows.length > 0 && rows[rows.length - 1]!.knownAt >= knownAt) return refuse(`two at ${isoOf(startsAt)}`);
    const ticks = (price: number): number => {
      const whole = Math.round(price * perMajor);
      if (!(whole > 0) || Math.abs(price * perMajor - whole) > 1e-3 + 2e-7 * whole)
        return refuse(`the price ${price} at ${isoOf(startsAt)}, no multiple of ${units.tickSize}`);
      return whole;
    };
    const bar = { open: ticks(open), high: ticks(high), low: ticks(low), close: ticks(close) };
    if (bar.high < Math.max(bar.open, bar.close, bar.low) || bar.low > Math.min(bar.open, bar.close) || !(volume >= 0))
      return refuse(`open ${open}, high ${high}, low ${low}, close ${close}, volume ${volume} at ${isoOf(startsAt)}`);
    traded.add(day);
    rows.push({ day, eventAt: knownAt, knownAt, ...bar, volume: Math.round(volume / units.quantityStep), amountMinor: null });
  }
  const missing: MissingDay[] = [];
  const first = rows[0]?.day ?? completeTo + 1;
  for (let at = calendar.indexAtOrAfter(first); at < calendar.indexAtOrAfter(completeTo + 1); at++) {
    const day = calendar.sessions[at] as number;
    if (!traded.has(day)) missing.push({ day, reason: 'unconfirmed' });
  }
  return {
    ...answerOf(form.source, form.retrievedAt, rows, 'no candles of closed days in the span', form.notes),
    symbol,
    market,
    adjustment: 'raw',
    units,
    intervalMs,
    completeTo,
    missing,
  };
}
