/** The vectors of workload V1: unit rows about 500 centres, 40 rows a day, and queries with a date each. Seeded, the same for every peer. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { randomBelow, randomInit, randomNormal } from '../../../lib/core/index.js';

export const DIMENSION = 384;
export const ROWS_PER_DAY = 40;
export const QUERIES = 200;

export interface Vectors {
  next(): Float32Array;
}

/** Rows first, then queries: one generator for both. */
export function clusteredVectors(seed = 7): Vectors {
  const random = randomInit(seed, 'v1');
  const centres = Array.from({ length: 500 }, () => Float32Array.from({ length: DIMENSION }, () => randomNormal(random)));
  return {
    next() {
      const centre = centres[randomBelow(random, 500)]!;
      const vector = new Float32Array(DIMENSION);
      let square = 0;
      for (let i = 0; i < DIMENSION; i++) {
        vector[i] = centre[i]! + 0.8 * randomNormal(random);
        square += vector[i]! ** 2;
      }
      const length = Math.sqrt(square);
      for (let i = 0; i < DIMENSION; i++) vector[i]! /= length;
      return vector;
    },
  };
}

/** The last day that query `q` may see, of a table that has `days` days. */
export const cutOf = (q: number, days: number): number => Math.floor(100 + ((days - 101) * q) / (QUERIES - 1));

/** Rows one after another as little-endian float32, for the peers. */
export function writeVectors(path: string, vectors: readonly Float32Array[]): void {
  const file = openSync(path, 'w');
  for (const vector of vectors) writeSync(file, new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
  closeSync(file);
}
