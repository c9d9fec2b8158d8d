import { expect, test } from 'vitest';
import type { Models } from '../../lib/llm/index.js';
import { openMemory, serverEmbedder } from '../../lib/memory/index.js';
import { at, bagEmbedder, episode, folder } from './support.js';

/** Models whose embeddings are a bag of words. */
function models(): { models: Pick<Models, 'embed' | 'describe'>; state: { digest: string; down: boolean } } {
  const bag = bagEmbedder(24);
  const state = { digest: 'a'.repeat(64), down: false };
  return {
    state,
    models: {
      describe: async (name) => ({ name, digest: state.digest, contextLength: 2048 }),
      embed: async (_model, texts) => {
        if (state.down) throw new Error('connect ECONNREFUSED 127.0.0.1:11434');
        const vectors = await bag.embed(texts);
        return { vectors, dimension: 24, modelDigest: state.digest, promptTokens: 1, transcripts: [] };
      },
    },
  };
}

test('a model behind a server: its name, dimension and digest make the table, and it may fall away', async () => {
  const { models: served, state } = models();
  const embedder = await serverEmbedder(served, 'ollama/bge-m3');
  expect(embedder).toMatchObject({ id: 'ollama:bge-m3', dimension: 24, maxTokens: 2048 });
  const path = folder();
  const memory = await openMemory(path, { embedder, mode: 'read-write' });
  await memory.remember([episode(1, 'the bank reported a profit')]);
  expect((await memory.recall({ text: 'bank profit' }, at(2))).status).toBe('ok');
  state.down = true;
  const recall = await memory.recall({ text: 'another question' }, at(2));
  expect(recall.status).toBe('degraded');
  expect(recall.reason).toContain('ECONNREFUSED');
  memory.close();
  state.down = false;
  state.digest = 'b'.repeat(64);
  const again = await openMemory(path, { embedder: await serverEmbedder(served, 'ollama/bge-m3'), mode: 'read-only' });
  expect(again.health).toMatchObject({ status: 'degraded' });
  expect(again.health.reason).toContain('digest');
  again.close();
});
