/** What the in-process index keeps of a row. Those of a table are put into words only when somebody asks: most never are. */
import type { Table as ArrowTable } from 'apache-arrow';
import type { MemoryRow } from './row.js';

export interface RowHead {
  /** Place in the table's order of writing. */
  readonly offset: number;
  readonly id: string;
  readonly kind: MemoryRow['kind'];
  readonly owner: MemoryRow['owner'];
  readonly layer: MemoryRow['layer'];
  readonly symbols: readonly string[];
  readonly eventAt: number;
  readonly knownAt: number;
  readonly supersedes: string | null;
  readonly importance: number;
}

/** A head that still knows its row. */
export interface StoredHead extends RowHead {
  /** What full-text search looks at. */
  words(): string;
}

/** What full-text search looks at. */
export const searchedText = (row: Pick<MemoryRow, 'symbols' | 'aliases' | 'text'>): string =>
  `${row.symbols.join(' ')} ${row.aliases}\n${row.text}`;

const NO_LIST: string[] = [];
/** A list as its column has it: JSON. */
export const listOf = (text: string): string[] => (text === '[]' ? NO_LIST : (JSON.parse(text) as string[]));

const texts = ['id', 'kind', 'owner', 'layer', 'symbols', 'supersedes', 'aliases', 'text'] as const;
const numbers = ['event_at', 'known_at', 'importance'] as const;
export const HEAD_COLUMNS = [...texts, ...numbers] as const;

type Texts = Readonly<Record<(typeof texts)[number], { get(row: number): unknown }>>;
type Numbers = Readonly<Record<(typeof numbers)[number], Float64Array>>;

/** A row in a batch of columns. */
class ColumnHead implements StoredHead {
  readonly offset: number;
  readonly eventAt: number;
  readonly knownAt: number;
  readonly importance: number;
  readonly supersedes: string | null;
  readonly #texts: Texts;
  readonly #row: number;
  #kind: RowHead['kind'] | undefined;
  #owner: RowHead['owner'] | undefined;
  #symbols: readonly string[] | undefined;

  constructor(offset: number, columns: Texts, values: Numbers, row: number, supersedes: string | null) {
    this.offset = offset;
    this.eventAt = values.event_at[row]!;
    this.knownAt = values.known_at[row]!;
    this.importance = values.importance[row]!;
    this.supersedes = supersedes;
    this.#texts = columns;
    this.#row = row;
  }

  get id(): string {
    return this.#text('id');
  }
  get layer(): RowHead['layer'] {
    return this.#text('layer') as RowHead['layer'];
  }
  // Each search asks these of many rows.
  get kind(): RowHead['kind'] {
    return (this.#kind ??= this.#text('kind') as RowHead['kind']);
  }
  get owner(): RowHead['owner'] {
    return (this.#owner ??= this.#text('owner') as RowHead['owner']);
  }
  get symbols(): readonly string[] {
    return (this.#symbols ??= listOf(this.#text('symbols')));
  }
  words(): string {
    return searchedText({ symbols: [...this.symbols], aliases: this.#text('aliases'), text: this.#text('text') });
  }

  #text(column: keyof Texts): string {
    return this.#texts[column].get(this.#row) as string;
  }
}

/** The heads of all rows of a table's answer to {@link HEAD_COLUMNS}, in its order. */
export function headsOf(found: ArrowTable): StoredHead[] {
  const heads: StoredHead[] = [];
  for (const batch of found.batches) {
    const columns = Object.fromEntries(texts.map((name) => [name, batch.getChild(name)!])) as unknown as Texts;
    const values = Object.fromEntries(numbers.map((name) => [name, batch.getChild(name)!.data[0]!.values])) as Numbers;
    const ends = batch.getChild('supersedes')!.data[0]!.valueOffsets as Int32Array;
    for (let i = 0; i < batch.numRows; i++) {
      // Nearly none supersedes another: the offsets say so without a look at the text.
      const supersedes = ends[i + 1] === ends[i] ? null : (columns.supersedes.get(i) as string);
      heads.push(new ColumnHead(heads.length, columns, values, i, supersedes));
    }
  }
  return heads;
}
