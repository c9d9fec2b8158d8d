/** Rows of a large CSV file of bars, piece by piece: a plain row in one pass over its bytes, any other as the loader reads it. */
import { open } from 'node:fs/promises';
import { clockAt, clockOfText, dayAt } from '../date-text.js';
import { FeedError } from '../errors.js';
import { NONE, numberAt, text } from '../number-text.js';
import type { RowFields } from '../series-builder.js';
import { newCells, readRow, type Table } from '../table.js';

const NUMBERS = ['open', 'high', 'low', 'close', 'volume', 'amount'] as const;
const IGNORED = 0;
const DATE = 1;
const SYMBOL = 2;
const NUMBER = 3;
const NEWLINE = 10;
const RETURN = 13;
const NOT_PLAIN = -1;

const PIECE_BYTES = 4 * 1024 * 1024;
const LINE_BYTES_MAX = 65_536;
/** A line feed that the last line lacks, and a date's length past it. */
const SLACK_BYTES = 16;
const POWERS = Float64Array.from({ length: 17 }, (_, i) => 10 ** i);
const YEAR_MIN = 1900;
const YEARS = 200;
const UNSEEN = -(2 ** 31);

/** One spelling of a symbol in the file. */
interface Named<T> {
  readonly bytes: Uint8Array;
  readonly hash: number;
  readonly value: T;
  /** The next of the same hash. */
  readonly chained: Named<T> | undefined;
  /** What came after it last time: files by date repeat the order of their symbols. */
  follower: Named<T> | undefined;
}

export interface RowVisitor<T> {
  /** Told of each spelling once (of '' when the file has no such column), with the line. */
  open(symbol: string, line: number): T;
  zoneOf(value: T): string;
  /** `row` is reused. */
  row(row: RowFields, value: T): void;
  short(line: number, cells: number): void;
  /** Between pieces: what the visitor must wait for. */
  settled(): Promise<void>;
}

/** Reads the body of a file that begins at byte `bodyStart`. Its rows come as the loader's would: the same values, the same lines. */
export class BarStream<T> {
  readonly #path: string;
  readonly #table: Table;
  readonly #visitor: RowVisitor<T>;
  /** What each column is: {@link NUMBER} + i is field i of {@link NUMBERS}. */
  readonly #kinds: Int32Array;
  readonly #columnsMin: number;
  readonly #numbers = new Float64Array(NUMBERS.length).fill(NONE);
  readonly #cells = newCells();
  readonly #days = new Int32Array(YEARS * 512).fill(UNSEEN);
  readonly #named = new Map<number, Named<T>>();
  #last: Named<T> | undefined;
  #day = 0;
  #clock = NONE;
  #line: number;
  readonly #row: RowFields;
  /** Dates stand alone, without a column of times. */
  readonly #isDaily: boolean;

  constructor(path: string, table: Table, visitor: RowVisitor<T>) {
    this.#path = path;
    this.#table = table;
    this.#visitor = visitor;
    this.#line = table.bodyLine;
    const { columns } = table;
    this.#isDaily = columns.time === undefined;
    this.#columnsMin =
      Math.max(columns.date as number, columns.time ?? 0, columns.symbol ?? 0, ...NUMBERS.map((name) => columns[name] ?? 0)) + 1;
    this.#kinds = new Int32Array(Math.max(this.#columnsMin, table.header?.length ?? 0)).fill(IGNORED);
    this.#kinds[columns.date as number] = DATE;
    if (columns.symbol !== undefined) this.#kinds[columns.symbol] = SYMBOL;
    for (const [i, name] of NUMBERS.entries()) {
      const column = columns[name];
      if (column !== undefined) this.#kinds[column] = NUMBER + i;
    }
    this.#row = {
      ...{ line: 0, day: NONE, clock: NONE, open: NONE, high: NONE, low: NONE, close: NONE, volume: NONE, amount: NONE },
      ...{ adjustedClose: NONE, factor: NONE, adjustFactor: NONE },
    };
  }

  /** While one piece is parsed, the next is on its way. */
  async read(bodyStart: number): Promise<void> {
    const file = await open(this.#path);
    const pieces = [new Uint8Array(LINE_BYTES_MAX + PIECE_BYTES + SLACK_BYTES), new Uint8Array(LINE_BYTES_MAX + PIECE_BYTES + SLACK_BYTES)];
    let position = bodyStart;
    let which = 0;
    const next = () => file.read(pieces[which] as Uint8Array, LINE_BYTES_MAX, PIECE_BYTES, position);
    let coming = next();
    try {
      for (let rest = new Uint8Array(0); ; ) {
        const { bytesRead } = await coming;
        const bytes = pieces[which] as Uint8Array;
        position += bytesRead;
        which = 1 - which;
        coming = next();
        const from = LINE_BYTES_MAX - rest.length;
        bytes.set(rest, from);
        let end = LINE_BYTES_MAX + bytesRead;
        // The last line may lack its end.
        if (bytesRead === 0 && rest.length > 0) bytes[end++] = NEWLINE;
        const body = bytes.lastIndexOf(NEWLINE, end - 1) + 1;
        if (body > from) this.#parse(bytes, from, body);
        await this.#visitor.settled();
        if (bytesRead === 0) return;
        if (end - Math.max(body, from) > LINE_BYTES_MAX)
          throw new FeedError(
            `importInto: expected lines below ${LINE_BYTES_MAX} bytes in ${this.#path}, got a longer one at line ${this.#line}. Check the file.`,
          );
        rest = bytes.slice(Math.max(body, from), end);
      }
    } finally {
      await coming;
      await file.close();
    }
  }

  #parse(bytes: Uint8Array, from: number, end: number): void {
    const visitor = this.#visitor;
    const row = this.#row;
    const numbers = this.#numbers;
    for (let at = from; at < end; this.#line++) {
      let next = this.#plainRow(bytes, at);
      if (next === NOT_PLAIN) {
        next = bytes.indexOf(NEWLINE, at) + 1;
        if (!this.#oddRow(bytes, at, next - 1)) {
          at = next;
          continue;
        }
      }
      row.line = this.#line;
      row.day = this.#day;
      row.clock = this.#clock;
      row.open = numbers[0] as number;
      row.high = numbers[1] as number;
      row.low = numbers[2] as number;
      row.close = numbers[3] as number;
      row.volume = numbers[4] as number;
      row.amount = numbers[5] as number;
      visitor.row(row, (this.#last ?? this.#name(bytes, 0, 0, 0)).value);
      at = next;
    }
  }

  /** Reads a row of plain dates, names and decimals; gives where the next begins, or NOT_PLAIN. */
  #plainRow(bytes: Uint8Array, from: number): number {
    if (!this.#isDaily) return NOT_PLAIN;
    const kinds = this.#kinds;
    const numbers = this.#numbers;
    const { delimiter } = this.#table;
    const first = bytes[from] as number;
    if (first === 35 || first === 0xe6) return NOT_PLAIN;
    const last = kinds.length - 1;
    let at = from;
    for (let column = 0; ; column++) {
      const kind = kinds[column] as number;
      const start = at;
      let byte = bytes[at] as number;
      if (kind >= NUMBER) {
        // Whole numbers of 32 bits in the loop: nine digits, then the rest.
        let head = 0;
        let tail = 0;
        let digits = 0;
        let point = -1;
        for (;;) {
          const digit = byte - 48;
          if (digit >>> 0 <= 9) {
            if (digits < 9) head = (head * 10 + digit) | 0;
            else tail = (tail * 10 + digit) | 0;
            digits++;
          } else if (byte === 46 && point < 0) point = at;
          else break;
          byte = bytes[++at] as number;
        }
        const mantissa = digits <= 9 ? head : head * (POWERS[digits - 9] as number) + tail;
        // As numberAt: both sides of the division are exact.
        if (digits > 16 || at - start > 16 || mantissa > Number.MAX_SAFE_INTEGER) return NOT_PLAIN;
        numbers[kind - NUMBER] = at === start ? NONE : point < 0 ? mantissa : mantissa / (POWERS[at - point - 1] as number);
      } else if (kind === DATE) {
        const separator = bytes[start + 4];
        const apart = separator === 45 || separator === 47 || separator === 46;
        if (apart && separator !== bytes[start + 7]) return NOT_PLAIN;
        const year = pairAt(bytes, start) * 100 + pairAt(bytes, start + 2);
        const month = pairAt(bytes, apart ? start + 5 : start + 4);
        const day = pairAt(bytes, apart ? start + 8 : start + 6);
        at = start + (apart ? 10 : 8);
        byte = bytes[at] as number;
        if (!(year >= YEAR_MIN && year < YEAR_MIN + YEARS && month >= 0 && month <= 12 && day >= 0 && day <= 31)) return NOT_PLAIN;
        const place = (year - YEAR_MIN) * 512 + month * 32 + day;
        if (this.#days[place] === UNSEEN) {
          const found = dayAt(bytes, start, at, 'UTC');
          if (Number.isNaN(found)) return NOT_PLAIN;
          this.#days[place] = found;
        }
        this.#day = this.#days[place] as number;
        this.#clock = NONE;
      } else {
        // Blanks and quotes round a cell go: not here.
        if (byte === 34 || (byte <= 32 && byte !== delimiter)) return NOT_PLAIN;
        let hash = 0;
        while (byte !== delimiter && byte !== NEWLINE && byte !== RETURN) {
          hash = (Math.imul(hash, 31) + byte) | 0;
          byte = bytes[++at] as number;
        }
        if (kind === SYMBOL) {
          if ((bytes[at - 1] as number) <= 32) return NOT_PLAIN;
          this.#last = this.#name(bytes, start, at, hash);
        }
      }
      if (column === last) {
        if (byte === RETURN) byte = bytes[++at] as number;
        return byte === NEWLINE ? at + 1 : NOT_PLAIN;
      }
      if (byte !== delimiter) return NOT_PLAIN;
      at++;
    }
  }

  /** Reads any row by cells; false for what is no row. */
  #oddRow(bytes: Uint8Array, from: number, end: number): boolean {
    const cells = this.#cells;
    const { columns, delimiter } = this.#table;
    if (!readRow(bytes, from, end, delimiter, cells)) return false;
    if (cells.count < this.#columnsMin) {
      this.#visitor.short(this.#line, cells.count);
      return false;
    }
    const startOf = (column: number): number => cells.start[column] as number;
    const endOf = (column: number): number => cells.end[column] as number;
    const { date, symbol } = columns as { readonly date: number; readonly symbol?: number };
    if (symbol !== undefined) {
      let hash = 0;
      for (let at = startOf(symbol); at < endOf(symbol); at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
      this.#last = this.#name(bytes, startOf(symbol), endOf(symbol), hash);
    }
    const { value } = this.#last ?? this.#name(bytes, 0, 0, 0);
    const zone = this.#visitor.zoneOf(value);
    this.#day = dayAt(bytes, startOf(date), endOf(date), zone);
    this.#clock =
      columns.time === undefined
        ? clockAt(bytes, startOf(date), endOf(date), zone)
        : clockOfText(text(bytes, startOf(columns.time), endOf(columns.time)), zone);
    for (const [i, name] of NUMBERS.entries()) {
      const column = columns[name];
      if (column !== undefined) this.#numbers[i] = numberAt(bytes, startOf(column), endOf(column));
    }
    return true;
  }

  #name(bytes: Uint8Array, start: number, end: number, hash: number): Named<T> {
    const before = this.#last;
    if (before && isNamed(before, bytes, start, end, hash)) return before;
    const guess = before?.follower;
    if (guess && isNamed(guess, bytes, start, end, hash)) return guess;
    const chained = this.#named.get(hash);
    let found = chained;
    while (found && !isNamed(found, bytes, start, end, hash)) found = found.chained;
    if (!found) {
      const value = this.#visitor.open(text(bytes, start, end), this.#line);
      found = { bytes: bytes.slice(start, end), hash, value, chained, follower: undefined };
      this.#named.set(hash, found);
    }
    if (before) before.follower = found;
    this.#last = found;
    return found;
  }
}

/** Value of two digits, far below zero when they are none. A date that runs past its line has a line feed in it, which is no digit. */
function pairAt(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - 48;
  const ones = (bytes[at + 1] as number) - 48;
  return tens >>> 0 > 9 || ones >>> 0 > 9 ? -1e9 : tens * 10 + ones;
}

function isNamed(named: Named<unknown>, bytes: Uint8Array, start: number, end: number, hash: number): boolean {
  if (named.hash !== hash || named.bytes.length !== end - start) return false;
  for (let i = 0; i < end - start; i++) if (named.bytes[i] !== bytes[start + i]) return false;
  return true;
}
