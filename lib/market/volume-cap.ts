/** How much of a bar's volume one account may take. */
import { mulDivFloor } from '../core/index.js';
import type { SessionRules } from './session-rules.js';

/** Units of `volume` that one account may trade, rounded down; Infinity without a cap. */
export function volumeCapUnits(volume: number, { volumeCap }: SessionRules): number {
  return volumeCap === null ? Number.POSITIVE_INFINITY : mulDivFloor(volume, volumeCap.numerator, volumeCap.denominator);
}
