/** The arithmetic that trains and runs networks: one interface over three implementations. */
import type { KernelName } from './contract.js';

/** Float64Array only in tests of gradients. */
export type Floats = Float32Array | Float64Array;

/**
 * A heap of floats and what is done on it. Places are indices into the heap; matrices are row-major; every width is a multiple of 8
 * (`padded`), the surplus filled with zeros, which all operations keep at zero. Weights are inputs x outputs.
 * A row's result never depends on how many other rows are computed with it.
 */
export interface Kernel {
  readonly name: KernelName;
  /** sha256 of the WASM bytes; null for plain JavaScript. */
  readonly hash: string | null;
  /** The heap; another object after `reserve`, so never keep it across one. */
  readonly floats: Floats;
  /** A place for `count` floats, zeroed, aligned to a cache line. */
  reserve(count: number): number;
  clear(at: number, count: number): void;
  /** Row i of `to` becomes row samples[i] of `from`; `samples`: place of `rows` whole numbers below 2^24. */
  gatherRows(to: number, from: number, samples: number, rows: number, width: number): void;
  /** y = x W + bias; x: rows x inputs, y: rows x outputs. */
  layerForward(y: number, x: number, weight: number, bias: number, rows: number, inputs: number, outputs: number): void;
  /** dWeight += xT dy; dBias += column sums of dy. */
  layerGradient(dWeight: number, dBias: number, x: number, dy: number, rows: number, inputs: number, outputs: number): void;
  /** dx = dy WT; `turned` is W as outputs x inputs. */
  inputGradient(dx: number, dy: number, turned: number, rows: number, inputs: number, outputs: number): void;
  /** to (columns x rows) = from (rows x columns), turned. */
  turn(to: number, from: number, rows: number, columns: number): void;
  /** In place. */
  tanhForward(at: number, count: number): void;
  /** d *= 1 - y^2; y: the activation's output. */
  tanhBackward(d: number, y: number, count: number): void;
  reluForward(at: number, count: number): void;
  reluBackward(d: number, y: number, count: number): void;
  sumOfSquares(at: number, count: number): number;
  /** One step of Adam on `count` weights; `numbers`: beta1, 1 - beta1, beta2, 1 - beta2, gradient scale, rate, epsilon. */
  adam(weight: number, gradient: number, m: number, v: number, count: number, numbers: readonly number[]): void;
}

/** The next multiple of 8: the width that a kernel works with. */
export const padded = (width: number): number => (width + 7) & ~7;
