/** Keeps `results/checkpoint.json` a mirror of the ledger: at once when a state changes, at most every 250 ms otherwise. */
import { renameSync, writeFileSync } from 'node:fs';
import { log, monotonicMs } from '../core/index.js';
import type { CheckpointPage } from './checkpoint-page.js';
import type { LedgerDatabase } from './database.js';

/** Often enough for an eye, seldom enough to cost nothing. */
const PAGE_MS = 250;

export class CheckpointFile {
  readonly #path: string;
  readonly #database: LedgerDatabase;
  readonly #compose: () => CheckpointPage;
  #lastMs = Number.NEGATIVE_INFINITY;
  #later: NodeJS.Timeout | undefined;

  constructor(path: string, database: LedgerDatabase, compose: () => CheckpointPage) {
    this.#path = path;
    this.#database = database;
    this.#compose = compose;
  }

  /** The ledger has changed. `urgent`: written before this returns; else now or within 250 ms. */
  changed(urgent: boolean): void {
    const rest = PAGE_MS - (monotonicMs() - this.#lastMs);
    if (urgent || rest <= 0) this.#write();
    else this.#later ??= setTimeout(() => this.#write(), rest).unref();
  }

  /** Writes what is still to be written. */
  close(): void {
    if (this.#later !== undefined) this.#write();
  }

  #write(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#lastMs = monotonicMs();
    try {
      // Composed and renamed under the ledger's write lock: no slower process can put an older page over a newer one, and one
      // temporary name is enough. Not flushed: after a power cut the next command writes it from the ledger.
      this.#database.write(false, () => {
        const temporary = `${this.#path}.tmp`;
        writeFileSync(temporary, `${JSON.stringify(this.#compose(), null, 1)}\n`);
        renameSync(temporary, this.#path);
      });
    } catch (error) {
      // The page is a mirror: work that is safe in the ledger must not fail for it. The next change tries again.
      log('jobs').warn(`could not write ${this.#path}: ${(error as Error).message}`);
    }
  }
}
