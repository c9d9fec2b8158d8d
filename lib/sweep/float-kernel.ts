/** What the float64 kernel of the two float benchmarks offers: the same five steps as WASM SIMD and as plain JavaScript, with the same bits. */
import { type KernelMemory, kernelRuns, loadKernel } from '../core/index.js';
import { type FloatSteps, plainFloatSteps } from './float-plain.js';

export type FloatKernelName = 'simd' | 'js';

export interface FloatKernel {
  readonly name: FloatKernelName;
  readonly steps: FloatSteps;
  readonly memory: Pick<KernelMemory, 'buffer'>;
}

const PAGE = 65_536;

/** The kernel with `bytes` of memory of its own: SIMD where the engine runs it, unless plain JavaScript is asked for. */
export function floatKernel(bytes: number, name: FloatKernelName = kernelRuns('sweep', 'float') ? 'simd' : 'js'): FloatKernel {
  if (name === 'js') {
    const buffer = new ArrayBuffer(Math.ceil(bytes / 8) * 8);
    return { name, steps: plainFloatSteps(buffer), memory: { buffer } };
  }
  const { exports: steps, memory } = loadKernel<FloatSteps>('sweep', 'float', Math.ceil(bytes / PAGE));
  return { name, steps, memory };
}
