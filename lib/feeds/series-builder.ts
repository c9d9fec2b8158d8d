/** Grows the columns of one instrument row by row, refusing rows that can't be true, and checks order and sessions at the end. */
import { type BarSeries, dateOf, type EpochDay, type Instrument } from '../core/index.js';
import type { Calendar } from '../market/index.js';
import type { BadRowReason } from './errors.js';
import { type BarStamp, isIntraday, type PlacedRows, placeInSessions } from './intraday-rows.js';
import { NONE, NOT_A_NUMBER, UNREADABLE } from './number-text.js';
import { sessionClose } from './session-closes.js';

/** Told of each bad row; throws to refuse the file, returns to skip the row. */
export type OnBadRow = (line: number, reason: BadRowReason, detail: string) => void;

/** Columns of a row besides its day and line. Prices in major units as the file has them, volume in shares or lots as it has it. */
const FIELDS = ['open', 'high', 'low', 'close', 'volume', 'amount', 'adjustment'] as const;
type Columns = Record<(typeof FIELDS)[number], Float64Array>;

const columnsOf = (make: (name: (typeof FIELDS)[number]) => Float64Array): Columns => {
  const columns = {} as Columns;
  for (const name of FIELDS) columns[name] = make(name);
  return columns;
};

export interface FinishedSeries {
  readonly series: BarSeries;
  /** Yuan or dollars traded, NaN where unknown. */
  readonly amount: Float64Array;
  /** Adjusted / raw close, or the file's own factor; NaN where the file has none. */
  readonly adjustment: Float64Array;
  /** The file ran newest first. */
  readonly reversed: boolean;
  /** As {@link PlacedRows}. */
  readonly intraday?: PlacedRows['intraday'];
}

export interface RowFields {
  line: number;
  day: EpochDay;
  /** Milliseconds after midnight on the exchange's clock; NaN when the file has no time. */
  clock: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  /** NaN when the file has no such column. */
  amount: number;
  adjustedClose: number;
  factor: number;
  adjustFactor: number;
}

export class SeriesBuilder {
  readonly instrument: Instrument;
  /** Rows without any price: suspended days that some sources write out. */
  noTrade = 0;
  /** What {@link judge} took last, as {@link FIELDS}: prices in ticks, amount NaN where unknown. */
  readonly taken = new Float64Array(FIELDS.length);
  readonly #onBadRow: OnBadRow;
  readonly #ticksPerMajor: number;
  readonly #expects: { readonly adjusted: boolean; readonly divided: boolean };
  #length = 0;
  #day = new Int32Array(64);
  #clock = new Float64Array(64);
  #line = new Int32Array(64);
  #columns = columnsOf(() => new Float64Array(64));

  /** `adjusted`: each row has an adjusted close or a factor. `divided`: prices are raw x factor (Qlib) and are divided by it. */
  constructor(instrument: Instrument, expects: { readonly adjusted: boolean; readonly divided: boolean }, onBadRow: OnBadRow) {
    this.instrument = instrument;
    this.#onBadRow = onBadRow;
    this.#ticksPerMajor = Math.round(1 / instrument.units.tickSize);
    this.#expects = expects;
  }

  /** Takes a row as the next of the series, or tells why not. */
  push(row: RowFields): boolean {
    if (!this.judge(row)) return false;
    const at = this.#length++;
    if (at === this.#day.length) this.#grow();
    this.#day[at] = row.day;
    this.#clock[at] = row.clock;
    this.#line[at] = row.line;
    for (let i = 0; i < FIELDS.length; i++) this.#columns[FIELDS[i] as (typeof FIELDS)[number]][at] = this.taken[i] as number;
    return true;
  }

  /** Whether a row can be true, with its values in `taken`; or tells why not. */
  judge(row: RowFields): boolean {
    const { line, day } = row;
    if (Number.isNaN(day)) return this.#refuse(line, 'unreadable-date', 'expected a date such as 2007-06-21');
    if (this.#hasNoTrade(row)) {
      this.noTrade++;
      return false;
    }
    const divisor = this.#expects.divided ? row.factor : 1;
    const adjustment = this.#expects.divided
      ? row.factor
      : Number.isNaN(row.adjustFactor)
        ? row.adjustedClose / row.close
        : row.adjustFactor;
    if (this.#expects.adjusted && !(adjustment > 0 && adjustment < UNREADABLE))
      return this.#refuse(line, 'missing-adjustment', 'expected a positive adjusted close or factor');
    const open = this.#ticks(line, 'open', row.open / divisor);
    if (Number.isNaN(open)) return false;
    const high = this.#ticks(line, 'high', row.high / divisor);
    if (Number.isNaN(high)) return false;
    const low = this.#ticks(line, 'low', row.low / divisor);
    if (Number.isNaN(low)) return false;
    const close = this.#ticks(line, 'close', row.close / divisor);
    if (Number.isNaN(close)) return false;
    if (high < low) return this.#refuse(line, 'high-below-low', `high ${row.high}, low ${row.low}`);
    if (open > high || open < low) return this.#refuse(line, 'outside-high-low', `open ${row.open}, range ${row.low} to ${row.high}`);
    if (close > high || close < low) return this.#refuse(line, 'outside-high-low', `close ${row.close}, range ${row.low} to ${row.high}`);
    let volume = row.volume * divisor;
    if (Number.isNaN(volume)) {
      if (this.instrument.kind !== 'index') return this.#refuse(line, 'missing-volume', 'expected a number of shares');
      volume = 0;
    }
    if (volume === UNREADABLE || volume === NOT_A_NUMBER) return this.#refuse(line, 'not-a-number', 'volume');
    if (volume < 0) return this.#refuse(line, 'negative-volume', `volume ${row.volume}`);
    const { taken } = this;
    taken[0] = open;
    taken[1] = high;
    taken[2] = low;
    taken[3] = close;
    taken[4] = volume;
    taken[5] = Number.isFinite(row.amount) ? row.amount : NONE;
    taken[6] = this.#expects.adjusted ? adjustment : NONE;
    return true;
  }

  #refuse(line: number, reason: BadRowReason, detail: string): false {
    this.#onBadRow(line, reason, detail);
    return false;
  }

  /** All prices empty, or (as some sources write a suspension) zero with no volume; NaN counts as empty where Qlib writes it so. */
  #hasNoTrade(row: RowFields): boolean {
    const { open, high, low, close } = row;
    if (Number.isNaN(open) && Number.isNaN(high) && Number.isNaN(low) && Number.isNaN(close)) return true;
    if (open === 0 && high === 0 && low === 0 && (row.volume === 0 || Number.isNaN(row.volume))) return true;
    return this.#expects.divided && open === NOT_A_NUMBER && high === NOT_A_NUMBER && low === NOT_A_NUMBER && close === NOT_A_NUMBER;
  }

  /** A price as integer ticks, NaN after telling why it can't be one. */
  #ticks(line: number, name: string, price: number): number {
    const scaled = price * this.#ticksPerMajor;
    const ticks = Math.round(scaled);
    // Float noise of sources: 1e-3 tick absolute, and what a 32-bit float (or a quotient of two) leaves of a large price.
    const tolerance = this.#expects.divided ? 0.02 + 1e-6 * ticks : 1e-3 + 2e-7 * ticks;
    if (ticks > 0 && ticks < UNREADABLE && Math.abs(scaled - ticks) <= tolerance) return ticks;
    if (Number.isNaN(price)) this.#onBadRow(line, 'missing-price', name);
    else if (price === UNREADABLE || price === NOT_A_NUMBER) this.#onBadRow(line, 'not-a-number', name);
    else if (price <= 0) this.#onBadRow(line, 'price-not-positive', `${name} ${price}`);
    else
      this.#onBadRow(
        line,
        'off-tick',
        `${name} ${price} is no multiple of ${this.instrument.units.tickSize} (an adjusted price? else give a finer tickSize)`,
      );
    return Number.NaN;
  }

  #grow(): void {
    const size = this.#length * 2;
    const widen = <T extends Int32Array | Float64Array>(wide: T, old: T): T => {
      wide.set(old);
      return wide;
    };
    this.#day = widen(new Int32Array(size), this.#day);
    this.#clock = widen(new Float64Array(size), this.#clock);
    this.#line = widen(new Int32Array(size), this.#line);
    this.#columns = columnsOf((name) => widen(new Float64Array(size), this.#columns[name]));
  }

  /**
   * The rows in order, on sessions of the calendar only. A file that runs newest first as a whole is turned round. Several rows a day
   * with their times are bars shorter than a session; `stamp` says what these times are where the file does not show it.
   */
  finish(calendar: Calendar, stamp?: BarStamp): FinishedSeries {
    const rows = { length: this.#length, day: this.#day, clock: this.#clock, line: this.#line };
    const placed = isIntraday(rows)
      ? placeInSessions(rows, this.instrument.symbol, calendar, stamp, this.#onBadRow)
      : this.#onSessions(calendar);
    const { length, from, day, knownAt, reversed } = placed;
    const pick = (column: Float64Array): Float64Array => {
      const picked = new Float64Array(length);
      for (let i = 0; i < length; i++) picked[i] = column[from[i] as number] as number;
      return picked;
    };
    const { open, high, low, close, volume, amount, adjustment } = this.#columns;
    return {
      series: {
        symbol: this.instrument.symbol,
        length,
        day,
        knownAt,
        open: pick(open),
        high: pick(high),
        low: pick(low),
        close: pick(close),
        volume: pick(volume),
        factor: new Float64Array(length).fill(1),
      },
      amount: pick(amount),
      adjustment: pick(adjustment),
      reversed,
      ...(placed.intraday === undefined ? {} : { intraday: placed.intraday }),
    };
  }

  /** One bar a session. */
  #onSessions(calendar: Calendar): PlacedRows {
    const day = this.#day;
    let down = 0;
    for (let i = 1; i < this.#length; i++)
      down += (day[i] as number) < (day[i - 1] as number) ? 1 : (day[i] as number) > (day[i - 1] as number) ? -1 : 0;
    const reversed = down > 0;
    const kept = new Int32Array(this.#length);
    let length = 0;
    const { sessions } = calendar;
    const knownAt = new Float64Array(this.#length);
    let session = 0;
    let last = -Infinity;
    for (let i = 0; i < this.#length; i++) {
      const from = reversed ? this.#length - 1 - i : i;
      const today = day[from] as number;
      const line = this.#line[from] as number;
      if (today === last) {
        this.#onBadRow(line, 'duplicate-date', `${dateOf(today)} is there twice (bars shorter than a day need their times)`);
        continue;
      }
      if (today < last) {
        this.#onBadRow(line, 'out-of-order', `${dateOf(today)} comes after ${dateOf(last)}`);
        continue;
      }
      while (session < sessions.length && (sessions[session] as number) < today) session++;
      if (sessions[session] !== today) {
        this.#onBadRow(line, 'not-a-session', `${dateOf(today)} is no session of calendar ${calendar.id}`);
        continue;
      }
      last = today;
      knownAt[length] = sessionClose(calendar, session);
      kept[length++] = from;
    }
    const from = kept.slice(0, length);
    return { length, from, day: Int32Array.from(from, (row) => day[row] as number), knownAt: knownAt.slice(0, length), reversed };
  }
}
