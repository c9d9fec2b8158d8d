/** Vectors of texts that were embedded lately: the same words are not sent to the model twice, by whichever memory asks. */
import { LRUCache } from 'lru-cache';
import type { Embedder, EmbedOptions } from './embedder.js';
import { embedChecked } from './health.js';

/** 8 MB at 512 numbers a vector. */
const MOST = 4000;

interface Cache {
  readonly known: LRUCache<string, Float32Array>;
  /** Texts that were asked for by themselves and are not there yet: who asks for the same at the same place gets the same answer. */
  readonly flights: Map<string, Promise<Float32Array[]>>;
}
const caches = new WeakMap<Embedder, Cache>();

/** Checked unit vectors in the order of the texts. Throws EmbedderError with the first sickness found. Not to be written to. */
export async function embedCached(embedder: Embedder, texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]> {
  let cache = caches.get(embedder);
  if (cache === undefined) caches.set(embedder, (cache = { known: new LRUCache({ max: MOST }), flights: new Map() }));
  const { known } = cache;
  const found = new Map<string, Float32Array>();
  for (const text of texts) {
    const vector = known.get(text);
    if (vector !== undefined) found.set(text, vector);
  }
  const missing = [...new Set(texts)].filter((text) => !found.has(text));
  const vectors = missing.length === 0 ? [] : await asked(cache, embedder, missing, options);
  for (const [i, text] of missing.entries()) {
    found.set(text, vectors[i]!);
    known.set(text, vectors[i]!);
  }
  return texts.map((text) => found.get(text)!);
}

function asked({ flights }: Cache, embedder: Embedder, texts: readonly string[], options: EmbedOptions = {}): Promise<Float32Array[]> {
  if (texts.length > 1 || options.signal !== undefined) return embedChecked(embedder, texts, options);
  const key = `${options.place ?? ''}\n${texts[0]}`;
  let flight = flights.get(key);
  if (flight === undefined) {
    flight = embedChecked(embedder, texts, options).finally(() => flights.delete(key));
    flights.set(key, flight);
  }
  return flight;
}
