/** Soft labels from log probabilities: against hand-made cases, and against a model of tokens whose true distribution is known. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { actionDistribution, agreement, LlmInputError, margin, type TokenLogprob } from '../../lib/llm/index.js';

const ACTIONS = ['BUY_25', 'BUY_50', 'HOLD', 'SELL_50', 'SELL_ALL'];
const at = (token: string, p: number, top: Record<string, number> = {}): TokenLogprob => ({
  token,
  logprob: Math.log(p),
  top: Object.entries(top).map(([other, q]) => ({ token: other, logprob: Math.log(q) })),
});
const spelled = (...tokens: TokenLogprob[]): TokenLogprob[] => [at('{"', 0.9), at('action', 0.9), at('":', 0.9), at(' "', 0.9), ...tokens];

test('whole-word tokens: renormalised over what is allowed', () => {
  // 0.2 of the mass is on words that the grammar forbids.
  const found = actionDistribution(spelled(at('HOLD', 0.4, { HOLD: 0.4, BUY_25: 0.3, Hold: 0.2, SELL_50: 0.1 }), at('"', 0.9)), ACTIONS)!;
  expect(found.probabilities['HOLD']).toBeCloseTo(0.5, 12);
  expect(found.probabilities['BUY_25']).toBeCloseTo(0.375, 12);
  expect(found.probabilities['SELL_50']).toBeCloseTo(0.125, 12);
  expect(found.probabilities['BUY_50']).toBe(0);
  expect(found.coverage).toBeCloseTo(0.8, 12);
  expect(found.exact).toBe(true);
  expect(margin(found)).toBeCloseTo(0.125, 12);
});

test('pieces of words: each fork on the way counts; what was not followed is shared out and said to be', () => {
  const found = actionDistribution(
    spelled(
      at('BU', 0.6, { BU: 0.6, SE: 0.2, H: 0.2 }),
      at('Y_', 0.5, { Y_: 0.5, ZZ: 0.5 }),
      at('2', 0.3, { '2': 0.3, '5': 0.1, '9': 0.4 }),
      at('5"', 0.9, { '5"': 0.9, '5': 0.05 }),
    ),
    ACTIONS,
  )!;
  expect(found.probabilities['BUY_25']).toBeCloseTo(0.6 * 0.75, 12);
  expect(found.probabilities['BUY_50']).toBeCloseTo(0.6 * 0.25, 12);
  expect(found.probabilities['SELL_50']).toBeCloseTo(0.1, 12);
  expect(found.probabilities['SELL_ALL']).toBeCloseTo(0.1, 12);
  expect(found.probabilities['HOLD']).toBeCloseTo(0.2, 12);
  expect(found.exact).toBe(false);
});

test('a token that the grammar forced, and that was not among the likely ones, counts by its own probability', () => {
  const found = actionDistribution(spelled(at('HOLD', 0.001, { The: 0.9, I: 0.05 })), ACTIONS)!;
  expect(found.probabilities).toEqual({ BUY_25: 0, BUY_50: 0, HOLD: 1, SELL_50: 0, SELL_ALL: 0 });
  expect(found.coverage).toBeCloseTo(0.001, 12);
});

test('other spacing, other keys, the action alone, no action', () => {
  expect(actionDistribution([at('{\n "action" :"HO', 1), at('LD"}', 1)], ACTIONS)?.probabilities['HOLD']).toBe(1);
  expect(actionDistribution([at('{"why":"HOLD it","pick":"', 1), at('SELL_ALL', 1)], ACTIONS, 'pick')?.probabilities['SELL_ALL']).toBe(1);
  expect(
    actionDistribution([at(' HOLD', 0.5, { ' HOLD': 0.5, ' BUY_25': 0.25 }), at('\n', 1)], ACTIONS, null)?.probabilities['BUY_25'],
  ).toBeCloseTo(1 / 3, 12);
  expect(actionDistribution([at('{"why":"x"}', 1)], ACTIONS)).toBeUndefined();
  expect(actionDistribution(spelled(at('WAIT', 1)), ACTIONS)).toBeUndefined();
  expect(actionDistribution([], ACTIONS)).toBeUndefined();
  expect(() => actionDistribution([], [])).toThrow(LlmInputError);
});

test('for any cut into tokens and any weights: a distribution that is the true one where all forks are seen', () => {
  const word = fc.constantFrom(...ACTIONS);
  const weights = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: ACTIONS.length, maxLength: ACTIONS.length });
  fc.assert(
    fc.property(word, weights, fc.double({ min: 0, max: 0.99, noNaN: true }), (chosen, raw, elsewhere) => {
      const sum = raw.reduce((a, b) => a + b, 0);
      const p = Object.fromEntries(ACTIONS.map((action, i) => [action, raw[i]! / sum]));
      // One letter a token: the true distribution at each letter, part of it on letters that lead nowhere.
      const tokens: TokenLogprob[] = [];
      for (let i = 0; i < chosen.length; i++) {
        const alive = ACTIONS.filter((action) => action.startsWith(chosen.slice(0, i)));
        const all = alive.reduce((mass, action) => mass + p[action]!, 0);
        const next: Record<string, number> = {};
        for (const action of alive) next[action[i]!] = (next[action[i]!] ?? 0) + (p[action]! / all) * (1 - elsewhere);
        tokens.push(at(chosen[i]!, next[chosen[i]!]!, { ...next, '#': Math.max(elsewhere, 1e-9) }));
      }
      const found = actionDistribution(spelled(...tokens, at('"', 1)), ACTIONS)!;
      const total = Object.values(found.probabilities).reduce((a, b) => a + b, 0);
      expect(total).toBeCloseTo(1, 9);
      for (const action of ACTIONS) {
        if (found.exact) expect(found.probabilities[action]).toBeCloseTo(p[action]!, 9);
        // What was followed to its end is exact in any case.
        if (action === chosen) expect(found.probabilities[action]).toBeCloseTo(p[action]!, 9);
      }
      expect(found.coverage).toBeCloseTo(1 - elsewhere, 9);
    }),
  );
});

test('agreement counts abstentions as disagreement', () => {
  expect(agreement(['HOLD', 'HOLD', 'BUY_25', null])).toBe(0.5);
  expect(agreement([null, null])).toBe(0);
  expect(agreement([])).toBe(0);
});
