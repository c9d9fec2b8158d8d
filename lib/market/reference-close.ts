/** Reference closes of a whole history: what the price limits of each bar's session are taken from. */
import type { BarSeries, CorporateAction, Units } from '../core/index.js';
import { exRightReferenceTicks } from './ex-right.js';

/**
 * For each bar, in ticks: the last close of the session before, after every action whose ex-day lies after that session and up to the
 * bar's own (a suspension may hold several); 0 in the first session. `actions`: of this symbol, in any order.
 */
export function referenceCloses(
  { day, close, length }: Pick<BarSeries, 'day' | 'close' | 'length'>,
  actions: readonly CorporateAction[],
  units: Units,
): Float64Array {
  const references = new Float64Array(length);
  const due = [...actions].sort((a, b) => a.exDay - b.exDay);
  let next = 0;
  let reference = 0;
  for (let i = 0; i < length; i++) {
    const today = day[i]!;
    if (i === 0 || today !== day[i - 1]) {
      if (i > 0) reference = close[i - 1]!;
      for (; next < due.length && due[next]!.exDay <= today; next++) {
        if (reference > 0) reference = exRightReferenceTicks(reference, due[next]!, units);
      }
    }
    references[i] = reference;
  }
  return references;
}
