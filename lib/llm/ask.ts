/** A question with an answer of a form: one attempt to mend what can't be used, then an abstention, which is a value and no error. */

import type { TypedFormat } from './answer-format.js';
import type { Message } from './contract.js';
import { type FailureKind, failureKind } from './errors.js';
import type { Attempt, ChatAnswer, ChatRequest, Models } from './models.js';

export interface Question<T> extends ChatRequest {
  readonly format: TypedFormat<T>;
}

export type Asked<T> =
  | {
      readonly ok: true;
      readonly value: T;
      readonly answer: ChatAnswer;
      /** The first answer could not be used. */
      readonly repaired: boolean;
      /** Entries of the transcript, in order. */
      readonly transcripts: readonly string[];
      readonly spent: AskSpent;
    }
  | { readonly ok: false; readonly abstention: Abstention };

/** Tokens and price of every attempt, those that could not be used too. */
export interface AskSpent {
  readonly tokens: number;
  readonly microYuan: number;
}

/** No answer that can be used: counted and shown, never an order. */
export interface Abstention {
  readonly spent: AskSpent;
  readonly reason: FailureKind;
  readonly message: string;
  readonly model: string;
  readonly transcripts: readonly string[];
}

/** What a model can put right when it is told. */
const MENDABLE: readonly FailureKind[] = ['invalid-json', 'schema-mismatch', 'empty-answer', 'length-cut'];

/** Throws BudgetStop, UnseenPrompt, Cancelled and faults of the code; all else is an abstention. */
export async function ask<T>(models: Models, question: Question<T>): Promise<Asked<T>> {
  const first = await models.attempt(question);
  const transcripts = transcriptsOf(first);
  const once = spentOn([first]);
  if (first.ok) return { ok: true, value: first.answer.json as T, answer: first.answer, repaired: false, transcripts, spent: once };
  const kind = failureKind(first.fault)!;
  if (!MENDABLE.includes(kind)) return abstained(question, kind, first.fault, transcripts, once);

  const again = [...question.messages, ...correction(kind, first.said ?? '', first.fault.message, question.format.name)];
  const second = await models.attempt({ ...question, messages: again });
  const both = [...transcripts, ...transcriptsOf(second)];
  const spent = spentOn([first, second]);
  if (second.ok) return { ok: true, value: second.answer.json as T, answer: second.answer, repaired: true, transcripts: both, spent };
  return abstained(question, failureKind(second.fault)!, second.fault, both, spent);
}

function spentOn(attempts: readonly Attempt[]): AskSpent {
  const used = attempts.flatMap((attempt) => (attempt.ok ? attempt.answer : (attempt.used ?? [])));
  return {
    tokens: used.reduce((sum, { usage }) => sum + usage.promptTokens + usage.completionTokens, 0),
    microYuan: used.reduce((sum, { costMicroYuan }) => sum + costMicroYuan, 0),
  };
}

const transcriptsOf = (attempt: Attempt): string[] => {
  const id = attempt.ok ? attempt.answer.transcript : attempt.transcript;
  return id === undefined ? [] : [id];
};

const abstained = <T>(
  { model }: Question<T>,
  reason: FailureKind,
  { message }: Error,
  transcripts: readonly string[],
  spent: AskSpent,
): Asked<T> => ({
  ok: false,
  abstention: { reason, message, model, transcripts, spent },
});

/** Long enough to see what was wrong, short enough not to fill the context. */
const SAID_MAX = 2000;

function correction(kind: FailureKind, said: string, fault: string, form: string): Message[] {
  const how = kind === 'length-cut' ? 'Answer again, much shorter.' : 'Answer again.';
  const content = `That answer can't be used: ${fault}\n${how} Give one JSON object of the form ${form} and nothing else.`;
  const user: Message = { role: 'user', content };
  return said.trim() === '' ? [user] : [{ role: 'assistant', content: said.slice(0, SAID_MAX) }, user];
}
