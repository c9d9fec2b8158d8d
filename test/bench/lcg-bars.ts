/** Bars of the speed benchmark: an integer generator, the same in any language. One tick is 0.25; no market is meant. */

export interface LcgBars {
  readonly length: number;
  /** Prices in ticks of 0.25. */
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** The first `count` bars; a shorter series is a prefix of a longer one. Starts at 40,000 ticks, regimes of 128 bars. */
export function lcgBars(count: number, seed = 20240101): LcgBars {
  const bars: LcgBars = {
    length: count,
    open: new Float64Array(count),
    high: new Float64Array(count),
    low: new Float64Array(count),
    close: new Float64Array(count),
    volume: new Float64Array(count),
  };
  let state = seed;
  const draw = (): number => (state = (Math.imul(1103515245, state) + 12345) & 0x7fffffff) >>> 15;
  let price = 40_000;
  for (let t = 0; t < count; t++) {
    const [u1, u2, u3, u4] = [draw(), draw(), draw(), draw()] as const;
    const drift = ((t >> 7) & 1) === 0 ? 1000 : -1000;
    const open = price + Math.floor(((u1 - 32_768) * price) / 2 ** 26);
    const close = open + Math.floor(((u2 - 32_768 + drift) * open) / 2 ** 23) + Math.floor((40_000 - open) / 2 ** 11);
    bars.open[t] = open;
    bars.close[t] = close;
    bars.high[t] = Math.max(open, close) + Math.floor((u3 * open) / 2 ** 25);
    bars.low[t] = Math.min(open, close) - Math.floor((u4 * open) / 2 ** 25);
    bars.volume[t] = 1000 + u1;
    price = close;
  }
  return bars;
}
