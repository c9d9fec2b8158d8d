/** What a memory is worth, by taking it away in turn: off, own, shuffled, lagged, poisoned. Only an experiment asks for anything but own. */
import { DAY_MS, type Recall, type RecalledItem, type RecallQuery, randomBelow, randomInit, sha256 } from '../core/index.js';
import { type LessonBody, lessonText } from './lessons.js';
import type { Memory } from './memory.js';

export const memoryUses = ['own', 'off', 'shuffled', 'lagged', 'poisoned'] as const;
/**
 * own: as it is. off: never asked. shuffled: other rows of the same kinds, drawn at random among those known. lagged: as it stood 60
 * days earlier. poisoned: the right rows, each telling the opposite return.
 */
export type MemoryUse = (typeof memoryUses)[number];

/** Days by which a lagged memory is late. */
const LAG_DAYS = 60;

export type RecallOf = (query: RecallQuery, asOf: number) => Promise<Recall>;

/** The recall of a memory as an ablation changes it. `seed` draws the shuffled rows. */
export function recallFor(memory: Memory, use: MemoryUse, seed: number): RecallOf {
  switch (use) {
    case 'own':
      return (query, asOf) => memory.recall(query, asOf);
    case 'off':
      return async () => ({ status: 'empty', reason: 'memory is off', items: [] });
    case 'lagged':
      return (query, asOf) => memory.recall(query, asOf - LAG_DAYS * DAY_MS);
    case 'poisoned':
      return async (query, asOf) => {
        const recall = await memory.recall(query, asOf);
        return { ...recall, items: recall.items.map(opposite) };
      };
    case 'shuffled':
      return async (query, asOf) => {
        const recall = await memory.recall(query, asOf);
        if (recall.status !== 'ok') return recall;
        const state = randomInit(seed, `shuffled|${asOf}|${sha256(query.text)}`);
        const pool = memory.known(query, asOf);
        const rows = await memory.rowsAt(recall.items.map(() => pool[randomBelow(state, pool.length)]!));
        const items = rows.map((row, i): RecalledItem => {
          const { id, kind, text, body, eventAt, knownAt } = row;
          return { id, kind, text, body, eventAt, knownAt, score: recall.items[i]!.score };
        });
        return { ...recall, items };
      };
  }
}

/** A lesson that tells the opposite return, with the words to match. */
function opposite(item: RecalledItem): RecalledItem {
  const body = item.body as Partial<LessonBody> | null;
  if (item.kind !== 'lesson' || typeof body?.instrumentReturn !== 'number') return item;
  const opposed = (value: number | null | undefined): number | null => (typeof value === 'number' ? -value : null);
  const turned: LessonBody = {
    ...(body as LessonBody),
    instrumentReturn: -body.instrumentReturn,
    net: opposed(body.net),
    benchmarkReturn: opposed(body.benchmarkReturn),
  };
  return { ...item, body: turned, text: lessonText(turned, item.eventAt) };
}
