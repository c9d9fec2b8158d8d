/** The memory part: a rule that knows nothing but what it remembers, and its memory asked as of two days. */
import { join } from 'node:path';
import { DAY_MS, dateOf } from '../../core/index.js';
import { loadLab } from '../../feeds/index.js';
import { type Embedder, localEmbedder, openMemory } from '../../memory/index.js';
import { runReplay } from '../../replay/index.js';
import { partResult, TourInterrupted, type TourPart } from './part.js';

const DATA = 'lab:recurring@13';
const STOCKS = 12;
const FIRST_SESSION = 20;
const SESSIONS = 120;
const QUESTION = 'figures far above expectations';

export const memory: TourPart = {
  title: `Memory, synthetic: ${STOCKS} made-up stocks of ${DATA}, lessons written when they matured, recalled as of a day`,
  accounts: 1,
  async run(effects) {
    const data = loadLab(DATA);
    const traded = data.series.get(data.index!)!.day;
    const stocks = [...data.series.values()].filter(({ symbol, day }) => symbol !== data.index && day[0] === traded[0]);
    const [from, to] = [traded[FIRST_SESSION]!, traded[FIRST_SESSION + SESSIONS - 1]!];
    const result = await runReplay(
      {
        data: DATA,
        symbols: stocks.slice(0, STOCKS).map(({ symbol }) => symbol),
        from: dateOf(from),
        to: dateOf(to),
        strategies: [{ id: 'memory:v1' }],
        memory: {},
      },
      {
        ...effects.replay,
        data,
        trial: false,
        audit: false,
        progress: ({ done, total, at }) => effects.progress('memory:v1', done / total, at),
      },
    );
    if (result.interrupted) throw new TourInterrupted();
    effects.done();
    const part = partResult([result]);
    const days = [traded[FIRST_SESSION + SESSIONS / 3]!, to];
    return { ...part, notes: [...part.notes, ...(await recalled(join(result.folder, 'memory'), days)), 'More: notebooks/04-memory.ipynb'] };
  },
};

/** The same question at the end of each day, then with a sick model. */
async function recalled(folder: string, days: readonly number[]): Promise<string[]> {
  const embedder = localEmbedder();
  const lines: string[] = [];
  const opened = await openMemory(folder, { embedder, mode: 'read-only' });
  const knownBy = (at: number): number => opened.heads().filter(({ knownAt }) => knownAt <= at).length;
  for (const day of days) {
    const asOf = (day + 1) * DAY_MS - 1;
    const { items } = await opened.recall({ text: QUESTION, kinds: ['lesson'], limit: 20 }, asOf);
    const newest = Math.max(...items.map(({ knownAt }) => knownAt));
    const span = items.length === 0 ? 'none' : `${items.length}, the newest of ${dateOf(Math.floor(newest / DAY_MS))}`;
    lines.push(`"${QUESTION}" asked on ${dateOf(day)}: ${knownBy(asOf)} of ${opened.length} rows exist; lessons recalled: ${span}`);
  }
  opened.close();
  const sick: Embedder = { ...embedder, embed: async (texts) => texts.map(() => new Float32Array(embedder.dimension)) };
  const blind = await openMemory(folder, { embedder: sick, mode: 'read-only' });
  const { status, items, reason } = await blind.recall({ text: QUESTION }, (days[1]! + 1) * DAY_MS);
  blind.close();
  lines.push(`With a model that answers zeros: ${status} (${reason?.split(': ')[0]}), ${items.length} rows; the strategy goes on without`);
  return lines;
}
