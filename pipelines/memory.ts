// biome-ignore-all format: generated, the cells stand as they were written
// biome-ignore-all lint/correctness/noUnusedVariables: other cells of the notebook may use them
// Generated from notebooks/04-memory.ipynb: edit the notebook and run `npx hindcast promote`.
// Promoted cells (id, tag, hash):
//   parameters parameters fa997bfe959b38a5
//   uplift pipeline 4c49e424b9458efb
//   recall pipeline 980c891f7545b628
//   health pipeline 6f21e90833c18414
//   long-text pipeline 505851aa8f99e77c
import { join } from 'node:path';
import { dateOf, type Recall } from '../lib/core/index.js';
import { loadLab } from '../lib/feeds/index.js';
import { documentRows, type Embedder, localEmbedder, memoryTables, openMemory } from '../lib/memory/index.js';
import { type Effects, fillParameters, pipelineScope, type Results } from '../lib/notebook/index.js';
import { memoryUplift } from '../lib/replay/index.js';

/** The notebook's cell tagged `parameters`. */
export interface Parameters {
  // A lab preset and its seed.
  readonly preset: string;
  readonly seed: number;
  // The first so many stocks that trade from the first day on.
  readonly symbolCount: number;
  readonly firstSession: number;
  readonly sessions: number;
  // The same question on every day: far better than expected, in what reads like a mania.
  readonly question: string;
  // Days on which it is asked, spread over the span, and rows asked for.
  readonly days: number;
  readonly limit: number;
  // Bytes of the long text.
  readonly longText: number;
}

export const defaults: Parameters = {
  preset: 'recurring',
  seed: 13,
  symbolCount: 40,
  firstSession: 20,
  sessions: 500,
  question: 'figures far above expectations | market: Concept shares race ahead; Record number of new accounts; 概念股轮番炒作; 新开户数创新高',
  days: 8,
  limit: 8,
  longText: 200000,
};

/** Runs the notebook's cells tagged `pipeline`; returns what they declared. Throws InputError on an unknown parameter. */
export async function run(parameters: Partial<Parameters>, effects: Effects): Promise<Results> {
  const { preset, seed, symbolCount, firstSession, sessions, question, days, limit, longText } = fillParameters('memory', defaults, parameters);
  const { declare, results } = pipelineScope(effects);

  // cell uplift
  const source = `lab:${preset}@${seed}`;
  const data = loadLab(source);
  const index = data.series.get(data.index!)!;
  const traded = index.day;
  const symbols = [...data.series.values()]
    .filter((series) => series.symbol !== data.index && series.day[0] === traded[0])
    .slice(0, symbolCount)
    .map(({ symbol }) => symbol);
  const from = dateOf(traded[firstSession]!);
  const to = dateOf(traded[firstSession + sessions - 1]!);
  // No trial: nothing is searched for in a market that was made.
  const uplift = await memoryUplift(
    { data: source, symbols, from, to, seed, strategies: [{ id: 'memory:v1' }], memory: {} },
    { ...effects, data, trial: false, audit: false },
  );
  declare(
    Object.fromEntries(
      uplift.map(({ use, decisions, uplift: { mean, low, high } }) => [
        `uplift ${use}`,
        { decisions, mean, low, high },
      ]),
    ),
  );

  // cell recall
  const folder = join(uplift.find(({ use }) => use === 'own')!.folder, 'memory');
  const embedder = localEmbedder();
  const memory = await openMemory(folder, { embedder, mode: 'read-only' });
  const asked: { asOf: number; recall: Recall }[] = [];
  for (let i = 1; i <= days; i++) {
    // The close of that day.
    const asOf = index.knownAt[firstSession + Math.floor((i * (sessions - 1)) / days)]!;
    asked.push({ asOf, recall: await memory.recall({ text: question, owner: 'trader', limit }, asOf) });
  }
  const later = asked.flatMap(({ asOf, recall }) =>
    recall.items.filter(({ knownAt }) => knownAt > asOf),
  ).length;
  // What the nearest lessons of the same news tell on average, less the market.
  const told = async (asOf: number) => {
    const { items } = await memory.recall({ text: question, kinds: ['lesson'], limit: 100 }, asOf);
    const bodies = items.map(
      ({ body }) => body as { situation: string; instrumentReturn: number; benchmarkReturn: number | null },
    );
    const same = bodies
      .filter(({ situation }) => situation.split(' | ')[0] === question.split(' | ')[0])
      .slice(0, 20);
    const over = same.map(({ instrumentReturn, benchmarkReturn }) => instrumentReturn - (benchmarkReturn ?? 0));
    if (over.length < 2) return { lessons: over.length, mean: null, error: null };
    const mean = over.reduce((sum, one) => sum + one, 0) / over.length;
    const spread = Math.sqrt(over.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (over.length - 1));
    return { lessons: over.length, mean, error: spread / Math.sqrt(over.length) };
  };
  const answers: {
    'asked at (UTC)': number;
    status: string;
    rows: number;
    newest: number | null;
    lessons: number;
    mean: number | null;
    error: number | null;
  }[] = [];
  for (const { asOf, recall } of asked) {
    const newest = recall.items.length === 0 ? null : Math.max(...recall.items.map(({ knownAt }) => knownAt));
    answers.push({
      'asked at (UTC)': asOf,
      status: recall.status,
      rows: recall.items.length,
      newest,
      ...(await told(asOf)),
    });
  }
  declare({
    rows: memory.length,
    'known later than asked': later,
    'told at the end': answers[answers.length - 1]!.mean,
  });

  // cell health
  const card = memoryTables(folder)!.active;
  const broken = (change: (vector: Float32Array) => Float32Array): Embedder => ({
    ...embedder,
    embed: async (texts, signal) => (await embedder.embed(texts, signal)).map(change),
  });
  const models: Record<string, Embedder> = {
    healthy: embedder,
    'all zero': broken((vector) => vector.map(() => 0)),
    'not a number': broken((vector) => vector.map((x, i) => (i === 7 ? Number.NaN : x))),
    'too short': broken((vector) => vector.slice(1)),
    constant: broken((vector) => vector.map(() => 1 / Math.sqrt(vector.length))),
    'vectors three times as long': broken((vector) => vector.map((x) => 3 * x)),
    'another model of that name': { ...embedder, digest: async () => 'f'.repeat(64) },
    'components in another order': broken((vector) => Float32Array.from(vector).reverse()),
    'server away': {
      ...embedder,
      embed: async () => Promise.reject(new Error('connect ECONNREFUSED 127.0.0.1:11434')),
    },
  };
  const health: { model: string; recall: string; rows: number; reason: string }[] = [];
  for (const [model, one] of Object.entries(models)) {
    const opened = await openMemory(folder, { embedder: one, mode: 'read-only' });
    const { status, items, reason } = await opened.recall({ text: question }, asked[asked.length - 1]!.asOf);
    health.push({ model, recall: status, rows: items.length, reason: reason ?? '' });
    opened.close();
  }
  declare({
    embedder: {
      id: card.id,
      dimension: card.dimension,
      digest: card.digest,
      canaries: card.canaries.length,
      pairCosine: card.pairCosine,
    },
    degraded: health.filter(({ recall }) => recall === 'degraded').length,
  });

  // cell long-text
  const matters = [
    '利润同比下降',
    'orders rose',
    'the outlook was kept',
    '公司派发股息',
    'costs grew',
    '新厂投产',
    'margins held',
    'a director left',
  ];
  const filler = Array.from(
    { length: Math.ceil(longText / 50) },
    (_, i) => `Section ${i + 1}: ${matters[i % 8]} and ${matters[(i * 5 + 3) % 8]} in district ${i % 97}.`,
  );
  const tail = 'In the last paragraph the auditors refuse to sign because a warehouse in Ningbo stood empty.';
  const text = `${Buffer.from(filler.join(' '))
    .subarray(0, longText - tail.length)
    .toString('utf8')
    .replace(/[^.]*$/, '')} ${tail}`;
  const day = asked[0]!.asOf;
  const rows = await documentRows(
    {
      id: 'annual-report',
      title: 'Annual report',
      text,
      eventAt: day,
      knownAt: day,
      symbols: [symbols[0]!],
      aliases: '',
      source: 'lab',
    },
    embedder,
  );
  // A memory of its own; written again, it stays as it is.
  const notes = await openMemory(join(effects.resultsDir, 'memory-notebook'), { embedder, mode: 'read-write' });
  await notes.remember(rows);
  const found = await notes.recall({ text: 'Did the auditors sign?', limit: 3 }, day);
  const before = await notes.recall({ text: 'Did the auditors sign?', limit: 3 }, day - 1);
  notes.close();
  memory.close();
  const place = found.items.findIndex((item) => item.text.includes(tail)) + 1;
  declare({
    'long text': {
      bytes: Buffer.byteLength(text),
      rows: rows.length,
      'rank of its tail': place,
      'rows the moment before': before.items.length,
    },
  });

  return results();
}
