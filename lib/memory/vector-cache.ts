/** Vectors of texts that were embedded lately: the same words are not sent to the model twice, by whichever memory asks. */
import { LRUCache } from 'lru-cache';
import type { Embedder } from './embedder.js';
import { embedChecked } from './health.js';

/** 8 MB at 512 numbers a vector. */
const MOST = 4000;

const caches = new WeakMap<Embedder, LRUCache<string, Float32Array>>();

/** Checked unit vectors in the order of the texts. Throws EmbedderError with the first sickness found. Not to be written to. */
export async function embedCached(embedder: Embedder, texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
  let cache = caches.get(embedder);
  if (cache === undefined) {
    cache = new LRUCache({ max: MOST });
    caches.set(embedder, cache);
  }
  const found = new Map<string, Float32Array>();
  for (const text of texts) {
    const vector = cache.get(text);
    if (vector !== undefined) found.set(text, vector);
  }
  const missing = [...new Set(texts)].filter((text) => !found.has(text));
  const vectors = missing.length === 0 ? [] : await embedChecked(embedder, missing, signal);
  for (const [i, text] of missing.entries()) {
    found.set(text, vectors[i]!);
    cache.set(text, vectors[i]!);
  }
  return texts.map((text) => found.get(text)!);
}
