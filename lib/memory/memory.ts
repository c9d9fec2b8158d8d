/** A memory: rows written in batches, recalled as of an instant and never past it. */
import { LRUCache } from 'lru-cache';
import { InputError, isoOf, type Recall, type RecalledItem, type RecallQuery } from '../core/index.js';
import { chunkText } from './chunk-text.js';
import type { Embedder } from './embedder.js';
import { MemoryError } from './errors.js';
import type { ExactIndex } from './exact-index.js';
import { EmbedderError, type Sickness } from './health.js';
import { accepts, rankRows } from './rank-rows.js';
import { embeddedText, type MemoryRow, memoryRow, type NewMemoryRow } from './row.js';
import { type RowHead, searchedText } from './row-head.js';
import { indexTable, type RowIndex } from './row-index.js';
import type { MemoryTable } from './table.js';
import { embedCached } from './vector-cache.js';

export interface Health {
  readonly status: 'ok' | 'degraded';
  readonly reason?: string;
  readonly sickness?: Sickness;
}

/** Counts since opening, for metrics. */
export interface MemoryCounts {
  recalls: number;
  empty: number;
  degraded: number;
  written: number;
}

/** Batches after which the table's files are merged. */
const OPTIMISE_EVERY = 64;
/** Rows that may wait for the table. */
const MOST_HELD = 5000;

export class Memory {
  readonly mode: 'read-only' | 'read-write';
  readonly health: Health;
  readonly embedder: Embedder;
  readonly counts: MemoryCounts = { recalls: 0, empty: 0, degraded: 0, written: 0 };
  private readonly table: MemoryTable;
  private index: RowIndex;
  private readonly unlock: () => void;
  /** Rows that were written or handed out lately. */
  private readonly recent = new LRUCache<string, MemoryRow>({ max: 20_000 });
  /** Rows that are recalled already and not in the table yet. */
  private held: { rows: MemoryRow[]; vectors: Float32Array[] } = { rows: [], vectors: [] };
  private batches = 0;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(
    table: MemoryTable,
    index: RowIndex,
    embedder: Embedder,
    mode: 'read-only' | 'read-write',
    health: Health,
    unlock: () => void,
  ) {
    this.table = table;
    this.index = index;
    this.embedder = embedder;
    this.mode = mode;
    this.health = health;
    this.unlock = unlock;
  }

  get length(): number {
    return this.index.rows.length;
  }

  /** The vector side of the memory, for those who measure it. */
  searchable(): { readonly vectors: ExactIndex } {
    return this.index;
  }

  /** Positions of all rows that a query may be answered with at an instant, relevant or not. */
  known(query: RecallQuery, asOf: number): number[] {
    const positions: number[] = [];
    for (let row = 0; row < this.index.vectors.lengthAt(asOf); row++)
      if (accepts(this.index, this.index.rows[row]!, query, asOf)) positions.push(row);
    return positions;
  }

  /**
   * Removes what was written after an instant: the unfinished tail of a run that goes on from its last barrier. Throws MemoryError when
   * read-only.
   */
  forgetAfter(instant: number): Promise<void> {
    return this.inTurn(async () => {
      if (this.mode !== 'read-write')
        throw new MemoryError('forgetAfter: expected a memory open for writing, got a read-only one. Open it read-write.');
      if (this.index.vectors.lengthAt(instant) === this.length) return;
      await this.writeHeld();
      await this.table.removeAfter(instant);
      await this.reload();
    });
  }

  /** Heads of all rows, by knownAt. */
  heads(): readonly RowHead[] {
    return this.index.rows;
  }

  /**
   * Writes rows as one batch; those already there (same content, same id) are left alone, so that a batch can be sent again after a
   * crash. Durable when it resolves. Throws MemoryError when read-only, on a bad row, and on a text too long for the embedder;
   * EmbedderError when a vector is sick. Nothing of the batch is written then.
   */
  remember(rows: readonly NewMemoryRow[], signal?: AbortSignal): Promise<{ written: number; known: number; ids: string[] }> {
    return this.inTurn(async () => {
      const taken = await this.take(rows, signal);
      await this.writeHeld();
      return taken;
    });
  }

  /** Like {@link remember}, but durable only after the next {@link flush}: several small batches cost the table as much as one. */
  hold(rows: readonly NewMemoryRow[], signal?: AbortSignal): Promise<{ written: number; known: number; ids: string[] }> {
    return this.inTurn(async () => {
      const taken = await this.take(rows, signal);
      if (this.held.rows.length >= MOST_HELD) await this.writeHeld();
      return taken;
    });
  }

  /** Everything held is durable when it resolves. */
  flush(): Promise<void> {
    return this.inTurn(() => this.writeHeld());
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.writing.then(work);
    this.writing = done.catch(() => {});
    return done;
  }

  /** Takes rows into the index, where they are recalled from now on, and holds them for the table. */
  private async take(input: readonly NewMemoryRow[], signal?: AbortSignal): Promise<{ written: number; known: number; ids: string[] }> {
    if (this.mode !== 'read-write')
      throw new MemoryError('remember: expected a memory open for writing, got a read-only one. Open it read-write.');
    // Another model's vectors must not come among those of the table.
    if (this.health.status === 'degraded') throw new EmbedderError(this.health.sickness!, 'found when the memory was opened');
    const rows = input.map(memoryRow);
    const fresh = new Map<string, MemoryRow>();
    for (const row of rows) if (!this.index.has(row.id)) fresh.set(row.id, row);
    const batch = [...fresh.values()].sort((a, b) => a.knownAt - b.knownAt);
    const place = `write|${batch[batch.length - 1]?.knownAt}`;
    const vectors = await embedCached(this.embedder, batch.map(embeddedText), { place, ...(signal && { signal }) });
    if (batch.length > 0 && batch[0]!.knownAt < this.index.lastKnownAt) {
      // A row known before the last one: the order is made anew.
      await this.writeHeld();
      await this.table.append(batch, vectors);
      await this.reload();
    } else {
      for (const [i, row] of batch.entries()) {
        this.index.append({ ...row, offset: this.length }, vectors[i]!, searchedText(row));
        this.held.rows.push(row);
        this.held.vectors.push(vectors[i]!);
      }
    }
    for (const row of batch) this.recent.set(row.id, row);
    this.counts.written += batch.length;
    return { written: batch.length, known: rows.length - batch.length, ids: rows.map(({ id }) => id) };
  }

  private async writeHeld(): Promise<void> {
    const { rows, vectors } = this.held;
    if (rows.length === 0) return;
    this.held = { rows: [], vectors: [] };
    try {
      await this.table.append(rows, vectors);
    } catch (error) {
      // What could not be written is not remembered either.
      await this.reload();
      throw error;
    }
    if (++this.batches % OPTIMISE_EVERY === 0) await this.merge();
  }

  /** Merges the table's files. */
  optimise(): Promise<void> {
    return this.inTurn(async () => {
      await this.writeHeld();
      await this.merge();
    });
  }

  /** The order of writing may change, so it is read again. */
  private async merge(): Promise<void> {
    await this.table.optimise();
    await this.reload();
  }

  private async reload(): Promise<void> {
    const next = await indexTable(this.table, this.embedder.dimension);
    this.index.close();
    this.index = next;
  }

  /**
   * What is remembered about a matter as of an instant: rows with knownAt <= asOf that no row known by then replaced, by vector and
   * full-text rank fused, weighed by age in their layer and by importance. `asOf` has no default. A sick embedder gives `degraded` with
   * the reason and no items; the caller goes on without memory.
   */
  async recall(query: RecallQuery, asOf: number): Promise<Recall> {
    if (typeof asOf !== 'number' || !Number.isFinite(asOf)) {
      throw new InputError(`recall: expected the instant to recall at, got ${asOf}. Pass the view's asOf; there is no default.`);
    }
    this.counts.recalls++;
    const limit = query.limit ?? 5;
    if (this.health.status === 'degraded') return this.degraded(this.health.reason!);
    if (query.text.trim() === '') return this.nothing('the query is blank');
    if (this.index.vectors.lengthAt(asOf) === 0) return this.nothing(`nothing was known by ${isoOf(asOf)}`);
    let vector: Float32Array;
    try {
      vector = await this.vectorOf(query.text, `recall|${asOf}`);
    } catch (error) {
      if (!(error instanceof EmbedderError)) throw error;
      return this.degraded(`${error.sickness}: ${error.message}`);
    }
    const best = rankRows(this.index, vector, query, { asOf, limit });
    if (best.length === 0) return this.nothing('nothing known by then fits');
    return { status: 'ok', items: await this.handOut(best, asOf) };
  }

  /** Whole rows by position, in the order asked: for programs that look at a memory, not for decisions. */
  async rowsAt(positions: readonly number[]): Promise<MemoryRow[]> {
    const wanted = positions.map((position) => this.index.rows[position]!);
    const missing = wanted.filter(({ id }) => !this.recent.has(id));
    const found = new Map((await this.table.take(missing.map(({ offset }) => offset))).map((row) => [row.id, row]));
    return wanted.map(({ id }) => {
      const row = this.recent.get(id) ?? found.get(id);
      if (row === undefined)
        throw new MemoryError(`rowsAt: expected row ${id} where the index has it, got another. Run hindcast memory check.`);
      this.recent.set(id, row);
      return row;
    });
  }

  close(): void {
    this.index.close();
    this.table.close();
    this.unlock();
  }

  /** The second cut: what the table really returned is looked at again before anyone sees it. */
  private async handOut(best: readonly { row: number; score: number }[], asOf: number): Promise<RecalledItem[]> {
    const rows = await this.rowsAt(best.map(({ row }) => row));
    return rows.map((row, i): RecalledItem => {
      if (row.knownAt > asOf || (row.maturesAt !== null && row.maturesAt > asOf)) {
        throw new MemoryError(
          `recall: expected rows known by ${isoOf(asOf)}, got ${row.id} of ${isoOf(row.knownAt)}. Run hindcast memory check.`,
        );
      }
      return {
        id: row.id,
        kind: row.kind,
        text: row.text,
        body: row.body,
        eventAt: row.eventAt,
        knownAt: row.knownAt,
        score: best[i]!.score,
      };
    });
  }

  private async vectorOf(text: string, place: string): Promise<Float32Array> {
    const { maxTokens, countTokens } = this.embedder;
    // The head of an over-long query stands for it, rather than nothing.
    const head = chunkText(text, { maxTokens, countTokens: (part) => countTokens.call(this.embedder, part) })[0]!.text;
    return (await embedCached(this.embedder, [head], { place }))[0]!;
  }

  private degraded(reason: string): Recall {
    this.counts.degraded++;
    return { status: 'degraded', reason, items: [] };
  }

  private nothing(reason: string): Recall {
    this.counts.empty++;
    return { status: 'empty', reason, items: [] };
  }
}
