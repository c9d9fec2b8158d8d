/** One load at a time for each question, in this process and, by lease, among the processes that share the folder. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../core/index.js';
import { Cancelled } from '../outside/errors.js';
import { sleep } from '../outside/waiting.js';
import type { CacheKey } from './contract.js';
import type { Disk } from './disk.js';
import { type Entry, encode, entryOf, questionOf } from './entry.js';

/** How often a waiting process looks whether the answer has come. */
const LOOK_EVERY_MS = 20;
/** Longer than a call to a source may take: after that the load is done twice rather than never. */
const LOOKS_MAX = 60_000 / LOOK_EVERY_MS;

interface Flight {
  readonly landed: Promise<Entry>;
  readonly controller: AbortController;
  waiting: number;
}

export interface Question {
  readonly name: string;
  readonly key: CacheKey;
  /** Start of the load of the answer that is there already, and too old. */
  readonly seenAskedAt: number;
}

export function flights(disk: Disk, clock: Clock, store: (name: string, entry: Entry) => void) {
  const underWay = new Map<string, Flight>();
  /** Marks this cache's leases. */
  const token = randomUUID();

  /** The answer that another process stored meanwhile; undefined: the lease is ours, load. */
  async function elsewhere({ name, key, seenAskedAt }: Question, signal: AbortSignal): Promise<Entry | undefined> {
    for (let look = 0; !disk.lease(name, token); look++) {
      if (look === LOOKS_MAX) {
        disk.takeLease(name, token);
        break;
      }
      await sleep(LOOK_EVERY_MS, signal);
    }
    const entry = disk.read(name, questionOf(key));
    return entry !== undefined && entry.askedAt > seenAskedAt ? entry : undefined;
  }

  async function fly(question: Question, load: (signal: AbortSignal) => Promise<unknown>, signal: AbortSignal): Promise<Entry> {
    const { name, key } = question;
    try {
      let entry = await elsewhere(question, signal);
      if (entry === undefined) {
        const askedAt = clock.now();
        const value = await load(signal);
        const bytes = encode(value, questionOf(key));
        entry = entryOf(bytes, askedAt, clock.now());
        disk.write(name, key, entry, bytes);
      }
      store(name, entry);
      return entry;
    } finally {
      disk.release(name, token);
    }
  }

  function flightOf(question: Question, load: (signal: AbortSignal) => Promise<unknown>): Flight {
    const { name } = question;
    const there = underWay.get(name);
    if (there) return there;
    const controller = new AbortController();
    const landed = fly(question, load, controller.signal).finally(() => {
      if (underWay.get(name) === flight) underWay.delete(name);
    });
    const flight: Flight = { landed, controller, waiting: 0 };
    landed.catch(() => {});
    underWay.set(name, flight);
    return flight;
  }

  return {
    /** The answer to a question; the load ends when its last caller's signal is aborted. */
    async wait(question: Question, load: (signal: AbortSignal) => Promise<unknown>, signal?: AbortSignal): Promise<Entry> {
      const cancelled = () =>
        new Cancelled(question.key.source, `expected an answer to ${questionOf(question.key)}, but the caller ended it. Nothing to do.`);
      if (signal?.aborted) throw cancelled();
      const flight = flightOf(question, load);
      flight.waiting++;
      let leave = () => {};
      try {
        if (signal === undefined) return await flight.landed;
        const left = new Promise<never>((_, reject) => {
          leave = () => reject(cancelled());
          signal.addEventListener('abort', leave);
        });
        return await Promise.race([flight.landed, left]);
      } finally {
        signal?.removeEventListener('abort', leave);
        if (--flight.waiting === 0 && underWay.get(question.name) === flight) {
          underWay.delete(question.name);
          flight.controller.abort(cancelled());
        }
      }
    },
    /** Ends all loads and gives their leases back. */
    close(): void {
      for (const [name, { controller }] of underWay) {
        controller.abort(new Cancelled('cache', 'expected an answer, but the cache was closed. Open it again.'));
        disk.release(name, token);
      }
      underWay.clear();
    },
  };
}
