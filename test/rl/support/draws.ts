/** Draws that test/rl/golden/ppo/make.py repeats, and the arrays of its files. */

export interface Draws {
  /** 0 .. 65535. */
  integer(): number;
  /** -4 .. 4 in steps of 1/8192, exact in float32. */
  one(): number;
}

export function drawsFrom(seed: number): Draws {
  let state = seed;
  const integer = () => (state = (Math.imul(1103515245, state) + 12345) & 0x7fffffff) >>> 15;
  return { integer, one: () => (integer() - 32_768) / 8192 };
}

const bytes = (text: string): ArrayBuffer => new Uint8Array(Buffer.from(text, 'base64')).buffer;

export const float32s = (text: string): Float32Array => new Float32Array(bytes(text));
export const float64s = (text: string): Float64Array => new Float64Array(bytes(text));
export const uint8s = (text: string): Uint8Array => new Uint8Array(bytes(text));
