/** The memory of one run: a copy of what it starts from, written at barriers only, cut back to the last barrier when the run goes on. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { hashOf, InputError, type Instant, projectRoot, sha256 } from '../core/index.js';
import {
  type Embedder,
  EmbedderError,
  embedderId,
  episodeRow,
  type LessonBody,
  lessonRow,
  localEmbedder,
  type Memory,
  maximRows,
  type NewMemoryRow,
  openMemory,
  type RecallOf,
  type RememberedDecision,
  recallFor,
  type SettledOutcome,
  WaitingRows,
} from '../memory/index.js';
import type { ReplaySpec } from './spec.js';

export type MemorySpec = NonNullable<ReplaySpec['memory']>;

/** Barriers between two looks for maxims. */
const MAXIMS_EVERY = 20;

export interface RunMemory {
  readonly recall: RecallOf;
  /** Digest of the embedding model, for the stamp. */
  readonly models: Readonly<Record<string, string>>;
  readonly memory: Memory;
  /** What a reader of the run must know of its memory. */
  notes(): string[];
  /**
   * Takes in what the session's decisions and the outcomes that matured with it leave behind; recalled at once, durable by `flush`. While
   * the embedder is sick they wait, and are known from the barrier that can write them.
   */
  write(index: number, barrierAt: Instant, decided: readonly RememberedDecision[], settled: readonly SettledOutcome[]): Promise<void>;
  flush(): Promise<void>;
  close(): void;
}

/** One for all runs of a process: it takes a second to start, and what it embedded once it need not again. */
let shared: Embedder | undefined;

/** Folder of the memory that a run starts from. Throws InputError when there is none. */
export function startingMemory(spec: MemorySpec): string | null {
  if (spec.from === undefined) return null;
  const folder = isAbsolute(spec.from) || spec.from.includes('/') ? resolve(spec.from) : join(projectRoot(), 'data', 'memory', spec.from);
  if (existsSync(join(folder, 'memory.json'))) return folder;
  throw new InputError(`memory.from: expected a memory, got ${folder}, which holds none. See hindcast memory stats.`);
}

/** Hash over every file of the memory that a run starts from; the hash of nothing when it starts empty. */
export function startingDigest(spec: MemorySpec): string {
  const folder = startingMemory(spec);
  if (folder === null) return hashOf([]);
  const files: [string, string][] = [];
  const visit = (path: string): void => {
    for (const name of readdirSync(join(folder, path)).sort()) {
      const inner = join(path, name);
      if (statSync(join(folder, inner)).isDirectory()) visit(inner);
      else if (!name.startsWith('writer.db')) files.push([inner, sha256(readFileSync(join(folder, inner)))]);
    }
  };
  visit('');
  return hashOf(files);
}

/**
 * Opens the memory of a run under its folder. `lastBarrierAt`: the last committed barrier when the run goes on, else null: then it
 * starts from a fresh copy. What was written after that barrier is forgotten: it will be written again.
 */
export async function openRunMemory(input: {
  readonly folder: string;
  readonly spec: MemorySpec;
  readonly seed: number;
  readonly lastBarrierAt: Instant | null;
  readonly embedder: Embedder | undefined;
}): Promise<RunMemory> {
  const { spec, seed, lastBarrierAt } = input;
  const folder = join(input.folder, 'memory');
  if (lastBarrierAt === null) {
    rmSync(folder, { recursive: true, force: true });
    const start = startingMemory(spec);
    mkdirSync(folder, { recursive: true });
    if (start !== null) cpSync(start, folder, { recursive: true, filter: (path) => !path.includes('writer.db') });
  }
  const embedder = embedderOf(spec, input.embedder);
  const waiting = new WaitingRows(join(input.folder, 'memory-waiting.jsonl'), lastBarrierAt);
  const memory = await openMemory(folder, { embedder, mode: 'read-write' });
  if (lastBarrierAt !== null) await memory.forgetAfter(lastBarrierAt);
  let unwritten = 0;
  const writes = spec.mode === 'read-write' && spec.use !== 'off';
  return {
    memory,
    recall: recallFor(memory, spec.use, seed),
    models: { [`embedder.${embedder.id}`]: await embedder.digest() },
    async write(index, barrierAt, decided, settled) {
      if (!writes) return;
      const rows: NewMemoryRow[] = decided.map((decision) => episodeRow(decision, barrierAt));
      for (const outcome of settled) {
        const lesson = lessonRow(outcome, barrierAt);
        if (lesson !== null) rows.push(lesson);
      }
      const late = waiting.due(barrierAt);
      const maximsDue = (index + 1) % MAXIMS_EVERY === 0;
      try {
        if (rows.length + late.length > 0) await memory.hold([...late, ...rows]);
        if (late.length > 0) waiting.written(barrierAt);
      } catch (error) {
        if (!(error instanceof EmbedderError)) throw error;
        if (rows.length > 0) waiting.add(rows, barrierAt);
        if (maximsDue) unwritten++;
        return;
      }
      if (!maximsDue) return;
      try {
        await writeMaxims(memory, barrierAt);
      } catch (error) {
        // They are drawn anew from the lessons at the next look.
        if (!(error instanceof EmbedderError)) throw error;
        unwritten++;
      }
    },
    async flush() {
      waiting.save();
      await memory.flush();
    },
    notes() {
      const { barriers, rows, left } = waiting.counts();
      if (barriers + unwritten === 0) return [];
      const maxims = unwritten === 0 ? '' : `, and maxims put off ${unwritten} times`;
      return [
        `memory: the embedder ${embedder.id} failed at ${barriers} barriers; ${rows} rows came later than they would have, ${left} of them never${maxims}`,
      ];
    },
    close: () => memory.close(),
  };
}

/** The embedder that a spec names, or the local one. Throws InputError where the run was lent another, or none. */
function embedderOf({ embedder: model }: MemorySpec, lent: Embedder | undefined): Embedder {
  if (model !== undefined && lent?.id !== embedderId(model)) {
    throw new InputError(
      `memory.embedder: expected to be lent ${model}, got ${lent?.id ?? 'none'}. Run it by the command, or give the embedder in the effects.`,
    );
  }
  // What a server once answered another run must not hide that it was away in this one: the vectors at hand go by the object.
  return lent?.replayed ? { ...lent } : (lent ?? (shared ??= localEmbedder()));
}

/** Maxims from all lessons so far; one that says what the last one said is not written again. */
async function writeMaxims(memory: Memory, barrierAt: Instant): Promise<void> {
  const heads = memory.heads();
  const positions = (kind: string) => heads.flatMap((head, i) => (head.kind === kind ? [i] : []));
  const lessons = (await memory.rowsAt(positions('lesson'))).map((row) => ({
    id: row.id,
    maturesAt: row.maturesAt!,
    body: row.body as unknown as LessonBody,
  }));
  const latest = new Map<string, { id: string; count: number }>();
  for (const row of await memory.rowsAt(positions('maxim'))) {
    const { situation, count } = row.body as { situation: string; count: number };
    latest.set(`${row.owner}|${situation}`, { id: row.id, count });
  }
  const rows = maximRows(lessons, barrierAt, (owner, situation) => latest.get(`${owner}|${situation}`)?.id ?? null).filter(
    ({ owner, body }) => {
      const { situation, count } = body as { situation: string; count: number };
      // A quarter more lessons than before: else the same rule would be written every month.
      return count >= 1.25 * (latest.get(`${owner}|${situation}`)?.count ?? 0);
    },
  );
  if (rows.length > 0) await memory.hold(rows);
}
