/** Rows that could not be embedded when they came: kept in a file beside the memory until they can be, known only from then on. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Instant, writeFileAtomic } from '../core/index.js';
import type { NewMemoryRow } from './row.js';

/** A line of the file: rows that came at a barrier, or `null`: all that waited was written there. */
interface Event {
  readonly at: Instant;
  readonly rows: readonly NewMemoryRow[] | null;
}

export class WaitingRows {
  readonly #path: string;
  #events: Event[] = [];
  /** Events that the file has. */
  #saved = 0;

  /** `lastBarrierAt`: what the file has of later barriers comes again; null: nothing of it counts. */
  constructor(path: string, lastBarrierAt: Instant | null) {
    this.#path = path;
    if (!existsSync(path)) return;
    if (lastBarrierAt === null) {
      rmSync(path);
      return;
    }
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      const event = eventOf(line);
      if (event === null || event.at > lastBarrierAt) break;
      this.#events.push(event);
    }
    writeFileAtomic(path, this.#events.map(lineOf));
    this.#saved = this.#events.length;
  }

  /** As they would be known at a barrier that writes them. */
  due(barrierAt: Instant): NewMemoryRow[] {
    const last = this.#events.map(({ rows }) => rows === null).lastIndexOf(true);
    return this.#events.slice(last + 1).flatMap(({ rows }) => rows!.map((row) => ({ ...row, knownAt: barrierAt })));
  }

  /** Rows came at a barrier and must wait. */
  add(rows: readonly NewMemoryRow[], barrierAt: Instant): void {
    this.#events.push({ at: barrierAt, rows });
  }

  /** All that waited was written at a barrier. */
  written(barrierAt: Instant): void {
    this.#events.push({ at: barrierAt, rows: null });
  }

  /** Durable when it returns. */
  save(): void {
    if (this.#saved === this.#events.length) return;
    const file = openSync(this.#path, 'a');
    try {
      writeFileSync(file, this.#events.slice(this.#saved).map(lineOf).join(''));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    this.#saved = this.#events.length;
  }

  /** Barriers at which rows could not be written, rows that came late, and rows that wait still. */
  counts(): { readonly barriers: number; readonly rows: number; readonly left: number } {
    const came = this.#events.filter(({ rows }) => rows !== null);
    return { barriers: came.length, rows: came.reduce((sum, { rows }) => sum + rows!.length, 0), left: this.due(0).length };
  }
}

const lineOf = (event: Event): string => `${JSON.stringify(event)}\n`;

/** null at the end, and for a line that a kill cut off: it was of a barrier that was not committed. */
function eventOf(line: string): Event | null {
  if (line === '') return null;
  try {
    return JSON.parse(line) as Event;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
