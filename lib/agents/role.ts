/** What a role is: its words, what it reads, the form of its answer, and the rule that stands in where no model is configured. */
import type { Role, TypedFormat } from '../llm/index.js';
import type { Argument, Opinion, Reason } from './answers.js';
import type { Desk, MemoryOwner, Recalled } from './desk.js';
import { answerFragment, type Fragment, type InsideFragment } from './fragment.js';
import type { Spoken } from './speak.js';

/** A role that reads no text from outside. */
export interface InsideRole<T> {
  readonly name: Role;
  readonly template: Fragment<'template'>;
  readonly form: TypedFormat<T>;
  /** Whose memory it recalls. */
  readonly owner?: MemoryOwner;
  /** What it is shown after template and card. `heard`: the answers of the roles before it. */
  reads(desk: Desk, recalled: Recalled, heard: readonly Spoken[]): readonly InsideFragment[];
  byRule(desk: Desk, recalled: Recalled, heard: readonly Spoken[]): T;
}

/** A role that reads text from outside and has no say in trades. Its rule is common to all readers. */
export interface ReaderRole {
  readonly name: Role;
  readonly template: Fragment<'template'>;
}

const said = (reasons: readonly Reason[]): string[] => reasons.map(({ evidence, says }) => `${evidence}: ${says}`);

/** The answers of other roles as fragments; who has said nothing usable is left out. */
export function answersOf(heard: readonly Spoken[]): Fragment<'answer'>[] {
  return heard.flatMap((one) => {
    if (!one.ok) return [];
    const { reasons = [], ...fields } = one.value as { reasons?: readonly Reason[] } & Record<string, string | number | null>;
    const content = { role: one.role, round: one.round, fields: fields as Record<string, string | number | null>, says: said(reasons) };
    return [answerFragment(content, one.transcripts[one.transcripts.length - 1] ?? `${one.role}:${one.digest}`, one.knownAt)];
  });
}

/** The directions that roles gave, by role. */
export const opinionsIn = (heard: readonly Spoken[]): Opinion[] =>
  heard.flatMap((one) => (one.ok && 'direction' in (one.value as object) ? [one.value as Opinion] : []));

export const argumentIn = (heard: readonly Spoken[], role: Role): Argument | undefined => {
  const last = heard.filter((one) => one.ok && one.role === role).pop();
  return last?.ok ? (last.value as Argument) : undefined;
};
