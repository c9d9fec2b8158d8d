/** The investment judge: hears bull and bear and says who has the better case. */
import { type Opinion, opinionForm } from '../answers.js';
import { template } from '../fragment.js';
import { directionOf } from '../ladder.js';
import { answersOf, argumentIn, type InsideRole, opinionsIn } from '../role.js';
import { deskScore, ruleConfidence, ruleReasons } from '../rule-views.js';

export const investJudge: InsideRole<Opinion> = {
  name: 'invest_judge',
  template: template(
    'invest_judge',
    1,
    'You are the judge of the committee. Bull and bear have spoken. Weigh their evidence, not their words, against the numbers, and say where the share is heading ' +
      'and how sure you are; "flat" is an honest answer. Each reason names the handle of its evidence. Answer with one JSON object.',
  ),
  form: opinionForm,
  owner: 'invest_judge',
  reads: ({ shown }, recalled, heard) => [shown.subject, shown.bars, ...shown.readings, ...recalled.shown, ...answersOf(heard)],
  byRule(desk, recalled, heard) {
    const [bull, bear] = [argumentIn(heard, 'bull'), argumentIn(heard, 'bear')];
    const debated = bull && bear ? 2 * (bull.strength - bear.strength) : deskScore(desk, recalled);
    const analysts = opinionsIn(heard).length;
    const score = (debated + deskScore(desk, recalled)) / 2;
    return { direction: directionOf(score), confidence: ruleConfidence(score), reasons: analysts === 0 ? [] : ruleReasons(desk, recalled) };
  },
};
