/** What fixed rules think of a desk, from the same facts as the models: `rule:v1` speaks through these. */
import type { DecisionAnswer, Reason } from './answers.js';
import type { Desk, Recalled } from './desk.js';
import { actionAt, directionOf, directionValue, type LadderAction, sideOf } from './ladder.js';
import { numbersScore } from './market-facts.js';
import type { Reading } from './reading.js';

const WEIGHT = { low: 0.4, medium: 0.8, high: 1 } as const;

/** -2 .. 2: readings about the company by reliability, those about the market at a half. */
export function newsScore(readings: readonly Reading[]): number {
  let sum = 0;
  for (const { direction, reliability, about } of readings)
    sum += directionValue(direction) * WEIGHT[reliability] * (about === 'company' ? 1 : 0.5);
  return Math.max(-2, Math.min(2, sum));
}

/** Mean remembered return that counts as one step of the ladder. */
const LESSON_STEP = 0.02;

/** -1 .. 1: what followed on such days, more with more of them. */
export function memoryScore({ lessons }: Recalled): number {
  const count = lessons.reduce((sum, lesson) => sum + lesson.count, 0);
  if (count < 3) return 0;
  const mean = lessons.reduce((sum, { followed, count: of }) => sum + followed * of, 0) / count;
  return Math.max(-1, Math.min(1, mean / LESSON_STEP));
}

export const deskScore = (desk: Desk, recalled: Recalled): number =>
  Math.max(-2, Math.min(2, numbersScore(desk.market) + newsScore(desk.readings) + memoryScore(recalled)));

/** The action for a score: what is not held is not sold. */
export function ruleAction(desk: Desk, score: number): LadderAction {
  const wanted = actionAt(directionOf(score * (0.75 + 0.5 * desk.card.riskAppetite)));
  return sideOf(wanted) < 0 && desk.account.weight === 0 ? 'HOLD' : wanted;
}

export const ruleConfidence = (score: number): number => Math.round(100 * Math.min(1, Math.abs(score) / 2)) / 100;

/** The decision that rules take at a score. */
export const ruleDecision = (desk: Desk, recalled: Recalled, score: number): DecisionAnswer => ({
  action: ruleAction(desk, score),
  confidence: ruleConfidence(score),
  horizonSessions: desk.card.horizonSessions,
  reasons: ruleReasons(desk, recalled),
  wrongAt: null,
});

export const ruleReasons = (desk: Desk, recalled: Recalled): Reason[] => [
  { evidence: 'B1', figure: null, says: `numbers ${numbersScore(desk.market).toFixed(2)}` },
  ...(desk.readings.length > 0 ? [{ evidence: 'N1', figure: null, says: `news ${newsScore(desk.readings).toFixed(2)}` }] : []),
  ...(recalled.lessons.length > 0 ? [{ evidence: 'M1', figure: null, says: `memory ${memoryScore(recalled).toFixed(2)}` }] : []),
];
