/** Vectors of texts: each looked up on its own, the rest asked in batches, each checked; a batch that fails is asked one by one. */
import { monotonicMs } from '../core/index.js';
import { BadAnswer, Unavailable } from '../feeds/index.js';
import type { Budget } from './budget.js';
import { type FailureKind, failureKind, LlmInputError, RecordedFailure } from './errors.js';
import { countCall, type Meter } from './meter.js';
import { type ModelPlan, nameOf, priceOf } from './model-plan.js';
import { costOf } from './price.js';
import type { OpenModel } from './servers.js';
import { estimateTokens } from './token-estimate.js';
import type { Transcribed } from './transcribed.js';
import { type CallKey, embedKey, type TranscriptEntry } from './transcript-entry.js';
import { badVectors, vectorFault, vectorFrom, vectorText } from './vectors.js';

export interface Embedded {
  readonly vectors: readonly Float32Array[];
  readonly dimension: number;
  readonly modelDigest: string;
  /** Of each text once, also where it stands twice. */
  readonly promptTokens: number;
  /** The entries of the transcript, one a text. */
  readonly transcripts: readonly string[];
}

interface Means {
  readonly plan: ModelPlan;
  readonly budget: Budget;
  readonly meter: Meter;
  readonly store: Transcribed;
  /** Opened with the first text that has to be asked. */
  readonly server: () => OpenModel;
  readonly modelDigest: string;
}

interface Wanted {
  readonly model: string;
  readonly texts: readonly string[];
  readonly signal?: AbortSignal;
  readonly keepAlive?: string;
  readonly place?: string;
  readonly fresh?: boolean;
}

/** A server computes so many in one go; more would only wait longer for the first. */
const BATCH = 32;

interface Got {
  readonly id: string;
  readonly vector: Float32Array;
  readonly promptTokens: number;
}

export async function embedTexts(means: Means, wanted: Wanted): Promise<Embedded> {
  const { model, texts, place, fresh = false } = wanted;
  const { modelDigest, store } = means;
  const empty = texts.findIndex((text) => text.trim() === '');
  if (empty >= 0) throw new LlmInputError(`embed: expected texts, got an empty one in place ${empty + 1}. Leave it out.`);
  const keys = texts.map((text) => embedKey(text, model, modelDigest));
  // The same text twice is one question.
  const distinct = [...new Map(keys.map((key) => [key.hash, key])).values()];
  const got = new Map<string, Got>();
  const placed = ({ prompt }: CallKey): CallKey => embedKey(prompt, model, modelDigest, place);
  for (const key of distinct) {
    const failed = place === undefined ? undefined : store.failureAt(placed(key));
    if (failed) gotOf(failed);
    const recorded = lookUp(means, key, placed(key), fresh);
    if (recorded) got.set(key.hash, recorded);
  }
  const missing = distinct.filter(({ hash }) => !got.has(hash));
  const unanswered = (): CallKey[] => missing.filter(({ hash }) => !got.has(hash)).map(placed);
  const faults = new Map<string, string>();
  try {
    for (let from = 0; from < missing.length; from += BATCH) {
      await askOrSplit((batch) => askBatch(means, wanted, batch, got), missing.slice(from, from + BATCH), faults);
    }
  } catch (error) {
    const kind = failureKind(error);
    if (kind !== undefined && kind !== 'cancelled') keepFailures(store, unanswered(), kind, (error as Error).message);
    throw error;
  }
  const dimension = got.values().next().value?.vector.length;
  for (const [hash, { vector }] of got) {
    const fault = vectorFault(vector, dimension);
    if (fault !== undefined) faults.set(hash, fault);
  }
  if (faults.size > 0) {
    const bad = badVectors(
      model,
      new Map(keys.flatMap(({ hash }, i): [number, string][] => (faults.has(hash) ? [[i, faults.get(hash)!]] : []))),
    );
    keepFailures(store, unanswered(), bad.kind, bad.message);
    throw bad;
  }
  const all = keys.map(({ hash }) => got.get(hash)!);
  return {
    vectors: all.map(({ vector }) => vector),
    dimension: dimension ?? 0,
    modelDigest,
    promptTokens: [...got.values()].reduce((sum, { promptTokens }) => sum + promptTokens, 0),
    transcripts: all.map(({ id }) => id),
  };
}

/** So that a replay fails where this run did. */
function keepFailures(store: Transcribed, asked: readonly CallKey[], kind: FailureKind, message: string): void {
  for (const key of asked) store.keepFailure(key, { kind, message });
}

function lookUp({ budget, meter, store }: Means, key: CallKey, placed: CallKey, fresh: boolean): Got | undefined {
  // A replay under a name of its own has the failures of whoever asked there, where nobody has the vector.
  const entry = store.replays ? (store.find(key) ?? store.find(placed)) : fresh ? undefined : store.find(key);
  if (!entry) {
    store.mayAsk(key);
    return undefined;
  }
  const { costMicroYuan, milliseconds, model } = entry;
  const got = gotOf(entry);
  const { promptTokens } = got;
  budget.recorded({ promptTokens, completionTokens: 0, microYuan: costMicroYuan, milliseconds });
  countCall(meter, { model, tier: 'embed', outcome: 'ok', served: 'recorded', promptTokens, completionTokens: 0, costMicroYuan });
  return got;
}

function gotOf({ id, outcome, model }: TranscriptEntry): Got {
  if ('vector' in outcome) return { id, vector: vectorFrom(outcome.vector), promptTokens: outcome.promptTokens };
  const { kind, message } =
    'failure' in outcome ? outcome.failure : { kind: 'bad-answer' as const, message: 'an answer in place of a vector' };
  throw new RecordedFailure(model, kind, message);
}

type Faults = Map<string, string>;

/** Asks for some texts, keeps what can be used; gives by hash what is wrong with the others. */
async function askBatch(
  means: Means,
  { model, signal, keepAlive }: Wanted,
  batch: readonly CallKey[],
  got: Map<string, Got>,
): Promise<Faults> {
  const { plan, budget, meter, store } = means;
  const server = means.server();
  const price = priceOf(plan, model);
  const estimate = { promptTokens: batch.reduce((sum, { prompt }) => sum + estimateTokens(prompt), 0), completionTokens: 0 };
  const reserved = budget.reserve({ tokens: estimate.promptTokens, microYuan: costOf(price, estimate) });
  const startedAt = monotonicMs();
  let spent = { promptTokens: 0, completionTokens: 0, microYuan: 0, milliseconds: 0 };
  let outcome = 'ok';
  const elapsed = () => Math.round(monotonicMs() - startedAt);
  try {
    const { timeoutMs } = plan.limits;
    const prompts = batch.map(({ prompt }) => prompt);
    const answer = await server.calls.call(
      (own) => server.provider.embed(nameOf(model), prompts, { timeoutMs, signal: own, ...(keepAlive !== undefined && { keepAlive }) }),
      { label: `${batch.length} vectors of ${model}`, ...(signal && { signal }) },
    );
    const { promptTokens } = answer;
    const microYuan = costOf(price, { promptTokens, completionTokens: 0 });
    spent = { promptTokens, completionTokens: 0, microYuan, milliseconds: elapsed() };
    const faults: Faults = new Map();
    batch.forEach((key, place) => {
      const raw = answer.vectors[place];
      const fault = vectorFault(raw, got.values().next().value?.vector.length);
      if (fault !== undefined) {
        faults.set(key.hash, fault);
        return;
      }
      // What a batch cost is shared out evenly, its remainder with the first.
      const share = (sum: number): number => Math.floor(sum / batch.length) + (place === 0 ? sum % batch.length : 0);
      const vector = vectorText(Float32Array.from(raw!));
      const entry = store.keep(key, {
        outcome: { vector, promptTokens: share(spent.promptTokens) },
        costMicroYuan: share(spent.microYuan),
        milliseconds: share(spent.milliseconds),
      });
      got.set(key.hash, gotOf(entry));
    });
    if (faults.size > 0) outcome = 'bad-vectors';
    return faults;
  } catch (error) {
    outcome = failureKind(error) ?? 'unexpected';
    spent = { ...spent, milliseconds: elapsed() };
    throw error;
  } finally {
    budget.settle(reserved, spent);
    const { promptTokens, completionTokens, microYuan: costMicroYuan } = spent;
    countCall(meter, { model, tier: 'embed', outcome, served: 'live', promptTokens, completionTokens, costMicroYuan });
  }
}

/** One bad text spoils the batch that it is in: when a batch fails as a whole or in parts, those texts are asked one by one. */
async function askOrSplit(ask: (batch: readonly CallKey[]) => Promise<Faults>, batch: readonly CallKey[], faults: Faults): Promise<void> {
  let again: readonly CallKey[];
  try {
    const found = await ask(batch);
    again = batch.filter(({ hash }) => found.has(hash));
    if (batch.length === 1) for (const [hash, says] of found) faults.set(hash, says);
  } catch (error) {
    if (batch.length === 1 || !maybeOneText(error)) throw error;
    again = batch;
  }
  if (batch.length === 1) return;
  for (const key of again) {
    try {
      await askOrSplit(ask, [key], faults);
    } catch (error) {
      if (!maybeOneText(error)) throw error;
      faults.set(key.hash, `an error (${(error as Error).message})`);
    }
  }
}

/** The server answered, and with an error: a text may be its cause. A server that is away would fail for each. */
const maybeOneText = (error: unknown): boolean =>
  (error instanceof BadAnswer || error instanceof Unavailable) && error.status !== undefined && error.status !== 503;
