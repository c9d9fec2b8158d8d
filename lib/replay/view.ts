/** The as-of view: all that a decision may read, cut at its instant, and the log of what it read. */
import {
  type BarWindow,
  dateOf,
  type EvidenceRef,
  FutureReadError,
  InputError,
  type Instant,
  isoOf,
  type NewsItem,
  type NewsQuery,
  type PortfolioState,
  type ReadLog,
  type Recall,
  type RecallQuery,
  type Symbol,
  type View,
} from '../core/index.js';
import { evidenceText, instantText } from './evidence-text.js';
import { type GrowingBars, GrowingWindow } from './growing-bars.js';

/** What the loop lends to its views. */
export interface ViewWorld {
  readonly bars: ReadonlyMap<Symbol, GrowingBars>;
  /** Known so far or not: ascending by knownAt. */
  readonly news: readonly NewsItem[];
  readonly recall: (query: RecallQuery, asOf: Instant) => Promise<Recall>;
  /** The account as it stands; only valid while `asOf` is the loop's present. */
  readonly portfolio: (asOf: Instant) => PortfolioState;
  /** The loop's present: views of an earlier decision see that they are old. */
  present: Instant;
}

/** A symbol inside a JSON string. */
const idTexts = new Map<Symbol, string>();
function idText(symbol: Symbol): string {
  let text = idTexts.get(symbol);
  if (text === undefined) {
    text = JSON.stringify(symbol).slice(1, -1);
    idTexts.set(symbol, text);
  }
  return text;
}

/** Reads of one decision. Bars are kept as numbers and put into words only when asked. */
export class Reads implements ReadLog {
  maxKnownAt: Instant = Number.NEGATIVE_INFINITY;
  readonly #windows: GrowingWindow[] = [];
  readonly #others: EvidenceRef[] = [];

  window(read: GrowingWindow): void {
    if (read.maxKnownAt > this.maxKnownAt) this.maxKnownAt = read.maxKnownAt;
    this.#windows.push(read);
  }

  other(read: EvidenceRef): void {
    if (read.knownAt > this.maxKnownAt) this.maxKnownAt = read.knownAt;
    this.#others.push(read);
  }

  /** JSON text of the entries, without brackets: what a decision row holds when its intent names no evidence of its own. */
  text(): string {
    let text = '';
    for (const read of this.#windows) {
      if (read.length === 0) continue;
      text += `${text === '' ? '' : ','}{"kind":"bars","id":"${idText(read.symbol)}@${dateOf(read.lastDay)}#${read.length}","knownAt":${instantText(read.maxKnownAt)}}`;
    }
    if (this.#others.length === 0) return text;
    return text === '' ? evidenceText(this.#others) : `${text},${evidenceText(this.#others)}`;
  }

  entries(): readonly EvidenceRef[] {
    const bars = this.#windows
      .filter((read) => read.length > 0)
      .map(
        (read): EvidenceRef => ({
          kind: 'bars',
          id: `${read.symbol}@${dateOf(read.lastDay)}#${read.length}`,
          knownAt: read.maxKnownAt,
        }),
      );
    return [...bars, ...this.#others];
  }
}

export class AsOfView implements View {
  readonly asOf: Instant;
  readonly reads = new Reads();
  readonly #world: ViewWorld;

  constructor(world: ViewWorld, asOf: Instant) {
    this.#world = world;
    this.asOf = asOf;
  }

  bars(symbol: Symbol, count: number, until: Instant = this.asOf): BarWindow {
    this.#notLater('bars', until);
    const known = this.#world.bars.get(symbol);
    if (known === undefined) {
      throw new InputError(
        `View.bars: expected a symbol of this run, got ${symbol}. Choose one of ${[...this.#world.bars.keys()].join(', ')}.`,
      );
    }
    if (!(count >= 1)) throw new InputError(`View.bars: expected a count of at least 1, got ${count}. Ask for 1 bar or more.`);
    const to = known.lengthAt(until);
    const read = new GrowingWindow(known, to > count ? to - count : 0, to);
    this.reads.window(read);
    return read;
  }

  news(query: NewsQuery): readonly NewsItem[] {
    const until = query.until ?? this.asOf;
    this.#notLater('news', until);
    if (query.since !== undefined) this.#notLater('news', query.since);
    const found: NewsItem[] = [];
    const limit = query.limit ?? 100;
    const all = this.#world.news;
    let low = 0;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (all[middle]!.knownAt <= until) low = middle + 1;
      else high = middle;
    }
    for (let i = low - 1; i >= 0 && found.length < limit; i--) {
      const item = all[i]!;
      if (query.since !== undefined && item.knownAt < query.since) break;
      if (query.symbols && !query.symbols.some((symbol) => item.symbols.includes(symbol))) continue;
      found.push(item);
      this.reads.other({ kind: 'news', id: item.id, knownAt: item.knownAt });
    }
    return found;
  }

  async recall(query: RecallQuery): Promise<Recall> {
    const recall = await this.#world.recall(query, this.asOf);
    for (const item of recall.items) {
      this.#notLater('recall', item.knownAt);
      this.reads.other({ kind: 'memory', id: item.id, knownAt: item.knownAt });
    }
    return recall;
  }

  /** The account at this view's instant. A view kept from an earlier decision can't see the account as it is now. */
  portfolio(): PortfolioState {
    if (this.#world.present !== this.asOf) {
      throw new FutureReadError(
        `View.portfolio: expected a view of the present decision, got one of ${isoOf(this.asOf)} at ${isoOf(this.#world.present)}. Use the view that decide was given.`,
      );
    }
    return this.#world.portfolio(this.asOf);
  }

  #notLater(door: string, at: Instant): void {
    if (!(at <= this.asOf)) {
      throw new FutureReadError(
        `View.${door}: expected an instant up to ${isoOf(this.asOf)}, got ${Number.isFinite(at) ? isoOf(at) : at}. Read only what was known by then.`,
      );
    }
  }
}
