/** Whether a volume counts shares or lots of 100, told from the money: amount / volume must lie between low and high. */
import type { BarSeries, Units } from '../core/index.js';
import { FeedError } from './errors.js';

export type VolumeUnit = 'shares' | 'lots';

/** Volume unit and yuan per amount unit (some sources give thousands or ten thousands); each pair gives another ratio. */
const PAIRS: readonly { readonly unit: VolumeUnit; readonly amountScale: number }[] = [
  { unit: 'shares', amountScale: 1 },
  { unit: 'lots', amountScale: 1 },
  { unit: 'lots', amountScale: 1000 },
  { unit: 'lots', amountScale: 10_000 },
  { unit: 'shares', amountScale: 1000 },
  { unit: 'shares', amountScale: 10_000 },
];
const LOT = 100;
/** Rounding of amounts and of volumes in lots moves the mean price a little out of the bar. */
const SLACK = 0.01;
const AGREEMENT = 0.95;

export interface UnitFinding {
  readonly unit: VolumeUnit;
  /** shown: the amounts say so; stated: the caller or the header says so and nothing contradicts; assumed: nothing says. */
  readonly basis: 'shown' | 'stated' | 'assumed';
  /** Major units of money in one unit of amount; 1 unless the amounts show another. */
  readonly amountScale: number;
}

/**
 * Unit of `series.volume`, which is as the file has it. `amount`: NaN where unknown. Throws FeedError when amounts show another
 * unit than the stated one.
 */
export function findVolumeUnit(series: BarSeries, amount: Float64Array, units: Units, stated: VolumeUnit | undefined): UnitFinding {
  for (const { unit, amountScale } of PAIRS) {
    const scale = amountScale / (unit === 'lots' ? LOT : 1) / units.tickSize;
    let checked = 0;
    let agreed = 0;
    for (let i = 0; i < series.length; i++) {
      const volume = series.volume[i] as number;
      const money = amount[i] as number;
      if (!(volume > 0 && money > 0)) continue;
      checked++;
      const mean = (money / volume) * scale;
      if (mean >= (series.low[i] as number) * (1 - SLACK) - 1 && mean <= (series.high[i] as number) * (1 + SLACK) + 1) agreed++;
    }
    if (checked === 0) break;
    if (agreed < checked * AGREEMENT) continue;
    if (stated !== undefined && stated !== unit) {
      throw new FeedError(
        `loadBars: expected the volume of ${series.symbol} in ${stated}, got amounts that show ${unit} (amount / volume lies between low and high on ${agreed} of ${checked} bars). Set volumeUnit to ${unit}.`,
      );
    }
    return { unit, basis: 'shown', amountScale };
  }
  return stated === undefined ? { unit: 'shares', basis: 'assumed', amountScale: 1 } : { unit: stated, basis: 'stated', amountScale: 1 };
}
