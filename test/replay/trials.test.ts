/** What a run counts as in the trial ledger: one trial more of its family, whatever order or name it goes by. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manualClock } from '../../lib/core/index.js';
import { type ReplaySpecInput, runReplay } from '../../lib/replay/index.js';
import { saveBundle } from '../../lib/rl/index.js';
import { familyTrials, openTrials } from '../../lib/stats/index.js';
import { somePolicy } from '../rl/some-policy.js';

const clock = manualClock(1_600_000_000_000);
const scratch = (): string => mkdtempSync(join(tmpdir(), 'hindcast-run-trials-'));
const spec = { data: 'embedded:us', symbols: ['AAPL', 'IBM'], from: '2009-01-05', to: '2009-06-30' };
const run = (resultsDir: string, more: Partial<ReplaySpecInput>) =>
  runReplay({ ...spec, strategies: [{ id: 'sma-cross' }], ...more }, { clock, resultsDir, audit: false });

test('every policy of a kind is a trial of one family', async () => {
  const resultsDir = scratch();
  for (const seed of [1, 2, 3]) {
    const bundle = join(resultsDir, `policy-${seed}`);
    saveBundle(bundle, somePolicy({ seed }));
    await run(resultsDir, { strategies: [{ id: 'rl', parameters: { bundle } }] });
  }
  const ledger = openTrials(resultsDir);
  expect(ledger.rows.map(({ family }) => family.hypothesis)).toEqual(['rl', 'rl', 'rl']);
  expect(familyTrials(ledger, ledger.rows[0]!.family)).toHaveLength(3);
});

test('the same symbols in another order are the same universe', async () => {
  const resultsDir = scratch();
  await run(resultsDir, {});
  await run(resultsDir, { symbols: ['IBM', 'AAPL'], strategies: [{ id: 'sma-cross', parameters: { fast: 5 } }] });
  const ledger = openTrials(resultsDir);
  expect(familyTrials(ledger, ledger.rows[0]!.family)).toHaveLength(2);
});
