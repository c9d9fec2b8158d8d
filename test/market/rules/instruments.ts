/** Instruments for the rule tests, described by code. */
import { dayOf, type Instrument } from '../../../lib/core/index.js';
import { describeSymbol } from '../../../lib/market/index.js';

export const stock = (symbol: string, extra: Partial<Instrument> = {}): Instrument => ({
  ...describeSymbol(symbol),
  name: symbol,
  corporateActions: 'none',
  ...extra,
});

/** The day before and the day of a change. */
export const around = (date: string): readonly [number, number] => [dayOf(date) - 1, dayOf(date)];
