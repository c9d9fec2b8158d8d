/** The exact float32 vectors behind the codes: in memory, or in a file when a million of them would not fit. */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';

export interface FloatRows {
  /** Whole rows, copied. */
  append(vectors: Float32Array): void;
  /** Whole rows that nobody will write to any more: they may be kept as they are. */
  adopt(vectors: Float32Array): void;
  /** Fills `into` with a row's numbers. */
  read(row: number, into: Float32Array): void;
  close(): void;
}

/** Rows that come one by one are kept in chunks of so many, so that growing copies nothing. */
const CHUNK = 4096;

export function rowsInMemory(dimension: number): FloatRows {
  const chunks: Float32Array[] = [];
  /** First row of each chunk. */
  const starts: number[] = [];
  let length = 0;
  /** Rows that fit into the last chunk still. */
  let free = 0;

  return {
    append(vectors) {
      const rows = vectors.length / dimension;
      for (let taken = 0; taken < rows; ) {
        if (free === 0) {
          chunks.push(new Float32Array(CHUNK * dimension));
          starts.push(length);
          free = CHUNK;
        }
        const count = Math.min(free, rows - taken);
        const part = vectors.subarray(taken * dimension, (taken + count) * dimension);
        chunks[chunks.length - 1]!.set(part, (length - starts[starts.length - 1]!) * dimension);
        taken += count;
        length += count;
        free -= count;
      }
    },
    adopt(vectors) {
      chunks.push(vectors);
      starts.push(length);
      length += vectors.length / dimension;
      free = 0;
    },
    read(row, into) {
      let low = 0;
      let high = starts.length;
      while (high - low > 1) {
        const middle = (low + high) >>> 1;
        if (starts[middle]! <= row) low = middle;
        else high = middle;
      }
      const at = (row - starts[low]!) * dimension;
      into.set(chunks[low]!.subarray(at, at + dimension));
    },
    close() {
      chunks.length = 0;
      starts.length = 0;
    },
  };
}

/** Rows in a scratch file that is written anew each time (the durable rows are the table's); removed on close. */
export function rowsInFile(dimension: number, path: string): FloatRows {
  const file = openSync(path, 'w+');
  const rowBytes = dimension * 4;
  const perWrite = Math.max(1, Math.floor(1_048_576 / rowBytes));
  const pending = new Float32Array(perWrite * dimension);
  let waiting = 0;
  let written = 0;
  const flush = () => {
    writeSync(file, new Uint8Array(pending.buffer, 0, waiting * rowBytes), 0, waiting * rowBytes, written * rowBytes);
    written += waiting;
    waiting = 0;
  };
  const append = (vectors: Float32Array) => {
    const rows = vectors.length / dimension;
    for (let taken = 0; taken < rows; ) {
      const count = Math.min(perWrite - waiting, rows - taken);
      pending.set(vectors.subarray(taken * dimension, (taken + count) * dimension), waiting * dimension);
      taken += count;
      waiting += count;
      if (waiting === perWrite) flush();
    }
  };
  return {
    append,
    adopt: append,
    read(row, into) {
      if (row >= written) {
        const at = (row - written) * dimension;
        into.set(pending.subarray(at, at + dimension));
        return;
      }
      readSync(file, new Uint8Array(into.buffer, into.byteOffset, rowBytes), 0, rowBytes, row * rowBytes);
    },
    close() {
      closeSync(file);
      rmSync(path, { force: true });
    },
  };
}
