/** Three views on the trader's plan: aggressive, neutral, conservative. */
import { type Advice, adviceForm, type DecisionAnswer } from '../answers.js';
import { template } from '../fragment.js';
import { type LadderAction, ladder } from '../ladder.js';
import { answersOf, type InsideRole } from '../role.js';
import { ruleReasons } from '../rule-views.js';

/** `shift`: steps of the ladder by which the rule of this view differs from the plan. */
function riskView(name: 'aggressive' | 'neutral' | 'conservative', words: string, shift: (planned: number) => number): InsideRole<Advice> {
  return {
    name,
    template: template(
      name,
      1,
      `You judge the risk of the trader's plan. ${words} Say which action you would take in its place, or the same. ` +
        'Each reason names the handle of its evidence and the number that counts, as it stands there. Answer with one JSON object.',
    ),
    form: adviceForm,
    reads: ({ shown }, _recalled, heard) => [shown.subject, shown.bars, shown.portfolio, ...answersOf(heard)],
    byRule(desk, recalled, heard) {
      const plan = heard.find((one) => one.ok && one.role === 'trader');
      const action: LadderAction = plan?.ok ? (plan.value as DecisionAnswer).action : 'HOLD';
      const at = ladder.indexOf(action) - 2;
      const wanted = ladder[Math.max(0, Math.min(4, shift(at) + 2))]!;
      return { action: wanted, confidence: 0.5, reasons: ruleReasons(desk, recalled) };
    },
  };
}

export const aggressive = riskView(
  'aggressive',
  'You look for what is lost by too much caution.',
  (planned) => planned + Math.sign(planned),
);
export const neutral = riskView('neutral', 'You weigh what can be gained against what can be lost.', (planned) => planned);
export const conservative = riskView(
  'conservative',
  'You keep what is there: big positions, wild prices and thin evidence worry you.',
  (planned) => (planned > 0 ? planned - 1 : planned),
);
