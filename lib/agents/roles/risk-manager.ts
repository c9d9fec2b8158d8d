/** The risk manager: hears the plan and the three views, and has the last word. */
import { type Advice, type DecisionAnswer, decisionForm } from '../answers.js';
import { template } from '../fragment.js';
import { type LadderAction, ladder } from '../ladder.js';
import { answersOf, type InsideRole } from '../role.js';
import { ruleReasons } from '../rule-views.js';

export const riskManager: InsideRole<DecisionAnswer> = {
  name: 'risk_manager',
  template: template(
    'risk_manager',
    1,
    "You are the risk manager and have the last word. The trader's plan and the views on its risk are below. Take the plan, soften it, or stop it; " +
      'never go further than the boldest of them. Actions are BUY_25, BUY_50, SELL_50, SELL_ALL, HOLD. Each reason names the handle of its evidence ' +
      'and the number that counts, as it stands there. wrongAt is the price that would prove you wrong. Answer with one JSON object.',
  ),
  form: decisionForm,
  owner: 'risk_manager',
  reads: ({ shown }, recalled, heard) => [shown.subject, shown.bars, shown.portfolio, ...recalled.shown, ...answersOf(heard)],
  byRule(desk, recalled, heard) {
    const plan = heard.find((one) => one.ok && one.role === 'trader');
    const planned = plan?.ok ? (plan.value as DecisionAnswer) : undefined;
    const views = heard.flatMap((one) => (one.ok && 'action' in (one.value as object) ? [(one.value as Advice).action] : []));
    const middle: LadderAction =
      views.length === 0 ? 'HOLD' : [...views].sort((a, b) => ladder.indexOf(a) - ladder.indexOf(b))[views.length >> 1]!;
    return {
      action: middle,
      confidence: planned?.confidence ?? 0,
      horizonSessions: desk.card.horizonSessions,
      reasons: ruleReasons(desk, recalled),
      wrongAt: null,
    };
  },
};
