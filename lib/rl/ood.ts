/**
 * From an observation to what a frozen policy's network sees, and how far outside its training it lies. The statistics are the bundle's
 * and never move.
 */
import type { PolicyBundle } from './contract.js';
import { clipped } from './observation.js';

/** A feature beyond this many standard deviations of the training, before the normaliser's clip, is out of distribution. */
export const OUTSIDE_SIGMA = 6;

export interface PolicyInputs {
  /** Features of the last observation that lay outside, the farthest of them (-1: none) and its distance in sigmas, signed. */
  readonly outside: number;
  readonly farthest: number;
  readonly sigmas: number;
  /** Writes the network's inputs of one observation (clipped, normalised, clipped, float32: bit for bit what `networkInputs` gives). */
  take(observation: Float32Array, out: Float32Array): void;
}

/** A policy without normaliser has no statistics to be outside of. */
export function policyInputs({ rawClip, normaliser, schema }: Pick<PolicyBundle, 'rawClip' | 'normaliser' | 'schema'>): PolicyInputs {
  const width = schema.features.length;
  const raw = rawClip ?? Number.POSITIVE_INFINITY;
  const spread = Float64Array.from({ length: width }, (_, i) => (normaliser ? Math.sqrt(normaliser.variance[i]! + normaliser.epsilon) : 1));
  const found = { outside: 0, farthest: -1, sigmas: 0 };
  return {
    get outside() {
      return found.outside;
    },
    get farthest() {
      return found.farthest;
    },
    get sigmas() {
      return found.sigmas;
    },
    take(observation, out) {
      found.outside = 0;
      found.farthest = -1;
      found.sigmas = 0;
      for (let i = 0; i < width; i++) {
        const value = clipped(observation[i]!, raw);
        if (normaliser === null) {
          out[i] = value;
          continue;
        }
        const sigmas = (value - normaliser.mean[i]!) / spread[i]!;
        out[i] = clipped(sigmas, normaliser.clip);
        if (!(Math.abs(sigmas) > OUTSIDE_SIGMA)) continue;
        found.outside++;
        if (Math.abs(sigmas) > Math.abs(found.sigmas)) {
          found.sigmas = sigmas;
          found.farthest = i;
        }
      }
    },
  };
}
