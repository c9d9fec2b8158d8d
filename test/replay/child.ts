/**
 * A slow replay in a process of its own, for the tests that kill it: `child.ts <resultsDir> <decisions>`. It says `now` when it has decided
 * so often, and 20 decisions later waits a minute for its end.
 */
import { writeSync } from 'node:fs';
import type { Strategy } from '../../lib/core/index.js';
import { runReplay } from '../../lib/replay/index.js';
import { strategyOf } from '../../lib/strategies/index.js';
import { effects, oneYear } from './support.js';

const rules = strategyOf('rule:v1');
const [resultsDir, decisions] = process.argv.slice(2) as [string, string];
const pause = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
let decided = 0;
const slow: Strategy = {
  ...rules,
  decide(view, symbols, state) {
    decided++;
    if (decided === Number(decisions)) writeSync(1, 'now\n');
    pause(decided === Number(decisions) + 20 ? 60_000 : 6);
    return rules.decide(view, symbols, state);
  },
};

const { row } = await runReplay(oneYear, effects(resultsDir, { strategy: slow, trial: false, audit: false }));
console.log(JSON.stringify({ digests: row.digests, counts: row.counts }));
