/** Running mean and variance of a stream of batches, with the bits of stable-baselines3's RunningMeanStd on numpy. */
import { pairwiseSum } from './pairwise-sum.js';

export interface RunningMoments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  count: number;
}

/** Mean 0, variance 1, and the weight of a ten-thousandth of an observation. */
export const runningMoments = (size: number): RunningMoments => ({
  mean: new Float64Array(size),
  variance: new Float64Array(size).fill(1),
  count: 1e-4,
});

/** Adds a batch of n with the given population moments (Chan et al.; the order of operations is RunningMeanStd's). `times`: variance x n. */
function merge({ mean, variance, count }: RunningMoments, i: number, batchMean: number, times: number, n: number): void {
  const total = count + n;
  const delta = batchMean - mean[i]!;
  mean[i] = mean[i]! + (delta * n) / total;
  variance[i] = (variance[i]! * count + times + (delta * delta * count * n) / total) / total;
}

/**
 * Adds `rows` x size float32 observations. numpy takes mean and variance of float32 in float32, adding row after row (a single column:
 * by pairs), and only the merge is float64; storing into Float32Array is what rounds here.
 */
export function addRows(moments: RunningMoments, batch: Float32Array, rows: number, scratch: MomentsScratch): void {
  const { sum, squares } = scratch;
  const size = sum.length;
  if (size === 1) {
    const mean = Math.fround(pairwiseSum(batch, 0, rows, Math.fround) / rows);
    const deviations = scratch.column(rows);
    for (let row = 0; row < rows; row++) {
      const deviation = Math.fround(batch[row]! - mean);
      deviations[row] = deviation * deviation;
    }
    sum[0] = mean;
    squares[0] = pairwiseSum(deviations, 0, rows, Math.fround);
  } else {
    for (let j = 0; j < size; j++) sum[j] = batch[j]!;
    for (let at = size; at < rows * size; at += size) for (let j = 0; j < size; j++) sum[j] = sum[j]! + batch[at + j]!;
    for (let j = 0; j < size; j++) sum[j] = sum[j]! / rows;
    squares.fill(0);
    for (let at = 0; at < rows * size; at += size) {
      for (let j = 0; j < size; j++) {
        const deviation = Math.fround(batch[at + j]! - sum[j]!);
        squares[j] = squares[j]! + Math.fround(deviation * deviation);
      }
    }
  }
  for (let j = 0; j < size; j++) merge(moments, j, sum[j]!, Math.fround(Math.fround(squares[j]! / rows) * rows), rows);
  moments.count += rows;
}

/** Float32 sums of {@link addRows}, made once. */
export interface MomentsScratch {
  readonly sum: Float32Array;
  readonly squares: Float32Array;
  column(rows: number): Float32Array;
}

export function momentsScratch(size: number): MomentsScratch {
  let column = new Float32Array(0);
  return {
    sum: new Float32Array(size),
    squares: new Float32Array(size),
    column: (rows) => (column.length >= rows ? column : (column = new Float32Array(rows))),
  };
}

/** Adds a batch of float64 scalars to moments of size 1. `deviations`: scratch as long as `values`. */
export function addScalars(moments: RunningMoments, values: Float64Array, deviations: Float64Array): void {
  const n = values.length;
  const mean = pairwiseSum(values, 0, n, exact) / n;
  for (let i = 0; i < n; i++) deviations[i] = (values[i]! - mean) * (values[i]! - mean);
  merge(moments, 0, mean, (pairwiseSum(deviations, 0, n, exact) / n) * n, n);
  moments.count += n;
}

const exact = (x: number): number => x;
