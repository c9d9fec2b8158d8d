/** Long outside text: read in pieces to its last character, what is left is counted, and the readings of the pieces are one by a rule. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decideInRoom, loadCard, roomState } from '../../lib/agents/index.js';
import { directions, directionValue } from '../../lib/agents/ladder.js';
import { mergeReadings } from '../../lib/agents/merge-readings.js';
import { newestReadings } from '../../lib/agents/newest-readings.js';
import { piecesOf, questionsOf, roomForText } from '../../lib/agents/outside/pieces.js';
import { type Reading, reliabilities, topics } from '../../lib/agents/reading.js';
import { estimateTokens } from '../../lib/llm/index.js';
import { effectsOf, isReader, item, roleOf, SYMBOL, scripted, settings, textOf, usual, viewWith } from './support.js';

const reading = (direction: Reading['direction'], reliability: Reading['reliability'] = 'high', more: Partial<Reading> = {}): Reading => ({
  id: 'n',
  knownAt: 1,
  about: 'company',
  topic: 'other',
  direction,
  reliability,
  actual: null,
  expected: null,
  ...more,
});

test('the rule: flat pieces have no say, the others by their reliability, halves toward flat, figures of the first that has one', () => {
  const merged = (...pieces: [Reading, ...Reading[]]) => {
    const { direction, reliability, topic, actual, expected } = mergeReadings(pieces);
    return [direction, reliability, topic, actual, expected];
  };
  const flat = reading('flat', 'low');
  expect(merged(reading('up', 'medium', { topic: 'orders', actual: 5 }))).toEqual(['up', 'medium', 'orders', 5, null]);
  expect(merged(flat, reading('flat', 'high', { topic: 'dividend' }), flat)).toEqual(['flat', 'high', 'dividend', null, null]);
  // One that says something among many that don't.
  expect(
    merged(...([...Array(30).fill(flat), reading('strong_up', 'high', { topic: 'earnings', actual: 31.2, expected: 12 })] as [Reading])),
  ).toEqual(['strong_up', 'high', 'earnings', 31.2, 12]);
  // (3 x 2 - 1 x 2) / 4 = 1; the lower median of low and high, a step less is still low.
  expect(merged(reading('strong_up', 'high'), reading('strong_down', 'low'))).toEqual(['up', 'low', 'other', null, null]);
  expect(merged(reading('up', 'high'), reading('strong_up', 'high'))).toEqual(['up', 'high', 'other', null, null]);
  expect(merged(reading('down', 'high'), reading('up', 'high'))).toEqual(['flat', 'medium', 'other', null, null]);
  expect(
    merged(
      reading('down', 'low', { topic: 'policy' }),
      reading('down', 'medium', { topic: 'orders' }),
      reading('down', 'low', { topic: 'policy' }),
    ),
  ).toEqual(['down', 'low', 'policy', null, null]);
});

test('for any pieces: the direction lies between theirs, and one more piece moves it no further than toward itself', () => {
  const any = fc.record({
    direction: fc.constantFrom(...directions),
    reliability: fc.constantFrom(...reliabilities),
    topic: fc.constantFrom(...topics),
    actual: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  });
  fc.assert(
    fc.property(fc.array(any, { minLength: 1, maxLength: 20 }), any, (some, another) => {
      const pieces = some.map((one) => reading(one.direction, one.reliability, one)) as [Reading, ...Reading[]];
      const value = (one: Reading) => directionValue(one.direction);
      const merged = mergeReadings(pieces);
      const [least, most] = [Math.min(0, ...pieces.map(value)), Math.max(0, ...pieces.map(value))];
      expect(value(merged)).toBeGreaterThanOrEqual(least);
      expect(value(merged)).toBeLessThanOrEqual(most);
      expect(topics).toContain(merged.topic);
      expect(pieces.map(({ actual }) => actual)).toContain(merged.actual);
      const extra = reading(another.direction, another.reliability, another);
      const moved = value(mergeReadings([...pieces, extra])) - value(merged);
      if (value(extra) !== 0 && moved !== 0 && some.some(({ direction }) => direction !== 'flat')) {
        expect(Math.sign(moved)).toBe(Math.sign(value(extra) - value(merged)) || Math.sign(moved));
      }
    }),
  );
});

test('pieces hold every character once, keep to the room, and come first parts first; questions keep to the room, the number and the limit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.constantFrom('利润 ', 'profit rose by 3.1 %. ', '同比增长。', 'x'), { minLength: 1, maxLength: 300 }), {
        minLength: 1,
        maxLength: 6,
      }),
      fc.integer({ min: 130, max: 900 }),
      fc.integer({ min: 1, max: 5 }),
      (texts, room, most) => {
        const items = texts.map((words, i) => ({ item: item('', { id: `n${i}` }), text: words.join('').trim() }));
        const pieces = piecesOf(items, room);
        for (const { item: one, text } of items) {
          const own = pieces.filter((piece) => piece.item === one);
          expect(own.map((piece) => piece.text.slice(piece.text.length - piece.own)).join('')).toBe(text);
          expect(own.map(({ part }) => part)).toEqual(own.map((_, i) => i + 1));
        }
        for (const { text } of pieces) expect(estimateTokens(text)).toBeLessThanOrEqual(room);
        expect(pieces.map(({ part }) => part)).toEqual(pieces.map(({ part }) => part).sort((a, b) => a - b));
        const { questions, left } = questionsOf(pieces, { room, atOnce: 3, most });
        expect([...questions.flat(), ...left]).toEqual(pieces);
        expect(questions.length).toBeLessThanOrEqual(most);
        for (const question of questions) {
          expect(question.length).toBeLessThanOrEqual(3);
          expect(question.reduce((sum, { text }) => sum + estimateTokens(text), 0)).toBeLessThanOrEqual(room);
        }
        if (left.length > 0) expect(questions.length).toBe(most);
      },
    ),
  );
});

const FILLER = '公司管理层表示经营情况稳定。The plant ran as planned and the canteen served soup. ';
const long = `${FILLER.repeat(Math.ceil(200_000 / Buffer.byteLength(FILLER)))}净利润同比变动31.2%，此前市场预期为12.0%。`;
/** Reads what a piece says: the figures where they stand, else nothing. */
const honest = (prompt: string) => ({
  items: [...prompt.matchAll(/<<<[0-9a-f]{20} (N\d+)\n([\s\S]*?)\n[0-9a-f]{20}>>>/g)].map(([, handle, text]) =>
    text!.includes('31.2%')
      ? { item: handle, topic: 'earnings', direction: 'strong_up', reliability: 'high', actual: 31.2, expected: 12 }
      : { item: handle, topic: 'other', direction: 'flat', reliability: 'low', actual: null, expected: null },
  ),
});

test('200 kB of text: its last sentence is read, nothing is left, and the decision says in how many pieces', async () => {
  const room = scripted((request, role) => (isReader(role) ? honest(textOf(request)) : usual(role)));
  const view = viewWith({ news: [item(long)] });
  const intent = await decideInRoom(view, SYMBOL, roomState(), settings(), effectsOf(room.models));
  const asked = room.asked.filter((request) => isReader(roleOf(request)));
  expect(asked.length).toBeGreaterThan(8);
  expect(asked.length).toBeLessThanOrEqual(24);
  const { numCtx } = room.models.plan;
  for (const request of asked) expect(estimateTokens(textOf(request))).toBeLessThan((numCtx - request.numPredict!) / 1.5);
  expect(textOf(asked[1]!)).toMatch(/, part 2 of \d+\. /);
  const record = intent!.detail!.analyses!.find((one) => (one as { role?: string }).role === 'readings') as Record<string, unknown>;
  expect(record).toMatchObject({
    pieces: asked.length,
    readings: [{ id: 'news-1', topic: 'earnings', direction: 'strong_up', actual: 31.2 }],
  });
  expect(record).not.toHaveProperty('unread');
  expect(intent!.why).not.toContain('not read');
  // One reading on the desk, one piece of evidence.
  expect(intent!.evidence.filter(({ kind }) => kind === 'news')).toHaveLength(1);
});

test('past the limit of questions, and where a reader fails: the characters are counted, recorded and said', async () => {
  const card = { ...loadCard('balanced'), readCalls: 3 };
  let calls = 0;
  const room = scripted((request, role) => (isReader(role) ? (calls++ === 1 ? undefined : honest(textOf(request))) : usual(role)));
  const effects = effectsOf(room.models);
  const intent = await decideInRoom(viewWith({ news: [item(long)] }), SYMBOL, roomState(), settings({ card }), effects);
  const pieces = piecesOf(
    [{ item: item(long), text: `A company reports. ${long.normalize('NFKC')}` }],
    roomForText(room.models.plan.numCtx, 460),
  );
  const unread = pieces.reduce((sum, { own }) => sum + own, 0) - pieces[0]!.own - pieces[2]!.own;
  const record = intent!.detail!.analyses!.find((one) => (one as { role?: string }).role === 'readings');
  expect(record).toMatchObject({ pieces: 2, unread });
  expect(intent!.why).toContain(`; ${unread} characters of text were not read`);
});

test('a day of many notices: each of them is read, six to a question; what a limit of questions leaves is counted', async () => {
  const notices = [
    ...Array.from({ length: 20 }, (_, i) => item('All as planned.', { id: `own-${i}` })),
    ...Array.from({ length: 8 }, (_, i) => item('Markets were calm.', { id: `wide-${i}`, symbols: [] })),
  ];
  const room = scripted((request, role) => (isReader(role) ? honest(textOf(request)) : usual(role)));
  const readingsOf = (intent: Awaited<ReturnType<typeof decideInRoom>>) =>
    intent!.detail!.analyses!.find((one) => (one as { role?: string }).role === 'readings') as Record<string, unknown>;
  const all = await decideInRoom(viewWith({ news: notices }), SYMBOL, roomState(), settings(), effectsOf(room.models));
  expect(room.asked.filter((request) => isReader(roleOf(request)))).toHaveLength(4 + 2);
  expect(readingsOf(all)['readings']).toHaveLength(28);
  expect(readingsOf(all)).not.toHaveProperty('unread');

  const card = { ...loadCard('balanced'), readCalls: 1 };
  const some = await decideInRoom(viewWith({ news: notices }), SYMBOL, roomState(), settings({ card }), effectsOf(room.models));
  const unread = 14 * 'A company reports. All as planned.'.length + 2 * 'A company reports. Markets were calm.'.length;
  expect(readingsOf(some)['readings']).toHaveLength(12);
  expect(readingsOf(some)).toMatchObject({ unread });
});

test('market notices do not push what was said of the company itself off the desk', async () => {
  const notices = [
    item('净利润同比变动31.2%，此前市场预期为12.0%。', { id: 'own', knownAt: item('').knownAt - 5000 }),
    ...Array.from({ length: 14 }, (_, i) => item('Markets were calm.', { id: `wide-${i}`, symbols: [] })),
  ];
  const room = scripted((request, role) => (isReader(role) ? honest(textOf(request)) : usual(role)));
  const state = roomState();
  const intent = await decideInRoom(viewWith({ news: notices }), SYMBOL, state, settings(), effectsOf(room.models));
  expect(state.readings).toHaveLength(12);
  expect(intent!.evidence.filter(({ kind }) => kind === 'news').map(({ id }) => id)).toContain('own');

  const of = (about: Reading['about'], count: number) =>
    Array.from({ length: count }, (_, i) => reading('up', 'low', { about, id: `${about}${i}` }));
  const ids = (...all: Reading[]) => newestReadings(all, 6).map(({ id }) => id);
  expect(ids(...of('company', 2), ...of('market', 3))).toHaveLength(5);
  expect(ids(...of('market', 9))).toEqual(['market3', 'market4', 'market5', 'market6', 'market7', 'market8']);
  expect(ids(...of('company', 9))).toEqual(['company3', 'company4', 'company5', 'company6', 'company7', 'company8']);
  expect(ids(...of('company', 2), ...of('market', 9))).toEqual(['company0', 'company1', 'market5', 'market6', 'market7', 'market8']);
  expect(ids(...of('market', 9), ...of('company', 5))).toEqual(['market6', 'market7', 'market8', 'company2', 'company3', 'company4']);
  expect(ids(...of('market', 1), ...of('company', 9))).toEqual(['market0', 'company4', 'company5', 'company6', 'company7', 'company8']);
});
