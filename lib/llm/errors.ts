/** What a model call can come to: each failure has a kind, a class and a hint; the class says whether the same question may be asked again. */
import { HindcastError, InputError } from '../core/index.js';
import { BadAnswer, OutsideError, type OutsideReason, Refused, Unavailable } from '../feeds/index.js';

type Options = ConstructorParameters<typeof BadAnswer>[2];

/** Why there is no answer, as decisions, transcripts and metrics name it. */
export type FailureKind =
  | OutsideReason
  | 'model-missing'
  | 'queue-full'
  | 'stream-broken'
  | 'length-cut'
  | 'empty-answer'
  | 'invalid-json'
  | 'schema-mismatch'
  | 'prompt-too-long'
  | 'bad-vectors'
  | 'no-model';

/** The kind of a failed call; undefined for what is no such failure (a fault of the code, an end that was asked for). */
export function failureKind(error: unknown): FailureKind | undefined {
  if (!(error instanceof OutsideError)) return undefined;
  return (error as { readonly kind?: FailureKind }).kind ?? error.reason;
}

/** The server has no model of that name. `installed`: what it has instead, when it told. */
export class ModelMissing extends Refused {
  readonly kind = 'model-missing';
  readonly installed: readonly string[];
  constructor(source: string, detail: string, installed: readonly string[] = [], options?: Options) {
    super(source, detail, options);
    this.installed = installed;
  }
}

/** The server has more requests waiting than it takes (HTTP 503). Tried again. */
export class QueueFull extends Unavailable {
  readonly kind = 'queue-full';
}

/** The answer broke off, or the server reported a fault within it. Tried again. */
export class StreamBroken extends Unavailable {
  readonly kind = 'stream-broken';
}

/** The answer ended at the limit of tokens, not by itself. */
export class LengthCut extends BadAnswer {
  readonly kind = 'length-cut';
}

/** An answer without text. */
export class EmptyAnswer extends BadAnswer {
  readonly kind = 'empty-answer';
}

/** JSON was asked for, something else came. */
export class InvalidJson extends BadAnswer {
  readonly kind = 'invalid-json';
}

/** JSON, but not of the form that was asked for. */
export class SchemaMismatch extends BadAnswer {
  readonly kind = 'schema-mismatch';
}

/** The prompt does not fit the context, or the server read less of it than was sent. */
export class PromptTooLong extends BadAnswer {
  readonly kind = 'prompt-too-long';
}

/** Vectors that are missing, of another dimension, not finite or zero. `items`: places in the list of texts. */
export class BadVectors extends BadAnswer {
  readonly kind = 'bad-vectors';
  readonly items: readonly number[];
  constructor(source: string, detail: string, items: readonly number[], options?: Options) {
    super(source, detail, options);
    this.items = items;
  }
}

/** No model is configured, and the caller has no rule to stand in. */
export class NoModel extends Refused {
  readonly kind = 'no-model';
}

/** A failure that the transcript holds, told again in a replay. */
export class RecordedFailure extends OutsideError {
  readonly kind: FailureKind;
  /** The words of the failure when it happened. */
  readonly told: string;
  constructor(source: string, kind: FailureKind, told: string) {
    super(source, 'unavailable', false, told);
    this.kind = kind;
    this.told = told;
  }
}

/** A replay met a prompt that was not recorded. `nearest`: hash of the most similar one; `diff`: readable, from that to this. */
export class UnseenPrompt extends HindcastError {
  readonly nearest: string | undefined;
  readonly diff: string;
  constructor(message: string, nearest: string | undefined, diff: string) {
    super(diff === '' ? message : `${message}\n${diff}`);
    this.nearest = nearest;
    this.diff = diff;
  }
}

/** The transcripts' file can't be used. */
export class TranscriptError extends HindcastError {}

/** A request or a setting that can't be used. */
export class LlmInputError extends InputError {}
