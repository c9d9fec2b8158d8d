/** What a loader understood of a file, for people to check. */
import type { Symbol } from '../core/index.js';
import type { Field } from './columns.js';

export interface FileMapping {
  readonly file: string;
  /** csv in its encoding, or parquet. */
  readonly format: string;
  /** The file's own name for each field; `#3` for the third column of a file without a header. */
  readonly columns: Readonly<Partial<Record<Field, string>>>;
  readonly ignored: readonly string[];
  readonly symbols: readonly Symbol[];
  /** Bars kept. */
  readonly bars: number;
  /** What else was done: order turned round, lots to shares, days without trade left out. */
  readonly remarks: readonly string[];
}

/** One line: `600000.csv (gbk): date=日期 open=开盘 ...; ignored 振幅; 5908 bars of 600000.SH; newest first, turned round`. */
export function describeMapping(mapping: FileMapping): string {
  const columns = Object.entries(mapping.columns).map(([field, name]) => `${field}=${name}`);
  const symbols = mapping.symbols.length > 5 ? `${mapping.symbols.length} symbols` : mapping.symbols.join(', ');
  const ignored = mapping.ignored.length > 0 ? [`ignored ${mapping.ignored.join(', ')}`] : [];
  return [
    `${mapping.file} (${mapping.format}): ${columns.join(' ')}`,
    ...ignored,
    `${mapping.bars} bars of ${symbols}`,
    ...mapping.remarks,
  ].join('; ');
}
