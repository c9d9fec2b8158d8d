/** What speaks for a bigger model: how hard the case looks before the call, how shaky the answer is after it. Pure. */
import { estimatePrompt } from '../../llm/index.js';
import type { DecisionAnswer } from '../answers.js';
import type { Desk, Recalled } from '../desk.js';
import type { Cited } from '../evidence.js';
import { directionValue, sideOf } from '../ladder.js';
import { numbersScore } from '../market-facts.js';
import type { Prompt } from '../prompt.js';
import { memoryScore, newsScore } from '../rule-views.js';
import type { RoutingSettings } from './settings.js';

/** Each 0 .. 1. */
export interface CaseFeatures {
  readonly prompt: number;
  readonly conflict: number;
  readonly event: number;
  readonly risk: number;
}

/** Tokens of a prompt that counts as long. */
const LONG_PROMPT = 2000;

export function caseFeatures(desk: Desk, recalled: Recalled, prompt: Prompt): CaseFeatures {
  const { weight } = desk.account;
  const usual = (desk.market.volatility20 ?? 0) * Math.sqrt(desk.card.horizonSessions);
  return {
    prompt: Math.min(1, estimatePrompt(prompt.messages) / LONG_PROMPT),
    conflict: Math.min(1, viewSpread(desk, recalled) / 4),
    event: eventOf(desk),
    // A position that usually moves the account by 5 % within the horizon counts in full.
    risk: Math.min(1, (weight * usual) / 0.05),
  };
}

/** Steps between the most contrary of: numbers, each reading, memory. 0 .. 4. */
export function viewSpread(desk: Desk, recalled: Recalled): number {
  const views = [numbersScore(desk.market), ...desk.readings.map(({ direction }) => directionValue(direction))];
  const remembered = memoryScore(recalled);
  if (remembered !== 0) views.push(2 * remembered);
  return Math.max(...views) - Math.min(...views);
}

/** Nothing to read 0; a notice 0.25; the market 0.5; the company 0.75; several that tell of the company 1. */
function eventOf({ readings }: Desk): number {
  const company = readings.filter(({ about, topic }) => about === 'company' && topic !== 'trading' && topic !== 'dividend');
  if (company.length > 1 && newsScore(company) !== 0) return 1;
  if (company.length > 0) return 0.75;
  return readings.some(({ about }) => about === 'market') ? 0.5 : readings.length > 0 ? 0.25 : 0;
}

export const complexityOf = (features: CaseFeatures, { weights }: Pick<RoutingSettings, 'weights'>): number =>
  Math.round(
    1000 *
      Math.min(
        1,
        weights.prompt * features.prompt +
          weights.conflict * features.conflict +
          weights.event * features.event +
          weights.risk * features.risk,
      ),
  ) / 1000;

export interface AnswerSignals {
  /** No answer of the form, not after a repair either. */
  readonly failed: boolean;
  /** Of the samples, null where only one was drawn. */
  readonly agreement: number | null;
  /** Null without log probabilities. */
  readonly margin: number | null;
  /** Steps between the most contrary views of evidence. */
  readonly conflict: number;
  /** The answer says what the numbers exclude: sells nothing, is proven wrong already, names what was never shown. */
  readonly contradiction: boolean;
}

export const escalationReasons = ['schema-failure', 'samples-differ', 'thin-margin', 'views-conflict', 'contradiction'] as const;
export type EscalationReason = (typeof escalationReasons)[number];

/** Why an answer is not enough; empty when it is. */
export function reasonsToGoUp(
  signals: AnswerSignals,
  routing: Pick<RoutingSettings, 'agreement' | 'margin' | 'conflict'>,
): EscalationReason[] {
  if (signals.failed) return ['schema-failure'];
  const reasons: EscalationReason[] = [];
  if (signals.agreement !== null && signals.agreement < routing.agreement) reasons.push('samples-differ');
  if (signals.margin !== null && signals.margin < routing.margin) reasons.push('thin-margin');
  if (signals.conflict >= routing.conflict) reasons.push('views-conflict');
  if (signals.contradiction) reasons.push('contradiction');
  return reasons;
}

export function contradicts({ action, wrongAt }: DecisionAnswer, desk: Desk, cited: Cited): boolean {
  const side = sideOf(action);
  if (side < 0 && desk.account.weight === 0) return true;
  if (wrongAt !== null && side !== 0 && Math.sign(desk.market.price - wrongAt) === -side) return true;
  return cited.invented > 0 || cited.unfounded > 0;
}
