/** Digests of market data: one sha256 a symbol over columns, actions and units, in a byte form that any machine can rebuild. */
import { createHash } from 'node:crypto';
import { type BarSeries, type CorporateAction, canonicalJson, hashOf, type Instrument, type NewsItem } from '../core/index.js';

const COLUMNS = ['day', 'knownAt', 'open', 'high', 'low', 'close', 'volume', 'factor'] as const;

/**
 * Bytes: canonical JSON of {actions, columns, corporateActions, delistedOn, length, listedOn, minimumNotionalMinor, sector, statuses,
 * symbol, units} (what isn't known is left out), a line feed, then the columns one after the other, little-endian (int32 days, float64
 * the rest). Everything that a fill, a limit or a cap depends on; the name is left out: it is a label.
 */
function seriesDigest(instrument: Instrument, series: BarSeries, actions: readonly CorporateAction[]): string {
  const hash = createHash('sha256');
  const { symbol, units, corporateActions, listedOn, delistedOn, statuses, sector, minimumNotionalMinor } = instrument;
  const facts = { symbol, units, corporateActions, listedOn, delistedOn, statuses, sector, minimumNotionalMinor };
  hash.update(`${canonicalJson({ ...facts, actions, columns: COLUMNS, length: series.length })}\n`);
  for (const name of COLUMNS) {
    const column = series[name].subarray(0, series.length);
    hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return hash.digest('hex');
}

/** Digests of everything: by symbol, and by `news` when there is any. */
export function digestsOf(data: {
  readonly instruments: readonly Instrument[];
  readonly series: ReadonlyMap<string, BarSeries>;
  readonly actions: ReadonlyMap<string, readonly CorporateAction[]>;
  readonly news: readonly NewsItem[];
}): Record<string, string> {
  const digests: Record<string, string> = {};
  for (const instrument of data.instruments) {
    const series = data.series.get(instrument.symbol);
    if (series) digests[instrument.symbol] = seriesDigest(instrument, series, data.actions.get(instrument.symbol) ?? []);
  }
  if (data.news.length > 0) digests.news = hashOf(data.news);
  return digests;
}
