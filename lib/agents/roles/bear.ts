/** The bear: argues for the case to sell or stay out of the share. */
import { type Argument, argumentForm } from '../answers.js';
import { template } from '../fragment.js';
import { answersOf, type InsideRole } from '../role.js';
import { deskScore, ruleReasons } from '../rule-views.js';

export const bear: InsideRole<Argument> = {
  name: 'bear',
  template: template(
    'bear',
    1,
    'You are the bear. Make the strongest honest case to sell or stay out of this share over the horizon, and say how strong it is. ' +
      'Where the bull has spoken, answer it. Each reason names the handle of its evidence and the number that counts, as it stands there. Answer with one JSON object.',
  ),
  form: argumentForm,
  owner: 'bear',
  reads: ({ shown }, recalled, heard) => [shown.subject, shown.bars, ...shown.readings, ...recalled.shown, ...answersOf(heard)],
  byRule(desk, recalled) {
    const score = -deskScore(desk, recalled);
    return { strength: Math.round(25 * (2 + score)) / 100, reasons: ruleReasons(desk, recalled) };
  },
};
