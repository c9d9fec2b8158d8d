/** `hindcast bench memory`: exact search as of a day over 100,000 and 1,000,000 rows, ingest, opening, embedding; peers on request. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monotonicMs, projectRoot } from '../../lib/core/index.js';
import { type Embedder, ExactIndex, localEmbedder, type NewMemoryRow, openMemory } from '../../lib/memory/index.js';
import { overheadMs } from './support/agents-overhead.js';
import { clusteredVectors, cutOf, DIMENSION, QUERIES, ROWS_PER_DAY, writeVectors } from './support/memory-vectors.js';
import { PeerProcess, peerPython, ratio, spread } from './support/peers.js';

const ROWS = 100_000;
const DAYS = ROWS / ROWS_PER_DAY;
const REPEATS = 5;
const COUNT = 5;

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!;

export async function bench({ peers, say, signal }: { peers: boolean; say: (text: string) => void; signal: AbortSignal }) {
  const vectors = clusteredVectors();
  const rows = Array.from({ length: ROWS }, () => vectors.next());
  const queries = Array.from({ length: QUERIES }, () => vectors.next());
  const index = new ExactIndex(DIMENSION);
  rows.forEach((row, i) => {
    index.append(Math.floor(i / ROWS_PER_DAY), row);
  });
  const search = (q: number) => index.search(queries[q]!, COUNT, { asOf: cutOf(q, DAYS) }).map(({ row }) => row);
  const truth = queries.map((query, q) => plainScan(rows, query, cutOf(q, DAYS)));
  let hits = 0;
  let leaks = 0;
  const p50: number[] = [];
  const p95: number[] = [];
  for (let repeat = 0; repeat < REPEATS && !signal.aborted; repeat++) {
    say(`search, round ${repeat + 1} of ${REPEATS}`);
    const ms = queries.map((_, q) => {
      const start = monotonicMs();
      const found = search(q);
      const taken = monotonicMs() - start;
      if (repeat === 0) {
        hits += found.filter((row) => truth[q]!.includes(row)).length;
        leaks += found.filter((row) => Math.floor(row / ROWS_PER_DAY) > cutOf(q, DAYS)).length;
      }
      return taken;
    });
    p50.push(percentile(ms, 0.5));
    p95.push(percentile(ms, 0.95));
  }
  const million: { ms: number[]; peakMb: number }[] = [];
  for (let i = 0; i < 2 && !signal.aborted; i++) {
    say(`a million rows, round ${i + 1} of 2`);
    million.push(millionRows());
  }
  const { ingest, open, firstRecall, hybrid } = await durable(rows, say, signal);
  const embed = await embedding(say, signal);
  say('the room around the models');
  const overhead = await overheadMs();
  const compared = peers ? await withPeers(rows, queries, search, truth, say, signal) : { versions: {}, ratios: {}, checks: {} };
  return {
    bench: 'memory',
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
    versions: { node: process.version, ...compared.versions },
    metrics: {
      search_ms_p50: spread(p50, 'ms'),
      search_ms_p95: spread(p95, 'ms'),
      search_1m_ms_p95: spread(
        million.map(({ ms }) => percentile(ms, 0.95)),
        'ms',
      ),
      search_1m_peak_mb: spread(
        million.map(({ peakMb }) => peakMb),
        'MB',
      ),
      recall_ms_p95: spread([percentile(hybrid, 0.95)], 'ms, vector and words, rows fetched'),
      ingest_10k_s: spread(ingest, 's, embedding excluded'),
      open_100k_s: spread(open, 's'),
      first_recall_100k_s: spread(firstRecall, 's, the words indexed with it'),
      embed_texts_per_s: spread(embed, 'texts/s'),
      overhead_ms: spread(overhead.full, 'ms a decision, eleven questions, answers at once'),
      overhead_compact_ms: spread(overhead.compact, 'ms a decision, three questions, answers at once'),
    },
    ratios: compared.ratios,
    checks: { recall5: hits / (QUERIES * COUNT), leaks, ...compared.checks },
  };
}

/** Every row scored and sorted: what a search must give. */
function plainScan(rows: readonly Float32Array[], query: Float32Array, cut: number): number[] {
  const best: { row: number; score: number }[] = [];
  for (let row = 0; row < (cut + 1) * ROWS_PER_DAY && row < rows.length; row++) {
    const vector = rows[row]!;
    let score = 0;
    for (let i = 0; i < DIMENSION; i++) score += vector[i]! * query[i]!;
    if (best.length === COUNT && score <= best[COUNT - 1]!.score) continue;
    best.push({ row, score });
    best.sort((a, b) => b.score - a.score);
    best.length = Math.min(best.length, COUNT);
  }
  return best.map(({ row }) => row);
}

function millionRows(): { ms: number[]; peakMb: number } {
  const root = projectRoot();
  const child = spawnSync(
    process.execPath,
    ['--import', join(root, 'lib/boot.mjs'), join(root, 'test/bench/support/memory-million-child.ts')],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (child.status !== 0)
    throw new Error(`millionRows: expected the child to end well, got exit code ${child.status}. Run it alone to see why.`);
  return JSON.parse(child.stdout.trim().split('\n').pop()!) as { ms: number[]; peakMb: number };
}

/** An embedder whose vectors are there already: text `i` has vector `i`. */
const given = (vectors: readonly Float32Array[]): Embedder => ({
  id: 'bench:given',
  dimension: DIMENSION,
  maxTokens: 1e6,
  digest: async () => 'given',
  countTokens: (text) => text.length,
  embed: async (texts) => texts.map((text, i) => vectors[Number(/^#(\d+)/.exec(text)?.[1] ?? i)]!),
});

const WORDS = '银行 profit 增长 dividend 下降 regulator 分红 chip 处罚 guidance 减持 oil 涨停 merger 政策 fraud'.split(' ');

const rowOf = (i: number): NewMemoryRow => ({
  kind: 'episode',
  owner: 'shared',
  layer: 'fast',
  symbols: [`S${i % 40}`],
  aliases: '',
  eventAt: Math.floor(i / ROWS_PER_DAY),
  knownAt: Math.floor(i / ROWS_PER_DAY),
  maturesAt: null,
  supersedes: null,
  sources: [],
  importance: 0.5,
  text: `#${i} ${WORDS[i % 16]} ${WORDS[(i >> 4) % 16]} ${WORDS[(i >> 8) % 16]} of day ${Math.floor(i / ROWS_PER_DAY)}`,
  body: {},
});

/** Ten thousand rows written three times into new memories; then all rows in one, opened again and asked. */
async function durable(rows: readonly Float32Array[], say: (text: string) => void, signal: AbortSignal) {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-bench-'));
  const ingest: number[] = [];
  const open: number[] = [];
  const firstRecall: number[] = [];
  const hybrid: number[] = [];
  try {
    for (let repeat = 0; repeat < 3 && !signal.aborted; repeat++) {
      say(`ingest, round ${repeat + 1} of 3`);
      const memory = await openMemory(join(folder, `ten-${repeat}`), { embedder: given(rows), mode: 'read-write' });
      const start = monotonicMs();
      for (let i = 0; i < 10_000; i += 200) await memory.remember(Array.from({ length: 200 }, (_, k) => rowOf(i + k)));
      ingest.push((monotonicMs() - start) / 1000);
      memory.close();
    }
    say('100,000 rows in a memory');
    const all = await openMemory(join(folder, 'all'), { embedder: given(rows), mode: 'read-write' });
    for (let i = 0; i < ROWS && !signal.aborted; i += 10_000) await all.remember(Array.from({ length: 10_000 }, (_, k) => rowOf(i + k)));
    await all.optimise();
    all.close();
    for (let repeat = 0; repeat < 3 && !signal.aborted; repeat++) {
      const start = monotonicMs();
      const memory = await openMemory(join(folder, 'all'), { embedder: given(rows), mode: 'read-only' });
      open.push((monotonicMs() - start) / 1000);
      const first = monotonicMs();
      await memory.recall({ text: `#0 ${WORDS[0]}` }, DAYS);
      firstRecall.push((monotonicMs() - first) / 1000);
      if (repeat === 2) {
        for (let q = 0; q < 50; q++) {
          const asked = monotonicMs();
          await memory.recall({ text: `#${q * 1999} ${WORDS[q % 16]} ${WORDS[(q * 7) % 16]}` }, cutOf(q * 4, DAYS));
          hybrid.push(monotonicMs() - asked);
        }
      }
      memory.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { ingest, open, firstRecall, hybrid };
}

async function embedding(say: (text: string) => void, signal: AbortSignal): Promise<number[]> {
  const embedder = localEmbedder();
  const texts = Array.from({ length: 100 }, (_, i) => `第${i}条：平安银行三季度净利润同比增长 and guidance was raised for quarter ${i}`);
  await embedder.embed(texts.slice(0, 5));
  const rates: number[] = [];
  for (let repeat = 0; repeat < 3 && !signal.aborted; repeat++) {
    say(`embedding, round ${repeat + 1} of 3`);
    const start = monotonicMs();
    await embedder.embed(texts);
    rates.push(texts.length / ((monotonicMs() - start) / 1000));
  }
  return rates;
}

/** The same queries, ours and each peer's in turn. */
async function withPeers(
  rows: readonly Float32Array[],
  queries: readonly Float32Array[],
  search: (q: number) => number[],
  truth: readonly number[][],
  say: (text: string) => void,
  signal: AbortSignal,
) {
  const python = await peerPython('memory', { say, signal });
  const folder = join(projectRoot(), 'build/peers/memory-data');
  mkdirSync(folder, { recursive: true });
  writeVectors(join(folder, 'rows.f32'), rows);
  writeVectors(join(folder, 'queries.f32'), queries);
  const peer = await PeerProcess.start(python, 'test/bench/peers/memory.py', { signal });
  const ratios: Record<string, { min: number; median: number; n: number }> = {};
  const checks: Record<string, number> = {};
  for (const name of ['hnswlib', 'chroma', 'lancedb', 'numpy']) {
    say(`${name}: building`);
    await peer.run(`${name}_build`);
    const ours: number[] = [];
    const theirs: number[] = [];
    let hits = 0;
    const asked = Array.from({ length: 40 }, (_, i) => i * 5);
    for (const q of asked) {
      const start = monotonicMs();
      search(q);
      ours.push(1 / (monotonicMs() - start));
      const { seconds, answer } = await peer.run<number[]>(`${name}_search`, { query: q, cut: cutOf(q, DAYS), count: COUNT });
      theirs.push(1 / (seconds * 1000));
      hits += answer.filter((row) => truth[q]!.includes(row)).length;
    }
    ratios[`search_vs_${name}`] = ratio(ours, theirs);
    checks[`recall5_${name}`] = hits / (asked.length * COUNT);
  }
  await peer.close();
  return { versions: peer.versions, ratios, checks };
}
