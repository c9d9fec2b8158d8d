/** The inner loops of a sweep as WASM SIMD: columns lie in the kernel's memory and are handed over by their address. */
import { loadKernel } from '../core/index.js';
import type { Arena, SymbolGround } from './ground-columns.js';
import { walkFields } from './integer-walk.js';
import { addMarksChecked, marksAreExact, type Primitives } from './primitives.js';

/** The exports of assembly/integer.ts; addresses in bytes. */
interface Kernel {
  addConstant(equity: number, count: number, value: number): void;
  addMarks(equity: number, ticks: number, count: number, scale: number): void;
  addRoundedMarks(equity: number, ticks: number, count: number, twice: number, denominator: number, span: number): void;
  putConstant(equity: number, count: number, value: number, spare: number): void;
  worthOfRow(row: number, twice: number, denominators: number, spans: number, count: number): number;
  walk(fields: number): number;
  curveAdd(values: number, first: number, count: number, returns: number): void;
  curveEnd(out: number): void;
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
  function addMarks(equity: Float64Array, first: number, symbol: SymbolGround, from: number, to: number, quantity: number): void {
    if (!marksAreExact(quantity, symbol)) {
      addMarksChecked(equity, first, symbol, from, to, quantity);
      return;
    }
    const { numerator, denominator } = symbol.instrument.units.minorPerUnitTick;
    const [sum, marks] = [equity.byteOffset + (from - first) * 8, symbol.markTicks.byteOffset + from * 8];
    if (denominator === 1) kernel.addMarks(sum, marks, to - from, quantity * numerator);
    else kernel.addRoundedMarks(sum, marks, to - from, quantity * numerator * 2, denominator, denominator * 2);
  }
  const arena: Arena = {
    f64: (length) => new Float64Array(memory.buffer, take(length * 8), length),
    u8: (length) => new Uint8Array(memory.buffer, take(length), length),
    u16: (length) => new Uint16Array(memory.buffer, take(length * 2), length),
  };
  return {
    kernel: 'simd',
    ...arena,
    walk(symbol, want, costs, atFill) {
      const fields = walkFields(symbol, want, costs, atFill, arena);
      return fields === null ? null : { fields, run: () => kernel.walk(fields.byteOffset) };
    },
    addConstant: (equity, from, to, minor) => kernel.addConstant(equity.byteOffset + from * 8, to - from, minor),
    curve: {
      add: (values, first, count, returns) => kernel.curveAdd(values.byteOffset, first, count, returns.byteOffset),
      end: (out) => kernel.curveEnd(out.byteOffset),
    },
    addMarks,
    putAccount(equity, first, symbol, from, to, minor, quantity, fresh) {
      const at = equity.byteOffset + (from - first) * 8;
      if (fresh) kernel.putConstant(at, to - from, minor, 0);
      else kernel.addConstant(at, to - from, minor);
      if (quantity > 0) addMarks(equity, first, symbol, from, to, quantity);
    },
    worthOfRow: (rows, session, twice, denominators, spans) =>
      kernel.worthOfRow(
        rows.byteOffset + session * twice.length * 8,
        twice.byteOffset,
        denominators.byteOffset,
        spans.byteOffset,
        twice.length,
      ),
    nextOther: (want, from, to, standing) => kernel.nextOther(want.byteOffset, from, to, standing),
    crossOfSums: (sums, want, from, to, fast, slow) => kernel.crossOfSums(sums.byteOffset, want.byteOffset, from, to, fast, slow),
  };
}
