/** All roles in one question; without readings and memory also the anchor, which says what numbers alone give. */
import { type DecisionAnswer, decisionForm } from '../answers.js';
import { template } from '../fragment.js';
import type { InsideRole } from '../role.js';
import { deskScore, ruleDecision } from '../rule-views.js';

export const compact: InsideRole<DecisionAnswer> = {
  name: 'compact',
  template: template(
    'compact',
    1,
    'You decide about one share. First weigh in silence what a bull and a bear would say of the evidence below, and what it could cost to be wrong; then choose. ' +
      'Actions: BUY_25 and BUY_50 spend a quarter or half of the cash, SELL_50 and SELL_ALL sell half or all of what can be sold, HOLD does nothing. ' +
      'Give at most four reasons. Each names the handle of a piece of evidence below and, where a number counts, that number as it stands there. ' +
      'Name no evidence and no number that is not below. wrongAt is the price that would prove you wrong. Answer with one JSON object.',
  ),
  form: decisionForm,
  owner: 'trader',
  reads: ({ shown }, recalled) => [shown.subject, shown.bars, shown.portfolio, ...shown.readings, ...recalled.shown],
  byRule: (desk, recalled) => ruleDecision(desk, recalled, deskScore(desk, recalled)),
};
