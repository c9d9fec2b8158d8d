/** The kernels in WASM SIMD: assembly/network.ts on a growing memory. */
import { loadKernel } from '../core/index.js';
import type { Kernel } from './kernel.js';
import { tanhTable } from './tanh.js';

type Exports = Pick<
  Kernel,
  'clear' | 'gatherRows' | 'layerForward' | 'layerGradient' | 'inputGradient' | 'turn' | 'reluForward' | 'reluBackward' | 'sumOfSquares'
> & {
  tanhForward(at: number, count: number, table: number): void;
  tanhBackward(d: number, y: number, count: number, ones: number): void;
  adam(weight: number, gradient: number, m: number, v: number, count: number, numbers: number): void;
};

const PAGE_FLOATS = 16_384;
const LINE_FLOATS = 16;

/** The first page belongs to the kernel's own constants; then come the tables below, then what `reserve` gives out. */
export function openWasmKernel(name: 'simd-fma' | 'simd'): Kernel {
  const { exports, memory, hash } = loadKernel<Exports>('rl', `network-${name}`, 2);
  let floats = new Float32Array(memory.buffer);
  let top = PAGE_FLOATS;
  const reserve = (count: number): number => {
    const at = top;
    top += Math.ceil(count / LINE_FLOATS) * LINE_FLOATS;
    const missing = Math.ceil((top - floats.length) / PAGE_FLOATS);
    if (missing > 0) {
      memory.grow(missing);
      floats = new Float32Array(memory.buffer);
    }
    return at;
  };
  const table = reserve(tanhTable.length);
  floats.set(tanhTable, table);
  const one = reserve(1);
  floats[one] = 1;
  const step = reserve(LINE_FLOATS);
  return {
    name,
    hash,
    get floats() {
      return floats;
    },
    reserve,
    clear: exports.clear,
    gatherRows: exports.gatherRows,
    layerForward: exports.layerForward,
    layerGradient: exports.layerGradient,
    inputGradient: exports.inputGradient,
    turn: exports.turn,
    tanhForward: (at, count) => exports.tanhForward(at, count, table),
    tanhBackward: (d, y, count) => exports.tanhBackward(d, y, count, one),
    reluForward: exports.reluForward,
    reluBackward: exports.reluBackward,
    sumOfSquares: exports.sumOfSquares,
    adam(weight, gradient, m, v, count, numbers) {
      floats.set(numbers, step);
      exports.adam(weight, gradient, m, v, count, step);
    },
  };
}
