/**
 * The float64 arithmetic of the two float benchmarks, and of nothing else: one SMA-cross backtest, and a sweep of SMA pairs, over one
 * series of bars. Everything with a rulebook runs on integer money, in the evaluator beside.
 */
import { SweepInputError } from './errors.js';
import { type FloatKernelName, floatKernel } from './float-kernel.js';

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

export interface FloatOptions {
  /** `simd` where it runs; both give the same bits. */
  readonly kernel?: FloatKernelName;
}

export interface FloatBacktest {
  readonly finalEquity: number;
  /** Buys and sells. */
  readonly fills: number;
  /** 0..1; the peak starts at the cash. */
  readonly maxDrawdown: number;
  /** At each close. */
  readonly equity: Float64Array;
}

export interface FloatSweep {
  /** Of each pair: last equity over cash, less 1. */
  readonly totalReturns: Float64Array;
  /** Of each pair: mean / standard deviation (ddof 1) x sqrt(252) of the per-bar returns of equity; 0 when they don't vary. */
  readonly sharpes: Float64Array;
}

/** Bars of one step of a backtest, so that its columns (0.7 MB) stay in the processor's cache. A multiple of 64. */
const BLOCK = 16_384;
/** 64 bytes a bar: the kernel's addresses stay below 2 GiB. */
const MOST_SWEEP_BARS = 32_000_000;

/**
 * The SMA-cross backtest of the speed benchmark: all in at the next open (as many whole units as the cash affords, fee included),
 * all out at the next, the last holding marked at the last close. `open`, `close`: prices, one a bar. `equity`: where the curve goes
 * (fresh memory of a million bars costs more time than the backtest). Where sums of closes are exact (prices in binary fractions of a
 * unit) every figure equals the plain bar-by-bar loop bit for bit; elsewhere two means within rounding of each other may compare
 * differently. Throws SweepInputError on a rule or prices that can't be.
 */
export function floatBacktest(
  open: Float64Array,
  close: Float64Array,
  rule: FloatRule,
  { equity = new Float64Array(close.length), kernel }: FloatOptions & { readonly equity?: Float64Array } = {},
): FloatBacktest {
  const bars = close.length;
  check('floatBacktest', open, close, rule, [[rule.fast, rule.slow]]);
  if (equity.length !== bars)
    throw new SweepInputError(`floatBacktest: expected an equity column of ${bars} bars, got ${equity.length}. Give one as long.`);
  const { fast, slow } = rule;
  const { steps, at, memory } = floatKernel(Math.min(bars, BLOCK + slow), kernel);
  steps.begin(rule.cash);
  for (let first = 0; first < bars; first += BLOCK) {
    const count = Math.min(BLOCK, bars - first);
    const back = Math.min(slow, first);
    memory.set(close.subarray(first - back, first + count), at.close / 8);
    memory.set(open.subarray(first, first + count), at.open / 8);
    steps.sums(at.close, back + count, at.sums);
    mustBeFinite('floatBacktest', memory[at.sums / 8 + back + count]!);
    steps.decide(at.sums + 8 * (back + 1), count, fast, slow, Math.max(0, slow - 1 - first), at.bits);
    const stretches = steps.cut(at.open, at.bits, count, at.starts, at.opens);
    steps.trade(at.open, at.close + 8 * back, at.starts, at.opens, stretches, rule.feeRate, at.equity);
    equity.set(memory.subarray(at.equity / 8, at.equity / 8 + count), first);
  }
  steps.report(at.out);
  const finalEquity = mustBeFinite('floatBacktest', equity[bars - 1]!);
  return { finalEquity, fills: memory[at.out / 8]!, maxDrawdown: memory[at.out / 8 + 1]!, equity };
}

/**
 * The same backtest for many [fast, slow] pairs, without their curves: closes are summed up once for all pairs, and a flat bar costs
 * nothing. Total returns equal the bar-by-bar loop as {@link floatBacktest} does; Sharpe ratios add returns up in another order
 * (within 1e-9 of the loop's). Throws SweepInputError on a pair or prices that can't be.
 */
export function floatSweep(
  open: Float64Array,
  close: Float64Array,
  pairs: readonly (readonly [fast: number, slow: number])[],
  costs: FloatCosts,
  { kernel }: FloatOptions = {},
): FloatSweep {
  const bars = close.length;
  check('floatSweep', open, close, costs, pairs);
  if (bars < 3 || bars > MOST_SWEEP_BARS)
    throw new SweepInputError(`floatSweep: expected 3 to ${MOST_SWEEP_BARS} bars, got ${bars}. Give another series.`);
  const { steps, at, memory } = floatKernel(bars, kernel);
  const out = memory.subarray(at.out / 8, at.out / 8 + 3);
  const totalReturns = new Float64Array(pairs.length);
  const sharpes = new Float64Array(pairs.length);
  memory.set(close, at.close / 8);
  memory.set(open, at.open / 8);
  steps.sums(at.close, bars, at.sums);
  mustBeFinite('floatSweep', memory[at.sums / 8 + bars]!);
  pairs.forEach(([fast, slow], i) => {
    steps.decide(at.sums + 8, bars, fast, slow, slow - 1, at.bits);
    steps.begin(costs.cash);
    const stretches = steps.cut(at.open, at.bits, bars, at.starts, at.opens);
    steps.score(at.open, at.close, at.starts, at.opens, stretches, costs.feeRate, at.out);
    const mean = out[1]! / (bars - 1);
    const deviation = Math.sqrt(Math.max(0, out[2]! - out[1]! * mean) / (bars - 2));
    totalReturns[i] = mustBeFinite('floatSweep', out[0]!) / costs.cash - 1;
    sharpes[i] = deviation > 0 ? (mean / deviation) * Math.sqrt(252) : 0;
  });
  return { totalReturns, sharpes };
}

function check(
  where: string,
  open: Float64Array,
  close: Float64Array,
  { cash, feeRate }: FloatCosts,
  pairs: readonly (readonly [number, number])[],
): void {
  if (open.length !== close.length)
    throw new SweepInputError(
      `${where}: expected as many opens as closes, got ${open.length} and ${close.length}. Give one of each a bar.`,
    );
  if (!(cash > 0 && cash < Number.POSITIVE_INFINITY && feeRate >= 0 && feeRate < 1))
    throw new SweepInputError(`${where}: expected cash above 0 and a fee rate of 0 to 1, got ${cash} and ${feeRate}. Mend them.`);
  for (const [fast, slow] of pairs)
    if (!(Number.isInteger(fast) && Number.isInteger(slow) && fast >= 1 && fast < slow && slow <= close.length))
      throw new SweepInputError(
        `${where}: expected whole numbers 1 <= fast < slow <= ${close.length} (bars), got ${fast} and ${slow}. Choose windows that fit.`,
      );
}

/** A price that is no number shows in every sum after it. */
function mustBeFinite(where: string, value: number): number {
  if (!Number.isFinite(value))
    throw new SweepInputError(`${where}: expected prices above 0, got some that add up to ${value}. Mend or drop those bars.`);
  return value;
}
