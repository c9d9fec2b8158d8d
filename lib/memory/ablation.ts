/** What a memory is worth, by taking it away in turn: off, own, shuffled, lagged, poisoned. Only an experiment asks for anything but own. */
import { DAY_MS, type Recall, type RecalledItem, type RecallQuery, randomBelow, randomInit, sha256 } from '../core/index.js';
import { type LessonBody, lessonText } from './lessons.js';
import type { Memory } from './memory.js';

export const memoryUses = ['own', 'off', 'shuffled', 'lagged', 'poisoned'] as const;
/**
 * own: as it is. off: never asked. shuffled: the right lessons, each telling what followed on another one that is known, drawn at
 * random; of other kinds, other rows. lagged: as it stood 60 days earlier. poisoned: the right lessons, each telling the opposite return.
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
        const pools = new Map<string, number[]>();
        const heads = memory.heads();
        for (const position of memory.known(query, asOf)) {
          const { kind } = heads[position]!;
          const pool = pools.get(kind);
          if (pool === undefined) pools.set(kind, [position]);
          else pool.push(position);
        }
        const drawn = recall.items.map(({ kind }) => pools.get(kind)!).map((pool) => pool[randomBelow(state, pool.length)]!);
        const rows = await memory.rowsAt(drawn);
        const items = rows.map((row, i): RecalledItem => {
          const item = recall.items[i]!;
          if (item.kind === 'lesson') return told(item, row.body as unknown as Returns);
          const { id, kind, text, body, eventAt, knownAt } = row;
          return { id, kind, text, body, eventAt, knownAt, score: item.score };
        });
        return { ...recall, items };
      };
  }
}

type Returns = Pick<LessonBody, 'instrumentReturn' | 'net' | 'benchmarkReturn'>;

/** A lesson with other returns, and the words to match. */
function told(item: RecalledItem, { instrumentReturn, net, benchmarkReturn }: Returns): RecalledItem {
  const body: LessonBody = { ...(item.body as unknown as LessonBody), instrumentReturn, net, benchmarkReturn };
  return { ...item, body, text: lessonText(body, item.eventAt) };
}

const opposed = (value: number | null): number | null => (value === null ? null : -value);

function opposite(item: RecalledItem): RecalledItem {
  if (item.kind !== 'lesson') return item;
  const { instrumentReturn, net, benchmarkReturn } = item.body as unknown as Returns;
  return told(item, { instrumentReturn: -instrumentReturn, net: opposed(net), benchmarkReturn: opposed(benchmarkReturn) });
}
