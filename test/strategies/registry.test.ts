import { expect, test } from 'vitest';
import { InputError } from '../../lib/core/index.js';
import { checkActionTable } from '../../lib/market/index.js';
import {
  createManager,
  Ensemble,
  MultiStrategyManager,
  memberOf,
  strategyEntry,
  strategyIds,
  strategyOf,
} from '../../lib/strategies/index.js';
import { stock } from './rules.js';

test('every strategy has a line, defaults that make it, and an action table in order', () => {
  expect(strategyIds()).toEqual([
    'buy-and-hold',
    'equal-weight',
    'sma-cross',
    'ema-cross',
    'breakout',
    'momentum-sign',
    'rsi-bands',
    'momentum',
    'random-same-turnover',
    'exits',
    'rule:v1',
    'rl',
    'memory:v1',
    'llm',
    'frozen',
  ]);
  for (const id of strategyIds()) {
    const entry = strategyEntry(id);
    expect(entry.description.length).toBeGreaterThan(20);
    // These need something to go by: recorded intents, a policy, models.
    if (id === 'frozen' || id === 'rl' || id === 'llm') continue;
    const strategy = strategyOf(id);
    expect(strategy.id).toBe(id);
    checkActionTable(strategy.actions);
    expect(() => strategyOf(id, { nosuch: 1 })).toThrow(InputError);
    expect(strategyOf(id, entry.defaults).actions).toEqual(strategy.actions);
  }
  expect(strategyEntry('sma-cross').defaults).toEqual({ fast: 20, slow: 50, parts: 1 });
  expect(strategyEntry('frozen').defaults).toEqual({});
});

test('unknown ids and bad parameters say what was expected', () => {
  expect(() => strategyOf('sma-crss')).toThrow(/got "sma-crss". Did you mean sma-cross\?/);
  expect(() => strategyOf('sma-cross', { fast: 50, slow: 20 })).toThrow(/fast must be below slow/);
  expect(() => strategyOf('exits', { stopLoss: -1 })).toThrow(/stopLoss/);
});

test('one strategy with its exits shares the account; two strategies get books', () => {
  const rest = { risk: null, initialCashMinor: 1000, instrumentOf: stock };
  const [hold, cross, stop] = ['buy-and-hold', 'sma-cross', 'exits'].map((id) => memberOf(strategyOf(id)));
  expect(createManager({ ...rest, members: [hold!, stop!] })).toBeInstanceOf(MultiStrategyManager);
  expect(createManager({ ...rest, members: [hold!, cross!, stop!] })).toBeInstanceOf(Ensemble);
});
