/** One call of a model as the transcripts keep it, and the hash that names it. */
import { canonicalJson, hashOf, type Instant, sha256 } from '../core/index.js';
import type { FullQuestion, RawAnswer } from './contract.js';
import type { FailureKind } from './errors.js';

/** What decides about an answer besides the prompt's text. JSON. */
export type Parameters = Readonly<Record<string, unknown>>;

export interface CallKey {
  /** Names the call: sha256 of the prompt's bytes, the parameters, the model's digest and the sample index. */
  readonly hash: string;
  readonly kind: 'chat' | 'embed';
  /** Canonical JSON of the messages; of an embedding, the text. */
  readonly prompt: string;
  readonly parameters: Parameters;
  /** `server/name`, not part of the hash: the digest is the model. */
  readonly model: string;
  readonly modelDigest: string;
  /** Asks the same again, for agreement between samples. */
  readonly sample: number;
}

/** What came of a call. A vector is base64 of little-endian float32. */
export type CallOutcome =
  | { readonly answer: RawAnswer }
  | { readonly vector: string; readonly promptTokens: number }
  | { readonly failure: { readonly kind: FailureKind; readonly message: string } };

/** An entry before it has its name. */
export interface NewEntry extends CallKey {
  readonly outcome: CallOutcome;
  readonly costMicroYuan: number;
  readonly milliseconds: number;
  readonly createdAt: Instant;
}

export interface TranscriptEntry extends NewEntry {
  /** How a decision names it: sha256 of the call's hash and of the outcome. */
  readonly id: string;
}

export const entryId = (hash: string, outcome: CallOutcome): string => sha256(`${hash}\n${canonicalJson(outcome)}`);

export function chatKey(question: FullQuestion, model: string, modelDigest: string, sample: number): CallKey {
  const { messages, format, ...rest } = question;
  const parameters = { ...rest, ...(format && { format: { name: format.name, jsonSchema: format.jsonSchema } }) };
  return keyOf('chat', canonicalJson(messages), parameters, model, modelDigest, sample);
}

/** `place`: where in the run, of a failure there; a vector is the same everywhere. */
export const embedKey = (text: string, model: string, modelDigest: string, place?: string): CallKey =>
  keyOf('embed', text, place === undefined ? {} : { place }, model, modelDigest, 0);

function keyOf(kind: CallKey['kind'], prompt: string, parameters: Parameters, model: string, modelDigest: string, sample: number): CallKey {
  const hash = hashOf({ version: 1, kind, prompt: sha256(prompt), parameters, modelDigest, sample });
  return { hash, kind, prompt, parameters, model, modelDigest, sample };
}

/** Whether the key names what it holds: for entries from elsewhere. */
export const keyHolds = ({ kind, prompt, parameters, model, modelDigest, sample, hash }: CallKey): boolean =>
  keyOf(kind, prompt, parameters, model, modelDigest, sample).hash === hash;
