/**
 * Exact as-of nearest neighbours: rows lie in the order of their knownAt, a date is a prefix found by binary search, int8 codes are
 * scanned with a proven error bound, and every row that could still be among the best is scored again with its floats.
 */
import { CodeRows } from './code-rows.js';
import { MemoryError } from './errors.js';
import { type FloatRows, rowsInMemory } from './float-rows.js';

export interface Neighbour {
  /** Position in the index, 0 = the first known. */
  readonly row: number;
  /** Cosine with the query, -1..1. */
  readonly score: number;
}

export interface SearchOptions {
  /** Rows with knownAt after this instant do not exist. There is no default. */
  readonly asOf: number;
  /** Rows that may be returned; all when absent. */
  readonly accept?: (row: number) => boolean;
}

export class ExactIndex {
  readonly dimension: number;
  private readonly codes: CodeRows;
  private readonly floats: FloatRows;
  private knownAt = new Float64Array(4096);

  constructor(dimension: number, floats: FloatRows = rowsInMemory(dimension)) {
    this.dimension = dimension;
    this.codes = new CodeRows(dimension);
    this.floats = floats;
  }

  get length(): number {
    return this.codes.length;
  }

  /** Appends a unit vector. Throws MemoryError on another dimension or length, or on a row known before the last one. */
  append(knownAt: number, vector: Float32Array): void {
    this.take([knownAt], vector, 1);
    this.floats.append(vector);
  }

  /**
   * Appends the rows of a block, one knownAt each; the block is kept as it is and must not be written to any more. Throws as `append`,
   * and takes nothing of the block then.
   */
  adopt(knownAt: ArrayLike<number>, vectors: Float32Array): void {
    this.take(knownAt, vectors, knownAt.length);
    this.floats.adopt(vectors);
  }

  private take(knownAt: ArrayLike<number>, vectors: Float32Array, rows: number): void {
    const first = this.length;
    if (vectors.length !== rows * this.dimension) throw otherDimension('ExactIndex.append', vectors.length / rows, this.dimension);
    let last = first === 0 ? Number.NEGATIVE_INFINITY : this.knownAt[first - 1]!;
    for (let i = 0; i < rows; i++) {
      if (!(knownAt[i]! >= last)) {
        throw new MemoryError(`ExactIndex.append: expected rows in the order of knownAt, got ${knownAt[i]} after ${last}. Sort them.`);
      }
      last = knownAt[i]!;
    }
    if (first + rows > this.knownAt.length) {
      const wider = new Float64Array(Math.max(this.knownAt.length * 2, first + rows));
      wider.set(this.knownAt);
      this.knownAt = wider;
    }
    const odd = this.codes.append(vectors);
    if (odd !== undefined) throw notUnit('ExactIndex.append', odd);
    this.knownAt.set(knownAt, first);
  }

  /** Rows known at an instant: always a prefix. */
  lengthAt(asOf: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.knownAt[middle]! <= asOf) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The `count` accepted rows of highest cosine known at `asOf`, best first, ties by row. The query must be a unit vector. */
  search(query: Float32Array, count: number, { asOf, accept }: SearchOptions): Neighbour[] {
    checkUnit('ExactIndex.search', query, this.dimension);
    const candidates = this.candidates(query, count, this.lengthAt(asOf), accept);
    const vector = new Float32Array(this.dimension);
    const best = candidates.map(({ row }) => {
      this.floats.read(row, vector);
      let score = 0;
      for (let i = 0; i < vector.length; i++) score += vector[i]! * query[i]!;
      return { row, score };
    });
    return best.sort((a, b) => b.score - a.score || a.row - b.row).slice(0, count);
  }

  /** A row's vector, into an array of `dimension` numbers. */
  vectorOf(row: number, into: Float32Array): void {
    this.floats.read(row, into);
  }

  close(): void {
    this.floats.close();
  }

  /** Every row whose upper bound reaches the count-th best lower bound: the true best are among them. */
  private candidates(
    query: Float32Array,
    count: number,
    known: number,
    accept?: (row: number) => boolean,
  ): { row: number; most: number }[] {
    const { codes } = this;
    const { step, length, lost } = codes.encode(query);
    const floors = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
    let found: { row: number; most: number }[] = [];
    let tidyAt = 1024;
    codes.scan(query, known, (first, products, rows) => {
      const { scale, error } = codes;
      let bar = floors[0]!;
      for (let i = 0; i < rows; i++) {
        const row = first + i;
        const score = products[i]! * scale[row]! * step;
        const doubt = error[row]! * length + lost;
        if (score + doubt < bar || (accept !== undefined && !accept(row))) continue;
        found.push({ row, most: score + doubt });
        if (score - doubt > bar) {
          raise(floors, score - doubt);
          bar = floors[0]!;
        }
      }
      if (found.length > tidyAt) {
        found = found.filter(({ most }) => most >= bar);
        tidyAt = found.length * 2 + 1024;
      }
    });
    return found.filter(({ most }) => most >= floors[0]!);
  }
}

/** Puts a value into an ascending list in the place of its smallest. */
function raise(ascending: Float64Array, value: number): void {
  let i = 0;
  for (; i + 1 < ascending.length && ascending[i + 1]! < value; i++) ascending[i] = ascending[i + 1]!;
  ascending[i] = value;
}

/** Throws MemoryError unless the vector has the dimension, only finite numbers, and length 1 to within 1e-3. */
function checkUnit(where: string, vector: Float32Array, dimension: number): void {
  if (vector.length !== dimension) throw otherDimension(where, vector.length, dimension);
  let square = 0;
  for (let i = 0; i < dimension; i++) square += vector[i]! * vector[i]!;
  if (!(Math.abs(square - 1) < 2e-3)) throw notUnit(where, Math.sqrt(square));
}

const otherDimension = (where: string, got: number, dimension: number): MemoryError =>
  new MemoryError(`${where}: expected ${dimension} numbers, got ${got}. Use the embedder that the table was made with.`);

const notUnit = (where: string, length: number): MemoryError =>
  new MemoryError(`${where}: expected a vector of length 1, got ${length}. Check the embedder's health.`);
