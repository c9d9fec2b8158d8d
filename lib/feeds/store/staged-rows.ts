/** Rows of one symbol on their way into the store: full blocks go to a file that all symbols share, so that memory holds one block a symbol. */
import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Numbers a row: day, line, open, high, low, close (ticks), volume, amount (as the file has them, NaN unknown). */
export const ROW = 8;
const BLOCK = 512 * ROW;
const FIRST = 32 * ROW;
const PORTION = 64 * BLOCK;

/** The shared file, written in portions beside the work; the caller's folder takes it away. */
export class Spill {
  readonly #file: FileHandle;
  readonly #free: Float64Array[] = [];
  #portion: Float64Array = new Float64Array(PORTION);
  #filled = 0;
  /** Bytes handed over before the portion at hand. */
  #before = 0;
  #coming: Promise<void>[] = [];

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async at(path: string): Promise<Spill> {
    return new Spill(await open(path, 'w+'));
  }

  /** Takes a copy of a block; gives where it will stand. */
  write(block: Float64Array): number {
    if (this.#filled === PORTION) this.#handOver();
    this.#portion.set(block, this.#filled);
    const at = this.#before + this.#filled * 8;
    this.#filled += BLOCK;
    return at;
  }

  #handOver(): void {
    const portion = this.#portion;
    const bytes = this.#filled * 8;
    this.#coming.push(writeWhole(this.#file, portion, bytes, this.#before).then(() => void this.#free.push(portion)));
    this.#before += bytes;
    this.#portion = this.#free.pop() ?? new Float64Array(PORTION);
    this.#filled = 0;
  }

  /** Waits for what was handed over: to be called now and then, so that no more than a little waits in memory. */
  async settled(): Promise<void> {
    const coming = this.#coming;
    this.#coming = [];
    await Promise.all(coming);
  }

  /** After this all blocks can be read. */
  async finish(): Promise<void> {
    this.#handOver();
    await this.settled();
  }

  read(at: number, into: Float64Array): void {
    readSync(this.#file.fd, into, 0, into.byteLength, at);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#coming);
    await this.#file.close();
  }
}

async function writeWhole(file: FileHandle, portion: Float64Array, bytes: number, at: number): Promise<void> {
  const view = new Uint8Array(portion.buffer, 0, bytes);
  for (let done = 0; done < bytes; ) done += (await file.write(view, done, bytes - done, at + done)).bytesWritten;
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

  /** Fills `rows` ({@link length} x {@link ROW}) with all rows one after another, in the order of the file. */
  rows(rows: Float64Array): void {
    for (const [i, at] of this.#places.entries()) this.#spill.read(at, rows.subarray(i * BLOCK, (i + 1) * BLOCK));
    rows.set(this.#block.subarray(0, this.#filled), this.#places.length * BLOCK);
  }
}
