/** The trader: turns the committee's view into one of the five actions. */
import { type DecisionAnswer, decisionForm } from '../answers.js';
import { template } from '../fragment.js';
import { directionValue } from '../ladder.js';
import { answersOf, type InsideRole, opinionsIn } from '../role.js';
import { deskScore, ruleDecision } from '../rule-views.js';

export const trader: InsideRole<DecisionAnswer> = {
  name: 'trader',
  template: template(
    'trader',
    1,
    'You are the trader. The committee has spoken; you know the account. Choose one action: BUY_25 and BUY_50 spend a quarter or half of the cash, ' +
      'SELL_50 and SELL_ALL sell half or all of what can be sold, HOLD does nothing. Each reason names the handle of its evidence and the number that counts, ' +
      'as it stands there. wrongAt is the price that would prove you wrong. Answer with one JSON object.',
  ),
  form: decisionForm,
  owner: 'trader',
  reads: ({ shown }, recalled, heard) => [
    shown.subject,
    shown.bars,
    shown.portfolio,
    ...shown.readings,
    ...recalled.shown,
    ...answersOf(heard),
  ],
  byRule(desk, recalled, heard) {
    const judge = opinionsIn(heard.filter(({ role }) => role === 'invest_judge')).pop();
    return ruleDecision(desk, recalled, judge ? directionValue(judge.direction) : deskScore(desk, recalled));
  },
};
