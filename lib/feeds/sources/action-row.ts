/** One row of a source's dividend table as a corporate action. */
import { type CorporateAction, dateOf, type EpochDay, instantAt, type Ratio, type Symbol, type Units } from '../../core/index.js';
import type { Calendar } from '../../market/index.js';
import { BadAnswer } from '../outside/errors.js';
import { cashScale, ratioOf } from './decimals.js';
import { announcedKnownAt } from './known-at.js';

export interface ActionRow {
  readonly source: string;
  readonly symbol: Symbol;
  readonly exDay: EpochDay;
  readonly recordDay?: EpochDay | undefined;
  readonly payDay?: EpochDay | undefined;
  /** Day of the notice of implementation; unknown: the ex-day shows the action to everyone. */
  readonly announcedOn?: EpochDay | undefined;
  /** Pre-tax, major units per `perShares` shares. */
  readonly cash: number | null;
  /** New shares per `perShares` shares: 送. */
  readonly bonus: number | null;
  /** New shares per `perShares` shares: 转, splits. */
  readonly transfer: number | null;
  readonly perShares: number;
}

/** The action, or undefined when the row gives nothing. Throws BadAnswer for amounts that can't be meant. */
export function actionOf(row: ActionRow, units: Units, calendar: Calendar): CorporateAction | undefined {
  const { source, symbol, exDay, recordDay, announcedOn, perShares } = row;
  const part = (name: string, value: number | null, scale: Ratio): Ratio | undefined => {
    const found = ratioOf(value, scale);
    if (found === null)
      throw new BadAnswer(
        source,
        `dividends: expected ${name} of at least 0 for ${symbol} on ${dateOf(exDay)}, got ${value}. Ask again later.`,
      );
    return found;
  };
  const cash = part('cash', row.cash, cashScale(units, perShares));
  const shares = { numerator: 1, denominator: perShares };
  const bonus = part('bonus', row.bonus, shares);
  const transfer = part('transfer', row.transfer, shares);
  if (!(cash || bonus || transfer)) return undefined;
  const latest = instantAt(exDay, '00:00', calendar.zone);
  return {
    symbol,
    exDay,
    ...(recordDay === undefined ? {} : { recordDay }),
    payDay: Math.max(exDay, row.payDay ?? exDay),
    knownAt: announcedOn === undefined ? latest : announcedKnownAt(announcedOn, calendar, latest),
    ...(cash ? { cash } : {}),
    ...(bonus ? { bonus } : {}),
    ...(transfer ? { transfer } : {}),
    origin: 'declared',
  };
}
