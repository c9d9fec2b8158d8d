/** The inner loops of a sweep over whole columns: in plain JS here, in WASM beside; both give the same integers. */
import { notionalMinor } from '../market/index.js';
import { type Curve, plainCurve } from './curve.js';
import type { Arena, SymbolGround } from './ground-columns.js';
import type { IntegerCosts } from './integer-costs.js';
import type { Walk } from './integer-walk.js';

export interface Primitives extends Arena {
  readonly kernel: 'simd' | 'js';
  /** equity[i] += minor for i in [from, to). */
  addConstant(equity: Float64Array, from: number, to: number, minor: number): void;
  /** equity[i - first] += what `quantity` units of a symbol are worth at its marks, rounded half up, for sessions i in [from, to). */
  addMarks(equity: Float64Array, first: number, symbol: SymbolGround, from: number, to: number, quantity: number): void;
  /** equity[i - first] = (or +=, unless fresh) minor and what `quantity` units are worth, for sessions i in [from, to). */
  putAccount(
    equity: Float64Array,
    first: number,
    symbol: SymbolGround,
    from: number,
    to: number,
    minor: number,
    quantity: number,
    fresh: boolean,
  ): void;
  /** Sum of floor((row[k] x twice[k] + denominators[k]) / spans[k]) over row number `session` of `rows`. */
  worthOfRow(rows: Float64Array, session: number, twice: Float64Array, denominators: Float64Array, spans: Float64Array): number;
  /** The walk of a symbol in an account of its own, where this kernel has one. */
  walk(symbol: SymbolGround, want: Uint8Array, costs: readonly IntegerCosts[], atFill: boolean): Walk | null;
  /** The first i in [from, to) with want[i] !== standing; `to` when there is none. */
  nextOther(want: Uint8Array, from: number, to: number, standing: number): number;
  readonly curve: Curve;
  /** want[i] = 1 where the last `fast` prices have a greater mean than the last `slow`, by sums of all prices up to each bar; i in [from, to). */
  crossOfSums(sums: Float64Array, want: Uint8Array, from: number, to: number, fast: number, slow: number): void;
}

/**
 * Whether marks of a quantity can be rounded by floor((2 x product + d) / 2d) in doubles: exact while the dividend stays under 2^53, for
 * then a quotient that is no integer lies further from the next one than it is rounded by.
 */
export function marksAreExact(quantity: number, { highestMark, instrument }: SymbolGround): boolean {
  const { numerator, denominator } = instrument.units.minorPerUnitTick;
  return quantity * highestMark * numerator * 2 + denominator <= Number.MAX_SAFE_INTEGER;
}

/** Marks beyond that range: each by the checked arithmetic, which throws OverflowError rather than be wrong. */
export function addMarksChecked(
  equity: Float64Array,
  first: number,
  { markTicks, instrument }: SymbolGround,
  from: number,
  to: number,
  quantity: number,
): void {
  for (let i = from; i < to; i++) equity[i - first] = equity[i - first]! + notionalMinor(quantity, markTicks[i]!, instrument.units);
}

function addConstant(equity: Float64Array, from: number, to: number, minor: number): void {
  for (let i = from; i < to; i++) equity[i] = equity[i]! + minor;
}

function addMarks(equity: Float64Array, first: number, symbol: SymbolGround, from: number, to: number, quantity: number): void {
  if (!marksAreExact(quantity, symbol)) {
    addMarksChecked(equity, first, symbol, from, to, quantity);
    return;
  }
  const { markTicks } = symbol;
  const { numerator, denominator } = symbol.instrument.units.minorPerUnitTick;
  const [twice, span] = [quantity * numerator * 2, denominator * 2];
  for (let i = from; i < to; i++) {
    const worth = denominator === 1 ? markTicks[i]! * (quantity * numerator) : Math.floor((markTicks[i]! * twice + denominator) / span);
    equity[i - first] = equity[i - first]! + worth;
  }
}

export const plainPrimitives = (): Primitives => ({
  kernel: 'js',
  f64: (length) => new Float64Array(length),
  u8: (length) => new Uint8Array(length),
  u16: (length) => new Uint16Array(length),
  walk: () => null,
  curve: plainCurve(),
  addConstant,
  addMarks,
  putAccount(equity, first, symbol, from, to, minor, quantity, fresh) {
    if (fresh) equity.fill(minor, from - first, to - first);
    else addConstant(equity, from - first, to - first, minor);
    if (quantity > 0) addMarks(equity, first, symbol, from, to, quantity);
  },
  worthOfRow(rows, session, twice, denominators, spans) {
    const at = session * twice.length;
    let total = 0;
    for (let k = 0; k < twice.length; k++) total += Math.floor((rows[at + k]! * twice[k]! + denominators[k]!) / spans[k]!);
    return total;
  },
  nextOther(want, from, to, standing) {
    let i = from;
    while (i < to && want[i] === standing) i++;
    return i;
  },
  crossOfSums(sums, want, from, to, fast, slow) {
    let i = from;
    for (; i < to && i < slow - 1; i++) want[i] = 0;
    for (; i < to; i++) {
      const now = sums[i + 1]!;
      want[i] = (now - sums[i + 1 - fast]!) * slow > (now - sums[i + 1 - slow]!) * fast ? 1 : 0;
    }
  },
});
