/** Every door through which memory is read: 10,000 queries, facts planted in the future, none gets out before its time. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDesk } from '../../lib/agents/desk.js';
import { loadCard, plainNames } from '../../lib/agents/index.js';
import { FutureReadError, type RandomState, type RecalledItem, randomBelow, randomInit } from '../../lib/core/index.js';
import { memoryMeter } from '../../lib/llm/index.js';
import {
  exportMemory,
  importMemory,
  lessonRow,
  type Memory,
  type MemoryUse,
  memoryUses,
  type NewMemoryRow,
  openMemory,
  recallFor,
  reembed,
} from '../../lib/memory/index.js';
import { AsOfView } from '../../lib/replay/view.js';
import { SYMBOL, viewWith } from '../agents/support.js';
import { at, bagEmbedder, episode, folder } from './support.js';

const DAYS = 400;
const SITUATIONS = ['trend up', 'trend down', 'panic in the market', '利润 超出 预期', 'quiet day'] as const;
const OWNERS = ['bull', 'bear', 'trader', 'invest_judge', 'risk_manager', undefined] as const;

/** A fact of the future in words that stand nowhere else; `day` is when it becomes known. */
const canaryText = (day: number): string => `canary${day} 金丝雀 fact of that day`;

/** Episodes, lessons that matured, maxims by owner, rows that replace others, and a canary for every tenth day. */
function rowsFor(random: RandomState): NewMemoryRow[] {
  const rows: NewMemoryRow[] = [];
  for (let day = 5; day < DAYS; day++) {
    const situation = SITUATIONS[randomBelow(random, SITUATIONS.length)]!;
    rows.push(episode(day, `${situation} on day ${day}`, { symbols: day % 3 === 0 ? [SYMBOL] : [] }));
    const decision = {
      id: `d${day}`,
      symbol: SYMBOL,
      aliases: 'bank 银行',
      decidedAt: at(day - 5),
      situation,
      action: 'BUY_25',
      confidence: 0.5,
      why: '',
    };
    rows.push(
      lessonRow(
        { decision, horizon: 5, maturesAt: at(day), instrumentReturn: 0.01 * ((day % 7) - 3), net: 0, benchmarkReturn: null },
        at(day),
      )!,
    );
    if (day % 10 === 0)
      rows.push(
        episode(day, canaryText(day), {
          kind: day % 20 === 0 ? 'lesson' : 'episode',
          ...(day % 20 === 0 && {
            eventAt: at(day - 3),
            maturesAt: at(day - 1),
            sources: ['x'],
            body: {
              situation: canaryText(day),
              instrumentReturn: 0.1,
              net: null,
              benchmarkReturn: null,
              decision: 'x',
              symbol: SYMBOL,
              action: null,
              horizon: 5,
            },
          }),
        }),
      );
    if (day % 15 === 0) {
      const owner = OWNERS[randomBelow(random, 5)]!;
      rows.push(
        episode(day, `maxim of ${owner}: ${situation}`, {
          kind: 'maxim',
          owner,
          layer: 'slow',
          eventAt: at(day - 9),
          maturesAt: at(day - 1),
          sources: ['x'],
          body: { situation, count: 12, mean: 0.01, deviation: 0.02, t: 3 },
        }),
      );
    }
  }
  return rows;
}

test('10,000 queries through recall, its ablations, the view, the desk, after reopening, re-embedding and import: 0 leaks', async () => {
  const random = randomInit(31, 'doors');
  const embedder = bagEmbedder(24);
  const home = folder();
  const first = await openMemory(home, { embedder, mode: 'read-write' });
  const rows = rowsFor(random);
  for (let i = 0; i < rows.length; i += 97) await first.remember(rows.slice(i, i + 97));
  const replaced = first.heads().filter((_, i) => i % 40 === 0);
  await first.remember(
    replaced.map((old) => episode(old.knownAt / at(1) + 30, `newer than ${old.id.slice(0, 6)}`, { supersedes: old.id })),
  );
  const file = join(folder(), 'rows.jsonl');
  await exportMemory(first, file);
  const imported = folder();
  const second = await openMemory(imported, { embedder, mode: 'read-write' });
  await importMemory(second, imported, file);
  first.close();
  const other = bagEmbedder(16, 'test:other');
  await reembed(home, other);
  const third = await openMemory(home, { embedder: other, mode: 'read-only' });
  const memories: readonly Memory[] = [second, third];
  expect(third.length).toBe(second.length);

  const replacedAt = new Map<string, number>();
  for (const { supersedes, knownAt } of second.heads()) if (supersedes !== null) replacedAt.set(supersedes, knownAt);
  let asked = 0;
  let returned = 0;
  let canaries = 0;
  const leaks: string[] = [];
  const check = (door: string, items: readonly Pick<RecalledItem, 'id' | 'knownAt' | 'text'>[], asOf: number): void => {
    asked++;
    returned += items.length;
    for (const { id, knownAt, text } of items) {
      const of = Number(/canary(\d+)/.exec(text)?.[1] ?? -1);
      if (of >= 0) canaries++;
      if (knownAt > asOf || at(of) > asOf || (replacedAt.get(id) ?? Number.POSITIVE_INFINITY) <= asOf)
        leaks.push(`${door}: ${text} at day ${asOf / at(1)}`);
    }
  };
  for (let q = 0; asked < 10_000; q++) {
    const memory = memories[q % 2]!;
    const day = randomBelow(random, DAYS + 20);
    const asOf = at(day) + [-1, 0, 1][q % 3]!;
    const owner = OWNERS[randomBelow(random, OWNERS.length)];
    // The canary itself, near its day, or the words of a day.
    const near = Math.max(10, Math.round((day + randomBelow(random, 41) - 20) / 10) * 10);
    const text = q % 2 === 0 ? canaryText(near) : SITUATIONS[randomBelow(random, SITUATIONS.length)]!;
    const query = {
      text,
      limit: 1 + randomBelow(random, 12),
      ...(owner && { owner }),
      ...(q % 5 === 0 && { symbols: [SYMBOL] }),
      ...(q % 7 === 0 && { kinds: ['lesson', 'maxim'] }),
    };
    const use: MemoryUse = memoryUses[q % memoryUses.length]!;
    const recall = recallFor(memory, use, 7);
    // A lagged memory is as it stood 60 days before: it must not know more than that, and what was replaced since is not replaced in it.
    const stood = use === 'lagged' ? asOf - at(60) : asOf;
    check(`recall, ${use}`, (await recall(query, asOf)).items, stood);
    const view = new AsOfView(
      {
        bars: new Map(),
        news: [],
        recall,
        portfolio: () => {
          throw new Error('no account');
        },
        present: asOf,
      },
      asOf,
    );
    check(`view, ${use}`, (await view.recall(query)).items, stood);
    expect(view.reads.maxKnownAt).toBeLessThanOrEqual(asOf);
    if (q % 20 === 0) {
      const known = memory.known(query, asOf);
      check('known', await memory.rowsAt(known), asOf);
      for (const position of known) expect(memory.heads()[position]!.knownAt).toBeLessThanOrEqual(asOf);
    }
    if (q % 50 === 0) {
      const onDesk = viewWith({ recall: (asking) => recall({ ...asking, text }, asOf) });
      const desk = openDesk({ ...onDesk, asOf }, SYMBOL, [], { card: loadCard('balanced'), names: plainNames, meter: memoryMeter() });
      const { lessons, shown } = await desk.recalled('trader');
      check(
        'desk',
        lessons.map(({ id, knownAt }) => ({ id, knownAt, text: '' })),
        asOf,
      );
      for (const fragment of shown) expect(fragment.knownAt).toBeLessThanOrEqual(asOf);
    }
  }
  expect(leaks).toEqual([]);
  // The doors were open: much came back, canaries past their day too.
  expect(asked).toBeGreaterThanOrEqual(10_000);
  expect(returned).toBeGreaterThan(20_000);
  expect(canaries).toBeGreaterThan(2_000);
  for (const memory of memories) memory.close();
}, 60_000);

test('a recall that brings a row of tomorrow is refused by the view', async () => {
  const late: RecalledItem = { id: 'x', kind: 'episode', text: 'tomorrow', body: {}, eventAt: at(5), knownAt: at(6), score: 1 };
  const view = new AsOfView(
    {
      bars: new Map(),
      news: [],
      recall: async () => ({ status: 'ok', items: [late] }),
      portfolio: () => {
        throw new Error('no account');
      },
      present: at(5),
    },
    at(5),
  );
  await expect(view.recall({ text: 'x' })).rejects.toThrow(FutureReadError);
});
