/** Which kernel runs: asked for by name, or the fastest this engine has. */
import { kernelRuns } from '../core/index.js';
import type { KernelName } from './contract.js';
import type { Kernel } from './kernel.js';
import { openJsKernel } from './kernel-js.js';
import { openWasmKernel } from './kernel-wasm.js';

/** 'simd-fma' where the engine runs it, else 'simd', else 'js'. Decided by validating the bytes. */
export function fastestKernel(): KernelName {
  if (kernelRuns('rl', 'network-simd-fma')) return 'simd-fma';
  return reproducibleKernel();
}

/** 'simd', else 'js': both give the same bits on every machine. */
export function reproducibleKernel(): KernelName {
  return kernelRuns('rl', 'network-simd') ? 'simd' : 'js';
}

/** A kernel with a heap of its own. Throws KernelError when the engine can't run it. */
export const openKernel = (name: KernelName): Kernel => (name === 'js' ? openJsKernel('single') : openWasmKernel(name));
