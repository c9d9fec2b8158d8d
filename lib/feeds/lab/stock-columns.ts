/** Growing columns of one stock's bars and of the truth about them. */
import type { BarSeries, Symbol } from '../../core/index.js';

export interface StockColumns {
  length: number;
  readonly day: Int32Array;
  readonly knownAt: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly expected: Float64Array;
  readonly deviation: Float64Array;
  readonly complexity: Uint8Array;
}

export function stockColumns(capacity: number): StockColumns {
  const column = (): Float64Array => new Float64Array(capacity);
  return {
    length: 0,
    day: new Int32Array(capacity),
    knownAt: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    expected: column(),
    deviation: column(),
    complexity: new Uint8Array(capacity),
  };
}

/** The bars so far in columns of their own, so that the next stock can use the same room. */
export function takeSeries(symbol: Symbol, columns: StockColumns): Omit<BarSeries, 'factor'> {
  const { length } = columns;
  return {
    symbol,
    length,
    day: columns.day.slice(0, length),
    knownAt: columns.knownAt.slice(0, length),
    open: columns.open.slice(0, length),
    high: columns.high.slice(0, length),
    low: columns.low.slice(0, length),
    close: columns.close.slice(0, length),
    volume: columns.volume.slice(0, length),
  };
}
