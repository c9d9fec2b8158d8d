/** The durable table: LanceDB with an explicit Arrow schema, one folder a memory, one table an embedding model. Filters are built from numbers only. */
import type { Table as ArrowTable, RecordBatch } from 'apache-arrow';
import { lazyPackage } from '../core/index.js';
import { MemoryError } from './errors.js';
import { type MemoryRow, memoryRowSchema } from './row.js';
import { HEAD_COLUMNS, headsOf, listOf, type StoredHead } from './row-head.js';

/** What is used of @lancedb/lancedb and apache-arrow, so that the notebook's compiler need not read their types. */
interface Lance {
  connect(path: string): Promise<LanceConnection>;
}
interface LanceConnection {
  tableNames(): Promise<string[]>;
  openTable(name: string): Promise<LanceTable>;
  createEmptyTable(name: string, schema: object): Promise<LanceTable>;
  close(): void;
}
interface LanceQuery extends AsyncIterable<RecordBatch> {
  select(columns: string[]): LanceQuery;
  toArrow(): Promise<ArrowTable>;
}
interface LanceTable {
  add(data: object): Promise<unknown>;
  query(): LanceQuery;
  takeOffsets(offsets: number[]): { select(columns: string[]): { toArrow(): Promise<ArrowTable> } };
  optimize(options?: { cleanupOlderThan?: Date }): Promise<unknown>;
  countRows(): Promise<number>;
  delete(filter: string): Promise<unknown>;
  setUnenforcedPrimaryKey(column: string): Promise<void>;
  close(): void;
}

const lance = lazyPackage<Lance>('@lancedb/lancedb');
const arrow = lazyPackage<typeof import('apache-arrow')>('apache-arrow');

const texts = ['id', 'kind', 'owner', 'layer', 'symbols', 'supersedes', 'sources', 'aliases', 'text', 'body'] as const;
const numbers = ['event_at', 'known_at', 'matures_at', 'importance'] as const;

export interface MemoryTable {
  /** Rows in the order of writing. */
  heads(): Promise<StoredHead[]>;
  /** Their vectors in the same order, in blocks of whole rows that are the caller's; read ahead from the call on. */
  vectors(): AsyncIterable<Float32Array>;
  /** Durable when it resolves; all rows or none. */
  append(rows: readonly MemoryRow[], vectors: readonly Float32Array[]): Promise<void>;
  /** Whole rows by their place in the order of writing. */
  take(offsets: readonly number[]): Promise<MemoryRow[]>;
  count(): Promise<number>;
  /** Removes rows known after an instant. */
  removeAfter(instant: number): Promise<void>;
  /** Merges small files. */
  optimise(): Promise<void>;
  close(): void;
}

/** Opens a table that `memory.json` names, or makes it where `create` says that it is new. Throws MemoryError when it is missing. */
export async function openTable(path: string, name: string, dimension: number, create: boolean): Promise<MemoryTable> {
  const connection = await lance().connect(path);
  const schema = arrowSchema(dimension);
  const exists = (await connection.tableNames()).includes(name);
  if (!exists && !create) {
    connection.close();
    throw new MemoryError(`openTable: expected the table ${name} in ${path}, got none. Restore the folder from a copy.`);
  }
  const table = exists ? await connection.openTable(name) : await connection.createEmptyTable(name, schema);
  if (!exists) await table.setUnenforcedPrimaryKey('id');

  return {
    async heads() {
      return headsOf(
        await table
          .query()
          .select([...HEAD_COLUMNS])
          .toArrow(),
      );
    },
    vectors: () => vectorBlocks(table.query().select(['vector']), dimension),
    async append(rows, vectors) {
      if (rows.length > 0) await table.add(toArrow(rows, vectors, schema, dimension));
    },
    async take(offsets) {
      if (offsets.length === 0) return [];
      const found = await table
        .takeOffsets([...offsets])
        .select([...texts, ...numbers])
        .toArrow();
      return Array.from({ length: found.numRows }, (_, i) => rowOf(found, i));
    },
    count: () => table.countRows(),
    async removeAfter(instant) {
      if (!Number.isFinite(instant)) throw new MemoryError(`removeAfter: expected an instant, got ${instant}. Pass the last barrier.`);
      await table.delete(`known_at > ${instant}`);
    },
    async optimise() {
      await table.optimize();
    },
    close() {
      table.close();
      connection.close();
    },
  };
}

/** One block is read while the one before it is used. */
function vectorBlocks(query: LanceQuery, dimension: number): AsyncIterable<Float32Array> {
  const batches = query[Symbol.asyncIterator]();
  const start = (): Promise<IteratorResult<RecordBatch>> => {
    const next = batches.next();
    // Who awaits it gets the error; nobody does where the reader ended early.
    next.catch(() => {});
    return next;
  };
  let next = start();
  return (async function* () {
    for (;;) {
      const batch = await next;
      if (batch.done) return;
      next = start();
      const list = batch.value.getChild('vector')!.data[0]!;
      const values = list.children[0]!.values as Float32Array;
      yield values.subarray(list.offset * dimension, (list.offset + list.length) * dimension);
    }
  })();
}

function arrowSchema(dimension: number): object {
  const { Schema, Field, Utf8, Float64, Float32, FixedSizeList } = arrow();
  return new Schema([
    ...texts.map((name) => new Field(name, new Utf8(), false)),
    ...numbers.map((name) => new Field(name, new Float64(), name === 'matures_at')),
    new Field('vector', new FixedSizeList(dimension, new Field('item', new Float32(), true)), false),
  ]);
}

const listText = (list: readonly string[]): string => JSON.stringify(list);

function toArrow(rows: readonly MemoryRow[], vectors: readonly Float32Array[], schema: object, dimension: number): object {
  const { Table, Utf8, Float64, Float32, makeData, vectorFromArray, Vector } = arrow();
  const flat = new Float32Array(rows.length * dimension);
  for (const [i, vector] of vectors.entries()) flat.set(vector, i * dimension);
  const text = (of: (row: MemoryRow) => string) => vectorFromArray(rows.map(of), new Utf8());
  const number = (of: (row: MemoryRow) => number | null) => vectorFromArray(rows.map(of), new Float64());
  const list = (schema as import('apache-arrow').Schema).fields.find(({ name }) => name === 'vector')!
    .type as import('apache-arrow').FixedSizeList;
  const child = makeData({ type: new Float32(), data: flat, length: flat.length });
  return new Table(schema as never, {
    id: text((row) => row.id),
    kind: text((row) => row.kind),
    owner: text((row) => row.owner),
    layer: text((row) => row.layer),
    symbols: text((row) => listText(row.symbols)),
    supersedes: text((row) => row.supersedes ?? ''),
    sources: text((row) => listText(row.sources)),
    aliases: text((row) => row.aliases),
    text: text((row) => row.text),
    body: text((row) => JSON.stringify(row.body)),
    event_at: number((row) => row.eventAt),
    known_at: number((row) => row.knownAt),
    matures_at: number((row) => row.maturesAt),
    importance: number((row) => row.importance),
    vector: new Vector([makeData({ type: list, length: rows.length, nullCount: 0, child })]),
  });
}

function rowOf(found: ArrowTable, i: number): MemoryRow {
  const get = (name: string) => found.getChild(name)!.get(i) as never;
  const content = memoryRowSchema.parse({
    kind: get('kind'),
    owner: get('owner'),
    layer: get('layer'),
    symbols: listOf(get('symbols')),
    aliases: get('aliases'),
    eventAt: get('event_at'),
    knownAt: get('known_at'),
    maturesAt: get('matures_at'),
    supersedes: (get('supersedes') as string) || null,
    sources: listOf(get('sources')),
    importance: get('importance'),
    text: get('text'),
    body: JSON.parse(get('body')),
  });
  return { id: get('id'), ...content };
}
