/** A prompt from fragments, and its audit: the words made again, byte for byte, and nothing known later than the decision. */
import { type Instant, isoOf, sha256 } from '../core/index.js';
import type { Message } from '../llm/index.js';
import { PromptAuditError } from './errors.js';
import { type Fragment, type InsideFragment, isTemplate, render } from './fragment.js';

/** A fragment as a decision's record names it: kind, id, start of the sha256 of its words, length, knownAt (null: no date). */
export type FragmentRef = readonly [kind: string, id: string, hash: string, characters: number, knownAt: Instant | null];

declare const brand: unique symbol;

export interface Prompt {
  readonly fragments: readonly Fragment[];
  readonly messages: readonly Message[];
  readonly refs: readonly FragmentRef[];
  /** Latest knownAt of anything in it. */
  readonly knownAt: Instant;
  readonly [brand]: true;
}

const GLUE = '\n\n';
const HASH_DIGITS = 16;
/** Fragments of these kinds lead: they are the same for every decision, which servers' prompt caches like. */
const leads = ({ kind }: Fragment): boolean => kind === 'template' || kind === 'card';

function messagesOf(fragments: readonly Fragment[], words: readonly string[]): Message[] {
  const join = (lead: boolean): string => words.filter((_, i) => leads(fragments[i]!) === lead).join(GLUE);
  return [
    { role: 'system', content: join(true) },
    { role: 'user', content: join(false) },
  ];
}

/** Of a role that may have a say in trades. */
export const insidePrompt = (fragments: readonly InsideFragment[]): Prompt => promptOf(fragments);
/** Of a reader: its answer goes on as enums and checked numbers only. */
export const readerPrompt = (fragments: readonly Fragment[]): Prompt => promptOf(fragments);

function promptOf(fragments: readonly Fragment[]): Prompt {
  const words = fragments.map((one) => render(one));
  const refs = fragments.map(({ kind, id, knownAt: at }, i): FragmentRef => {
    const text = words[i]!;
    return [kind, id, sha256(text).slice(0, HASH_DIGITS), text.length, Number.isFinite(at) ? at : null];
  });
  const knownAt = Math.max(Number.NEGATIVE_INFINITY, ...fragments.map((one) => one.knownAt));
  return { fragments, messages: messagesOf(fragments, words), refs, knownAt } as unknown as Prompt;
}

/** Before a prompt is asked. Throws PromptAuditError. */
export function auditPrompt(prompt: Prompt, asOf: Instant): void {
  for (const { kind, id, knownAt } of prompt.fragments) {
    if (!(knownAt <= asOf))
      throw new PromptAuditError(
        `auditPrompt: expected nothing known after ${isoOf(asOf)}, got ${kind} ${id} of ${isoOf(knownAt)}. Build prompts from the view.`,
      );
    if (kind === 'template' && !isTemplate(id))
      throw new PromptAuditError(
        `auditPrompt: expected a template of the code, got ${id.slice(0, 12)}. Make templates when the code is loaded.`,
      );
  }
  const again = messagesOf(
    prompt.fragments,
    prompt.fragments.map((one) => render(one)),
  );
  const same = again.length === prompt.messages.length && again.every(({ content }, i) => content === prompt.messages[i]!.content);
  if (!same)
    throw new PromptAuditError('auditPrompt: expected the words that the fragments make, got others. Send the messages of the prompt.');
}

/**
 * After the fact: whether the messages of a transcript are what a decision's references say, byte for byte, and nothing of them was
 * known after `decidedAt`. Null when so, else what is wrong.
 */
export function auditRecorded(refs: readonly FragmentRef[], messages: readonly Message[], decidedAt: Instant): string | null {
  const late = refs.find(([, , , , knownAt]) => knownAt !== null && knownAt > decidedAt);
  if (late) return `${late[0]} ${late[1]} was known at ${isoOf(late[4]!)}, after the decision`;
  const texts = messages.slice(0, 2).map(({ content }) => content);
  const wanted = [refs.filter(([kind]) => isLead(kind)), refs.filter(([kind]) => !isLead(kind))];
  for (const [m, of] of wanted.entries()) {
    const text = texts[m] ?? '';
    let at = 0;
    for (const [i, [kind, id, hash, characters]] of of.entries()) {
      if (i > 0) {
        if (text.slice(at, at + GLUE.length) !== GLUE) return `text that belongs to no fragment stands before ${kind} ${id}`;
        at += GLUE.length;
      }
      const words = text.slice(at, at + characters);
      if (words.length !== characters || sha256(words).slice(0, HASH_DIGITS) !== hash) return `${kind} ${id} reads otherwise than recorded`;
      at += characters;
    }
    if (at !== text.length) return 'text that belongs to no fragment stands at the end';
  }
  return null;
}

const isLead = (kind: string): boolean => kind === 'template' || kind === 'card';
