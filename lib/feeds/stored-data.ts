/** Market data as a folder that reads back to the same digests: `data.json` for everything named, one CSV of columns a symbol. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type BarSeries,
  type CorporateAction,
  canonicalJson,
  dateOf,
  type Instrument,
  type NewsItem,
  type Symbol,
  writeFileAtomic,
} from '../core/index.js';
import { dayAt } from './date-text.js';
import { digestsOf } from './digest.js';
import { FeedError } from './errors.js';
import type { MarketData } from './market-data.js';
import { numberAt } from './number-text.js';
import { fileOfSymbol } from './symbol-text.js';
import { eachRow, openTable } from './table.js';

const MANIFEST = 'data.json';
const FORMAT = 'hindcast-data@1';
/** Prices are in ticks and factors in full precision: nothing is rounded on the way. */
const HEADER = ['date', 'knownAt', 'openTicks', 'highTicks', 'lowTicks', 'closeTicks', 'volumeUnits', 'totalReturnFactor'];

const manifestSchema = z.object({
  format: z.literal(FORMAT),
  source: z.string(),
  synthetic: z.boolean(),
  calendar: z.string(),
  intervalMs: z.int().positive().optional(),
  index: z.string().optional(),
  notes: z.array(z.string()),
  skipped: z.record(z.string(), z.number()),
  digests: z.record(z.string(), z.string()),
  actionsKnown: z.record(z.string(), z.object({ from: z.number(), to: z.number() })).optional(),
  // Checked by their digests, which cover symbol, units, corporate actions and news.
  instruments: z.array(z.looseObject({ symbol: z.string() })),
  actions: z.record(z.string(), z.array(z.looseObject({ symbol: z.string() }))),
  news: z.array(z.looseObject({ id: z.string() })),
});

export const isStoredData = (folder: string): boolean => existsSync(join(folder, MANIFEST));

function* csvOf(series: BarSeries): Generator<string> {
  yield `${HEADER.join(',')}\n`;
  let chunk = '';
  for (let i = 0; i < series.length; i++) {
    const { day, knownAt, open, high, low, close, volume, factor } = series;
    chunk += `${dateOf(day[i] as number)},${knownAt[i]},${open[i]},${high[i]},${low[i]},${close[i]},${volume[i]},${factor[i]}\n`;
    if (chunk.length > 65_536) {
      yield chunk;
      chunk = '';
    }
  }
  yield chunk;
}

/** Writes everything into `folder`, the manifest last: a folder without it is unfinished. */
export function writeData(data: MarketData, folder: string): void {
  const { series, actions, source, synthetic, calendar, intervalMs, index, notes, skipped, digests, actionsKnown, instruments, news } =
    data;
  for (const [symbol, bars] of series) writeFileAtomic(join(folder, `${fileOfSymbol(symbol)}.csv`), csvOf(bars));
  const manifest = {
    ...{ format: FORMAT, source, synthetic, calendar, notes, skipped, digests, instruments, news },
    actions: Object.fromEntries(actions),
    ...(intervalMs === undefined ? {} : { intervalMs }),
    ...(index === undefined ? {} : { index }),
    ...(actionsKnown === undefined ? {} : { actionsKnown }),
  };
  writeFileAtomic(join(folder, MANIFEST), `${canonicalJson(manifest)}\n`);
}

function readSeries(path: string, symbol: Symbol): BarSeries {
  const refuse = (got: string): never => {
    throw new FeedError(`readData: expected the columns that writeData wrote in ${path}, got ${got}. Write the folder again.`);
  };
  if (!existsSync(path)) return refuse('no such file');
  const bytes = readFileSync(path);
  const table = openTable(bytes, (_, header) => header.length === HEADER.length && header.join() === HEADER.join());
  if (!table) return refuse('another header');
  let length = 0;
  eachRow(table, () => length++);
  const column = (): Float64Array => new Float64Array(length);
  const series = {
    symbol,
    length,
    day: new Int32Array(length),
    knownAt: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    factor: column(),
  };
  const columns = [series.knownAt, series.open, series.high, series.low, series.close, series.volume, series.factor];
  let row = 0;
  eachRow(table, (cells, line) => {
    if (cells.count !== HEADER.length) refuse(`${cells.count} cells on line ${line}`);
    series.day[row] = dayAt(bytes, cells.start[0] as number, cells.end[0] as number, 'UTC');
    for (let i = 0; i < columns.length; i++)
      (columns[i] as Float64Array)[row] = numberAt(bytes, cells.start[i + 1] as number, cells.end[i + 1] as number);
    row++;
  });
  return series;
}

/** Reads a folder of {@link writeData}. Throws FeedError when a part is missing or its digest is not the recorded one. */
export function readData(folder: string): MarketData {
  const path = join(folder, MANIFEST);
  let manifest: z.infer<typeof manifestSchema>;
  try {
    manifest = manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new FeedError(
      `readData: expected a manifest of ${FORMAT} in ${path}, got ${(error as Error).message.split('\n')[0]}. Write the folder again.`,
      { cause: error },
    );
  }
  const { format: _, instruments: rawInstruments, actions: rawActions, news: rawNews, index, intervalMs, actionsKnown, ...rest } = manifest;
  const instruments = rawInstruments as unknown as Instrument[];
  const news = rawNews as unknown as NewsItem[];
  const actions = new Map(Object.entries(rawActions as unknown as Record<Symbol, CorporateAction[]>));
  const series = new Map(
    instruments.map(({ symbol }) => [symbol, readSeries(join(folder, `${fileOfSymbol(symbol)}.csv`), symbol)] as const),
  );
  const digests = digestsOf({ instruments, series, actions, news });
  for (const name of new Set([...Object.keys(digests), ...Object.keys(manifest.digests)])) {
    if (digests[name] !== manifest.digests[name])
      throw new FeedError(
        `readData: expected the recorded digest of ${name} in ${folder}, got another. The folder was changed: take the original.`,
      );
  }
  return {
    ...rest,
    ...(intervalMs === undefined ? {} : { intervalMs }),
    instruments,
    series,
    actions,
    news,
    ...(index === undefined ? {} : { index }),
    ...(actionsKnown === undefined ? {} : { actionsKnown }),
  };
}
