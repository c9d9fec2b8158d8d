/** What a lab market knows about itself and no strategy may read: for judging, never for deciding. */
import type { EpochDay, Symbol } from '../../core/index.js';
import type { LabSettings } from './settings.js';

/**
 * market: tells of a regime. news, announcement: tells of one company, with a signal. notice: a fact of the company's life
 * (dividend, halt, ST) without any.
 */
export type LabItemKind = 'market' | 'news' | 'announcement' | 'notice';
/** How the words of a company item say it: title, only the text, or the title points the other way. */
export type LabReading = 'plain' | 'in-text' | 'contrary';

/** The truth about one news item; `id` is the item's. */
export interface LabItemTruth {
  readonly id: string;
  readonly kind: LabItemKind;
  /** Null for items about the whole market. */
  readonly symbol: Symbol | null;
  readonly language: 'en' | 'zh';
  /** What pushes the price, in deviations of its distribution over all items (normal); 0 for market items and notices. */
  readonly signal: number;
  /** What the words say, on the same scale: the signal, or its opposite when misleading. */
  readonly stated: number;
  readonly misleading: boolean;
  readonly reading: LabReading | null;
  /** Session in which the item was made; `seenFrom`: the first session whose close sees it. */
  readonly madeOn: EpochDay;
  readonly seenFrom: EpochDay;
  /** Sessions that its signal pushes, from the open of the first to the close of the last; both 0 without a signal. */
  readonly pushFrom: EpochDay;
  readonly pushTo: EpochDay;
  /** Index of the regime that a market item tells of; null for others. */
  readonly tellsRegime: number | null;
}

export interface LabSuspension {
  readonly symbol: Symbol;
  readonly reason: 'restructuring' | 'shareholder-meeting' | 'abnormal-trading' | 'inquiry';
  readonly from: EpochDay;
  /** Last session without trade; absent while it goes on at the end of the data. */
  readonly to?: EpochDay;
}

/** By bar of the stock's series. */
export interface LabStockTruth {
  /** Reference price of the first bar, from which its limits follow. */
  readonly firstReferenceTicks: number;
  readonly marketLoading: number;
  readonly sectorLoading: number;
  /** Mean log return from this bar's open to its close, given its regime, the past, and the items at work: what a perfect reader expects. */
  readonly expected: Float64Array;
  /** Deviation of that return for one who has read no item, limits aside. */
  readonly deviation: Float64Array;
  /**
   * How hard a decision at this bar's close is: 0 nothing to read, 1 a plain item at work, 2 one whose text must be read, 3 one whose
   * title points the other way; one more while the regime is younger than 5 sessions.
   */
  readonly complexity: Uint8Array;
}

export interface LabTruth {
  readonly settings: LabSettings;
  readonly seed: number;
  /** Sessions of the market, and the regime of each as an index into `settings.regimes`. */
  readonly sessions: Int32Array;
  readonly regime: Uint8Array;
  /** In the order of the data's news. */
  readonly items: readonly LabItemTruth[];
  readonly suspensions: readonly LabSuspension[];
  readonly stocks: ReadonlyMap<Symbol, LabStockTruth>;
}
