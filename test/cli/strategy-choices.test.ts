import { expect, test } from 'vitest';
import { strategyChoices } from '../../lib/cli/strategy-choices.js';

test('a setting goes to every strategy that has such a parameter, or to the one that it names', () => {
  expect(strategyChoices(['sma-cross', 'buy-and-hold'], [['fast', 5]])).toEqual([
    [{ id: 'sma-cross', parameters: { fast: 5 } }],
    [{ id: 'buy-and-hold', parameters: {} }],
  ]);
  expect(
    strategyChoices(
      ['sma-cross+ema-cross', 'momentum'],
      [
        ['fast', 5],
        ['ema-cross.fast', 7],
      ],
    ),
  ).toEqual([
    [
      { id: 'sma-cross', parameters: { fast: 5 } },
      { id: 'ema-cross', parameters: { fast: 7 } },
    ],
    [{ id: 'momentum', parameters: {} }],
  ]);
  // With one strategy its own schema says what is wrong, with the nearest name.
  expect(strategyChoices(['rule:v1'], [['nothing', 1]])).toEqual([[{ id: 'rule:v1', parameters: { nothing: 1 } }]]);
});

test("a setting that is nobody's is refused, and what to write is said", () => {
  const settings = [['nothing', 1]] as const;
  expect(() => strategyChoices(['sma-cross', 'momentum'], settings)).toThrow(/a parameter of sma-cross or momentum, got --set nothing=/);
  expect(() => strategyChoices(['sma-cross'], [['momentum.fast', 1]])).toThrow(/got --set momentum.fast=/);
});
