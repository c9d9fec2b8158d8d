/**
 * The float64 arithmetic of the two float benchmarks, and of nothing else: one SMA-cross backtest, and a sweep of SMA pairs, over one
 * series of bars. Everything with a rulebook runs on integer money, in the evaluator beside.
 */
import { SweepInputError } from './errors.js';
import { type FloatKernel, type FloatKernelName, floatKernel } from './float-kernel.js';

/** Bars in the memory of a kernel of their own: load once, evaluate often. */
export interface FloatBars {
  readonly length: number;
  readonly kernel: FloatKernelName;
  /** The kernel and the addresses of its columns: for the functions of this file. */
  readonly inside: { readonly kernel: FloatKernel; readonly at: Addresses };
}

export interface FloatCosts {
  readonly cash: number;
  /** Of the notional of each fill. */
  readonly feeRate: number;
}

/** Long from the next open while the mean of the last `fast` closes is above that of the last `slow` (strictly). */
export interface FloatRule extends FloatCosts {
  readonly fast: number;
  readonly slow: number;
}

export interface FloatBacktest {
  readonly finalEquity: number;
  /** Buys and sells. */
  readonly fills: number;
  /** 0..1; the peak starts at the cash. */
  readonly maxDrawdown: number;
  /** At each close. Lies in the kernel's memory: the next backtest over these bars overwrites it, so copy what must last. */
  readonly equity: Float64Array;
}

export interface FloatSweep {
  /** Of each pair: last equity over cash, less 1. */
  readonly totalReturns: Float64Array;
  /** Of each pair: mean / standard deviation (ddof 1) x sqrt(252) of the per-bar returns of equity; 0 when they don't vary. */
  readonly sharpes: Float64Array;
}

type Column = 'out' | 'close' | 'open' | 'equity' | 'sums' | 'opens' | 'starts' | 'bits';
type Addresses = Readonly<Record<Column, number>>;

/** Bars of one step of a backtest: what it writes for itself stays in the processor's cache. A multiple of 64. */
const BLOCK = 32_768;
/** Room behind each column: the kernel reads and writes whole words of 64 bars. */
const SPARE = 128;
/** 44 bytes a bar: what the 4 GiB of a kernel's memory hold, with room to spare. */
const MOST_BARS = 40_000_000;

/**
 * `open`, `close`: prices above 0, one a bar, of one length (3 or more). Copies them. `kernel`: SIMD where it runs; both give the same bits.
 * Throws SweepInputError on other prices.
 */
export function floatBars(open: Float64Array, close: Float64Array, kernelName?: FloatKernelName): FloatBars {
  const length = close.length;
  if (open.length !== length || length < 3 || length > MOST_BARS)
    throw new SweepInputError(
      `floatBars: expected as many opens as closes, 3 to ${MOST_BARS}, got ${open.length} and ${length}. Give one of each a bar.`,
    );
  for (let i = 0; i < length; i++) {
    const [o, c] = [open[i]!, close[i]!];
    if (!(o > 0 && c > 0 && o + c < Number.POSITIVE_INFINITY))
      throw new SweepInputError(`floatBars: expected prices above 0, got open ${o} and close ${c} at bar ${i}. Mend or drop that bar.`);
  }
  const column = (length + SPARE) * 8;
  // `sums` comes after other columns: the first decisions look back past its start, and are then dropped.
  const at: Addresses = {
    out: 0,
    close: 64,
    open: 64 + column,
    equity: 64 + 2 * column,
    sums: 64 + 3 * column,
    opens: 64 + 4 * column,
    starts: 64 + 5 * column,
    bits: 64 + 5 * column + column / 2,
  };
  const kernel = floatKernel(64 + 6 * column, kernelName);
  new Float64Array(kernel.memory.buffer, at.close, length).set(close);
  new Float64Array(kernel.memory.buffer, at.open, length).set(open);
  return { length, kernel: kernel.name, inside: { kernel, at } };
}

/**
 * The SMA-cross backtest of the speed benchmark: all in at the next open (as many whole units as the cash affords, fee included),
 * all out at the next, the last holding marked at the last close. Where sums of closes are exact (prices in binary fractions of a unit)
 * every figure equals the plain bar-by-bar loop bit for bit; elsewhere two means within rounding of each other may compare differently.
 * Throws SweepInputError on a rule that can't be.
 */
export function floatBacktest(bars: FloatBars, rule: FloatRule): FloatBacktest {
  checkCosts('floatBacktest', rule);
  checkPair('floatBacktest', bars, rule.fast, rule.slow);
  const { kernel, at } = bars.inside;
  const { steps } = kernel;
  steps.begin(rule.cash);
  for (let first = 0; first < bars.length; first += BLOCK) {
    const count = Math.min(BLOCK, bars.length - first);
    const back = Math.min(rule.slow, first);
    steps.sums(at.close + 8 * (first - back), back + count, at.sums);
    steps.decide(at.sums + 8 * (back + 1), count, rule.fast, rule.slow, Math.max(0, rule.slow - 1 - first), at.bits);
    const open = at.open + 8 * first;
    const stretches = steps.cut(open, at.bits, count, at.starts, at.opens);
    steps.trade(open, at.close + 8 * first, at.starts, at.opens, stretches, rule.feeRate, at.equity + 8 * first);
  }
  steps.report(at.out);
  const out = new Float64Array(kernel.memory.buffer, at.out, 2);
  const equity = new Float64Array(kernel.memory.buffer, at.equity, bars.length);
  return { finalEquity: equity[bars.length - 1]!, fills: out[0]!, maxDrawdown: out[1]!, equity };
}

/**
 * The same backtest for many [fast, slow] pairs, without their curves: closes are summed up once for all pairs, and a flat bar costs
 * nothing. Total returns equal the bar-by-bar loop as {@link floatBacktest} does; Sharpe ratios add returns up in another order
 * (within 1e-12 of the loop's). Throws SweepInputError on a pair that can't be.
 */
export function floatSweep(bars: FloatBars, pairs: readonly (readonly [fast: number, slow: number])[], costs: FloatCosts): FloatSweep {
  checkCosts('floatSweep', costs);
  for (const [fast, slow] of pairs) checkPair('floatSweep', bars, fast, slow);
  const { kernel, at } = bars.inside;
  const { steps } = kernel;
  const [out, n] = [new Float64Array(kernel.memory.buffer, at.out, 3), bars.length];
  const totalReturns = new Float64Array(pairs.length);
  const sharpes = new Float64Array(pairs.length);
  steps.sums(at.close, n, at.sums);
  pairs.forEach(([fast, slow], i) => {
    steps.decide(at.sums + 8, n, fast, slow, slow - 1, at.bits);
    steps.begin(costs.cash);
    const stretches = steps.cut(at.open, at.bits, n, at.starts, at.opens);
    steps.score(at.open, at.close, at.starts, at.opens, stretches, costs.feeRate, at.out);
    const mean = out[1]! / (n - 1);
    const deviation = Math.sqrt(Math.max(0, out[2]! - out[1]! * mean) / (n - 2));
    totalReturns[i] = out[0]! / costs.cash - 1;
    sharpes[i] = deviation > 0 ? (mean / deviation) * Math.sqrt(252) : 0;
  });
  return { totalReturns, sharpes };
}

function checkPair(where: string, bars: FloatBars, fast: number, slow: number): void {
  if (!(Number.isInteger(fast) && Number.isInteger(slow) && fast >= 1 && fast < slow && slow <= bars.length))
    throw new SweepInputError(
      `${where}: expected whole numbers 1 <= fast < slow <= ${bars.length} (bars), got ${fast} and ${slow}. Choose windows that fit.`,
    );
}

function checkCosts(where: string, { cash, feeRate }: FloatCosts): void {
  if (!(cash > 0 && cash < Number.POSITIVE_INFINITY && feeRate >= 0 && feeRate < 1))
    throw new SweepInputError(`${where}: expected cash above 0 and a fee rate of 0 to 1, got ${cash} and ${feeRate}. Mend them.`);
}
