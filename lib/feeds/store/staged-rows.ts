/** Rows of one symbol on their way into the store: full blocks go to a file that all symbols share, so that memory holds one block a symbol. */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';

/** Numbers a row: day, line, open, high, low, close (ticks), volume, amount (as the file has them, NaN unknown). */
export const ROW = 8;
const BLOCK = 512 * ROW;
const FIRST = 32 * ROW;

/** The shared file; the caller's folder takes it away. */
export class Spill {
  readonly #file: number;
  #size = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w+');
  }

  /** Appends a block; gives where it stands. */
  write(block: Float64Array): number {
    const at = this.#size;
    this.#size += writeSync(this.#file, block, 0, block.byteLength, at);
    return at;
  }

  read(at: number, into: Float64Array): void {
    readSync(this.#file, into, 0, into.byteLength, at);
  }

  close(): void {
    closeSync(this.#file);
  }
}

export class StagedRows {
  /** Whether the days only ever ran forward. */
  forward = true;
  readonly #spill: Spill;
  readonly #places: number[] = [];
  #block = new Float64Array(FIRST);
  #filled = 0;
  #lastDay = -Infinity;

  constructor(spill: Spill) {
    this.#spill = spill;
  }

  get length(): number {
    return (this.#places.length * BLOCK + this.#filled) / ROW;
  }

  /** `taken`: ticks of open, high, low, close, then volume and amount. */
  push(day: number, line: number, taken: Float64Array): void {
    if (this.#filled === this.#block.length) this.#makeRoom();
    const block = this.#block;
    const at = this.#filled;
    block[at] = day;
    block[at + 1] = line;
    block[at + 2] = taken[0] as number;
    block[at + 3] = taken[1] as number;
    block[at + 4] = taken[2] as number;
    block[at + 5] = taken[3] as number;
    block[at + 6] = taken[4] as number;
    block[at + 7] = taken[5] as number;
    this.#filled = at + ROW;
    if (day <= this.#lastDay) this.forward = false;
    this.#lastDay = day;
  }

  #makeRoom(): void {
    if (this.#block.length < BLOCK) {
      const wider = new Float64Array(Math.min(BLOCK, this.#block.length * 4));
      wider.set(this.#block);
      this.#block = wider;
      return;
    }
    this.#places.push(this.#spill.write(this.#block));
    this.#filled = 0;
  }

  /** All rows one after another, {@link ROW} numbers each, in the order of the file. */
  rows(): Float64Array {
    const rows = new Float64Array(this.length * ROW);
    for (const [i, at] of this.#places.entries()) this.#spill.read(at, rows.subarray(i * BLOCK, (i + 1) * BLOCK));
    rows.set(this.#block.subarray(0, this.#filled), this.#places.length * BLOCK);
    return rows;
  }
}
