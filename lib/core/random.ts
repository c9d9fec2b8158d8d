/**
 * Seeded randomness: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state, JSON-able, so that a checkpoint resumes it exactly.
 * Math.random is used nowhere.
 */
export interface RandomState {
  a: number;
  b: number;
  c: number;
  counter: number;
}

/** State for a 32-bit seed and an optional stream name, so that two consumers of one seed don't share draws. */
export function randomInit(seed: number, stream = ''): RandomState {
  let h = 0x811c9dc5 ^ seed;
  for (let i = 0; i < stream.length; i++) h = Math.imul(h ^ stream.charCodeAt(i), 0x01000193);
  const state: RandomState = { a: seed | 0, b: h | 0, c: (seed ^ h) | 0, counter: 1 };
  for (let i = 0; i < 20; i++) randomUint32(state);
  return state;
}

/** Next integer 0 .. 2^32-1; moves the state. */
export function randomUint32(state: RandomState): number {
  const t = (((state.a + state.b) | 0) + state.counter) | 0;
  state.counter = (state.counter + 1) | 0;
  state.a = state.b ^ (state.b >>> 9);
  state.b = (state.c + (state.c << 3)) | 0;
  state.c = (((state.c << 21) | (state.c >>> 11) | 0) + t) | 0;
  return t >>> 0;
}

/** Next float in [0, 1), 53 bits. */
export function randomFloat(state: RandomState): number {
  const high = randomUint32(state) >>> 5;
  const low = randomUint32(state) >>> 6;
  return (high * 67_108_864 + low) / 9_007_199_254_740_992;
}

/** Next integer in [0, bound), without modulo bias. */
export function randomBelow(state: RandomState, bound: number): number {
  return Math.floor(randomFloat(state) * bound);
}

/** Next standard normal (Box-Muller, one of the pair). */
export function randomNormal(state: RandomState): number {
  const radius = Math.sqrt(-2 * Math.log(1 - randomFloat(state)));
  return radius * Math.cos(2 * Math.PI * randomFloat(state));
}
