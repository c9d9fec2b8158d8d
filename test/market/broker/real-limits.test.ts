import { expect, test } from 'vitest';
import { type CorporateAction, dateOf, dayOf } from '../../../lib/core/index.js';
import { embeddedData } from '../../../lib/feeds/index.js';
import { exRightReferenceTicks, limitDownTicks, limitUpTicks, rulebookFor } from '../../../lib/market/index.js';

/** Sessions of 000001.SZ since the rulebook begins: how often the day's high and low lay on a limit, and when beyond one. */
async function touches(actions?: readonly CorporateAction[]) {
  const data = await embeddedData('cn');
  const instrument = data.instruments.find(({ symbol }) => symbol === '000001.SZ')!;
  const series = data.series.get('000001.SZ')!;
  const rulebook = rulebookFor('cn-a');
  const found = { atUp: 0, atDown: 0, beyond: [] as string[] };
  for (let i = 1; i < series.length; i++) {
    const day = series.day[i]!;
    if (day < dayOf('2005-06-13')) continue;
    let reference = series.close[i - 1]!;
    for (const action of actions ?? data.actions.get('000001.SZ')!) {
      if (action.exDay > series.day[i - 1]! && action.exDay <= day) reference = exRightReferenceTicks(reference, action, instrument.units);
    }
    const rules = rulebook.rulesFor(instrument, day);
    const [up, down] = [limitUpTicks(reference, rules), limitDownTicks(reference, rules)];
    if (series.high[i] === up) found.atUp++;
    if (series.low[i] === down) found.atDown++;
    if (series.high[i]! > up || series.low[i]! < down) found.beyond.push(dateOf(day));
  }
  return found;
}

// The exchange's own prints are the reference: no trade lies beyond a limit, and dozens lie exactly on one.
test('no real trade of 000001.SZ lies beyond our limits, and the limits are really reached', async () => {
  expect(await touches()).toEqual({ atUp: 55, atDown: 39, beyond: [] });
});

test('without the ex-right reference they would', async () => {
  // Distributions of a fifth and more since then: 2008-10-31, 2013-06-20, 2014-06-12, 2015-04-13, 2016-06-16 (data/bars/cn/actions.csv).
  expect((await touches([])).beyond.length).toBeGreaterThan(3);
});
