/** A million rows in a process of its own: codes in memory, floats in a file; search times and the peak of memory as one JSON line. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monotonicMs } from '../../../lib/core/index.js';
import { ExactIndex, rowsInFile } from '../../../lib/memory/index.js';
import { clusteredVectors, cutOf, DIMENSION, QUERIES } from './memory-vectors.js';

const ROWS = 1_000_000;
const DAYS = 2500;
const index = new ExactIndex(DIMENSION, rowsInFile(DIMENSION, join(mkdtempSync(join(tmpdir(), 'hindcast-bench-')), 'rows.f32')));
const vectors = clusteredVectors();
for (let i = 0; i < ROWS; i++) index.append(Math.floor((i * DAYS) / ROWS), vectors.next());
const queries = Array.from({ length: QUERIES }, () => vectors.next());
const ms: number[] = [];
for (const [q, query] of queries.entries()) {
  const start = monotonicMs();
  index.search(query, 5, { asOf: cutOf(q, DAYS) });
  ms.push(monotonicMs() - start);
}
index.close();
process.stdout.write(`${JSON.stringify({ ms, peakMb: process.resourceUsage().maxRSS / 1024 })}\n`);
