import { expect, test } from 'vitest';
import {
  episodeRow,
  type LessonBody,
  lessonRow,
  maximRows,
  memoryRow,
  openMemory,
  type RememberedDecision,
  recallFor,
} from '../../lib/memory/index.js';
import { at, bagEmbedder, folder } from './support.js';

const decision = (i: number, situation: string): RememberedDecision => ({
  id: `d${i}`,
  symbol: '600000.SH',
  aliases: '浦发银行',
  decidedAt: at(i) - 1000,
  situation,
  action: i % 2 === 0 ? 'BUY_25' : 'HOLD',
  confidence: 0.5,
  why: 'test',
});

const settled = (i: number, situation: string, instrumentReturn: number | null) => ({
  decision: decision(i, situation),
  horizon: 5,
  maturesAt: at(i + 5),
  instrumentReturn,
  net: instrumentReturn === null ? null : instrumentReturn - 0.002,
  benchmarkReturn: 0.01,
});

test('an episode holds the day only; a lesson comes after maturity, and none where nothing was settled', () => {
  const episode = memoryRow(episodeRow(decision(3, 'profit beats expectations'), at(3)));
  expect(episode).toMatchObject({ kind: 'episode', knownAt: at(3), maturesAt: null });
  expect(JSON.stringify(episode)).not.toMatch(/return|net/i);
  const lesson = memoryRow(lessonRow(settled(3, 'profit beats expectations', 0.031), at(9))!);
  expect(lesson).toMatchObject({ kind: 'lesson', eventAt: at(3) - 1000, maturesAt: at(8), knownAt: at(9), sources: ['d3'] });
  expect(lesson.text).toBe('profit beats expectations. 1970-01-03 600000.SH: HOLD, then +3.10 % over 5 sessions, the market +1.00 %.');
  expect(lessonRow(settled(3, 'x', null), at(9))).toBeNull();
  expect(() => memoryRow(lessonRow(settled(3, 'x', 0.1), at(7))!)).toThrow('knownAt from maturesAt on');
});

test('maxims need many lessons that agree, and go to those whom they concern', () => {
  const lessons = (situation: string, mean: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({
      id: `${situation}${i}`,
      maturesAt: at(i),
      body: { ...(lessonRow(settled(i, situation, mean + (i % 2 === 0 ? 0.01 : -0.01)), at(99))!.body as unknown as LessonBody) },
    }));
  const rows = maximRows(
    [...lessons('good', 0.02, 20), ...lessons('bad', -0.02, 20), ...lessons('rare', 0.02, 5), ...lessons('noise', 0.0001, 20)],
    at(99),
  );
  expect(rows.map(({ owner, body }) => `${owner} ${(body as { situation: string }).situation}`)).toEqual([
    'bull good',
    'trader good',
    'invest_judge good',
    'bear bad',
    'trader bad',
    'invest_judge bad',
  ]);
  for (const row of rows) expect(memoryRow(row).sources).toHaveLength(20);
});

test('ablations: off says nothing, lagged knows less, shuffled draws among what is known, poisoned tells the opposite', async () => {
  const memory = await openMemory(folder(), { embedder: bagEmbedder(), mode: 'read-write' });
  const rows = Array.from(
    { length: 60 },
    (_, i) =>
      lessonRow(settled(i, i % 2 === 0 ? 'profit beats expectations' : 'profit falls short', i % 2 === 0 ? 0.02 : -0.03), at(i + 6))!,
  );
  await memory.remember(rows);
  const query = { text: 'profit beats expectations', kinds: ['lesson'], limit: 10 };
  const told = async (use: Parameters<typeof recallFor>[1], day = 120) =>
    (await recallFor(memory, use, 1)(query, at(day))).items.map(({ body }) => (body as unknown as LessonBody).instrumentReturn);
  expect(await told('own')).toEqual(Array(10).fill(0.02));
  expect(await told('poisoned')).toEqual(Array(10).fill(-0.02));
  expect(await told('off')).toEqual([]);
  expect(new Set(await told('shuffled'))).toEqual(new Set([0.02, -0.03]));
  expect(await told('shuffled')).toEqual(await told('shuffled'));
  expect(await told('lagged', 60)).toEqual([]);
  for (const use of ['own', 'shuffled', 'lagged', 'poisoned'] as const) {
    for (const item of (await recallFor(memory, use, 1)(query, at(30))).items) expect(item.knownAt).toBeLessThanOrEqual(at(30));
  }
  memory.close();
});

test('the tail after an instant can be forgotten, and rows keep their places', async () => {
  const path = folder();
  const memory = await openMemory(path, { embedder: bagEmbedder(), mode: 'read-write' });
  for (let i = 0; i < 10; i++)
    await memory.remember([episodeRow(decision(i, `matter ${i}`), at(i)), episodeRow(decision(i, `other ${i}`), at(i))]);
  await memory.forgetAfter(at(6));
  expect(memory.length).toBe(14);
  expect((await memory.recall({ text: 'matter 9' }, at(99))).items.map(({ text }) => text).join()).not.toContain('matter 9');
  await memory.remember([episodeRow(decision(7, 'matter 7 again'), at(7))]);
  const texts = (await memory.rowsAt(memory.heads().map((_, i) => i))).map(({ text }) => text);
  expect(texts).toHaveLength(15);
  expect(texts[14]).toContain('matter 7 again');
  memory.close();
  const again = await openMemory(path, { embedder: bagEmbedder(), mode: 'read-only' });
  expect(again.length).toBe(15);
  again.close();
});
