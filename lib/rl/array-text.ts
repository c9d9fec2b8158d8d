/** Typed arrays as text in a checkpoint: their bytes in base64, so that every bit comes back. */
import { HindcastError } from '../core/index.js';

type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

export const textOf = (array: Numbers): string => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');

/** Fills `array` from its text. Throws HindcastError when the text is of another length. */
export function fillFrom(text: string, array: Numbers): void {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== array.byteLength) {
    throw new HindcastError(`fillFrom: expected ${array.byteLength} bytes, got ${bytes.length}. Restore a snapshot of the same settings.`);
  }
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(bytes);
}
