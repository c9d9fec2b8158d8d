/** News items on their way: the item, and the truth about it. */
import type { Instant, NewsItem } from '../../core/index.js';
import type { LabItemTruth } from './truth.js';

export interface Draft {
  readonly item: NewsItem;
  readonly truth: LabItemTruth;
}

/** When something happened and was known, and after how many sessions a decision at the close first sees it (0 or 1). */
export interface Timing {
  readonly eventAt: Instant;
  readonly knownAt: Instant;
  readonly seenAfter: 0 | 1;
}

/** Oldest first, as views search them; at one instant by id. */
export const byKnownAt = (a: Draft, b: Draft): number =>
  a.item.knownAt - b.item.knownAt || (a.item.id < b.item.id ? -1 : a.item.id > b.item.id ? 1 : 0);
