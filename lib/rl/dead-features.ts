/** Which features of a policy were dead or saturated in its training, told from its normaliser alone. */
import type { PolicyBundle } from './contract.js';

export interface FeatureHealth {
  readonly name: string;
  readonly mean: number;
  /** Standard deviation in training, as the normaliser divides by it: sqrt(variance + epsilon). */
  readonly sigma: number;
  /**
   * constant: never moved in training, so the policy learned nothing from it and any other value is far outside; saturated: lay at the raw
   * clip nearly always, so the policy saw no level.
   */
  readonly state: 'ok' | 'constant' | 'saturated';
  /** How many sigmas a change of 0.01 is: beyond the clip it is cut off. */
  readonly sigmasPerHundredth: number;
  /** One sentence; empty when all is well. */
  readonly why: string;
}

/** A varying feature of these schemas has sigma 0.005 at least; a constant one keeps what VecNormalize began with, 1e-2 / sqrt(steps). */
const CONSTANT_SIGMA = 1e-3;
/** Within this share of the raw clip, and with a smaller sigma than this: at the clip most of the time. */
const SATURATED_SHARE = 0.95;
const SATURATED_SIGMA = 0.1;

/** One row a feature, in order; empty for a bundle without normaliser. */
export function featureHealth({ schema, rawClip, normaliser }: Pick<PolicyBundle, 'schema' | 'rawClip' | 'normaliser'>): FeatureHealth[] {
  if (normaliser === null) return [];
  return schema.features.map(({ name }, i): FeatureHealth => {
    const mean = normaliser.mean[i]!;
    const sigma = Math.sqrt(normaliser.variance[i]! + normaliser.epsilon);
    const sigmasPerHundredth = 0.01 / sigma;
    const row = { name, mean, sigma, sigmasPerHundredth };
    if (rawClip !== null && Math.abs(mean) >= SATURATED_SHARE * rawClip && sigma < SATURATED_SIGMA) {
      const why = `lay at the clip of ${mean < 0 ? '-' : ''}${rawClip} in training: the policy never saw its level`;
      return { ...row, state: 'saturated', why };
    }
    if (sigma < CONSTANT_SIGMA) {
      const far = Math.round(sigmasPerHundredth).toLocaleString('en-US');
      return {
        ...row,
        state: 'constant',
        why: `always ${Number(mean.toPrecision(4))} in training: 0.01 off it is ${far} sigmas, cut to ${normaliser.clip}`,
      };
    }
    return { ...row, state: 'ok', why: '' };
  });
}
