import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type NewMemoryRow, openMemory } from '../../lib/memory/index.js';
import { at, bagEmbedder, episode, folder } from './support.js';

test('what is remembered comes back after reopening, best first, and only what was known', async () => {
  const path = folder();
  const writer = await openMemory(path, { embedder: bagEmbedder(), mode: 'read-write' });
  expect(await writer.recall({ text: 'bank profit' }, at(9))).toMatchObject({ status: 'empty', items: [] });
  const rows = [
    episode(1, 'the bank reported a higher profit'),
    episode(2, 'wheat harvest was poor'),
    episode(3, 'the bank warned about profit', { symbols: ['000001.SZ'], aliases: '平安银行 Ping An Bank' }),
  ];
  expect(await writer.remember(rows)).toMatchObject({ written: 3, known: 0 });
  expect(await writer.remember(rows)).toMatchObject({ written: 0, known: 3 });
  writer.close();
  const reader = await openMemory(path, { embedder: bagEmbedder(), mode: 'read-only' });
  const texts = async (day: number) => (await reader.recall({ text: 'bank profit', limit: 2 }, at(day))).items.map(({ text }) => text);
  expect(await texts(0)).toEqual([]);
  expect(await texts(1)).toEqual([rows[0]!.text]);
  expect((await texts(3)).sort()).toEqual([rows[0]!.text, rows[2]!.text]);
  expect((await reader.recall({ text: '平安银行' }, at(3))).items[0]!.text).toBe(rows[2]!.text);
  await expect(reader.remember(rows)).rejects.toThrow('read-only');
  await expect(reader.recall({ text: 'bank' }, undefined as never)).rejects.toThrow('there is no default');
  reader.close();
});

test('no leak through any door, for any order of writing, filter and date', async () => {
  const words = ['bank', 'profit', 'wheat', 'chip', '利润', '银行', 'probe'];
  const rowOf = fc.record({
    day: fc.integer({ min: 0, max: 30 }),
    words: fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 5 }),
    owner: fc.constantFrom('shared' as const, 'bull' as const, 'bear' as const),
    symbol: fc.constantFrom('A', 'B', ''),
    matured: fc.boolean(),
  });
  let asked = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(rowOf, { minLength: 20, maxLength: 60 }), fc.integer({ min: 1, max: 8 }), async (made, batches) => {
      const memory = await openMemory(folder(), { embedder: bagEmbedder(16), mode: 'read-write' });
      const all: NewMemoryRow[] = made.map(({ day, words, owner, symbol, matured }, i) =>
        episode(day, `${words.join(' ')} no ${i}`, {
          owner,
          symbols: symbol === '' ? [] : [symbol],
          ...(matured ? { kind: 'lesson', eventAt: at(day - 2), maturesAt: at(day - 1), sources: ['x'] } : {}),
        }),
      );
      const ids: string[] = [];
      for (let i = 0; i < batches; i++) ids.push(...(await memory.remember(all.filter((_, k) => k % batches === i))).ids);
      // Some rows are replaced by later ones.
      const replaced = memory.heads().filter((_, i) => i % 9 === 0);
      await memory.remember(replaced.map((old) => episode(old.knownAt / at(1) + 3, `newer than ${old.id}`, { supersedes: old.id })));
      const heads = new Map(memory.heads().map((head) => [head.id, head]));
      for (let day = -1; day <= 34; day++) {
        for (const [text, owner, symbols] of [
          ['bank profit', 'bull', undefined],
          ['银行 利润', undefined, ['A']],
          ['newer than no 3 wheat', 'bear', ['B']],
        ] as const) {
          const { items } = await memory.recall({ text, ...(owner ? { owner } : {}), ...(symbols ? { symbols } : {}), limit: 10 }, at(day));
          asked++;
          for (const item of items) {
            const head = heads.get(item.id)!;
            expect(item.knownAt).toBeLessThanOrEqual(at(day));
            expect(head.knownAt).toBe(item.knownAt);
            expect(['shared', owner]).toContain(head.owner);
            if (symbols && head.symbols.length > 0) expect(symbols).toContain(head.symbols[0]);
            for (const other of heads.values()) if (other.supersedes === item.id) expect(other.knownAt).toBeGreaterThan(at(day));
          }
          const open = [...heads.values()].filter(
            (head) =>
              head.knownAt <= at(day) &&
              (head.owner === 'shared' || head.owner === owner) &&
              (!symbols || head.symbols.length === 0 || (symbols as readonly string[]).includes(head.symbols[0]!)) &&
              ![...heads.values()].some((other) => other.supersedes === head.id && other.knownAt <= at(day)),
          );
          // Vector search ranks everything: nothing that may be recalled is held back.
          expect(items.length).toBe(Math.min(10, open.length));
        }
      }
      memory.close();
    }),
    { numRuns: 12 },
  );
  expect(asked).toBeGreaterThan(1000);
});

test('one writer at a time; readers go on', async () => {
  const path = folder();
  const writer = await openMemory(path, { embedder: bagEmbedder(), mode: 'read-write' });
  await writer.remember([episode(1, 'first')]);
  await expect(openMemory(path, { embedder: bagEmbedder(), mode: 'read-write' })).rejects.toThrow('another one at work');
  const reader = await openMemory(path, { embedder: bagEmbedder(), mode: 'read-only' });
  expect(reader.length).toBe(1);
  reader.close();
  writer.close();
  (await openMemory(path, { embedder: bagEmbedder(), mode: 'read-write' })).close();
  await expect(openMemory(path, { embedder: bagEmbedder(32), mode: 'read-only' })).rejects.toThrow('reembed');
  await expect(openMemory(folder(), { embedder: bagEmbedder(), mode: 'read-only' })).rejects.toThrow('got none');
});

test('rows that contradict themselves are refused before anything is written', async () => {
  const memory = await openMemory(folder(), { embedder: bagEmbedder(), mode: 'read-write' });
  const cases: [Partial<NewMemoryRow>, string][] = [
    [{ eventAt: at(5) }, 'eventAt up to knownAt'],
    [{ kind: 'lesson', sources: ['x'] }, 'got no maturesAt'],
    [{ kind: 'lesson', maturesAt: at(9), sources: ['x'] }, 'knownAt from maturesAt on'],
    [{ kind: 'maxim', maturesAt: at(1) }, 'the sources of a maxim'],
    [{ maturesAt: at(1) }, 'day information only'],
    [{ importance: 2 }, 'importance'],
    [{ text: '' }, 'text'],
    [{ knownAt: Number.NaN }, 'knownAt'],
  ];
  for (const [wrong, message] of cases) {
    await expect(memory.remember([episode(1, 'good'), episode(2, 'bad', wrong)])).rejects.toThrow(message);
  }
  expect(memory.length).toBe(0);
  memory.close();
});
