/** An embedder behind a server: Ollama or an OpenAI-compatible one, through the models of the llm room, so that its calls are on record. */
import { estimateTokens, type Models } from '../llm/index.js';
import { type Embedder, toUnit } from './embedder.js';

/** Tokens of a text when the server doesn't say how many its model takes. */
const USUAL_TOKENS = 512;

/** What is recorded of the embedder of a run, so that its replay need not ask the server for it. Plain JSON. */
export interface EmbedderFacts {
  readonly id: string;
  readonly digest: string;
  readonly dimension: number;
  readonly maxTokens: number;
}

export const factsOf = async (embedder: Embedder): Promise<EmbedderFacts> => {
  const { id, dimension, maxTokens } = embedder;
  return { id, digest: await embedder.digest(), dimension, maxTokens };
};

type Embeds = Pick<Models, 'embed' | 'describe'> & Partial<Pick<Models, 'replayed'>>;

/** `server/name` as an embedder is named, and back: only its first slash or colon parts the two. */
export const embedderId = (model: string): string => model.replace('/', ':');
export const embedderModel = (id: string): string => id.replace(':', '/');

/**
 * `model`: `server/name`, as the plan has it. Asks once for a vector to learn its dimension; throws what the llm room throws when the
 * server is away. Token counts are estimates from above, since a server counts only what it was sent.
 */
export async function serverEmbedder(models: Embeds, model: string): Promise<Embedder> {
  const { contextLength } = await models.describe(model);
  const { dimension } = await models.embed(model, ['dimension']);
  const maxTokens = Math.min(contextLength ?? USUAL_TOKENS, 8192);
  const digest = async () => (await models.describe(model)).digest;
  return embedderOf(models, { id: embedderId(model), dimension, maxTokens }, digest);
}

/** The embedder of a run that is replayed, by what was recorded of it; `models` answer from its transcripts. Asks no server for facts. */
export const recordedEmbedder = (models: Embeds, { digest, ...facts }: EmbedderFacts): Embedder =>
  embedderOf(models, facts, async () => digest);

function embedderOf(models: Embeds, facts: Omit<EmbedderFacts, 'digest'>, digest: () => Promise<string>): Embedder {
  const model = embedderModel(facts.id);
  return {
    ...facts,
    digest,
    countTokens: estimateTokens,
    async embed(texts, options) {
      const { vectors } = await models.embed(model, texts, options);
      return vectors.map((vector) => toUnit(Float32Array.from(vector)));
    },
    ...(models.replayed && {
      replayed() {
        const again = models.replayed!();
        return { ...embedderOf(again, facts, digest), close: () => again.close() };
      },
    }),
  };
}
