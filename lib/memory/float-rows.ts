/** The exact float32 vectors behind the codes: in memory, or in a file when a million of them would not fit. */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';

export interface FloatRows {
  append(vector: Float32Array): void;
  /** Fills `into` with a row's numbers. */
  read(row: number, into: Float32Array): void;
  close(): void;
}

/** Rows in chunks, so that growing copies nothing. */
export function rowsInMemory(dimension: number): FloatRows {
  const perChunk = 4096;
  const chunks: Float32Array[] = [];
  let length = 0;
  return {
    append(vector) {
      const at = length % perChunk;
      if (at === 0) chunks.push(new Float32Array(perChunk * dimension));
      chunks[chunks.length - 1]!.set(vector, at * dimension);
      length++;
    },
    read(row, into) {
      const at = (row % perChunk) * dimension;
      into.set(chunks[Math.floor(row / perChunk)]!.subarray(at, at + dimension));
    },
    close() {
      chunks.length = 0;
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
  return {
    append(vector) {
      pending.set(vector, waiting * dimension);
      if (++waiting === perWrite) flush();
    },
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
