/** The health of an embedder: checked when memory opens, and on every vector, so that a sick one is named instead of believed. */
import { z } from 'zod';
import { Cancelled } from '../feeds/index.js';
import { BudgetStop, RecordedFailure, TranscriptError, UnseenPrompt } from '../llm/index.js';
import { type Embedder, type EmbedOptions, toUnit } from './embedder.js';
import { MemoryError } from './errors.js';

export const sicknesses = [
  'provider-down',
  'wrong-count',
  'wrong-dimension',
  'not-finite',
  'zero',
  'norm',
  'constant',
  'repeated',
  'canary',
  'pair-cosine',
  'digest',
] as const;
export type Sickness = (typeof sicknesses)[number];

/** What is wrong with an embedder, in one of {@link sicknesses}. */
export class EmbedderError extends MemoryError {
  readonly sickness: Sickness;
  constructor(sickness: Sickness, detail: string, options?: { cause?: unknown }) {
    super(`embed: expected a healthy embedder, got ${sickness}: ${detail}. Mend it, or choose another embedder and re-embed.`, options);
    this.sickness = sickness;
  }
}

/** Sentences about nothing alike, in both languages: their vectors are kept with the table and compared at each start. */
export const canaryTexts = [
  '平安银行三季度净利润同比增长',
  '央行宣布下调存款准备金率',
  '玉米和小麦的收成今年不好',
  'The chip maker raised its revenue guidance',
  'Shares fell after the regulator opened a probe',
  'A quiet morning walk along the river',
] as const;

/** Cosines of texts that mean nothing alike may move by this much between two starts before it counts as another model. */
const PAIR_DRIFT = 0.02;

export const embedderCardSchema = z.strictObject({
  id: z.string(),
  dimension: z.int().positive(),
  digest: z.string(),
  canaries: z.array(z.strictObject({ text: z.string(), vector: z.array(z.number()) })),
  /** Mean cosine over all pairs of canaries. */
  pairCosine: z.number(),
});

/** What a table knows of the model that its vectors come from. */
export type EmbedderCard = z.output<typeof embedderCardSchema>;

/** Embeds the canaries and writes the card of a new table. Throws EmbedderError when the embedder is sick from the start. */
export async function registerEmbedder(embedder: Embedder, signal?: AbortSignal): Promise<EmbedderCard> {
  const vectors = await embedChecked(embedder, canaryTexts, { fresh: true, ...(signal && { signal }) });
  return {
    id: embedder.id,
    dimension: embedder.dimension,
    digest: await digestOf(embedder),
    canaries: canaryTexts.map((text, i) => ({ text, vector: Array.from(vectors[i]!) })),
    pairCosine: meanPairCosine(vectors),
  };
}

/** Throws EmbedderError unless the embedder is the one of the card and still answers as it did. */
export async function checkEmbedder(card: EmbedderCard, embedder: Embedder, signal?: AbortSignal): Promise<void> {
  if (embedder.id !== card.id || embedder.dimension !== card.dimension) {
    throw new EmbedderError('digest', `the table is of ${card.id} (${card.dimension}), this is ${embedder.id} (${embedder.dimension})`);
  }
  const digest = await digestOf(embedder);
  if (digest !== card.digest)
    throw new EmbedderError('digest', `the table is of model ${card.digest.slice(0, 12)}, this is ${digest.slice(0, 12)}`);
  const vectors = await embedChecked(
    embedder,
    card.canaries.map(({ text }) => text),
    { fresh: true, ...(signal && { signal }) },
  );
  for (const [i, { text, vector }] of card.canaries.entries()) {
    const cosine = dot(vectors[i]!, vector);
    if (!(cosine > 0.999)) throw new EmbedderError('canary', `cosine ${cosine.toFixed(4)} with the stored vector of "${text}"`);
  }
  const pairs = meanPairCosine(vectors);
  if (Math.abs(pairs - card.pairCosine) > PAIR_DRIFT) {
    throw new EmbedderError('pair-cosine', `unrelated texts stand at ${pairs.toFixed(3)}, they stood at ${card.pairCosine.toFixed(3)}`);
  }
}

/**
 * Embeds and checks every vector; unit vectors in the order of the texts. Throws EmbedderError with the first sickness found; ends that
 * were asked for, a spent budget and a text that a replay has not on record are thrown as they are.
 */
export async function embedChecked(embedder: Embedder, texts: readonly string[], options: EmbedOptions = {}): Promise<Float32Array[]> {
  let vectors: Float32Array[];
  try {
    vectors = await embedder.embed(texts, options);
  } catch (error) {
    if (error instanceof EmbedderError || options.signal?.aborted || NO_SICKNESS.some((kind) => error instanceof kind)) throw error;
    throw downWith(error);
  }
  if (vectors.length !== texts.length) throw new EmbedderError('wrong-count', `${vectors.length} vectors for ${texts.length} texts`);
  const seen = new Map<string, string>();
  vectors.forEach((vector, i) => {
    checkVector(vector, embedder.dimension);
    const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
    const other = seen.get(bytes);
    if (other !== undefined && other.trim() !== texts[i]!.trim())
      throw new EmbedderError('repeated', 'two different texts gave the same vector');
    seen.set(bytes, texts[i]!);
  });
  return vectors.map((vector) => toUnit(Float32Array.from(vector)));
}

/** Throws EmbedderError on a vector that LanceDB would pad, cut, or never find again. */
export function checkVector(vector: Float32Array, dimension: number): void {
  if (vector.length !== dimension) throw new EmbedderError('wrong-dimension', `${vector.length} numbers instead of ${dimension}`);
  let square = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of vector) {
    if (!Number.isFinite(value)) throw new EmbedderError('not-finite', `a component is ${value}`);
    square += value * value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (square === 0) throw new EmbedderError('zero', 'all components are 0');
  if (dimension > 1 && most - least < 1e-6 * Math.sqrt(square)) throw new EmbedderError('constant', `all components are ${most}`);
  const length = Math.sqrt(square);
  if (!(length > 0.9 && length < 1.1)) throw new EmbedderError('norm', `length ${length.toPrecision(4)} instead of 1`);
}

async function digestOf(embedder: Embedder): Promise<string> {
  try {
    return await embedder.digest();
  } catch (error) {
    throw downWith(error);
  }
}

const NO_SICKNESS = [BudgetStop, UnseenPrompt, TranscriptError, Cancelled] as const;

/** In a replay the words are those of the run: they stand in its decisions. */
function downWith(error: unknown): EmbedderError {
  const said = error instanceof RecordedFailure ? error.told : error instanceof Error ? error.message : String(error);
  return new EmbedderError('provider-down', said, { cause: error });
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

function meanPairCosine(vectors: readonly Float32Array[]): number {
  let sum = 0;
  let pairs = 0;
  for (let i = 0; i < vectors.length; i++) for (let j = 0; j < i; j++, pairs++) sum += dot(vectors[i]!, vectors[j]!);
  return sum / pairs;
}
