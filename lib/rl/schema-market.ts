/** Small checks and conversions that the market parts of the schemas share. */
import type { Units } from '../core/index.js';
import { FeatureError, type ObservedBar } from '../features/index.js';

/** Throws FeatureError unless prices and factor are positive and finite and the volume is not negative. */
export function checkBar(schema: string, { open, high, low, close, volume, factor }: ObservedBar): void {
  // NaN fails every comparison.
  if (open > 0 && close > 0 && factor > 0 && volume >= 0 && high < Infinity && low > -Infinity && open < Infinity && close < Infinity)
    return;
  throw new FeatureError(
    `${schema}: expected positive finite prices and a volume, got open ${open}, close ${close}, factor ${factor}, volume ${volume}. Load the bars through a feed, which refuses such rows.`,
  );
}

/** Ticks in one major unit: 100 for prices in fen. Dividing by it gives the very double that a source's decimal price has. */
export const ticksPerMajor = ({ tickSize }: Units): number => {
  const whole = Math.round(1 / tickSize);
  return Math.abs(whole * tickSize - 1) < 1e-9 ? whole : 1 / tickSize;
};
