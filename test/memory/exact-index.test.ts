import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomBelow, randomFloat, randomInit, randomNormal } from '../../lib/core/index.js';
import { ExactIndex } from '../../lib/memory/exact-index.js';
import { rowsInFile } from '../../lib/memory/float-rows.js';

const unit = (values: number[]): Float32Array => {
  const length = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
  return Float32Array.from(values, (v) => v / length);
};

/** By plain sorting, as the definition says. */
function brute(rows: { knownAt: number; vector: Float32Array }[], query: Float32Array, count: number, asOf: number): number[] {
  const score = (v: Float32Array) => v.reduce((sum, x, i) => sum + x * query[i]!, 0);
  return rows
    .map(({ knownAt, vector }, row) => ({ row, knownAt, score: score(vector) }))
    .filter(({ knownAt }) => knownAt <= asOf)
    .sort((a, b) => b.score - a.score || a.row - b.row)
    .slice(0, count)
    .map(({ row }) => row);
}

test('equals plain sorting for any rows, dates and dimensions, near-duplicates included', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e6 }),
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 12 }),
      (seed, dimension, count) => {
        const random = randomInit(seed, 'exact');
        const index = new ExactIndex(dimension);
        const rows: { knownAt: number; vector: Float32Array }[] = [];
        const centre = Array.from({ length: dimension }, () => randomNormal(random));
        for (let i = 0; i < 300; i++) {
          const spread = randomFloat(random) < 0.5 ? 0.01 : 1;
          const vector = unit(centre.map((c) => c + spread * randomNormal(random)));
          const knownAt = Math.floor(i / 3);
          rows.push({ knownAt, vector });
          index.append(knownAt, vector);
        }
        const query = unit(centre.map((c) => c + 0.1 * randomNormal(random)));
        for (const asOf of [-1, 0, 37, 99, 500]) {
          expect(index.search(query, count, { asOf }).map(({ row }) => row)).toEqual(brute(rows, query, count, asOf));
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('rows in a file give the same answers, and only accepted rows come back', () => {
  const random = randomInit(7, 'file');
  const file = new ExactIndex(384, rowsInFile(384, join(mkdtempSync(join(tmpdir(), 'memory-')), 'rows.f32')));
  const memory = new ExactIndex(384);
  for (let i = 0; i < 6000; i++) {
    const vector = unit(Array.from({ length: 384 }, () => randomNormal(random)));
    file.append(i, vector);
    memory.append(i, vector);
  }
  const query = unit(Array.from({ length: 384 }, () => randomNormal(random)));
  const accept = (row: number) => row % 7 === 3;
  expect(file.search(query, 10, { asOf: 5500, accept })).toEqual(memory.search(query, 10, { asOf: 5500, accept }));
  expect(file.search(query, 10, { asOf: 5500, accept }).every(({ row }) => accept(row) && row <= 5500)).toBe(true);
  file.close();
});

test('blocks of rows, kept as they are or copied, in memory or in a file, are the same rows one by one', () => {
  const dimension = 20;
  const random = randomInit(11, 'blocks');
  const rows = Array.from({ length: 700 }, () => unit(Array.from({ length: dimension }, () => randomNormal(random))));
  const single = new ExactIndex(dimension);
  rows.forEach((row, i) => {
    single.append(Math.floor(i / 5), row);
  });
  const file = new ExactIndex(dimension, rowsInFile(dimension, join(mkdtempSync(join(tmpdir(), 'memory-')), 'rows.f32')));
  for (const index of [new ExactIndex(dimension), file]) {
    for (let at = 0; at < rows.length; ) {
      // One by one between the blocks, too.
      const count = at % 3 === 0 ? 1 : Math.min(rows.length - at, 1 + randomBelow(random, 150));
      const block = new Float32Array(count * dimension);
      rows.slice(at, at + count).forEach((row, i) => {
        block.set(row, i * dimension);
      });
      const knownAt = Array.from({ length: count }, (_, i) => Math.floor((at + i) / 5));
      if (count === 1) index.append(knownAt[0]!, block);
      else index.adopt(knownAt, block);
      at += count;
    }
    for (const asOf of [0, 60, 139]) expect(index.search(rows[77]!, 9, { asOf })).toEqual(single.search(rows[77]!, 9, { asOf }));
    const [one, other] = [new Float32Array(dimension), new Float32Array(dimension)];
    for (const row of [0, 1, 333, 699]) {
      index.vectorOf(row, one);
      single.vectorOf(row, other);
      expect(one).toEqual(other);
    }
    const bad = Float32Array.from([...rows[0]!, ...rows[1]!.map((x) => x * 2)]);
    expect(() => index.adopt([200, 200], bad)).toThrow('length 1, got 2');
    expect(() => index.adopt([200, 100], Float32Array.from([...rows[0]!, ...rows[1]!]))).toThrow('order of knownAt');
    expect(index.length).toBe(700);
    index.close();
  }
});

test('refuses what would spoil it', () => {
  const index = new ExactIndex(3);
  index.append(5, unit([1, 2, 3]));
  expect(() => index.append(4, unit([1, 2, 3]))).toThrow('order of knownAt');
  expect(() => index.append(6, unit([1, 2]))).toThrow('expected 3 numbers');
  for (const bad of [
    [0, 0, 0],
    [Number.NaN, 0, 1],
    [3, 3, 3],
  ]) {
    expect(() => index.append(6, Float32Array.from(bad))).toThrow('length 1');
    expect(() => index.search(Float32Array.from(bad), 1, { asOf: 9 })).toThrow('length 1');
  }
  expect(index.length).toBe(1);
});
