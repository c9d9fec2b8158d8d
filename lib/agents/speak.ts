/** One role asked once: its prompt audited, the call counted, the answer with all that its record needs. */
import type { Instant } from '../core/index.js';
import {
  type Abstention,
  ask,
  type ChatAnswer,
  type Choice,
  type Meter,
  type Models,
  type Role,
  type Tier,
  type TypedFormat,
} from '../llm/index.js';
import type { Reason } from './answers.js';
import { type Cited, citedIn, nothingCited } from './evidence.js';
import { auditPrompt, type Prompt } from './prompt.js';

interface Said {
  readonly role: Role;
  /** Round of a debate; 1 elsewhere. */
  readonly round: number;
  /** What sets this question apart from others of its role in the decision, such as `anchor` or `shadow`. */
  readonly part: string;
  readonly tier: Tier;
  readonly model: string;
  readonly sample: number;
  readonly transcripts: readonly string[];
  readonly prompt: Prompt;
  /** Of every attempt, those that could not be used too. */
  readonly tokens: number;
  readonly microYuan: number;
}

export type Spoken<T = unknown> =
  | (Said & {
      readonly ok: true;
      readonly value: T;
      readonly digest: string;
      readonly by: 'model' | 'rule';
      readonly repaired: boolean;
      readonly cited: Cited;
      readonly answer: ChatAnswer;
      /** Latest of anything in its prompt. */
      readonly knownAt: Instant;
    })
  | (Said & { readonly ok: false; readonly abstention: Abstention });

/** All questions of one decision. */
export interface Sitting {
  readonly models: Models;
  readonly meter: Meter;
  readonly asOf: Instant;
  readonly spoken: Spoken[];
}

export interface SpeakOptions {
  readonly choice: Choice;
  readonly round?: number;
  readonly part?: string;
  readonly sample?: number;
  readonly temperature?: number;
  readonly topLogprobs?: number;
  readonly numPredict?: number;
}

/** Throws BudgetStop, UnseenPrompt, PromptAuditError; what a model failed at is a value. */
export async function speak<T>(
  sitting: Sitting,
  role: Role,
  prompt: Prompt,
  form: TypedFormat<T>,
  byRule: () => T,
  { choice, round = 1, part = '', sample = 0, temperature, topLogprobs, numPredict = 600 }: SpeakOptions,
): Promise<Spoken<T>> {
  auditPrompt(prompt, sitting.asOf);
  const asked = await ask(sitting.models, {
    model: choice.model,
    tier: choice.tier,
    messages: prompt.messages,
    format: form,
    sample,
    numPredict,
    byRule,
    ...(temperature !== undefined && { temperature }),
    ...(topLogprobs !== undefined && { topLogprobs }),
  });
  const common = { role, round, part, tier: choice.tier, model: choice.model, sample, prompt };
  let spoken: Spoken<T>;
  if (asked.ok) {
    const { answer, value, repaired } = asked;
    // Rules without a run keep none.
    const transcripts = asked.transcripts.filter((id) => id !== '');
    const reasons = (value as { reasons?: readonly Reason[] }).reasons ?? [];
    const cited = answer.by === 'rule' ? nothingCited : citedIn(reasons, prompt);
    const { modelDigest: digest, by } = answer;
    spoken = { ...common, ...asked.spent, ok: true, value, answer, digest, by, repaired, transcripts, cited, knownAt: prompt.knownAt };
  } else {
    const { abstention } = asked;
    spoken = { ...common, ...abstention.spent, ok: false, abstention, transcripts: abstention.transcripts };
    sitting.meter.add('agent_abstentions_total', { role, reason: asked.abstention.reason }, 1);
  }
  sitting.spoken.push(spoken);
  return spoken;
}
