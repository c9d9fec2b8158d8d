/** The models of a run: every question goes through transcript, budget and limits, whichever server answers it. */
import { hideSecrets, monotonicMs } from '../core/index.js';
import { Cancelled, OutsideError } from '../feeds/index.js';
import { checkAnswer, promptFault } from './answer-check.js';
import type { Budget } from './budget.js';
import type { ChatQuestion, FullQuestion, ModelFacts, RawAnswer, TokenLogprob, Usage } from './contract.js';
import { type Embedded, embedTexts } from './embed-texts.js';
import { failureKind, RecordedFailure } from './errors.js';
import { countCall, type Meter } from './meter.js';
import type { CallEffects } from './model-calls.js';
import { type ModelPlan, nameOf, priceOf } from './model-plan.js';
import { costOf } from './price.js';
import { RULE, ruleAnswer } from './rule-provider.js';
import { openServers } from './servers.js';
import { estimatePrompt } from './token-estimate.js';
import { type Result, transcribed } from './transcribed.js';
import { type CallOutcome, chatKey, type TranscriptEntry } from './transcript-entry.js';
import type { Transcripts } from './transcripts.js';

export interface ModelsOptions extends CallEffects {
  readonly plan: ModelPlan;
  /** Names the run in the transcripts. In the mode `replay`: the run that is replayed. */
  readonly run: string;
  /**
   * `record`: a call that any run got an answer to is not asked again. `replay`: nothing is asked; an unrecorded call is UnseenPrompt.
   * `live`: all is asked, except what this run asked already.
   */
  readonly mode: 'record' | 'replay' | 'live';
  readonly transcripts: Transcripts;
  readonly budget: Budget;
  readonly meter: Meter;
  /** Ends everything that is under way. */
  readonly signal?: AbortSignal;
  /** Digests for a replay, by `server/name`; without them, those under which the run recorded. */
  readonly digests?: Readonly<Record<string, string>>;
}

export interface ChatRequest extends ChatQuestion {
  /** `server/name`, as `modelFor` gives it. */
  readonly model: string;
  /** For the counters. */
  readonly tier?: string;
  /** Asks the same once more, with another seed. Default 0. */
  readonly sample?: number;
  /** How long Ollama keeps the model loaded, such as `5m`. */
  readonly keepAlive?: string;
  /** Longest time of one attempt. Default and most: llmTimeoutMs. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Answers in place of `rule:v1`, from the same facts: a value of the form that was asked for, or text. */
  readonly byRule?: () => unknown;
}

export interface ChatAnswer {
  readonly text: string;
  /** The parsed answer, where a form was asked for. */
  readonly json?: unknown;
  readonly doneReason: string;
  readonly usage: Usage;
  readonly logprobs?: readonly TokenLogprob[];
  /** Model time when it was asked, also where the answer comes from the transcript. */
  readonly seconds: number;
  readonly costMicroYuan: number;
  readonly model: string;
  readonly modelDigest: string;
  /** `rule`: fixed rules stood in for a model. */
  readonly by: 'model' | 'rule';
  readonly served: 'live' | 'recorded';
  /** Names the entry of the transcript. */
  readonly transcript: string;
  /** What was asked in another way than usual; that rules stood in. */
  readonly notes: readonly string[];
}

export interface EmbedOptions {
  readonly signal?: AbortSignal;
  readonly keepAlive?: string;
  /** Where in the run it is asked, such as the instant of a recall: a replay fails there where the run failed there, and nowhere else. */
  readonly place?: string;
  /** Asks the server also for what was recorded, to see whether it still answers so. */
  readonly fresh?: boolean;
}

/** What a question used, answered or not. */
export interface Used {
  readonly usage: Usage;
  readonly costMicroYuan: number;
}

/** One question, answered or not. `said`: the answer that can't be used, where there was one; it is paid for all the same (`used`). */
export type Attempt =
  | { readonly ok: true; readonly answer: ChatAnswer }
  | { readonly ok: false; readonly fault: OutsideError; readonly transcript?: string; readonly said?: string; readonly used?: Used };

export interface Models {
  readonly plan: ModelPlan;
  /** Digest, size and context of a model, from its server. Throws OutsideErrors. */
  describe(model: string): Promise<ModelFacts>;
  /** Looks up what a run will ask, so that a missing model ends it before it begins. Throws as `describe`. */
  ready(models: readonly string[]): Promise<void>;
  /** Throws an OutsideError for an answer that can't be had or used, BudgetStop, UnseenPrompt. */
  chat(request: ChatRequest): Promise<ChatAnswer>;
  /** As `chat`, with the OutsideErrors as values; ends that were asked for are thrown still. */
  attempt(request: ChatRequest): Promise<Attempt>;
  /** A vector a text, in order; all finite, not zero, of one dimension. Throws BadVectors and as `chat`. */
  embed(model: string, texts: readonly string[], options?: EmbedOptions): Promise<Embedded>;
  /** Digest of each model that was asked, for the stamp. */
  used(): Readonly<Record<string, string>>;
  /** The same models answering only what this run recorded, failures too: asks nobody and spends nothing. Close it by itself. */
  replayed(): Models;
  /** Ends what is under way; the transcripts stay open. */
  close(): Promise<void>;
}

export function openModels(options: ModelsOptions): Models {
  const { plan, run, mode, transcripts, budget, meter, clock, signal } = options;
  const servers = openServers(plan, options, signal);
  const digests = new Map<string, Promise<string>>();
  const known = new Map<string, string>();
  const store = transcribed({ transcripts, run, mode, clock });

  function digestOf(model: string): Promise<string> {
    let digest = digests.get(model);
    if (digest === undefined) {
      digest =
        model === RULE
          ? Promise.resolve(RULE)
          : mode === 'replay'
            ? replayed(model)
            : servers.describe(model).then((facts) => facts.digest);
      digests.set(model, digest);
      // A server that was away may be back.
      digest.then(
        (found) => known.set(model, found),
        () => digests.delete(model),
      );
    }
    return digest;
  }

  const replayed = async (model: string): Promise<string> => options.digests?.[model] ?? store.recordedDigest(model);

  async function askServer(question: FullQuestion, request: ChatRequest): Promise<Result> {
    const { model, timeoutMs = plan.limits.timeoutMs, keepAlive, byRule } = request;
    if (model === RULE && byRule) return { outcome: { answer: ruleAnswer(byRule()) }, costMicroYuan: 0, milliseconds: 0 };
    const tooLong = promptFault(model, question);
    if (tooLong) return failed(tooLong, 0);
    const price = priceOf(plan, model);
    const most: Usage = { promptTokens: estimatePrompt(question.messages), completionTokens: question.numPredict };
    const reserved = budget.reserve({ tokens: most.promptTokens + most.completionTokens, microYuan: costOf(price, most) });
    let spent = { promptTokens: 0, completionTokens: 0, microYuan: 0, milliseconds: 0 };
    const startedAt = monotonicMs();
    try {
      const { provider, calls } = servers.of(model);
      const answer = await calls.call(
        (own) =>
          provider.chat(nameOf(model), question, {
            timeoutMs: Math.min(timeoutMs, plan.limits.timeoutMs),
            signal: own,
            ...(keepAlive !== undefined && { keepAlive }),
          }),
        { label: `a question to ${model}`, ...linked(signal, request.signal) },
      );
      const costMicroYuan = costOf(price, answer.usage);
      spent = { ...answer.usage, microYuan: costMicroYuan, milliseconds: Math.round(monotonicMs() - startedAt) };
      return { outcome: { answer: withoutSecrets(answer) }, costMicroYuan, milliseconds: spent.milliseconds };
    } catch (error) {
      spent = { ...spent, milliseconds: Math.round(monotonicMs() - startedAt) };
      const kind = failureKind(error);
      if (kind === undefined || kind === 'cancelled') throw error;
      // Kept, so that a replay fails where this run did; thrown as it is by whoever asked.
      return failed(error as OutsideError, spent.milliseconds);
    } finally {
      budget.settle(reserved, spent);
    }
  }

  async function attempt(request: ChatRequest): Promise<Attempt> {
    const { model, tier = 'none', sample = 0 } = request;
    const question = fullQuestion(plan, request, sample);
    const count = (outcome: string, served: 'live' | 'recorded', entry?: TranscriptEntry) => {
      const usage = entry && 'answer' in entry.outcome ? entry.outcome.answer.usage : { promptTokens: 0, completionTokens: 0 };
      countCall(meter, { model, tier, outcome, served, ...usage, costMicroYuan: entry?.costMicroYuan ?? 0 });
    };
    let modelDigest: string;
    try {
      modelDigest = await digestOf(model);
    } catch (error) {
      if (!(error instanceof OutsideError) || error instanceof Cancelled) throw error;
      count(failureKind(error)!, 'live');
      return { ok: false, fault: error };
    }
    const key = chatKey(question, model, modelDigest, sample);
    const { entry, served, error } = await store.answerTo(key, () => askServer(question, request), { fresh: model === RULE });
    if (served === 'recorded') budget.recorded(costsOf(entry));
    const read: Attempt = error ? { ok: false, fault: error, transcript: entry.id } : readEntry(entry, question, served);
    count(read.ok ? 'ok' : failureKind(read.fault)!, served, entry);
    return read;
  }

  return {
    plan,
    describe: (model) => servers.describe(model),
    async ready(models) {
      await Promise.all([...new Set(models)].map(digestOf));
    },
    async chat(request) {
      const tried = await attempt(request);
      if (!tried.ok) throw tried.fault;
      return tried.answer;
    },
    attempt,
    embed: async (model, texts, { signal: own, ...options } = {}) =>
      embedTexts(
        { plan, budget, meter, store, server: () => servers.of(model), modelDigest: await digestOf(model) },
        { model, texts, ...linked(signal, own), ...options },
      ),
    used: () => Object.fromEntries([...known].sort(([a], [b]) => (a < b ? -1 : 1))),
    replayed: () => openModels({ ...options, mode: 'replay', digests: Object.fromEntries(known) }),
    close: () => servers.close(),
  };
}

function fullQuestion(plan: ModelPlan, request: ChatRequest, sample: number): FullQuestion {
  const { messages, format, temperature = 0, seed = 7, numCtx = plan.numCtx, numPredict = 512, think = false, topLogprobs = 0 } = request;
  return { messages, temperature, seed: seed + sample, numCtx, numPredict, think, topLogprobs, ...(format && { format }) };
}

function linked(...signals: (AbortSignal | undefined)[]): { readonly signal?: AbortSignal } {
  const given = signals.filter((signal) => signal !== undefined) as AbortSignal[];
  return given.length === 0 ? {} : { signal: given.length === 1 ? given[0]! : AbortSignal.any(given) };
}

const failed = (error: OutsideError, milliseconds: number): Result => ({
  outcome: { failure: { kind: failureKind(error)!, message: error.message } },
  costMicroYuan: 0,
  milliseconds,
  error,
});

/** An answer that repeats a key must not reach the disk, neither as text nor token by token. */
function withoutSecrets(answer: RawAnswer): RawAnswer {
  const text = hideSecrets(answer.text);
  if (text === answer.text) return answer;
  const { logprobs: _, ...rest } = answer;
  return { ...rest, text, notes: [...answer.notes, 'a secret was taken out'] };
}

const usageOf = (outcome: CallOutcome): Usage => ('answer' in outcome ? outcome.answer.usage : { promptTokens: 0, completionTokens: 0 });

function costsOf({ outcome, costMicroYuan, milliseconds }: TranscriptEntry) {
  const { promptTokens, completionTokens } = usageOf(outcome);
  return { promptTokens, completionTokens, microYuan: costMicroYuan, milliseconds };
}

/** What an entry says; the same whether it is new or recorded. */
function readEntry(entry: TranscriptEntry, question: FullQuestion, served: ChatAnswer['served']): Attempt {
  const { id: transcript, outcome, model, modelDigest, costMicroYuan, milliseconds } = entry;
  if (!('answer' in outcome)) {
    const { kind, message } =
      'failure' in outcome ? outcome.failure : { kind: 'bad-answer' as const, message: 'a vector in place of an answer' };
    return { ok: false, fault: new RecordedFailure(model, kind, message), transcript };
  }
  const raw: RawAnswer = outcome.answer;
  const checked = checkAnswer(model, question, raw);
  if (!checked.ok) return { ok: false, fault: checked.fault, transcript, said: raw.text, used: { usage: raw.usage, costMicroYuan } };
  const answer: ChatAnswer = {
    text: checked.text,
    ...(question.format && { json: checked.value }),
    doneReason: raw.doneReason,
    usage: raw.usage,
    ...(raw.logprobs && { logprobs: raw.logprobs }),
    seconds: milliseconds / 1000,
    costMicroYuan,
    model,
    modelDigest,
    by: modelDigest === RULE ? 'rule' : 'model',
    served,
    transcript,
    notes: raw.notes,
  };
  return { ok: true, answer };
}
