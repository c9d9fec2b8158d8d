/** What each rule wants bar by bar, with the same bits as its strategy in lib/strategies; what configurations share is kept. */
import { InputError } from '../core/index.js';
import { ema, rsi } from '../features/index.js';
import { strategyEntry, strategyOf } from '../strategies/index.js';
import { signalsOf } from './configuration-spec.js';
import type { Configuration } from './contract.js';
import type { Ground, SymbolGround } from './ground-columns.js';
import type { Primitives } from './primitives.js';
import { above, channelHigh, channelLow, latch, pastReturn, prefixSums, runningSmaCross } from './signal-columns.js';
import type { SignalSet } from './signal-strategy.js';

type Parameters = Readonly<Record<string, number>>;

/** Rules that a kernel knows. */
export const sweepStrategies: readonly string[] = ['sma-cross', 'ema-cross', 'breakout', 'momentum-sign', 'rsi-bands', 'signal'];

/** Bytes of kept columns: enough for some hundred parameter values of a usual universe, whatever the number of configurations. */
const KEPT_BYTES = 64 * 2 ** 20;

export class Signals {
  private readonly ground: Ground;
  private readonly primitives: Primitives;
  private readonly given: readonly SignalSet[];
  /** By symbol, a value a session; a dense symbol's is a part of its values by bar. */
  readonly wants: readonly Uint8Array[];
  private readonly byBar: readonly Uint8Array[];
  private readonly sums: (Float64Array | null)[];
  /** Least recently used first. */
  private readonly kept = new Map<string, Float64Array>();
  private keptBytes = 0;
  private readonly mostBytes: number;

  /** `mostBytes`: of columns kept for configurations to come. */
  constructor(ground: Ground, primitives: Primitives, given: readonly SignalSet[], mostBytes = KEPT_BYTES) {
    this.mostBytes = mostBytes;
    this.ground = ground;
    this.primitives = primitives;
    this.given = given;
    this.byBar = ground.symbols.map(({ bars }) => primitives.u8(bars));
    this.wants = ground.symbols.map(({ dense, firstBar, bars, traded }, k) =>
      dense ? this.byBar[k]!.subarray(firstBar, bars) : primitives.u8(traded.length),
    );
    this.sums = ground.symbols.map(() => null);
  }

  /** Fills all `wants`. */
  fill(configuration: Configuration): void {
    this.ground.symbols.forEach((symbol, k) => {
      const byBar = this.byBar[k]!;
      this.byBars(configuration, k, symbol, byBar);
      const { firstBar, traded, dense } = symbol;
      if (dense) return;
      const want = this.wants[k]!;
      let bar = firstBar;
      let wanted = 0;
      for (let session = 0; session < traded.length; session++) {
        if (traded[session] === 1) wanted = byBar[bar++]!;
        want[session] = wanted;
      }
    });
  }

  private byBars(configuration: Configuration, k: number, symbol: SymbolGround, byBar: Uint8Array): void {
    const { primitives } = this;
    const { firstBar, bars, price } = symbol;
    const p = configuration.parameters;
    const at = (name: string): number => p[name]!;
    switch (configuration.strategy) {
      case 'sma-cross': {
        const sums = this.sumsOf(k, symbol);
        if (sums !== null) primitives.crossOfSums(sums, byBar, firstBar, bars, at('fast'), at('slow'));
        else runningSmaCross(price, byBar, firstBar, bars, at('fast'), at('slow'));
        return;
      }
      case 'ema-cross': {
        const of = (period: number) => this.keep(`${k} ema ${period}`, () => ema.series(price, period));
        above(of(at('fast')), of(at('slow')), byBar, firstBar, bars);
        return;
      }
      case 'breakout': {
        const high = this.keep(`${k} high ${at('entry')}`, () => channelHigh(symbol.high, at('entry')));
        const low = this.keep(`${k} low ${at('exit')}`, () => channelLow(symbol.low, at('exit')));
        latch(byBar, bars, (long, i) => (long ? !(price[i]! < low[i]!) : price[i]! > high[i]!));
        return;
      }
      case 'momentum-sign': {
        const gain = this.keep(`${k} return ${at('lookback')}`, () => pastReturn(price, at('lookback')));
        const threshold = at('threshold');
        for (let i = firstBar; i < bars; i++) byBar[i] = gain[i]! > threshold ? 1 : 0;
        return;
      }
      case 'rsi-bands': {
        const index = this.keep(`${k} rsi ${at('period')}`, () => rsi.series(price, at('period')));
        const [low, high] = [at('low'), at('high')];
        latch(byBar, bars, (long, i) => index[i]! < low || (long && !(index[i]! > high)));
        return;
      }
      default: {
        const given = signalsOf(configuration, this.given).get(symbol.symbol);
        if (given === undefined || given.length < bars || given.subarray(firstBar, bars).some((want) => want > 1)) {
          throw new InputError(
            `signal: expected ${bars} values of 0 or 1 for ${symbol.symbol}, got ${given === undefined ? 'none' : `${given.length}, or another value`}. Give an array of one value a bar of the series, earlier bars included.`,
          );
        }
        byBar.set(given.subarray(firstBar, bars), firstBar);
      }
    }
  }

  private sumsOf(k: number, symbol: SymbolGround): Float64Array | null {
    if (this.sums[k] === null) this.sums[k] = prefixSums(symbol.price, this.primitives.f64(symbol.price.length + 1));
    const sums = this.sums[k]!;
    return sums.length === 0 ? null : sums;
  }

  private keep(key: string, make: () => Float64Array): Float64Array {
    let column = this.kept.get(key);
    if (column !== undefined) {
      this.kept.delete(key);
      this.kept.set(key, column);
      return column;
    }
    column = make();
    this.kept.set(key, column);
    this.keptBytes += column.byteLength;
    // The two columns of one rule must live together, however long they are.
    for (const [oldest, { byteLength }] of this.kept) {
      if (this.keptBytes <= this.mostBytes || this.kept.size <= 2) break;
      this.kept.delete(oldest);
      this.keptBytes -= byteLength;
    }
    return column;
  }
}

/** A configuration with all parameters of its rule. Throws InputError on a rule that no kernel knows, or parameters that don't fit. */
export function wholeConfiguration({ strategy, parameters }: Configuration): { strategy: string; parameters: Parameters } {
  if (!sweepStrategies.includes(strategy)) {
    throw new InputError(`evaluate: expected one of ${sweepStrategies.join(', ')}, got ${JSON.stringify(strategy)}. Choose one of them.`);
  }
  if (strategy === 'signal') return { strategy, parameters };
  strategyOf(strategy, parameters);
  return { strategy, parameters: { ...(strategyEntry(strategy).defaults as Parameters), ...parameters } };
}
