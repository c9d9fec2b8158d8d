// biome-ignore-all format: generated, the cells stand as they were written
// biome-ignore-all lint/correctness/noUnusedVariables: other cells of the notebook may use them
// Generated from notebooks/05-lab-market.ipynb: edit the notebook and run `npx hindcast promote`.
// Promoted cells (id, tag, hash):
//   parameters parameters b780c45d2a4cd5b9
//   reader pipeline 4e77b00112bdb413
//   replay pipeline 8ea0acb0f821c736
//   measure pipeline dcff5ee8698585a0
import { DAY_MS, type Strategy } from '../lib/core/index.js';
import { labMarket, labPreset } from '../lib/feeds/index.js';
import { targetWeights } from '../lib/market/index.js';
import { type Effects, fillParameters, pipelineScope, type Results } from '../lib/notebook/index.js';
import { openRun, type ReplayEffects, type RunFolder, runReplay } from '../lib/replay/index.js';
import { measureRun } from '../lib/report/index.js';

/** The notebook's cell tagged `parameters`. */
export interface Parameters {
  // A lab preset with something to learn (`clear`, `recurring`), and the control with nothing.
  readonly preset: string;
  readonly control: string;
  readonly seeds: number[];
  // The first so many stocks that trade from the first day on.
  readonly symbolCount: number;
  readonly from: string;
  readonly to: string;
  // The one that looks at bars only.
  readonly strategy: { id: string; parameters: Record<string, number> };
  // The reader holds for so many closes after a good surprise, with 1/slots of the account in each stock.
  readonly holdSessions: number;
  readonly slots: number;
  // Yuan.
  readonly initialCash: number;
}

export const defaults: Parameters = {
  preset: 'clear',
  control: 'nothing',
  seeds: [1, 2, 3],
  symbolCount: 12,
  from: '2018-06-01',
  to: '2022-11-30',
  strategy: { id: 'rule:v1', parameters: {  } },
  holdSessions: 4,
  slots: 4,
  initialCash: 10000000,
};

/** Runs the notebook's cells tagged `pipeline`; returns what they declared. Throws InputError on an unknown parameter. */
export async function run(parameters: Partial<Parameters>, effects: Effects): Promise<Results> {
  const { preset, control, seeds, symbolCount, from, to, strategy, holdSessions, slots, initialCash } = fillParameters('lab-market', defaults, parameters);
  const { declare, results } = pipelineScope(effects);

  // cell reader
  // Sees the items of its stock since the last close it saw; only what was known by then.
  const readerOf = (sessions: number, parts: number): Strategy<{ left: number; seen: number }> => ({
    id: `reader-${sessions}-of-${parts}`,
    scope: 'symbol',
    actions: targetWeights(`reader-1-of-${parts}`, { BUY_PART: 1 / parts, SELL_ALL: 0 }),
    init: () => ({ left: 0, seen: 0 }),
    decide(view, [symbol], state) {
      const items = view.news({
        symbols: [symbol!],
        since: state.seen === 0 ? view.asOf - DAY_MS : state.seen + 1,
      });
      let left = Math.max(0, state.left - 1);
      // Oldest first: the newest word counts.
      for (const item of [...items].reverse()) {
        const figures = (item.text.match(/-?\d+\.\d/g) ?? []).map(Number);
        if (figures.length === 2) left = figures[0]! > figures[1]! ? sessions : 0;
      }
      const held = view.portfolio().positions.some((position) => position.symbol === symbol);
      const action = left > 0 && !held ? 'BUY_PART' : left === 0 && held ? 'SELL_ALL' : null;
      const evidence = items.map((item) => ({ kind: 'news' as const, id: item.id, knownAt: item.knownAt }));
      const why = action === 'BUY_PART' ? 'reported above what was hoped for' : 'no good surprise at work';
      const intents = action ? [{ symbol: symbol!, action, confidence: 1, why, evidence }] : [];
      return { intents, state: { left, seen: view.asOf } };
    },
  });

  // cell replay
  type LabMarket = ReturnType<typeof labMarket>;
  const marketOf = (name: string, seed: number) => labMarket(labPreset(name), seed);
  const reader = readerOf(holdSessions, slots);
  // No trial: nothing is searched for here.
  const playOn = async (market: LabMarket, name: string, seed: number) => {
    const stocks = market.data.instruments.filter(
      (one) => one.kind === 'stock' && (one.listedOn ?? 0) <= market.truth.sessions[0]!,
    );
    const symbols = stocks.slice(0, symbolCount).map((one) => one.symbol);
    const spec = {
      data: `lab:${name}@${seed}`,
      symbols,
      from,
      to,
      initialCash,
      seed,
      record: 'account' as const,
    };
    const play = async (id: string, parameters: Record<string, number>, extra: Partial<ReplayEffects> = {}) => {
      const strategies = [{ id, parameters }];
      const { folder } = await runReplay(
        { ...spec, strategies },
        { ...effects, data: market.data, trial: false, ...extra },
      );
      return openRun(folder);
    };
    return [
      await play(strategy.id, strategy.parameters),
      await play(reader.id, {}, { strategy: reader }),
      await play('buy-and-hold', {}),
    ];
  };
  const played: { name: string; seed: number; market: LabMarket; runs: RunFolder[] }[] = [];
  for (const name of [preset, control]) {
    for (const seed of seeds) {
      const market = marketOf(name, seed);
      played.push({ name, seed, market, runs: await playOn(market, name, seed) });
    }
  }

  // cell measure
  const measured = played.flatMap(({ name, seed, runs }) =>
    runs.map((run) => {
      const { performance } = measureRun(run, []);
      const { totalReturn, sharpeAnnual, sharpeAnnualLow95, sharpeAnnualHigh95, exposureMean } = performance;
      return {
        market: name,
        seed,
        strategy: run.row.label,
        totalReturn,
        sharpeAnnual,
        sharpeAnnualLow95,
        sharpeAnnualHigh95,
        exposureMean,
      };
    }),
  );

  // What the items of a market tell of the sessions that they push: each session's log return in its own
  // deviation, added up.
  const correlation = (pairs: { x: number; y: number }[]) => {
    const mean = (of: (pair: { x: number; y: number }) => number) =>
      pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length;
    const [mx, my] = [mean(({ x }) => x), mean(({ y }) => y)];
    const moment = (of: (dx: number, dy: number) => number) => mean(({ x, y }) => of(x - mx, y - my));
    return moment((dx, dy) => dx * dy) / Math.sqrt(moment((dx) => dx * dx) * moment((_, dy) => dy * dy));
  };
  const informationOf = ({ data, truth }: LabMarket) => {
    const told = truth.items.flatMap((item) => {
      const series = item.signal === 0 ? undefined : data.series.get(item.symbol!);
      if (!series) return [];
      const first = series.day.indexOf(item.pushFrom);
      const last = first + truth.settings.news.horizon - 1;
      // Suspended meanwhile, or past the end of the data.
      if (first < 1 || series.day[last] !== item.pushTo) return [];
      const total = (column: Float64Array, i: number) => Math.log(column[i]! * series.factor[i]!);
      let later = 0;
      for (let i = first; i <= last; i++) {
        const before = i === first ? total(series.open, i) : total(series.close, i - 1);
        later += (total(series.close, i) - before) / truth.stocks.get(item.symbol!)!.deviation[i]!;
      }
      return [{ signal: item.signal, stated: item.stated, later }];
    });
    return {
      items: told.length,
      set: truth.settings.news.information,
      measured: correlation(told.map(({ signal, later }) => ({ x: signal, y: later }))),
      ofTheWords: correlation(told.map(({ stated, later }) => ({ x: stated, y: later }))),
      // Three standard errors of a correlation.
      slack: 3 / Math.sqrt(told.length),
    };
  };
  const information = played.map(({ name, seed, market }) => ({
    market: name,
    seed,
    ...informationOf(market),
  }));
  declare(
    Object.fromEntries([
      ...measured.map(
        ({
          market,
          seed,
          strategy: label,
          totalReturn,
          sharpeAnnual,
          sharpeAnnualLow95,
          sharpeAnnualHigh95,
        }) => [
          `${market}@${seed} ${label}`,
          { totalReturn, sharpe: sharpeAnnual, low95: sharpeAnnualLow95, high95: sharpeAnnualHigh95 },
        ],
      ),
      ...information.map(({ market, seed, items, set, measured: told }) => [
        `${market}@${seed} news`,
        { items, set, measured: told },
      ]),
    ]),
  );

  return results();
}
