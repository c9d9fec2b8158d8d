/** Rejection reasons as small numbers, so that a step can note several in one integer. */
import type { RejectionReason } from '../core/index.js';

const REASONS: readonly RejectionReason[] = [
  'suspended',
  'no-price',
  'limit-up',
  'limit-down',
  'not-sellable',
  'below-lot',
  'cut-lot',
  'cut-cash',
  'cut-sellable',
  'cut-volume',
  'cut-risk',
  'no-cash',
  'no-position',
  'no-volume',
  'risk',
  'delisted',
  'not-tradable',
  'below-notional',
];

/** 1 and up; 0 stands for no reason. */
export const reasonCode = (reason: RejectionReason): number => REASONS.indexOf(reason) + 1;

/** The reasons noted in a set of bits (1 << code), in a fixed order. */
export const reasonsIn = (bits: number): readonly RejectionReason[] => REASONS.filter((_, i) => (bits & (1 << (i + 1))) !== 0);
