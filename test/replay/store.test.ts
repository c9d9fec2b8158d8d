import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { StoreError } from '../../lib/replay/index.js';
import { StoreClient } from '../../lib/replay/store-client.js';
import { scratch } from './support.js';

const text = (line: string) => ({ bytes: new TextEncoder().encode(line), rows: line === '' ? 0 : 1 });
const group = (line: string) => ({ decisions: text(''), outcomes: text(''), fills: text(line), equity: text('') });
const files = { fills: { name: 'fills.jsonl', header: '' } };

test('a store that cannot be opened is an error, and the next one opens', async () => {
  const folder = scratch();
  writeFileSync(join(folder, 'file'), '');
  await expect(StoreClient.open(join(folder, 'file', 'run'), 'a', files)).rejects.toThrow(StoreError);
  const { store, checkpoint } = await StoreClient.open(join(folder, 'run'), 'a', files);
  expect(checkpoint).toBeUndefined();
  await store.close();
});

test('a group that cannot be committed ends the run, and what was committed before is kept', async () => {
  const folder = join(scratch(), 'run');
  const page = { path: join(folder, 'checkpoint.json'), text: '{}\n' };
  const first = await StoreClient.open(folder, 'a', files);
  first.store.commit(0, group('one\n'), '{}', page);
  // The same barrier again breaks the table's key.
  first.store.commit(0, group('two\n'), '{}', page);
  await expect(first.store.nameFiles()).rejects.toThrow(StoreError);
  expect(() => first.store.commit(1, group('three\n'), '{}', page)).toThrow(StoreError);
  await first.store.close();
  const again = await StoreClient.open(folder, 'a', files);
  expect(again.checkpoint).toMatchObject({ session: 0 });
  again.store.commit(1, group('three\n'), '{}', page);
  expect(Object.keys(await again.store.nameFiles())).toEqual(['fills.jsonl']);
  await again.store.close();
});
