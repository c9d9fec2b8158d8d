/**
 * Controls from end to end: bars whose volume gives the next session away make the trainer's policies rich in the honest loop; with the
 * volumes dealt out anew they don't beat random trading of their own turnover.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manualClock, randomBelow, randomInit } from '../../lib/core/index.js';
import type { MarketData } from '../../lib/feeds/index.js';
import { playAccounts } from '../../lib/replay/index.js';
import { evaluatePolicies, trainPolicies } from '../../lib/rl/index.js';
import { madeUpData } from '../replay/support.js';
import { code } from './support/some-code.js';

const symbols = ['600000.SH', '600004.SH'];
const clock = manualClock(1_700_000_000_000);

/** Volume tells whether a share bought at the next open is worth more at the open after it. */
function told(shuffle: boolean): MarketData {
  const data = madeUpData({ symbols, from: '2012-01-04', sessions: 1400 });
  const random = randomInit(5, 'told');
  for (const symbol of symbols) {
    const { open, volume, length } = data.series.get(symbol)!;
    for (let i = 0; i < length; i++) volume[i] = i + 2 < length && open[i + 2]! > open[i + 1]! * 1.002 ? 6_000_000 : 1_000_000;
    for (let i = length - 1; shuffle && i > 0; i--) {
      const other = randomBelow(random, i + 1);
      const kept = volume[i]!;
      volume[i] = volume[other]!;
      volume[other] = kept;
    }
  }
  return data;
}

async function played(data: MarketData) {
  const day = data.series.get(symbols[0]!)!.day;
  const dateAt = (i: number): string => new Date(day[i]! * 86_400_000).toISOString().slice(0, 10);
  const resultsDir = mkdtempSync(join(tmpdir(), 'hindcast-control-'));
  const training = await trainPolicies(
    {
      preset: 'quick',
      data: 'made-up',
      symbols,
      from: dateAt(80),
      to: dateAt(1399),
      seeds: 3,
      actions: 'allInOut',
      features: ['ret1', 'volumeZ20', 'positionWeight'],
      // Fees would hide what is learned: prices move by a percent a day at most here.
      costs: { commission: { numerator: 0, denominator: 1 }, minimumCommissionMinor: 0 },
      totalSteps: 40_960,
      kernel: 'deterministic',
    },
    { clock, code, resultsDir, data },
  );
  return evaluatePolicies(training, (strategy, span) => playAccounts({ ...training.spec, ...span, strategies: [strategy] }, { data }), {
    clock,
    resultsDir,
    trial: false,
  });
}

test('what the bars give away makes the policies rich', async () => {
  const { contenders } = await played(told(false));
  const [policy, hold] = contenders;
  expect(Math.min(...policy!.figures.map(({ annualisedReturn }) => annualisedReturn))).toBeGreaterThan(
    hold!.over.annualisedReturn!.mean + 0.5,
  );
});

test('the same numbers dealt out anew teach nothing that beats luck', async () => {
  const { contenders } = await played(told(true));
  const luck = contenders[3]!;
  expect(luck.excess!.low95).toBeLessThan(0);
});
