/** An embedder behind a server: Ollama or an OpenAI-compatible one, through the models of the llm room, so that its calls are on record. */
import { estimateTokens, type Models } from '../llm/index.js';
import { type Embedder, toUnit } from './embedder.js';

/** Tokens of a text when the server doesn't say how many its model takes. */
const USUAL_TOKENS = 512;

/**
 * `model`: `server/name`, as the plan has it. Asks once for a vector to learn its dimension; throws what the llm room throws when the
 * server is away. Token counts are estimates from above, since a server counts only what it was sent.
 */
export async function serverEmbedder(models: Pick<Models, 'embed' | 'describe'>, model: string): Promise<Embedder> {
  const facts = await models.describe(model);
  const { dimension } = await models.embed(model, ['dimension']);
  return {
    id: model.replace('/', ':'),
    dimension,
    maxTokens: Math.min(facts.contextLength ?? USUAL_TOKENS, 8192),
    digest: async () => (await models.describe(model)).digest,
    countTokens: estimateTokens,
    async embed(texts, signal) {
      const { vectors } = await models.embed(model, texts, signal === undefined ? {} : { signal });
      return vectors.map((vector) => toUnit(Float32Array.from(vector)));
    },
  };
}
