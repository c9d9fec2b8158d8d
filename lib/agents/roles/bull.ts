/** The bull: argues for the case to buy or keep the share. */
import { type Argument, argumentForm } from '../answers.js';
import { template } from '../fragment.js';
import { answersOf, type InsideRole } from '../role.js';
import { deskScore, ruleReasons } from '../rule-views.js';

export const bull: InsideRole<Argument> = {
  name: 'bull',
  template: template(
    'bull',
    1,
    'You are the bull. Make the strongest honest case to buy or keep this share over the horizon, and say how strong it is. ' +
      'Where the bear has spoken, answer it. Each reason names the handle of its evidence and the number that counts, as it stands there. Answer with one JSON object.',
  ),
  form: argumentForm,
  owner: 'bull',
  reads: ({ shown }, recalled, heard) => [shown.subject, shown.bars, ...shown.readings, ...recalled.shown, ...answersOf(heard)],
  byRule(desk, recalled) {
    const score = deskScore(desk, recalled);
    return { strength: Math.round(25 * (2 + score)) / 100, reasons: ruleReasons(desk, recalled) };
  },
};
