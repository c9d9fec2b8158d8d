/** Kept rules equal fresh ones, whatever the order in which days are asked. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayOf, type Instrument, type StatusSpan } from '../../../lib/core/index.js';
import { rulebookFor } from '../../../lib/market/index.js';
import { stock } from './instruments.js';

const FIRST = dayOf('2005-06-13');
const LAST = dayOf('2027-06-30');
const day = fc.integer({ min: FIRST, max: LAST });

/** Spans that don't overlap: sorted cut days taken in pairs. */
const statuses = fc.uniqueArray(day, { maxLength: 6 }).chain((cuts) =>
  fc.array(fc.constantFrom<StatusSpan['status']>('ST', 'S-share'), { minLength: 3, maxLength: 3 }).map((names): StatusSpan[] => {
    const sorted = [...cuts].sort((a, b) => a - b);
    const spans: StatusSpan[] = [];
    for (let at = 0; at + 1 < sorted.length; at += 2) spans.push({ status: names[at / 2]!, from: sorted[at]!, to: sorted[at + 1]! - 1 });
    return spans.filter((span) => span.to! >= span.from);
  }),
);

const instrument = fc
  .record({
    symbol: fc.constantFrom('600000.SH', '000002.SZ', '510300.SH'),
    listedOn: fc.option(day),
    delistedOn: fc.option(day),
    statuses,
  })
  .map(
    ({ symbol, listedOn, delistedOn, statuses: spans }): Instrument =>
      stock(symbol, { statuses: spans, ...(listedOn === null ? {} : { listedOn }), ...(delistedOn === null ? {} : { delistedOn }) }),
  );

test('the kept object equals a fresh one, covers the day, and is the same all through its interval', () => {
  fc.assert(
    fc.property(instrument, fc.array(day, { minLength: 1, maxLength: 20 }), (share, days) => {
      const kept = rulebookFor('cn-a');
      for (const each of days) {
        const rules = kept.rulesFor(share, each);
        expect(rules.firstDay).toBeLessThanOrEqual(each);
        expect(rules.lastDay).toBeGreaterThanOrEqual(each);
        expect(kept.rulesFor(share, each)).toBe(rules);
        expect(kept.rulesFor(share, rules.firstDay)).toBe(rules);
        expect(kept.rulesFor(share, Math.min(rules.lastDay, LAST))).toBe(rules);
        expect(rulebookFor('cn-a').rulesFor({ ...share }, each)).toEqual(rules);
        if (rules.firstDay > FIRST) expect(kept.rulesFor(share, rules.firstDay - 1).lastDay).toBe(rules.firstDay - 1);
      }
    }),
    { numRuns: 150 },
  );
});

test('status spans that overlap are refused', () => {
  const share = stock('600000.SH', {
    statuses: [
      { status: 'ST', from: dayOf('2010-01-04') },
      { status: 'S-share', from: dayOf('2011-01-04') },
    ],
  });
  expect(() => rulebookFor('cn-a').rulesFor(share, dayOf('2012-01-04'))).toThrow(/not to overlap/);
});
