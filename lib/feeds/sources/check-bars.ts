/** Rows of a source turned into bars: dates, order, prices and units checked, nothing mended in silence, nothing made up. */
import { dateOf, type EpochDay, type Instant, type MarketId } from '../../core/index.js';
import { calendarOf, describeSymbol, type SymbolDescription } from '../../market/index.js';
import { dayOfText } from '../date-text.js';
import { BadAnswer } from '../outside/errors.js';
import { sessionClose } from '../session-closes.js';
import type { BarRecord, MissingDay } from './records.js';
import type { BarsAnswer, SymbolQuery } from './source.js';

export interface RawBar {
  /** Text as the source wrote it, or an epoch day. */
  readonly date: string | EpochDay;
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  readonly close: number | null;
  readonly volume: number | null;
  /** Major units in the source's scale. */
  readonly amount?: number | null;
}

export interface BarForm {
  readonly source: string;
  readonly label: string;
  readonly retrievedAt: Instant;
  /** Shares in one of the source's volume units: 1, or 100 for lots. */
  readonly volumeShares: number;
  /** Major units in one of the source's amount units: 1, or 1000. */
  readonly amountScale: number;
  /** Prices are rounded to ticks without asking how far they are off: for prices rebuilt by arithmetic. */
  readonly rounded?: boolean;
  /** Rows with some prices missing are left out and reported, where the source is known to write them. */
  readonly dropPartial?: boolean;
  /** Days on which the source's own list says that nothing was traded. */
  readonly suspended?: ReadonlySet<EpochDay>;
  readonly notes?: readonly string[];
  /** Overrides what the symbol's code tells. */
  readonly described?: SymbolDescription;
}

const LOT = 100;
const UNIT_SLACK = 0.01;
const UNIT_AGREEMENT = 0.95;

const calendarFor = (market: MarketId) => calendarOf(market === 'bench' ? 'crypto' : market);

/** Last session of the market whose close has passed. */
export function lastClosed(market: MarketId, now: Instant): EpochDay {
  const calendar = calendarFor(market);
  let low = 0;
  let high = calendar.sessions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sessionClose(calendar, middle) <= now) low = middle + 1;
    else high = middle;
  }
  return calendar.sessions[low - 1] ?? Number.NEGATIVE_INFINITY;
}

/** Whether the newest closed session is lacking without a reason: the source may have it in an hour. */
export const mayGrow = ({ market, retrievedAt, completeTo, rows, missing }: BarsAnswer): boolean =>
  completeTo >= lastClosed(market, retrievedAt) &&
  (rows.at(-1)?.day ?? Number.NEGATIVE_INFINITY) < completeTo &&
  missing.at(-1)?.reason !== 'suspended';

/**
 * The answer for a query. Throws BadAnswer for dates that aren't days or lie outside the query or off the calendar, prices that can't
 * be true or lie off the tick, two different rows of one day, and amounts that show another volume unit than the source's own.
 */
export function barsOf(query: SymbolQuery, raw: readonly RawBar[], form: BarForm): BarsAnswer {
  const described = form.described ?? describeSymbol(query.symbol);
  const { market, units, kind } = described;
  const calendar = calendarFor(market);
  const refuse = (what: string): never => {
    throw new BadAnswer(
      form.source,
      `expected daily bars of ${query.symbol} from ${form.label}, got ${what}. Ask again later, or take another source.`,
    );
  };
  const completeTo = Math.min(query.to, lastClosed(market, form.retrievedAt));
  const perMajor = Math.round(1 / units.tickSize);
  const ticks = (name: string, price: number, day: EpochDay): number => {
    const scaled = price * perMajor;
    const whole = Math.round(scaled);
    if (!(whole > 0)) return refuse(`${name} ${price} on ${dateOf(day)}, which is no price`);
    if (!form.rounded && Math.abs(scaled - whole) > 1e-3 + 2e-7 * whole)
      return refuse(`${name} ${price} on ${dateOf(day)}, which is no multiple of ${units.tickSize} (adjusted prices?)`);
    return whole;
  };

  const byDay = new Map<EpochDay, BarRecord>();
  const noTrade = new Set<EpochDay>();
  const notes = [...(form.notes ?? [])];
  let live = 0;
  let doubled = 0;
  let partial = 0;
  for (const row of raw) {
    const day = typeof row.date === 'number' ? row.date : dayOfText(row.date, calendar.zone);
    if (Number.isNaN(day)) refuse(`the date ${JSON.stringify(row.date)}`);
    if (day < query.from || day > query.to) refuse(`a row of ${dateOf(day)}, outside ${dateOf(query.from)} to ${dateOf(query.to)}`);
    if (!calendar.isSession(day)) refuse(`a row of ${dateOf(day)}, which is no session of ${calendar.id}`);
    if (day > completeTo) {
      live++;
      continue;
    }
    const { open, high, low, close } = row;
    if (![open, high, low, close].some((price) => price !== null && price !== 0) && !row.volume) {
      noTrade.add(day);
      continue;
    }
    if (open === null || high === null || low === null || close === null || row.volume === null) {
      if (!form.dropPartial) refuse(`an empty price or volume on ${dateOf(day)}`);
      partial++;
      noTrade.add(day);
      continue;
    }
    const bar: BarRecord = {
      day,
      eventAt: calendar.closeAt(day),
      knownAt: calendar.closeAt(day),
      open: ticks('open', open, day),
      high: ticks('high', high, day),
      low: ticks('low', low, day),
      close: ticks('close', close, day),
      volume: Math.round((row.volume * form.volumeShares) / units.quantityStep),
      amountMinor: row.amount === null || row.amount === undefined ? null : Math.round(row.amount * form.amountScale * units.minorPerMajor),
    };
    if (bar.high < bar.low || bar.open > bar.high || bar.open < bar.low || bar.close > bar.high || bar.close < bar.low)
      refuse(`open ${open}, high ${high}, low ${low}, close ${close} on ${dateOf(day)}`);
    if (!(bar.volume >= 0)) refuse(`volume ${row.volume} on ${dateOf(day)}`);
    const before = byDay.get(day);
    if (before) {
      if (JSON.stringify(before) !== JSON.stringify(bar)) refuse(`two different rows of ${dateOf(day)}`);
      doubled++;
    }
    byDay.set(day, bar);
  }
  const rows = [...byDay.values()].sort((a, b) => a.day - b.day);
  if (kind === 'stock' || kind === 'etf') checkUnits(rows, units.minorPerUnitTick.numerator / units.minorPerUnitTick.denominator, refuse);
  if (doubled > 0) notes.push(`${doubled} rows came twice, alike; one of each was kept.`);
  if (live > 0) notes.push(`${live} rows of a session that had not closed were left out.`);
  if (partial > 0) notes.push(`${partial} rows with empty prices were left out.`);

  const missing: MissingDay[] = [];
  const first = rows[0]?.day ?? completeTo + 1;
  for (let at = calendar.indexAtOrAfter(first); (calendar.sessions[at] as number) <= completeTo; at++) {
    const day = calendar.sessions[at] as number;
    if (byDay.has(day)) continue;
    missing.push({ day, reason: form.suspended?.has(day) ? 'suspended' : noTrade.has(day) ? 'no-trade' : 'unconfirmed' });
  }
  const sessions = calendar.indexAtOrAfter(completeTo + 1) - calendar.indexAtOrAfter(query.from);
  const why =
    sessions <= 0
      ? 'no closed session in the span'
      : live > 0
        ? 'only a session that had not closed'
        : `no rows for ${sessions} sessions: not listed, suspended throughout, or a symbol that the source doesn't know`;
  return {
    source: form.source,
    retrievedAt: form.retrievedAt,
    rows,
    ...(rows.length === 0 ? { empty: why } : {}),
    notes,
    symbol: described.symbol,
    market,
    adjustment: 'raw',
    units,
    completeTo,
    missing,
  };
}

/** amount / volume must lie between low and high. `minorPerTick`: minor units in one tick of one unit. */
function checkUnits(rows: readonly BarRecord[], minorPerTick: number, refuse: (what: string) => never): void {
  const agreement = (factor: number): number => {
    let checked = 0;
    let agreed = 0;
    for (const { volume, amountMinor, low, high } of rows) {
      if (!(volume > 0) || amountMinor === null || !(amountMinor > 0)) continue;
      checked++;
      const mean = (amountMinor / volume / minorPerTick) * factor;
      if (mean >= low * (1 - UNIT_SLACK) - 1 && mean <= high * (1 + UNIT_SLACK) + 1) agreed++;
    }
    return checked === 0 ? Number.NaN : agreed / checked;
  };
  const stated = agreement(1);
  if (Number.isNaN(stated) || stated >= UNIT_AGREEMENT) return;
  if (agreement(1 / LOT) >= UNIT_AGREEMENT) refuse('amounts that show volumes 100 times too small (lots taken for shares)');
  if (agreement(LOT) >= UNIT_AGREEMENT) refuse('amounts that show volumes 100 times too large (shares taken for lots)');
  refuse(
    `amounts that fit neither shares nor lots (amount / volume lies between low and high on ${Math.round(stated * 100)} % of the bars)`,
  );
}
