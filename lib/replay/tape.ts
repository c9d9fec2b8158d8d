/** The bars of a universe in the order of time: taken off a step at a time for the broker, and only then known to strategies. */
import type { EpochDay, Instant } from '../core/index.js';
import type { BrokerBar } from '../market/index.js';
import type { LoopInput } from './loop-contract.js';

export interface Tape {
  /** 1 for symbols that have a bar in the step at hand. */
  readonly traded: Uint8Array;
  /** The bars of the step at hand, or after {@link gatherSession} the last of the session: the same list and objects each time. */
  readonly bars: readonly BrokerBar[];
  /** A session begins: no bar of it has been seen. */
  openSession(): void;
  /** End of the session's next bars; Infinity when it has no more. */
  nextStep(day: EpochDay): Instant;
  /** Gathers the bars of a day, or of a step within it, for the broker. They become known only in {@link learn}. */
  gather(day: EpochDay, step: Instant | null): void;
  /** Gathers the last bar of every symbol that traded in the session. */
  gatherSession(): void;
  /** The bars that were gathered become known. */
  learn(day: EpochDay, step: Instant | null): void;
  /** All bars up to and including a day become known. */
  warmUp(throughDay: EpochDay): void;
}

export function createTape({ symbols, series, bars: known, index, recorder }: LoopInput): Tape {
  const count = symbols.length;
  const pointer = new Int32Array(count);
  const traded = new Uint8Array(count);
  const inSession = new Uint8Array(count);
  const bars: BrokerBar[] = [];
  const pool: { -readonly [K in keyof BrokerBar]: BrokerBar[K] }[] = symbols.map((symbol) => ({
    symbol,
    open: 0,
    high: 0,
    low: 0,
    close: 0,
    volume: 0,
  }));
  let indexPointer = 0;

  /** Takes over bar `at` of a symbol into its place in the pool. */
  function pick(k: number, at: number): BrokerBar {
    const source = series[k]!;
    const bar = pool[k]!;
    bar.open = source.open[at]!;
    bar.high = source.high[at]!;
    bar.low = source.low[at]!;
    bar.close = source.close[at]!;
    bar.volume = source.volume[at]!;
    return bar;
  }

  // An array that is emptied and filled again gets new memory each time: this one is only cut where there are fewer bars than before.
  const cut = (length: number): void => {
    while (bars.length > length) bars.pop();
  };

  return {
    traded,
    bars,

    openSession() {
      inSession.fill(0);
    },

    nextStep(day) {
      let next = Number.POSITIVE_INFINITY;
      for (let k = 0; k < count; k++) {
        const source = series[k]!;
        const at = pointer[k]!;
        if (source.day[at] === day && source.knownAt[at]! < next) next = source.knownAt[at]!;
      }
      return next;
    },

    gather(day, step) {
      let gathered = 0;
      for (let k = 0; k < count; k++) {
        const source = series[k]!;
        const at = pointer[k]!;
        if (source.day[at] !== day || (step !== null && source.knownAt[at] !== step)) {
          traded[k] = 0;
          continue;
        }
        bars[gathered++] = pick(k, at);
        traded[k] = 1;
        inSession[k] = 1;
      }
      cut(gathered);
    },

    gatherSession() {
      let gathered = 0;
      for (let k = 0; k < count; k++) if (inSession[k] === 1) bars[gathered++] = pool[k]!;
      cut(gathered);
    },

    learn(day, step) {
      for (let k = 0; k < count; k++) {
        if (traded[k] === 0) continue;
        const at = pointer[k]!++;
        known[k]!.append(series[k]!, at);
        recorder?.bar(k, pool[k]!, series[k]!.factor[at]!);
      }
      if (index === null) return;
      while (index.series.day[indexPointer] === day && (step === null || index.series.knownAt[indexPointer]! <= step))
        index.bars.append(index.series, indexPointer++);
    },

    warmUp(throughDay) {
      for (let k = 0; k < count; k++) {
        const source = series[k]!;
        let at = pointer[k]!;
        for (; at < source.length && source.day[at]! <= throughDay; at++) {
          known[k]!.append(source, at);
          if (recorder !== null) recorder.bar(k, pick(k, at), source.factor[at]!);
        }
        pointer[k] = at;
      }
      if (index === null) return;
      while (indexPointer < index.series.length && index.series.day[indexPointer]! <= throughDay)
        index.bars.append(index.series, indexPointer++);
    },
  };
}
