/** Cutting the span of a training into what teaches, what stops it early, and what judges; and a market into those parts. */
import { dayOf, InputError } from '../core/index.js';
import { foldsOf, type Span } from '../stats/index.js';
import type { EnvInstrument, EnvMarket } from './env-market.js';
import type { TrainerSettings } from './trainer-settings.js';

/** Sessions [from, to) by position. */
export interface TrainingFold {
  /** Ascending; embargoes cut it into several. */
  readonly train: readonly Span[];
  readonly validation: Span | null;
  readonly test: Span;
}

/** Fewest sessions that teach anything. */
const FEWEST = 20;

/** Folds over `sessions` (epoch days). Throws InputError (StatsError) on a split that leaves a part without sessions. */
export function trainingFolds(sessions: Int32Array, { split, folds }: Pick<TrainerSettings, 'split' | 'folds'>): TrainingFold[] {
  const total = sessions.length;
  const { purge, embargo } = split;
  const position = (at: string): number => {
    const day = dayOf(at);
    const found = sessions.findIndex((session) => session >= day);
    if (found > 0) return found;
    throw new InputError(`trainingFolds: expected a date inside the span, got ${at}. Choose one after its first session.`);
  };
  const testFrom = typeof split.test === 'string' ? position(split.test) : Math.round(total * (1 - split.test));
  const whole = foldsOf(total, { folds: folds.count, mode: folds.mode, trainShare: Math.min(1 - 1e-9, testFrom / total), purge, embargo });
  if (typeof split.validation === 'string' && folds.count > 1) {
    throw new InputError(
      `trainingFolds: expected validation as a share with ${folds.count} folds, got the date ${split.validation}. Write 0.15.`,
    );
  }
  return whole.map(({ train, test }, k): TrainingFold => {
    const end = test[0] - purge;
    const from = typeof split.validation === 'string' ? position(split.validation) : end - Math.round(total * split.validation);
    if (typeof split.validation === 'string' && from >= end) {
      throw new InputError(
        `trainingFolds: expected validation to begin before the test less its purge, got ${split.validation}. Choose an earlier date, or 0 for none.`,
      );
    }
    const validation: Span | null = from >= end ? null : [from, end];
    const limit = validation === null ? end : from - purge;
    const parts = train.map(([a, b]): Span => [a, Math.min(b, limit)]).filter(([a, b]) => b > a);
    const taught = parts.reduce((sum, [a, b]) => sum + b - a, 0);
    if (taught < FEWEST) {
      throw new InputError(
        `trainingFolds: expected ${FEWEST} sessions or more to train on, got ${taught} in fold ${k + 1} of ${whole.length} over ${total}. Take a longer span, or a smaller test, validation or purge.`,
      );
    }
    return { train: parts, validation, test };
  });
}

/** The market with only the bars of these sessions to play; everything before them stays as warm-up. Throws InputError where nothing trades. */
export function cutMarket(market: EnvMarket, sessions: Int32Array, spans: readonly Span[]): EnvMarket {
  const instruments = market.instruments.flatMap((one) =>
    spans.flatMap(([from, to]): EnvInstrument[] => {
      let { first, last } = one;
      while (first <= last && market.day[first]! < sessions[from]!) first++;
      while (last >= first && market.day[last]! > sessions[to - 1]!) last--;
      return last > first ? [{ ...one, first, last }] : [];
    }),
  );
  if (instruments.length > 0) return { ...market, instruments };
  throw new InputError('cutMarket: expected two bars or more of some instrument in each part, got none. Widen the span or the part.');
}
