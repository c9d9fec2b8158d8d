import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Step, Strategy } from '../../lib/core/index.js';
import { randomInit, randomNormal } from '../../lib/core/index.js';
import { saveBundle } from '../../lib/rl/index.js';
import { strategyIds, strategyOf } from '../../lib/strategies/index.js';
import { somePolicy } from '../rl/some-policy.js';
import { account, type FakeBar, viewAt } from './fake-view.js';

const SYMBOLS = ['A', 'B', 'C'];
const DAYS = 160;

/** Random walks with a dividend-like factor, a day without trading now and then, and moving volume. */
function walks(): Record<string, FakeBar[]> {
  const random = randomInit(11, 'walks');
  const bars: Record<string, FakeBar[]> = {};
  for (const symbol of SYMBOLS) {
    let price = 2000;
    bars[symbol] = [];
    for (let day = 0; day < DAYS; day++) {
      price = Math.max(100, Math.round(price * (1 + 0.03 * randomNormal(random))));
      if (day % 29 === 7) continue;
      const spread = Math.round(price * 0.01);
      bars[symbol].push({
        day,
        close: price,
        high: price + spread,
        low: price - spread,
        factor: day < 80 ? 1 : 1.013,
        volume: 10_000 + (Math.abs(Math.round(5000 * randomNormal(random))) % 9000),
      });
    }
  }
  return bars;
}

function run(strategy: Strategy, json: boolean): string {
  const bars = walks();
  const groups = strategy.scope === 'symbol' ? SYMBOLS.map((symbol) => [symbol]) : [SYMBOLS];
  const states = groups.map(() => strategy.init());
  const said: unknown[] = [];
  for (let day = 0; day < DAYS; day++) {
    const holdings = day % 40 < 20 ? [] : [{ symbol: 'A', quantity: 300, price: 2000, averageCost: day % 2 ? 2000 : 2300 }];
    const view = viewAt(day, bars, account({ cashMinor: 1_000_000, holdings, day }));
    groups.forEach((symbols, g) => {
      if (strategy.scope === 'symbol' && !bars[symbols[0]!]!.some((bar) => bar.day === day)) return;
      const step = strategy.decide(view, symbols, states[g]) as Step<unknown>;
      states[g] = json ? JSON.parse(JSON.stringify(step.state)) : step.state;
      said.push(step.intents);
    });
  }
  return JSON.stringify({ said, states });
}

const policy = join(mkdtempSync(join(tmpdir(), 'hindcast-test-')), 'policy');
saveBundle(policy, somePolicy());

// Those that wait for a recall or a model have tests of their own, inside replays.
const asks = ['frozen', 'memory:v1', 'llm'];
test.each(strategyIds().filter((id) => !asks.includes(id)))(
  '%s: a state that went through JSON at every step continues identically',
  (id) => {
    const parameters: Record<string, unknown> = {
      'equal-weight': { parts: 3, every: 5 },
      momentum: { lookback: 20, top: 2, every: 5 },
      'sma-cross': { fast: 3, slow: 10, parts: 3 },
      'ema-cross': { fast: 3, slow: 10, parts: 3 },
      breakout: { entry: 8, exit: 4, parts: 3 },
      'momentum-sign': { lookback: 10, parts: 3 },
      'rsi-bands': { period: 6, low: 40, high: 60, parts: 3 },
      'random-same-turnover': { tradesPerYear: 60 },
      rl: { bundle: policy, sampling: 'draw', seed: 3 },
    };
    const straight = run(strategyOf(id, parameters[id]), false);
    expect(run(strategyOf(id, parameters[id]), true)).toBe(straight);
    expect(straight).toContain('"action"');
  },
);
