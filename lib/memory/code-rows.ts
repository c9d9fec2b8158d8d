/** Vectors as int8 codes in the memory of the scan kernel: a quarter of the bytes, with a bound on what rounding took away. */
import { type LoadedKernel, loadKernel } from '../core/index.js';

interface ScanExports {
  scan(query: number, rows: number, count: number, dim: number, out: number): void;
  quantise(source: number, count: number, dim: number, codes: number, scales: number, errors: number, lengths: number): void;
}

/** Rows handed to the kernel at once, so that its results stay in the cache. */
const BLOCK = 4096;
/** Rows quantised at once. */
const TAKEN = 64;
/** A unit vector's square of length is 1 to within this. */
const UNIT = 2e-3;
const PAGE = 65_536;

export class CodeRows {
  /** Dimension padded with zeros to what the kernel reads at once. */
  readonly width: number;
  length = 0;
  /** Per row: one code step in vector units, and the length of the rounding error. */
  scale: Float32Array = new Float32Array(BLOCK);
  error: Float32Array = new Float32Array(BLOCK);
  private readonly kernel: LoadedKernel<ScanExports>;
  private readonly queryAt = 0;
  private readonly outAt: number;
  private readonly dimension: number;
  private readonly sourceAt: number;
  private readonly reportAt: number;
  private readonly codesAt: number;

  constructor(dimension: number) {
    this.dimension = dimension;
    this.width = Math.ceil(dimension / 8) * 8;
    this.outAt = this.width * 2;
    this.sourceAt = align(this.outAt + BLOCK * 4);
    this.reportAt = this.sourceAt + TAKEN * this.width * 4;
    this.codesAt = align(this.reportAt + TAKEN * 12);
    this.kernel = loadKernel('memory', 'scan', Math.ceil((this.codesAt + BLOCK * this.width) / PAGE));
  }

  /**
   * Appends whole rows of `dimension` numbers each. Where one is not of length 1, nothing is taken and the length of the first such row
   * comes back (NaN for numbers that are not finite); else undefined.
   */
  append(vectors: Float32Array): number | undefined {
    const { dimension, width } = this;
    const first = this.length;
    const rows = vectors.length / dimension;
    this.reserve(first + rows);
    const { buffer } = this.kernel.memory;
    const source = new Float32Array(buffer, this.sourceAt, TAKEN * width);
    const scales = new Float32Array(buffer, this.reportAt, TAKEN);
    const errors = new Float32Array(buffer, this.reportAt + TAKEN * 4, TAKEN);
    const lengths = new Float32Array(buffer, this.reportAt + TAKEN * 8, TAKEN);
    if (width > dimension) source.fill(0);
    for (let at = 0; at < rows; at += TAKEN) {
      const count = Math.min(TAKEN, rows - at);
      if (width === dimension) source.set(vectors.subarray(at * dimension, (at + count) * dimension));
      else for (let i = 0; i < count; i++) source.set(vectors.subarray((at + i) * dimension, (at + i + 1) * dimension), i * width);
      const row = first + at;
      const codes = this.codesAt + row * width;
      this.kernel.exports.quantise(this.sourceAt, count, width, codes, this.reportAt, this.reportAt + TAKEN * 4, this.reportAt + TAKEN * 8);
      for (let i = 0; i < count; i++) {
        if (!(Math.abs(lengths[i]! - 1) < UNIT)) return Math.sqrt(lengths[i]!);
        this.scale[row + i] = scales[i]!;
        // float32 rounded the length: a relative step up keeps it a bound.
        this.error[row + i] = errors[i]! * 1.000001;
      }
    }
    this.length = first + rows;
    return undefined;
  }

  /**
   * Integer products of the query's codes with rows [0, count), block by block: `visit(first, products)` where product x scale of the
   * row x `step` is within `error of the row x length + lost` of the true product of a unit row with the query.
   */
  scan(query: Float32Array, count: number, visit: (first: number, products: Int32Array, length: number) => void): QueryCodes {
    const codes = this.encode(query);
    const { memory, exports } = this.kernel;
    for (let first = 0; first < count; first += BLOCK) {
      const rows = Math.min(BLOCK, count - first);
      exports.scan(this.queryAt, this.codesAt + first * this.width, rows, this.width, this.outAt);
      visit(first, new Int32Array(memory.buffer, this.outAt, rows), rows);
    }
    return codes;
  }

  /** What {@link scan} will use for this query; separate so that its bounds are known before the first block. */
  encode(query: Float32Array): QueryCodes {
    // 127 x reach x width must stay below 2^31.
    const reach = Math.min(32_767, Math.floor((2 ** 31 - 1) / (127 * this.width)));
    let most = 0;
    for (const value of query) most = Math.max(most, Math.abs(value));
    const step = most / reach;
    const into = new Int16Array(this.kernel.memory.buffer, this.queryAt, this.width);
    into.fill(0);
    let length = 0;
    let lost = 0;
    for (let i = 0; i < query.length; i++) {
      const code = step > 0 ? Math.round(query[i]! / step) : 0;
      into[i] = code;
      length += (code * step) ** 2;
      lost += (query[i]! - code * step) ** 2;
    }
    return { step, length: Math.sqrt(length), lost: Math.sqrt(lost) };
  }

  private reserve(rows: number): void {
    while (rows > this.scale.length) {
      this.scale = widened(this.scale);
      this.error = widened(this.error);
    }
    const { memory } = this.kernel;
    const needed = this.codesAt + rows * this.width;
    if (needed <= memory.buffer.byteLength) return;
    // A quarter more than now: growing copies nothing, but each step costs a call.
    memory.grow(Math.max(Math.ceil((needed - memory.buffer.byteLength) / PAGE), Math.ceil(memory.buffer.byteLength / PAGE / 4)));
  }
}

/** `step`: query units in one code step; `length` of the coded query; `lost`: length of its rounding error. */
export interface QueryCodes {
  readonly step: number;
  readonly length: number;
  readonly lost: number;
}

const align = (at: number): number => Math.ceil(at / 16) * 16;

function widened(column: Float32Array): Float32Array {
  const next = new Float32Array(column.length * 2);
  next.set(column);
  return next;
}
