/** Parquet files as named columns, read at once. */
import { lazyPackage } from '../core/index.js';
import { FeedError } from './errors.js';

// The package's own parts, in place of its door: they don't wait for promises, so that a loader of either format returns data.
const parts = {
  metadata: lazyPackage<typeof import('hyparquet')>('hyparquet'),
  column: lazyPackage<typeof import('hyparquet/src/column.js')>('hyparquet/src/column.js'),
  convert: lazyPackage<typeof import('hyparquet/src/convert.js')>('hyparquet/src/convert.js'),
  plan: lazyPackage<typeof import('hyparquet/src/plan.js')>('hyparquet/src/plan.js'),
  schema: lazyPackage<typeof import('hyparquet/src/schema.js')>('hyparquet/src/schema.js'),
  compressors: lazyPackage<typeof import('hyparquet-compressors')>('hyparquet-compressors'),
};

export interface ParquetColumns {
  readonly names: readonly string[];
  /** Values of one column, top to bottom: numbers, bigints, strings, dates, null. */
  column(name: string): readonly unknown[];
  /** Whether a column of time stamps holds wall-clock times without a zone, which read as if they were UTC. */
  isLocal(name: string): boolean;
}

/** Throws FeedError when the bytes are no Parquet file that can be read. */
export function readParquet(bytes: Uint8Array, file: string): ParquetColumns {
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const refuse = (error: unknown): never => {
    throw new FeedError(
      `loadBars: expected a Parquet file in ${file}, got ${error instanceof Error ? error.message : String(error)}. Write it again.`,
      { cause: error },
    );
  };
  const { parquetMetadata, parquetSchema } = parts.metadata();
  const { readColumn } = parts.column();
  const { DEFAULT_PARSERS } = parts.convert();
  const { parquetPlan } = parts.plan();
  const { getTreePath } = parts.schema();
  const { compressors } = parts.compressors();
  try {
    const metadata = parquetMetadata(whole);
    const schema = parquetSchema(metadata);
    const names = schema.children.filter((child) => child.children.length === 0).map((child) => child.element.name);
    const source = { byteLength: whole.byteLength, slice: (start: number, end?: number) => whole.slice(start, end) };
    const column = (name: string): unknown[] => {
      const values: unknown[] = [];
      try {
        for (const group of parquetPlan({ file: source, metadata, columns: [name] }).groups) {
          for (const chunk of group.chunks) {
            const path = chunk.columnMetadata.path_in_schema;
            const schemaPath = getTreePath(schema, path);
            const element = schemaPath[schemaPath.length - 1]!.element;
            const view = new DataView(whole, chunk.range.startByte, chunk.range.endByte - chunk.range.startByte);
            const decoder = { ...chunk.columnMetadata, pathInSchema: path, element, schemaPath, compressors, parsers: DEFAULT_PARSERS };
            for (const part of readColumn({ view, offset: 0 }, group, decoder).data) for (const value of part) values.push(value);
          }
        }
      } catch (error) {
        refuse(error);
      }
      return values;
    };
    const isLocal = (name: string): boolean => {
      const logical = schema.children.find((child) => child.element.name === name)?.element.logical_type;
      return logical?.type === 'TIMESTAMP' && logical.isAdjustedToUTC === false;
    };
    return { names, column, isLocal };
  } catch (error) {
    return refuse(error);
  }
}
