/** How rows fade: each layer halves its weight in its own time, after FinMem's three memory layers (Yu et al. 2023, section 3.1). */
import { DAY_MS } from '../core/index.js';
import type { MemoryLayer } from './row.js';

/** Days in which the weight of a row halves. FinMem's stability terms are 14, 90 and 365 days; `working` is the last few days. */
export const halfLifeDays: Readonly<Record<MemoryLayer, number>> = { working: 3, fast: 14, medium: 90, slow: 365 };

/** 1 for a row of this instant, 0.5 after the layer's half-life. `ageMs` below 0 counts as 0. */
export function decayWeight(layer: MemoryLayer, ageMs: number): number {
  return 0.5 ** (Math.max(0, ageMs) / DAY_MS / halfLifeDays[layer]);
}
