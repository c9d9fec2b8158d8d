/** The equity series of a run as it grows: columns for the figures, lines for equity.csv. */
import { dateOf, dayOf, type EpochDay } from '../core/index.js';
import { gapText } from './gap-text.js';
import type { EquitySeries } from './result.js';
import type { TextBuffer } from './text-buffer.js';

const COLUMNS = ['equityMinor', 'equityAtOpenMinor', 'cashMinor', 'exposure', 'feesMinor', 'turnoverMinor', 'indexClose'] as const;

export class EquityLog {
  length = 0;
  #day: Int32Array;
  readonly #columns: Record<(typeof COLUMNS)[number], Float64Array>;
  /** A line of equity.csv after its date; the index stays empty where it has no close. */
  readonly #indexed = gapText([...COLUMNS.map(() => ','), '\n']);
  readonly #plain = gapText([...COLUMNS.slice(1).map(() => ','), ',\n']);

  /** Holds up to `capacity` sessions. */
  constructor(capacity: number) {
    this.#day = new Int32Array(capacity);
    const column = (): Float64Array => new Float64Array(capacity);
    this.#columns = {
      equityMinor: column(),
      equityAtOpenMinor: column(),
      cashMinor: column(),
      exposure: column(),
      feesMinor: column(),
      turnoverMinor: column(),
      indexClose: column(),
    };
  }

  /** Adds a session, and its line of equity.csv to `lines`. `cashMinor` includes frozen cash. */
  append(
    day: EpochDay,
    equityMinor: number,
    equityAtOpenMinor: number,
    cashMinor: number,
    feesMinor: number,
    turnoverMinor: number,
    indexClose: number,
    lines: TextBuffer | null,
  ): void {
    const at = this.length++;
    const exposure = equityMinor === 0 ? 0 : (equityMinor - cashMinor) / equityMinor;
    this.#day[at] = day;
    this.#columns.equityMinor[at] = equityMinor;
    this.#columns.equityAtOpenMinor[at] = equityAtOpenMinor;
    this.#columns.cashMinor[at] = cashMinor;
    this.#columns.exposure[at] = exposure;
    this.#columns.feesMinor[at] = feesMinor;
    this.#columns.turnoverMinor[at] = turnoverMinor;
    this.#columns.indexClose[at] = indexClose;
    if (lines === null) return;
    const text = Number.isNaN(indexClose) ? this.#plain : this.#indexed;
    const { numbers } = text;
    numbers[0] = equityMinor;
    numbers[1] = equityAtOpenMinor;
    numbers[2] = cashMinor;
    numbers[3] = exposure;
    numbers[4] = feesMinor;
    numbers[5] = turnoverMinor;
    if (text === this.#indexed) numbers[6] = indexClose;
    lines.write(dateOf(day));
    lines.copy(text.fill());
    lines.endRow();
  }

  /** Takes back the lines that an earlier process committed. */
  restore(chunks: Iterable<Uint8Array>): void {
    for (const chunk of chunks) {
      for (const line of Buffer.from(chunk).toString('utf8').trimEnd().split('\n')) {
        const cells = line.split(',');
        const value = (i: number): number => (cells[i] === '' ? Number.NaN : Number(cells[i]));
        this.append(dayOf(cells[0]!), value(1), value(2), value(3), value(5), value(6), value(7), null);
      }
    }
  }

  equityAtClose(session: number): number {
    return this.#columns.equityMinor[session]!;
  }

  equityAtOpen(session: number): number {
    return this.#columns.equityAtOpenMinor[session]!;
  }

  series(hasIndex: boolean): EquitySeries {
    const cut = (name: (typeof COLUMNS)[number]): Float64Array => this.#columns[name].subarray(0, this.length);
    return {
      day: this.#day.subarray(0, this.length),
      equityMinor: cut('equityMinor'),
      equityAtOpenMinor: cut('equityAtOpenMinor'),
      cashMinor: cut('cashMinor'),
      exposure: cut('exposure'),
      feesMinor: cut('feesMinor'),
      turnoverMinor: cut('turnoverMinor'),
      indexClose: hasIndex ? cut('indexClose') : new Float64Array(0),
    };
  }
}
