import { expect, test } from 'vitest';
import { type Embedder, openMemory } from '../../lib/memory/index.js';
import { at, bagEmbedder, episode, folder } from './support.js';

/** A healthy embedder that falls ill on request. */
function fragile(): {
  embedder: Embedder;
  illness: { now: (vectors: Float32Array[]) => Float32Array[] | Promise<never>; digest?: string };
} {
  const sound = bagEmbedder(32);
  const illness: ReturnType<typeof fragile>['illness'] = { now: (vectors) => vectors };
  return {
    illness,
    embedder: {
      ...sound,
      digest: async () => illness.digest ?? (await sound.digest()),
      embed: async (texts) => illness.now(await sound.embed(texts)),
    },
  };
}

const each = (change: (vector: Float32Array) => Float32Array) => (vectors: Float32Array[]) => vectors.map(change);
const matrix: [string, (vectors: Float32Array[]) => Float32Array[] | Promise<never>][] = [
  ['zero', each((v) => v.map(() => 0))],
  ['not-finite', each((v) => v.map((x, i) => (i === 3 ? Number.NaN : x)))],
  ['not-finite', each((v) => v.map((x, i) => (i === 3 ? Number.POSITIVE_INFINITY : x)))],
  ['wrong-dimension', each((v) => v.slice(0, 31))],
  ['wrong-dimension', each((v) => Float32Array.from([...v, 0]))],
  ['constant', each((v) => v.map(() => 1 / Math.sqrt(32)))],
  ['norm', each((v) => v.map((x) => x * 44))],
  ['wrong-count', (vectors) => vectors.slice(1)],
  ['provider-down', () => Promise.reject(new Error('connect ECONNREFUSED'))],
];

test.each(matrix)('%s: recall is skipped and says so, writing is refused, nothing is written', async (sickness, ill) => {
  const { embedder, illness } = fragile();
  const path = folder();
  const memory = await openMemory(path, { embedder, mode: 'read-write' });
  await memory.remember([episode(1, 'the bank reported a profit')]);
  illness.now = ill;
  const recall = await memory.recall({ text: 'bank profit' }, at(2));
  expect(recall).toMatchObject({ status: 'degraded', items: [] });
  expect(recall.reason).toContain(sickness);
  await expect(memory.remember([episode(2, 'another'), episode(2, 'and one more')])).rejects.toThrow(sickness);
  expect(memory.length).toBe(1);
  expect(memory.counts).toMatchObject({ recalls: 1, degraded: 1, written: 1 });
  memory.close();

  // Still ill at the next start: the memory opens and says why it can't be asked.
  const again = await openMemory(path, { embedder, mode: 'read-only' });
  expect(again.health.status).toBe('degraded');
  expect((await again.recall({ text: 'bank' }, at(2))).reason).toContain(sickness);
  again.close();

  illness.now = (vectors) => vectors;
  const well = await openMemory(path, { embedder, mode: 'read-only' });
  expect((await well.recall({ text: 'bank profit' }, at(2))).status).toBe('ok');
  well.close();
});

test('texts that all give one vector, another model under the same name, another digest: found at the start', async () => {
  const path = folder();
  const { embedder, illness } = fragile();
  (await openMemory(path, { embedder, mode: 'read-write' })).close();
  const reason = async () => {
    const memory = await openMemory(path, { embedder, mode: 'read-only' });
    memory.close();
    return memory.health.reason;
  };
  const first = (await embedder.embed(['one']))[0]!;
  illness.now = (vectors) => vectors.map(() => first);
  expect(await reason()).toContain('repeated');
  illness.now = (vectors) => vectors.map((vector) => vector.map((_, i) => vector[31 - i]!));
  expect(await reason()).toContain('canary');
  illness.now = (vectors) => vectors;
  illness.digest = 'f'.repeat(64);
  expect(await reason()).toContain('digest');
  illness.digest = undefined as never;
  expect(await reason()).toBeUndefined();
});
