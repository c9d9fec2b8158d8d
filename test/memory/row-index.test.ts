import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { tableName } from '../../lib/memory/card-file.js';
import { openMemory } from '../../lib/memory/index.js';
import { indexTable } from '../../lib/memory/row-index.js';
import { openTable } from '../../lib/memory/table.js';
import { at, bagEmbedder, episode, folder } from './support.js';

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['in the order of knownAt', [1, 2, 3, 4, 5]],
  ['in another order', [4, 5, 1, 3, 2]],
])('a table written %s: the same heads, words and neighbours with floats in memory and in a file', async (_, days) => {
  const embedder = bagEmbedder();
  const path = folder();
  const memory = await openMemory(path, { embedder, mode: 'read-write' });
  for (const day of days) {
    const rows = Array.from({ length: 7 }, (_, i) =>
      episode(day, `day ${day} item ${i} 银行`, {
        symbols: [`S${i}`],
        aliases: 'bank',
        owner: i % 2 === 0 ? 'shared' : 'bull',
        importance: i / 7,
      }),
    );
    await memory.remember(rows);
  }
  const [first] = await memory.rowsAt([0]);
  await memory.remember([episode(6, 'a correction', { supersedes: first!.id })]);
  memory.close();
  const table = await openTable(join(path, 'lance'), tableName(embedder), embedder.dimension, false);
  const scratch = folder();
  vi.stubEnv('TMPDIR', scratch);
  const [inMemory, inFile] = [await indexTable(table, embedder.dimension), await indexTable(table, embedder.dimension, 10)];
  const seen = inMemory.rows.map(({ id, kind, owner, layer, symbols, eventAt, knownAt, supersedes, importance, offset }) => {
    return { id, kind, owner, layer, symbols, eventAt, knownAt, supersedes, importance, offset };
  });
  expect(seen).toHaveLength(36);
  expect(seen.map(({ knownAt }) => knownAt)).toEqual([...seen.map(({ knownAt }) => knownAt)].sort((a, b) => a - b));
  expect(seen[3]).toMatchObject({
    kind: 'episode',
    owner: 'bull',
    layer: 'fast',
    symbols: ['S3'],
    eventAt: at(1),
    supersedes: null,
    importance: 3 / 7,
  });
  expect([...inMemory.supersededAt]).toEqual([[first!.id, at(6)]]);
  for (const row of await table.take(seen.map(({ offset }) => offset))) {
    expect(seen.find(({ id }) => id === row.id)).toMatchObject({ knownAt: row.knownAt, symbols: row.symbols, owner: row.owner });
  }
  const [query] = await embedder.embed(['day 3 item 4 银行']);
  for (const asOf of [at(2), at(3), at(9)]) {
    expect(inFile.vectors.search(query!, 5, { asOf })).toEqual(inMemory.vectors.search(query!, 5, { asOf }));
    const known = inMemory.vectors.lengthAt(asOf);
    const words = inMemory.words.search('银行 item 4', 5, known, () => true);
    expect(words).not.toEqual([]);
    expect(inFile.words.search('银行 item 4', 5, known, () => true)).toEqual(words);
  }
  inMemory.close();
  expect(readdirSync(scratch)).toHaveLength(1);
  inFile.close();
  // Nothing is left of the floats.
  expect(readdirSync(scratch)).toEqual([]);
  table.close();
});
