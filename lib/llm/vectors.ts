/** Vectors as texts of the transcript, and whether they can be used. */
import { BadVectors } from './errors.js';

/** Below this a vector has no direction. */
const NORM_MIN = 1e-6;

export function vectorText(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (let i = 0; i < vector.length; i++) bytes.writeFloatLE(vector[i]!, i * 4);
  return bytes.toString('base64');
}

export function vectorFrom(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
}

/** What is wrong with a vector; undefined when nothing is. `dimension`: that of the others, where there is one. */
export function vectorFault(vector: ArrayLike<number> | undefined, dimension: number | undefined): string | undefined {
  if (vector === undefined || vector.length === 0) return 'none';
  if (dimension !== undefined && vector.length !== dimension) return `${vector.length} numbers in place of ${dimension}`;
  let square = 0;
  for (let i = 0; i < vector.length; i++) {
    if (!Number.isFinite(vector[i])) return 'a number that is not finite';
    square += vector[i]! ** 2;
  }
  return Math.sqrt(square) < NORM_MIN ? 'nothing but zeros' : undefined;
}

export function badVectors(model: string, faults: ReadonlyMap<number, string>): BadVectors {
  const [first] = faults;
  const [item, says] = first!;
  const more = faults.size > 1 ? ` (and ${faults.size - 1} more)` : '';
  return new BadVectors(
    model,
    `expected a vector for each text, got ${says} for text ${item + 1}${more}. Leave the memory out for now, and look at the model: hindcast models list.`,
    [...faults.keys()],
  );
}
