/** An entry of the cache: the name of its question and its value as bytes. */
import { deserialize, serialize } from 'node:v8';
import { canonicalJson, HindcastError, type Instant, sha256 } from '../../core/index.js';
import type { CacheKey } from './contract.js';
import { type Dating, datingOf } from './cut.js';

/** Part of every name: raise it when the form of keys or values changes, and no older entry is found any more. */
const VERSION = 1;

export interface Entry {
  /** Start of its load: it can't hold what became known later, so its age counts from here. */
  readonly askedAt: Instant;
  /** End of its load: what carries no `knownAt` was known from here on. */
  readonly fetchedAt: Instant;
  readonly value: unknown;
  readonly bytes: number;
  readonly dating: Dating;
}

/** Hash of the question, 64 hex digits. */
export const nameOf = (key: CacheKey): string =>
  sha256(canonicalJson([VERSION, key.source, key.kind, key.query, key.adjustment, key.asOf ?? null]));

/** The question in words, for errors and listings. */
export const questionOf = ({ source, kind, query, adjustment, asOf }: CacheKey): string =>
  `${source} ${kind} ${canonicalJson(query)} ${adjustment}${asOf === undefined ? '' : ` as of ${new Date(asOf).toISOString()}`}`;

/** Bytes of a value: JSON, typed arrays, dates, maps and sets. Throws HindcastError on functions and the like. */
export function encode(value: unknown, question: string): Uint8Array {
  try {
    return serialize(value);
  } catch (error) {
    throw new HindcastError(`Cache.get: expected plain data for ${question}, got ${(error as Error).message} Return rows or columns.`, {
      cause: error,
    });
  }
}

/** The entry of {@link encode}d bytes, frozen. Always made from bytes, so that memory, disk and source give the same value. */
export function entryOf(bytes: Uint8Array, askedAt: Instant, fetchedAt: Instant): Entry {
  const value = frozen(deserialize(bytes));
  return { askedAt, fetchedAt, value, bytes: bytes.byteLength, dating: datingOf(value) };
}

function frozen<T>(value: T): T {
  // Typed arrays can't be frozen.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  for (const part of Array.isArray(value) ? value : Object.values(value)) frozen(part);
  return Object.freeze(value);
}
