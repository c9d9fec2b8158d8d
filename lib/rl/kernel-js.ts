/** The kernel in plain JavaScript: the same operations in the same order as assembly/network.ts without fused multiply-add, so the same bits. */
import type { Floats, Kernel } from './kernel.js';
import { tanhTable } from './tanh.js';

const LINE_FLOATS = 16;

/** 'double' keeps everything in float64, for tests that compare gradients with finite differences. */
export function openJsKernel(precision: 'single' | 'double'): Kernel {
  const allocate = (count: number): Floats => (precision === 'single' ? new Float32Array(count) : new Float64Array(count));
  const round = precision === 'single' ? Math.fround : (x: number): number => x;
  let f = allocate(LINE_FLOATS);
  let top = 0;
  const table = tanhTable.map(round);

  /** C = start + A B, each sum in the order of the depth; `start` is C itself, or one row for all (startRow 0). */
  function multiply(
    c: number,
    start: number,
    startRow: number,
    a: number,
    aRow: number,
    aStep: number,
    b: number,
    rows: number,
    columns: number,
    depth: number,
  ): void {
    const floats = f;
    for (let row = 0; row < rows; row++) {
      const cAt = c + row * columns;
      const from = start + row * startRow;
      if (from !== cAt) floats.copyWithin(cAt, from, from + columns);
      let aAt = a + row * aRow;
      let bAt = b;
      for (let k = 0; k < depth; k++) {
        const x = floats[aAt]!;
        for (let j = 0; j < columns; j++) floats[cAt + j] = floats[cAt + j]! + round(x * floats[bAt + j]!);
        aAt += aStep;
        bAt += columns;
      }
    }
  }

  return {
    name: 'js',
    hash: null,
    get floats() {
      return f;
    },
    reserve(count) {
      const at = top;
      top += Math.ceil(count / LINE_FLOATS) * LINE_FLOATS;
      if (top > f.length) {
        const larger = allocate(Math.max(top, f.length * 2));
        larger.set(f);
        f = larger;
      }
      return at;
    },
    clear: (at, count) => void f.fill(0, at, at + count),
    gatherRows(to, from, samples, rows, width) {
      for (let row = 0; row < rows; row++) {
        const source = from + f[samples + row]! * width;
        f.copyWithin(to + row * width, source, source + width);
      }
    },
    layerForward: (y, x, weight, bias, rows, inputs, outputs) => multiply(y, bias, 0, x, inputs, 1, weight, rows, outputs, inputs),
    layerGradient(dWeight, dBias, x, dy, rows, inputs, outputs) {
      multiply(dWeight, dWeight, outputs, x, 1, inputs, dy, inputs, outputs, rows);
      for (let row = 0; row < rows; row++) {
        for (let j = 0; j < outputs; j++) f[dBias + j] = f[dBias + j]! + f[dy + row * outputs + j]!;
      }
    },
    inputGradient(dx, dy, turned, rows, inputs, outputs) {
      f.fill(0, dx, dx + rows * inputs);
      multiply(dx, dx, inputs, dy, outputs, 1, turned, rows, inputs, outputs);
    },
    turn(to, from, rows, columns) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) f[to + column * rows + row] = f[from + row * columns + column]!;
      }
    },
    tanhForward(at, count) {
      for (let i = at; i < at + count; i++) {
        const x = Math.min(table[0]!, Math.max(table[1]!, f[i]!));
        const s = round(x * x);
        let above = table[2]!;
        for (let k = 3; k < 9; k++) above = round(round(s * above) + table[k]!);
        let below = table[9]!;
        for (let k = 10; k < 13; k++) below = round(round(s * below) + table[k]!);
        f[i] = round(x * above) / below;
      }
    },
    tanhBackward(d, y, count) {
      for (let i = 0; i < count; i++) {
        const out = f[y + i]!;
        f[d + i] = f[d + i]! * round(1 - round(out * out));
      }
    },
    reluForward(at, count) {
      for (let i = at; i < at + count; i++) if (!(f[i]! > 0)) f[i] = 0;
    },
    reluBackward(d, y, count) {
      for (let i = 0; i < count; i++) if (!(f[y + i]! > 0)) f[d + i] = 0;
    },
    sumOfSquares(at, count) {
      const sums = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let i = 0; i < count; i++) sums[i & 7] = round(sums[i & 7]! + round(f[at + i]! * f[at + i]!));
      return round(sums[0]! + sums[4]!) + round(sums[1]! + sums[5]!) + round(sums[2]! + sums[6]!) + round(sums[3]! + sums[7]!);
    },
    adam(weight, gradient, m, v, count, numbers) {
      const [beta1, rest1, beta2, rest2, scale, rate, epsilon] = numbers.map(round) as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      for (let i = 0; i < count; i++) {
        const g = round(f[gradient + i]! * scale);
        const mean = round(round(beta1 * f[m + i]!) + round(rest1 * g));
        const square = round(round(beta2 * f[v + i]!) + round(rest2 * round(g * g)));
        f[m + i] = mean;
        f[v + i] = square;
        f[weight + i] = f[weight + i]! - round(round(rate * mean) / round(round(Math.sqrt(square)) + epsilon));
      }
    },
  };
}
