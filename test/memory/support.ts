/** Embedders and folders for the tests of memory. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../lib/core/index.js';
import type { Embedder, NewMemoryRow } from '../../lib/memory/index.js';

export const folder = (): string => mkdtempSync(join(tmpdir(), 'hindcast-memory-'));

/** A bag of words and characters, hashed: cheap, and texts that share words stand close. */
export function bagEmbedder(dimension = 64, id = 'test:bag'): Embedder {
  return {
    id,
    dimension,
    maxTokens: 400,
    digest: async () => sha256(id),
    countTokens: (text) => wordsOf(text).length,
    embed: async (texts) =>
      texts.map((text) => {
        const vector = new Float32Array(dimension).fill(0.01);
        for (const word of wordsOf(text)) {
          const hash = Number.parseInt(sha256(word).slice(0, 8), 16);
          vector[hash % dimension]! += hash & 1 ? 1 : -1;
          vector[(hash >>> 8) % dimension]! += 0.37;
        }
        // The whole text too, so that no two texts share a vector.
        vector[0]! += Number.parseInt(sha256(text).slice(0, 6), 16) / 2 ** 26;
        const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
        return vector.map((x) => x / length);
      }),
  };
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+|[一-鿿]/g) ?? [];

const DAY = 86_400_000;

/** An episode known on day `day`. */
export const episode = (day: number, text: string, more: Partial<NewMemoryRow> = {}): NewMemoryRow => ({
  kind: 'episode',
  owner: 'shared',
  layer: 'fast',
  symbols: [],
  aliases: '',
  eventAt: day * DAY,
  knownAt: day * DAY,
  maturesAt: null,
  supersedes: null,
  sources: [],
  importance: 0.5,
  text,
  body: {},
  ...more,
});

export const at = (day: number): number => day * DAY;
