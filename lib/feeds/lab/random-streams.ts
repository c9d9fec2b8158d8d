/** One random stream a purpose: what one part of the lab draws never moves another part. */
import { type RandomState, randomFloat, sha256 } from '../../core/index.js';

/** Stream of 128 bits by seed and name; the whole name counts, so that thousands of streams of one seed don't collide. */
export function streamOf(seed: number, name: string): RandomState {
  const hex = sha256(`${seed}/${name}`);
  const word = (at: number): number => Number.parseInt(hex.slice(at, at + 8), 16) | 0;
  return { a: word(0), b: word(8), c: word(16), counter: 1 };
}

/** Next Student-t of variance 1; `degrees` above 2. Polar form of R. W. Bailey, Mathematics of Computation 62 (1994), two draws. */
export function studentT(state: RandomState, degrees: number): number {
  const radius = Math.sqrt((degrees - 2) * ((1 - randomFloat(state)) ** (-2 / degrees) - 1));
  return radius * Math.cos(2 * Math.PI * randomFloat(state));
}
