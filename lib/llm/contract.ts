/** The contract of a language-model server: what is asked, what comes back, whichever protocol is spoken. */
import type { AnswerFormat } from './answer-format.js';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What decides about the answer. All of it is part of the transcript's key. */
export interface ChatQuestion {
  readonly messages: readonly Message[];
  readonly format?: AnswerFormat;
  /** Default 0. */
  readonly temperature?: number;
  /** Default 7: with temperature 0 and a server that decodes one request at a time, the same answer again. */
  readonly seed?: number;
  /** Tokens of the context, prompt and answer together. Default: llmNumCtx. */
  readonly numCtx?: number;
  /** Longest answer, tokens. Default 512. */
  readonly numPredict?: number;
  /** Default false: thinking uses up numPredict. */
  readonly think?: boolean;
  /** Alternatives with log probability for each token, 0 to 20. Default 0: none. */
  readonly topLogprobs?: number;
}

/** A question with every default in its place. */
export type FullQuestion = Required<Omit<ChatQuestion, 'format'>> & Pick<ChatQuestion, 'format'>;

/** What does not decide about the answer. */
export interface CallSettings {
  /** Longest time of one attempt, the wait for the first token included. */
  readonly timeoutMs: number;
  /** How long the server keeps the model loaded, `5m` as Ollama writes it. */
  readonly keepAlive?: string;
  readonly signal: AbortSignal;
}

export interface TokenLogprob {
  readonly token: string;
  /** Natural logarithm; of the raw distribution, before a grammar takes tokens away. */
  readonly logprob: number;
  readonly top: readonly { readonly token: string; readonly logprob: number }[];
}

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** What a server said to one question, whether it can be used or not. */
export interface RawAnswer {
  readonly text: string;
  /** `stop`: it ended by itself; `length`: at a limit. */
  readonly doneReason: string;
  readonly usage: Usage;
  readonly logprobs?: readonly TokenLogprob[];
  /** What the server calls the state of the model that answered, where it does (`system_fingerprint`). */
  readonly fingerprint?: string;
  /** What was asked in another way than usual, such as `format: json_object`. */
  readonly notes: readonly string[];
}

export interface ModelFacts {
  readonly name: string;
  /** sha256 of the model, where the server has one; else `declared:` and a sha256 of all that it says of the model. */
  readonly digest: string;
  readonly sizeBytes?: number;
  readonly parameters?: string;
  /** Longest context that the model was made for, tokens. */
  readonly contextLength?: number;
}

/** A server of models. Methods make one attempt and throw OutsideErrors; keeping them within limits is the caller's. */
export interface Provider {
  /** Name in settings, errors and transcripts. */
  readonly server: string;
  readonly kind: 'ollama' | 'openai' | 'rule';
  chat(model: string, question: FullQuestion, call: CallSettings): Promise<RawAnswer>;
  /** One vector a text, in order; not checked. */
  embed(
    model: string,
    texts: readonly string[],
    call: CallSettings,
  ): Promise<{ vectors: readonly (readonly number[])[]; promptTokens: number }>;
  /** Digest, size and context of a model. Throws ModelMissing. */
  describe(model: string, call: CallSettings): Promise<ModelFacts>;
  close(): Promise<void>;
}
