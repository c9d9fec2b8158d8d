/** The inner loops of a sweep as WASM SIMD: columns lie in the kernel's memory and are handed over by their address. */
import { loadKernel } from '../core/index.js';
import { addMarksChecked, marksAreExact, type Primitives } from './primitives.js';

/** The exports of assembly/integer.ts; addresses in bytes. */
interface Kernel {
  addConstant(equity: number, count: number, value: number): void;
  addMarks(equity: number, ticks: number, count: number, scale: number): void;
  addRoundedMarks(equity: number, ticks: number, count: number, twice: number, half: number, span: number): void;
  nextOther(want: number, from: number, to: number, standing: number): number;
  crossOfSums(sums: number, want: number, from: number, to: number, fast: number, slow: number): void;
}

const PAGE = 65_536;
const ALIGNMENT = 16;

/** `bytes`: what the columns need together, each rounded up to 16. */
export function simdPrimitives(bytes: number): Primitives {
  // The first bytes stay empty: the compiler's own data may lie there.
  const start = 1024;
  const { exports: kernel, memory } = loadKernel<Kernel>('sweep', 'integer', Math.ceil((start + bytes) / PAGE));
  let free = start;
  const take = (size: number): number => {
    const at = free;
    free = Math.ceil((free + size) / ALIGNMENT) * ALIGNMENT;
    return at;
  };
  return {
    kernel: 'simd',
    f64: (length) => new Float64Array(memory.buffer, take(length * 8), length),
    u8: (length) => new Uint8Array(memory.buffer, take(length), length),
    addConstant: (equity, from, to, minor) => kernel.addConstant(equity.byteOffset + from * 8, to - from, minor),
    addMarks(equity, ticks, from, to, quantity, symbol) {
      if (!marksAreExact(quantity, symbol)) return addMarksChecked(equity, ticks, from, to, quantity, symbol);
      const { numerator, denominator } = symbol.instrument.units.minorPerUnitTick;
      const [sum, marks] = [equity.byteOffset + from * 8, ticks.byteOffset + from * 8];
      if (denominator === 1) kernel.addMarks(sum, marks, to - from, quantity * numerator);
      else kernel.addRoundedMarks(sum, marks, to - from, quantity * numerator * 2, denominator, denominator * 2);
    },
    nextOther: (want, from, to, standing) => kernel.nextOther(want.byteOffset, from, to, standing),
    crossOfSums: (sums, want, from, to, fast, slow) => kernel.crossOfSums(sums.byteOffset, want.byteOffset, from, to, fast, slow),
  };
}
