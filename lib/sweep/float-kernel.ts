/** The float64 kernel of the two float benchmarks with its columns: WASM SIMD, or plain JavaScript with the same bits. */
import { type KernelMemory, kernelRuns, loadKernel } from '../core/index.js';
import { type FloatSteps, plainFloatSteps } from './float-plain.js';

export type FloatKernelName = 'simd' | 'js';

const COLUMNS = ['out', 'close', 'open', 'equity', 'sums', 'opens', 'starts', 'bits'] as const;

/** A kernel, where its columns begin (bytes), and all its memory as float64. */
export interface FloatKernel {
  readonly name: FloatKernelName;
  readonly steps: FloatSteps;
  readonly at: Readonly<Record<(typeof COLUMNS)[number], number>>;
  readonly memory: Float64Array;
}

const PAGE = 65_536;
/** Room behind each column: the kernel reads and writes whole words of 64 bars. */
const SPARE = 128;

/** Kept for the next call: fresh memory costs more than a backtest. */
let simd: { readonly steps: FloatSteps; readonly memory: KernelMemory; pages: number } | undefined;

/**
 * The kernel with room for `bars` in each column; SIMD where the engine runs it, unless plain JavaScript is asked for. One caller at a
 * time: the next call gets the same memory. Sums follow other columns, since the first decisions of a series look back past their start.
 */
export function floatKernel(bars: number, name: FloatKernelName = kernelRuns('sweep', 'float') ? 'simd' : 'js'): FloatKernel {
  const column = (bars + SPARE) * 8;
  const at = Object.fromEntries(COLUMNS.map((key, i) => [key, i * column])) as FloatKernel['at'];
  const pages = Math.ceil((COLUMNS.length * column) / PAGE);
  if (name === 'js') {
    const buffer = new ArrayBuffer(pages * PAGE);
    return { name, at, steps: plainFloatSteps(buffer), memory: new Float64Array(buffer) };
  }
  if (simd === undefined) {
    const { exports: steps, memory } = loadKernel<FloatSteps>('sweep', 'float', pages);
    simd = { steps, memory, pages };
  } else if (simd.pages < pages) {
    simd.memory.grow(pages - simd.pages);
    simd.pages = pages;
  }
  return { name, at, steps: simd.steps, memory: new Float64Array(simd.memory.buffer) };
}
