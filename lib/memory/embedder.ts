/** What memory needs of an embedding model, wherever it runs. */

export interface EmbedOptions {
  readonly signal?: AbortSignal;
  /** Where in a run it is asked, such as the instant of a recall: where a server failed in the run, it fails in its replay. */
  readonly place?: string;
  /** Not from a record of earlier answers: to see whether the model still gives them. */
  readonly fresh?: boolean;
}

export interface Embedder {
  /** `bge-small-zh-v1.5-q`, `ollama:nomic-embed-text`, ...: one table a model, never a mix. */
  readonly id: string;
  readonly dimension: number;
  /** Most tokens of one text; longer ones must be cut into chunks first. */
  readonly maxTokens: number;
  /** Hash of the model's bytes as its provider names them: another digest is another model. */
  digest(): Promise<string>;
  countTokens(text: string): number;
  /** One unit vector a text, in order. Throws where the model does; what comes back is checked by the health gate, not here. */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>;
  /** The same embedder answering only what this run has on record, for the run's audit. Absent where the model is in this process. */
  replayed?(): Embedder & { close(): Promise<void> };
}

/** Scales to length 1 in place; a zero vector stays zero, for the gate to find. */
export function toUnit(vector: Float32Array): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const length = Math.sqrt(square);
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i]! /= length;
  return vector;
}
