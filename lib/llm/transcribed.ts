/** Calls by way of the transcripts: what was recorded is not asked, what is asked is recorded, the same is not asked twice at once. */
import type { Clock } from '../core/index.js';
import { Cancelled, type OutsideError } from '../feeds/index.js';
import { type FailureKind, LlmInputError } from './errors.js';
import type { CallKey, NewEntry, TranscriptEntry } from './transcript-entry.js';
import type { Lookup, Transcripts } from './transcripts.js';
import { unseenPrompt } from './unseen-prompt.js';

export interface Result extends Pick<NewEntry, 'outcome' | 'costMicroYuan' | 'milliseconds'> {
  /** Of a failure: the error itself. The transcript keeps its kind and message. */
  readonly error?: OutsideError;
}

export interface Transcribed {
  /** Throws UnseenPrompt in a replay. `fresh`: asks also where another run recorded it. */
  answerTo(
    key: CallKey,
    ask: () => Promise<Result>,
    options?: { readonly fresh?: boolean },
  ): Promise<{ readonly entry: TranscriptEntry; readonly served: 'live' | 'recorded'; readonly error?: OutsideError }>;
  /** Nothing is asked. */
  readonly replays: boolean;
  find(key: CallKey): TranscriptEntry | undefined;
  keep(key: CallKey, result: Result): TranscriptEntry;
  /**
   * What failed at a place of the run fails there again: in a replay of it, and for all who ask there. A run that goes on asks anew;
   * what failed there in another run says nothing.
   */
  failureAt(key: CallKey): TranscriptEntry | undefined;
  keepFailure(key: CallKey, failure: { readonly kind: FailureKind; readonly message: string }): void;
  /** Throws UnseenPrompt in a replay. */
  mayAsk(key: CallKey): void;
  /** The digest under which a model was recorded. Throws LlmInputError where there are several. */
  recordedDigest(model: string): string;
}

interface Options {
  readonly transcripts: Transcripts;
  readonly run: string;
  readonly mode: 'record' | 'replay' | 'live';
  readonly clock: Clock;
}

/** Stands for the digest of a model that was never recorded: no entry has it, so that the first question says what is missing. */
const NEVER_RECORDED = 'never-recorded';

export function transcribed({ transcripts, run, mode, clock }: Options): Transcribed {
  const lookup: Lookup = { run, others: mode !== 'live', failures: mode === 'replay' };
  /** Of this process, by the hash of call and place. */
  const failures = new Map<string, TranscriptEntry>();
  const flights = new Map<string, Promise<{ readonly entry: TranscriptEntry; readonly error?: OutsideError }>>();

  function find(key: CallKey, fresh = false): TranscriptEntry | undefined {
    const entry = transcripts.find(key.hash, fresh ? { ...lookup, others: lookup.others && mode === 'replay' } : lookup);
    if (entry && mode !== 'replay') transcripts.used(run, entry);
    return entry;
  }

  const keep: Transcribed['keep'] = (key, { outcome, costMicroYuan, milliseconds }) =>
    transcripts.keep(run, { ...key, outcome, costMicroYuan, milliseconds, createdAt: clock.now() });

  function mayAsk(key: CallKey): void {
    if (mode === 'replay') throw unseenPrompt(transcripts, run, key);
  }

  return {
    replays: mode === 'replay',
    find,
    keep,
    mayAsk,
    failureAt(key) {
      if (mode === 'replay') return transcripts.find(key.hash, { ...lookup, others: false });
      const failed = failures.get(key.hash);
      if (failed === undefined) transcripts.forget(run, key.hash);
      return failed;
    },
    keepFailure(key, failure) {
      failures.set(key.hash, keep(key, { outcome: { failure }, costMicroYuan: 0, milliseconds: 0 }));
    },
    async answerTo(key, ask, { fresh = false } = {}) {
      for (;;) {
        const entry = find(key, fresh);
        if (entry) return { entry, served: 'recorded' };
        mayAsk(key);
        const under = flights.get(key.hash);
        if (under === undefined) break;
        try {
          return { ...(await under), served: 'recorded' };
        } catch (error) {
          // The other one was ended, this one was not: it asks by itself.
          if (!(error instanceof Cancelled)) throw error;
        }
      }
      const flight = ask().then((result) => ({ entry: keep(key, result), ...(result.error && { error: result.error }) }));
      flights.set(key.hash, flight);
      try {
        return { ...(await flight), served: 'live' };
      } finally {
        flights.delete(key.hash);
      }
    },
    recordedDigest(model) {
      const own = transcripts.digestsOf(model, run);
      const digests = own.length > 0 ? own : transcripts.digestsOf(model);
      if (digests.length > 1) {
        throw new LlmInputError(
          `replay: expected one recorded digest of ${model} in ${transcripts.path}, got ${digests.map((one) => one.slice(0, 20)).join(', ')}. Name the run that is replayed, or its digests.`,
        );
      }
      return digests[0] ?? NEVER_RECORDED;
    },
  };
}
