/** What a store holds. */
import type { EpochDay, Instant, Symbol } from '../../core/index.js';
import { readEntry, storedSymbols } from './entry.js';

export interface StoredSymbol {
  readonly symbol: Symbol;
  readonly name: string;
  readonly market: string;
  readonly from: EpochDay;
  readonly to: EpochDay;
  readonly bars: number;
  readonly sources: readonly string[];
  /** Newest retrieval. */
  readonly retrievedAt: Instant;
  readonly corporateActions: string;
  readonly synthetic: boolean;
  /** sha256 of the Parquet file. */
  readonly digest: string;
}

export function listStore(folder: string): StoredSymbol[] {
  return storedSymbols(folder).flatMap((symbol) => {
    const entry = readEntry(folder, symbol);
    if (!entry) return [];
    const { instrument, from, to, rows, spans, synthetic, sha256 } = entry;
    return [
      {
        symbol,
        name: instrument.name,
        market: instrument.market,
        from,
        to,
        bars: rows,
        sources: [...new Set(spans.map(({ source }) => source))],
        retrievedAt: Math.max(...spans.map(({ retrievedAt }) => retrievedAt)),
        corporateActions: instrument.corporateActions,
        synthetic,
        digest: sha256,
      },
    ];
  });
}
