/** The parts of the tour, in order. */
import { aShares } from './a-shares.js';
import { lab } from './lab.js';
import { memory } from './memory.js';
import type { TourPart } from './part.js';
import { rl } from './rl.js';
import { sweep } from './sweep.js';
import { usStocks } from './us-stocks.js';

export const tourParts: readonly TourPart[] = [aShares, usStocks, lab, sweep, rl, memory];
