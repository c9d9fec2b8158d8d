/**
 * A decision through the tiers: the case says where to begin, the answer whether to go up. What the largest one can't say, or says
 * the opposite of, is not traded on: an abstention with its reason, counted and kept.
 */
import { createHmac } from 'node:crypto';
import { actionDistribution, agreement, type Choice, escalation, margin, modelFor, RULE, type Tier, tiers } from '../../llm/index.js';
import type { DecisionAnswer } from '../answers.js';
import type { Desk, Recalled } from '../desk.js';
import { type LadderAction, ladder, sideOf } from '../ladder.js';
import type { Prompt } from '../prompt.js';
import type { InsideRole } from '../role.js';
import { type Sitting, type Spoken, speak } from '../speak.js';
import type { RoutingSettings } from './settings.js';
import {
  type AnswerSignals,
  type CaseFeatures,
  caseFeatures,
  complexityOf,
  contradicts,
  type EscalationReason,
  reasonsToGoUp,
  viewSpread,
} from './signals.js';

/** What is kept of the way that a decision took: plain JSON, in its row, and what calibration reads. */
export interface RoutingRecord {
  readonly role: 'routing';
  /** Of the thresholds. */
  readonly version: string;
  /** Share of kept answers that were asked about again. */
  readonly shadowShare: number;
  readonly features: CaseFeatures;
  readonly complexity: number;
  readonly first: Tier;
  readonly final: Tier;
  readonly outcome: 'kept' | 'escalated' | 'abstained';
  /** Why the first answer was not enough. */
  readonly reasons: readonly EscalationReason[];
  /** Of an abstention. */
  readonly because?: 'no-answer' | 'larger-away' | 'larger-disagrees';
  readonly agreement: number | null;
  readonly margin: number | null;
  readonly tried: readonly {
    readonly tier: Tier;
    readonly model: string;
    readonly action: LadderAction | null;
    readonly microYuan: number;
  }[];
  /** The large tier's answer to a case that was kept below it: only these make the kept quality measurable. */
  readonly shadow?: { readonly tier: Tier; readonly action: LadderAction | null; readonly microYuan: number };
}

export interface Routed {
  readonly answer: (Spoken<DecisionAnswer> & { readonly ok: true }) | null;
  readonly record: RoutingRecord;
}

export interface RoutedQuestion {
  readonly role: InsideRole<DecisionAnswer>;
  readonly prompt: Prompt;
  readonly desk: Desk;
  readonly recalled: Recalled;
  readonly heard: readonly Spoken[];
  readonly routing: RoutingSettings;
  readonly secret: string;
  /** Names the decision without naming the run. */
  readonly place: string;
}

/** Where the case begins; a tier that the settings give the role is the least. */
export function firstTier(complexity: number, { medium, large }: RoutingSettings, least?: Tier): Tier {
  const tier: Tier = complexity >= large ? 'large' : complexity >= medium ? 'medium' : 'small';
  return least !== undefined && tiers.indexOf(least) > tiers.indexOf(tier) ? least : tier;
}

const TOP_LOGPROBS = 8;

export async function decideInTiers(sitting: Sitting, question: RoutedQuestion): Promise<Routed> {
  const { role, prompt, desk, recalled, heard, routing, secret, place } = question;
  const { plan } = sitting.models;
  const features = caseFeatures(desk, recalled, prompt);
  const complexity = complexityOf(features, routing);
  const conflict = viewSpread(desk, recalled);
  const begin = modelFor(plan, role.name, firstTier(complexity, routing, plan.startTiers[role.name]));
  const tried: RoutingRecord['tried'][number][] = [];

  const askAt = (choice: Choice, part: string, sample = 0): Promise<Spoken<DecisionAnswer>> =>
    speak(sitting, role.name, prompt, role.form, () => role.byRule(desk, recalled, heard), {
      choice,
      part,
      sample,
      // Samples must be able to differ; the first is what a single question would give.
      ...(sample > 0 && { temperature: 0.7 }),
      ...(choice.model !== RULE && escalation(plan, role.name, choice) && { topLogprobs: TOP_LOGPROBS }),
    });

  async function tier(choice: Choice): Promise<{ spoken: Spoken<DecisionAnswer>; signals: AnswerSignals }> {
    const below = choice.model !== RULE && escalation(plan, role.name, choice) !== undefined;
    const all = await Promise.all(Array.from({ length: below ? routing.samples : 1 }, (_, i) => askAt(choice, '', i)));
    const spoken = all[0]!;
    const labels = spoken.ok && spoken.answer.logprobs ? actionDistribution(spoken.answer.logprobs, ladder) : undefined;
    const signals: AnswerSignals = {
      failed: !spoken.ok,
      agreement: all.length === 1 ? null : agreement(all.map((one) => (one.ok ? one.value.action : null))),
      margin: labels ? Math.round(1e4 * margin(labels)) / 1e4 : null,
      conflict,
      contradiction: spoken.ok && contradicts(spoken.value, desk, spoken.cited),
    };
    const microYuan = all.reduce((sum, one) => sum + one.microYuan, 0);
    tried.push({ tier: choice.tier, model: choice.model, action: spoken.ok ? spoken.value.action : null, microYuan });
    return { spoken, signals };
  }

  let choice = begin;
  let { spoken, signals } = await tier(begin);
  const { agreement: agreed, margin: gap } = signals;
  let reasons = reasonsToGoUp(signals, routing);
  const firstReasons = reasons;
  let usable = spoken.ok ? spoken : null;
  let because: RoutingRecord['because'];
  while (reasons.length > 0) {
    const up = escalation(plan, role.name, choice);
    if (up === undefined) break;
    choice = up;
    ({ spoken, signals } = await tier(up));
    reasons = reasonsToGoUp(signals, routing);
    if (!spoken.ok) continue;
    if (usable && sideOf(usable.value.action) * sideOf(spoken.value.action) < 0) because = 'larger-disagrees';
    usable = spoken;
  }
  if (!spoken.ok) because = tried.length > 1 ? 'larger-away' : 'no-answer';
  else if (spoken.ok) usable = spoken;
  const outcome = because !== undefined ? 'abstained' : tried.length > 1 ? 'escalated' : 'kept';
  sitting.meter.add('agent_decisions_total', { role: role.name, tier: choice.tier, outcome }, 1);

  const large = modelFor(plan, role.name, 'large');
  const larger = outcome === 'kept' && large.model !== choice.model && large.model !== RULE;
  const shadow = larger && drawn(secret, place) < routing.shadowShare ? await askAt(large, 'shadow') : undefined;
  const record: RoutingRecord = {
    role: 'routing',
    version: routing.version,
    shadowShare: routing.shadowShare,
    features,
    complexity,
    first: begin.tier,
    final: choice.tier,
    outcome,
    reasons: firstReasons,
    ...(because !== undefined && { because }),
    agreement: agreed,
    margin: gap,
    tried,
    ...(shadow && {
      shadow: { tier: large.tier, action: shadow.ok ? shadow.value.action : null, microYuan: shadow.microYuan },
    }),
  };
  return { answer: outcome === 'abstained' ? null : usable, record };
}

/** Uniform in [0, 1), the same for the same decision in every re-run. */
const drawn = (secret: string, place: string): number =>
  createHmac('sha256', secret).update(`shadow|${place}`).digest().readUInt32BE(0) / 2 ** 32;
