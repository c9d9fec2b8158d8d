/** The figures of a run, from its gathered rows. */
import type { RunFolder } from '../replay/index.js';
import { actionsFigure } from './figures/actions.js';
import { calibrationFigure } from './figures/calibration.js';
import { drawdownFigure } from './figures/drawdown.js';
import { equityFigure } from './figures/equity.js';
import { exposureFigure } from './figures/exposure.js';
import type { Figure } from './figures/figure.js';
import { priceFigure } from './figures/price.js';
import { indexSeries } from './measures.js';
import { SERIES } from './palette.js';
import type { Subject, SymbolPrices } from './subject.js';
import { evenIndices } from './thin.js';

/** How much of a run a page holds. */
export interface Detail {
  /** Most points of a series; 5,000 keeps twenty years of sessions. */
  readonly points: number;
  /** Most instruments with a price figure. */
  readonly symbols: number;
  /** Most trades in a price figure. */
  readonly trades: number;
}

export interface FigureSet {
  readonly equity: Figure;
  readonly drawdown: Figure;
  readonly exposure: Figure;
  readonly prices: readonly Figure[];
  readonly calibration: Figure | null;
  readonly actions: Figure | null;
  /** Sentences on what was left out for size. */
  readonly omissions: readonly string[];
}

const pick = (values: ArrayLike<number>, keep: readonly number[]): number[] => keep.map((i) => values[i]!);

/** At most `points` closes; thinned prices have no candles. */
function thinPrices(prices: SymbolPrices, points: number): SymbolPrices {
  if (prices.days.length <= points) return prices;
  const keep = evenIndices(prices.days.length, points);
  return { symbol: prices.symbol, trades: prices.trades, days: pick(prices.days, keep), close: pick(prices.close, keep) };
}

export function figureSet(runs: readonly RunFolder[], subject: Subject, detail: Detail): FigureSet {
  const run = runs[0]!;
  const { currency, minorPerMajor } = run.row.market;
  const omissions: string[] = [];
  const drawn = runs
    .filter((r) => r.row.market.calendar === run.row.market.calendar && r.row.market.currency === currency)
    .slice(0, SERIES.length);
  if (drawn.length < runs.length)
    omissions.push(`Figures show ${drawn.length} of ${runs.length} runs: those of the subject's market, at most ${SERIES.length}.`);
  const names = distinctNames(drawn.map((r) => r.row.label));
  const curves = drawn.map((r, i) => {
    const keep = evenIndices(r.equity.day.length, detail.points);
    return {
      name: names[i]!,
      days: pick(r.equity.day, keep),
      values: pick(r.equity.equityMinor, keep).map((v) => v / minorPerMajor),
      start: r.equity.equityMinor[0]! / minorPerMajor,
    };
  });
  const longest = Math.max(...drawn.map((r) => r.equity.day.length));
  if (longest > detail.points)
    omissions.push(`Series show at most ${detail.points} points of up to ${longest} sessions, to keep the page small.`);
  const index = indexSeries(run);
  const keepIndex = index ? evenIndices(index.days.length, detail.points) : [];
  const keep = evenIndices(run.equity.day.length, detail.points);
  const shown = subject.prices.slice(0, detail.symbols);
  if (shown.length < subject.prices.length)
    omissions.push(`Price figures show the ${shown.length} most traded of ${subject.prices.length} instruments.`);
  return {
    equity: equityFigure({
      currency,
      runs: curves,
      ...(index ? { index: { name: index.name, days: pick(index.days, keepIndex), values: pick(index.values, keepIndex) } } : {}),
    }),
    drawdown: drawdownFigure({ runs: curves }),
    exposure: exposureFigure({
      days: pick(run.equity.day, keep),
      exposure: pick(run.equity.exposure, keep),
      positions: subject.weights.map((w) => ({ symbol: w.symbol, weight: pick(w.weight, keep) })),
    }),
    prices: shown.map((prices, i) => {
      if (prices.trades.length > detail.trades)
        omissions.push(`The price figure of ${prices.symbol} shows ${detail.trades} of ${prices.trades.length} fills.`);
      const trades = evenIndices(prices.trades.length, detail.trades).map((t) => prices.trades[t]!);
      return priceFigure({ ...thinPrices(prices, detail.points), trades, id: `price-${i + 1}`, currency });
    }),
    calibration: subject.calibration.length > 0 ? calibrationFigure(subject.calibration) : null,
    actions: subject.actions.length > 0 ? actionsFigure(subject.actions) : null,
    omissions,
  };
}

/** Names that differ: a repeated one gets its place. */
export function distinctNames(names: readonly string[]): string[] {
  return names.map((name, i) => (names.indexOf(name) === i ? name : `${name} (${i + 1})`));
}
