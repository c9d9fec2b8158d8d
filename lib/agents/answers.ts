/** The forms that roles answer in. Whoever fills one has read no text from outside; readers have a form of their own. */
import { z } from 'zod';
import { answerFormat } from '../llm/index.js';
import { directions, ladder } from './ladder.js';

const HANDLE = /^([BPNM][0-9]{1,2}|R:[a-z_]+(#[0-9])?)$/;

const reason = z.strictObject({
  evidence: z.string().regex(HANDLE).describe('the handle in square brackets, such as B1 or N2'),
  figure: z.number().nullable().describe('the number there that counts, else null'),
  says: z.string().min(1).max(200),
});
export type Reason = z.output<typeof reason>;

const confidence = z.number().min(0).max(1);
const reasons = z.array(reason).max(4);

const opinion = z.strictObject({ direction: z.enum(directions), confidence, reasons });
export type Opinion = z.output<typeof opinion>;
/** Market analyst, investment judge. */
export const opinionForm = answerFormat<Opinion>('opinion', opinion);

const argument = z.strictObject({ strength: confidence, reasons });
export type Argument = z.output<typeof argument>;
/** Bull, bear. */
export const argumentForm = answerFormat<Argument>('argument', argument);

const advice = z.strictObject({ action: z.enum(ladder), confidence, reasons });
export type Advice = z.output<typeof advice>;
/** The three views on risk. */
export const adviceForm = answerFormat<Advice>('advice', advice);

const decision = z.strictObject({
  action: z.enum(ladder),
  confidence,
  horizonSessions: z.int().min(1).max(250),
  reasons: reasons.min(1),
  wrongAt: z.number().positive().nullable().describe('the price that would prove the decision wrong, in the units of the last price'),
});
export type DecisionAnswer = z.output<typeof decision>;
/** Trader, risk manager, and all roles in one. */
export const decisionForm = answerFormat<DecisionAnswer>('decision', decision);
