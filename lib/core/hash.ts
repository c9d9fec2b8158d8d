/** Names for content: canonical JSON (RFC 8785) and sha256. */
import { createHash, hash } from 'node:crypto';
import canonicalizeModule from 'canonicalize';
import { HindcastError } from './errors.js';

// The package is CommonJS with a default export; under Node's ESM the function may sit one level down.
const canonicalize = ((canonicalizeModule as unknown as { default?: unknown }).default ?? canonicalizeModule) as (
  value: unknown,
) => string | undefined;

/** Canonical JSON text (RFC 8785). Throws on what JSON can't hold (NaN, Infinity, undefined). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined)
    throw new HindcastError('canonicalJson: expected a JSON value, got undefined. Pass an object, array, string, number or null.');
  return text;
}

/** sha256 of text or bytes, 64 hex digits. */
export function sha256(data: string | Uint8Array): string {
  return typeof data === 'string' ? hash('sha256', data, 'hex') : createHash('sha256').update(data).digest('hex');
}

/** sha256 of the canonical JSON of a value. */
export const hashOf = (value: unknown): string => sha256(canonicalJson(value));
