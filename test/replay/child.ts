/** A slow replay in a process of its own, for the tests that kill it: `child.ts <resultsDir>`. */
import type { Strategy } from '../../lib/core/index.js';
import { runReplay } from '../../lib/replay/index.js';
import { strategyOf } from '../../lib/strategies/index.js';
import { effects, oneYear } from './support.js';

const rules = strategyOf('rule:v1');
const slow: Strategy = {
  ...rules,
  decide(view, symbols, state) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6);
    return rules.decide(view, symbols, state);
  },
};

console.log('ready');
const { row } = await runReplay(oneYear, effects(process.argv[2]!, { strategy: slow, trial: false, audit: false }));
console.log(JSON.stringify({ digests: row.digests, counts: row.counts }));
