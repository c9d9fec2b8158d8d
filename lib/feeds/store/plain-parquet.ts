/** A Parquet file of plain number columns: one row group, no compression, so that writing one is little more than copying its columns. */

/** In Parquet's words: INT32 with the converted type DATE, INT32, DOUBLE. */
export interface PlainColumn {
  readonly name: string;
  readonly values: Int32Array | Float64Array;
  /** The values are days since 1970. */
  readonly isDate?: boolean;
}

const MAGIC = new TextEncoder().encode('PAR1');
const [TYPE_INT32, TYPE_DOUBLE] = [1, 5];
const CONVERTED_DATE = 6;
const [REQUIRED, PLAIN, RLE, UNCOMPRESSED, DATA_PAGE] = [0, 0, 3, 0, 0];
/** Wire types of Thrift's compact protocol. */
const [I32, I64, BINARY, LIST, STRUCT] = [5, 6, 8, 9, 12];

/** Thrift's compact protocol, as far as a footer needs it (thrift-compact-protocol.md of Apache Thrift; parquet.thrift of Apache Parquet). */
class Thrift {
  readonly bytes: number[] = [];
  #fields: number[] = [0];

  varint(value: number): this {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.bytes.push((rest % 128) + 128);
    this.bytes.push(rest);
    return this;
  }

  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    this.varint(bytes.length).bytes.push(...bytes);
    return this;
  }

  #field(id: number, type: number): void {
    const depth = this.#fields.length - 1;
    this.bytes.push(((id - (this.#fields[depth] as number)) << 4) | type);
    this.#fields[depth] = id;
  }

  /** Numbers are zigzag: none here is negative. */
  i32(id: number, value: number): this {
    this.#field(id, I32 as number);
    return this.varint(value * 2);
  }

  i64(id: number, value: number): this {
    this.#field(id, I64 as number);
    return this.varint(value * 2);
  }

  string(id: number, value: string): this {
    this.#field(id, BINARY as number);
    return this.text(value);
  }

  struct(id: number, write: () => void): this {
    this.#field(id, STRUCT as number);
    return this.element(write);
  }

  /** A struct as it stands in a list. */
  element(write: () => void): this {
    this.#fields.push(0);
    write();
    this.#fields.pop();
    this.bytes.push(0);
    return this;
  }

  list<T>(id: number, type: number, values: readonly T[], write: (value: T) => void): this {
    this.#field(id, LIST as number);
    if (values.length < 15) this.bytes.push((values.length << 4) | type);
    else {
      this.bytes.push(0xf0 | type);
      this.varint(values.length);
    }
    for (const value of values) write(value);
    return this;
  }
}

const typeOf = ({ values }: PlainColumn): number => (values instanceof Int32Array ? TYPE_INT32 : TYPE_DOUBLE) as number;

function pageHeader(rows: number, size: number): Uint8Array {
  const header = new Thrift();
  header.element(() =>
    header
      .i32(1, DATA_PAGE as number)
      .i32(2, size)
      .i32(3, size)
      .struct(5, () =>
        header
          .i32(1, rows)
          .i32(2, PLAIN as number)
          .i32(3, RLE as number)
          .i32(4, RLE as number),
      ),
  );
  return Uint8Array.from(header.bytes);
}

function footer(
  columns: readonly PlainColumn[],
  rows: number,
  chunks: readonly { readonly at: number; readonly size: number }[],
): Uint8Array {
  const meta = new Thrift();
  const schema = [undefined, ...columns];
  meta.element(() =>
    meta
      .i32(1, 1)
      .list(2, STRUCT as number, schema, (column) =>
        meta.element(() => {
          if (column === undefined) meta.string(4, 'bars').i32(5, columns.length);
          else {
            meta
              .i32(1, typeOf(column))
              .i32(3, REQUIRED as number)
              .string(4, column.name);
            if (column.isDate) meta.i32(6, CONVERTED_DATE);
          }
        }),
      )
      .i64(3, rows)
      .list(4, STRUCT as number, [chunks], () =>
        meta.element(() =>
          meta
            .list(1, STRUCT as number, columns, (column) => {
              const { at, size } = chunks[columns.indexOf(column)] as { at: number; size: number };
              meta.element(() =>
                meta.i64(2, at).struct(3, () =>
                  meta
                    .i32(1, typeOf(column))
                    .list(2, I32 as number, [PLAIN as number, RLE as number], (encoding) => meta.varint(encoding * 2))
                    .list(3, BINARY as number, [column.name], (name) => meta.text(name))
                    .i32(4, UNCOMPRESSED as number)
                    .i64(5, rows)
                    .i64(6, size)
                    .i64(7, size)
                    .i64(9, at),
                ),
              );
            })
            .i64(
              2,
              chunks.reduce((sum, { size }) => sum + size, 0),
            )
            .i64(3, rows),
        ),
      )
      .string(6, 'hindcast'),
  );
  return Uint8Array.from(meta.bytes);
}

/** Bytes of the file. `columns`: the same length each, at least 1. Parquet's numbers are little-endian, as all machines are that this runs on. */
export function plainParquet(columns: readonly PlainColumn[]): Uint8Array {
  const rows = columns[0]?.values.length ?? 0;
  const parts: Uint8Array[] = [MAGIC];
  let at = MAGIC.length;
  const chunks = columns.map(({ values }) => {
    const header = pageHeader(rows, values.byteLength);
    parts.push(header, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    const chunk = { at, size: header.length + values.byteLength };
    at += chunk.size;
    return chunk;
  });
  const end = footer(columns, rows, chunks);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, end.length, true);
  parts.push(end, length, MAGIC);
  return Buffer.concat(parts);
}
