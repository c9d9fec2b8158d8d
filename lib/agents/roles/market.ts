/** The market analyst: prices and volume, nothing else. */
import { type Opinion, opinionForm } from '../answers.js';
import { template } from '../fragment.js';
import { directionOf } from '../ladder.js';
import { numbersScore } from '../market-facts.js';
import type { InsideRole } from '../role.js';
import { ruleConfidence } from '../rule-views.js';

export const market: InsideRole<Opinion> = {
  name: 'market',
  template: template(
    'market',
    1,
    'You are the market analyst. From prices and volume alone say where this share is heading over the horizon, and how sure you are. ' +
      'Each reason names the handle of its evidence and the number that counts, as it stands there. Answer with one JSON object.',
  ),
  form: opinionForm,
  reads: ({ shown }) => [shown.subject, shown.bars],
  byRule(desk) {
    const score = numbersScore(desk.market);
    const says = `numbers ${score.toFixed(2)}`;
    return { direction: directionOf(score), confidence: ruleConfidence(score), reasons: [{ evidence: 'B1', figure: null, says }] };
  },
};
