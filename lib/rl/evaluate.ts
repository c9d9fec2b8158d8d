/** How trained policies did on unseen time, over their seeds, beside holding, a rule, and luck of the same turnover. */
import { dateOf, HindcastError } from '../core/index.js';
import { differenceInterval, openTrials, performance, recordTrials, tInterval, universeOf } from '../stats/index.js';
import { COMPARED, type Contender, type DateSpan, type Evaluation, type TestFigures } from './evaluation.js';
import type { TrainEffects, Training } from './trainer.js';
import { writeTrainFile } from './trainer-file.js';

/** An account, or several added up, over a span. */
export interface Played {
  /** Sessions, and at each close equity and market value. */
  readonly days: ArrayLike<number>;
  readonly equityMinor: ArrayLike<number>;
  readonly investedMinor: ArrayLike<number>;
  /** Bought and sold. */
  readonly tradedMinor: number;
  readonly feesMinor: number;
  readonly fills: number;
  readonly rejections: number;
}

/** Plays a strategy of the registry over a span in the honest loop, an account of its own for each symbol. */
export type Play = (
  strategy: { readonly id: string; readonly parameters: Record<string, string | number> },
  span: DateSpan,
) => Promise<Played>;

const RANDOM_DRAWS = 10;

/** Figures of one contender and one seed, and its growth. */
interface Joined {
  readonly figures: TestFigures;
  /** Days of the sessions; growth of 1 at each close; returns between closes of one test. */
  readonly days: readonly number[];
  readonly growth: Float64Array;
  readonly returns: Float64Array;
}

/** Plays all, writes it into train.json, keeps each seed in the trial ledger as a replicate of one trial. `trial`: false keeps it out (made markets, tests). */
export async function evaluatePolicies(
  training: Pick<Training, 'file' | 'folder' | 'members'>,
  play: Play,
  effects: Pick<TrainEffects, 'clock' | 'resultsDir' | 'progress' | 'signal'> & { readonly trial?: boolean },
): Promise<Evaluation> {
  const { file, members } = training;
  if (file.status !== 'done') {
    throw new HindcastError(
      `evaluatePolicies: expected a training that is done, got ${file.train}, ${file.status}. Run the same training again to finish it.`,
    );
  }
  const tests = file.folds.map(({ test }) => test);
  const seeds = [...new Set(members.map(({ seed }) => seed))];
  const draws = Array.from({ length: Math.max(RANDOM_DRAWS, seeds.length) }, (_, i) => i + 1);
  const total = (seeds.length + 2 + draws.length) * tests.length;
  let done = 0;
  const inTests = async (name: string, strategyIn: (fold: number) => Parameters<Play>[0]): Promise<Joined> => {
    const played: Played[] = [];
    for (let fold = 0; fold < tests.length; fold++) {
      effects.signal?.throwIfAborted();
      played.push(await play(strategyIn(fold), tests[fold]!));
      effects.progress?.({ task: 'unseen time', done: ++done, total, at: name });
    }
    return joined(played, file.sessionsPerYear);
  };
  const policies: Joined[] = [];
  for (const seed of seeds) {
    const bundleIn = (fold: number): string => members.find((one) => one.seed === seed && one.fold === fold)!.folder;
    policies.push(await inTests(`seed ${seed}`, (fold) => ({ id: 'rl', parameters: { bundle: bundleIn(fold) } })));
  }
  const hold = await inTests('buy-and-hold', () => ({ id: 'buy-and-hold', parameters: {} }));
  const cross = await inTests('sma-cross', () => ({ id: 'sma-cross', parameters: {} }));
  const luck: Joined[] = [];
  const like = sameTurnover(policies, file.decisionsPerYear ?? file.sessionsPerYear);
  for (const draw of draws) luck.push(await inTests('random', () => ({ id: 'random-same-turnover', parameters: { ...like, seed: draw } })));

  const { symbols, schema } = file.settings;
  const policyName = `${file.settings.name} (PPO)`;
  const policy = policies.map(({ figures }) => figures);
  const contenders = [
    contender(policyName, seeds, policies, null),
    contender('buy-and-hold', null, [hold], policy),
    contender('sma-cross', null, [cross], policy),
    contender('random-same-turnover', draws, luck, policy),
  ];
  if (effects.trial !== false) {
    const window = `${tests[0]!.from}..${tests[tests.length - 1]!.to}`;
    const family = { universe: universeOf(symbols), window, hypothesis: `ppo ${schema}` };
    const trials = policies.map(({ returns }, i) => ({
      kind: 'training' as const,
      family,
      configHash: file.configHash,
      seed: seeds[i]!,
      run: file.train,
      returns,
    }));
    recordTrials(openTrials(effects.resultsDir), trials, effects.clock);
  }
  const average = meanOf(policies.map(({ growth }) => growth));
  const { sharpeAnnual, sharpeAnnualLow95, sharpeAnnualHigh95 } = performance({
    equity: { days: hold.days, values: average },
    sessionsPerYear: file.sessionsPerYear,
  });
  const column = (pick: (values: number[]) => number): number[] => hold.days.map((_, i) => pick(policies.map(({ growth }) => growth[i]!)));
  const evaluation: Evaluation = {
    symbols,
    tests,
    sessions: hold.days.length,
    contenders,
    market: { sharpeAnnual, low95: sharpeAnnualLow95, high95: sharpeAnnualHigh95 },
    curves: {
      date: hold.days.map(dateOf),
      lines: {
        [policyName]: Array.from(average),
        'lowest seed': column((values) => Math.min(...values)),
        'highest seed': column((values) => Math.max(...values)),
        'buy-and-hold': Array.from(hold.growth),
        'sma-cross': Array.from(cross.growth),
        'random, mean': Array.from(meanOf(luck.map(({ growth }) => growth))),
      },
    },
  };
  writeTrainFile(training.folder, { ...file, evaluation });
  return evaluation;
}

/** Tests one after another: each begins with cash, and what it made is carried on as a factor. */
function joined(played: readonly Played[], sessionsPerYear: number): Joined {
  const days: number[] = [];
  const growth: number[] = [];
  const returns: number[] = [];
  const sums = { mean: 0, invested: 0, traded: 0, costs: 0, fills: 0, rejections: 0 };
  let base = 1;
  for (const { days: own, equityMinor, investedMinor, tradedMinor, feesMinor, fills, rejections } of played) {
    const start = equityMinor[0]!;
    for (let i = 0; i < own.length; i++) {
      days.push(own[i]!);
      growth.push((base * equityMinor[i]!) / start);
      if (i > 0) returns.push(equityMinor[i]! / equityMinor[i - 1]! - 1);
      // In starting accounts, so that tests of any size weigh the same.
      sums.mean += equityMinor[i]! / start;
      sums.invested += investedMinor[i]! / equityMinor[i]!;
    }
    base *= equityMinor[own.length - 1]! / start;
    sums.traded += tradedMinor / start;
    sums.costs += feesMinor / start;
    sums.fills += fills;
    sums.rejections += rejections;
  }
  const count = days.length;
  const { totalReturn, annualisedReturn, sharpeAnnual, maxDrawdown } = performance({
    equity: { days, values: growth },
    sessionsPerYear,
    bootstrap: { resamples: 1 },
  });
  const figures: TestFigures = {
    totalReturn: totalReturn ?? 0,
    annualisedReturn: annualisedReturn ?? 0,
    sharpeAnnual,
    maxDrawdown: maxDrawdown?.depth ?? 0,
    turnoverAnnual: (sums.traded / 2 / (sums.mean / count) / count) * sessionsPerYear,
    exposure: sums.invested / count,
    costs: sums.costs,
    fills: sums.fills,
    rejections: sums.rejections,
  };
  return { figures, days, growth: Float64Array.from(growth), returns: Float64Array.from(returns) };
}

function contender(
  name: string,
  seeds: readonly number[] | null,
  all: readonly Joined[],
  policy: readonly TestFigures[] | null,
): Contender {
  const figures = all.map((one) => one.figures);
  const over = Object.fromEntries(
    COMPARED.map((key) => {
      const values = figures.map((one) => one[key]);
      return [key, values.includes(null) ? null : tInterval(values as number[])];
    }),
  ) as Contender['over'];
  const annual = (list: readonly TestFigures[]): number[] => list.map((one) => one.annualisedReturn);
  return { name, seeds, figures, over, excess: policy && differenceInterval(annual(policy), annual(figures)) };
}

/** Parameters of random trading as often and as long in the market as the policies were on average. All in, all out: a turnover of 1 is two trades. */
function sameTurnover(policies: readonly Joined[], decisionsPerYear: number): { tradesPerYear: number; exposure: number } {
  const mean = (pick: (figures: TestFigures) => number): number =>
    policies.reduce((sum, { figures }) => sum + pick(figures), 0) / policies.length;
  const exposure = Math.min(0.98, Math.max(0.02, Math.round(100 * mean((one) => one.exposure)) / 100));
  // It can't flip more than once a decision.
  const most = 1.9 * Math.min(exposure, 1 - exposure) * decisionsPerYear;
  const trades = 2 * mean((one) => one.turnoverAnnual);
  return { tradesPerYear: Math.max(0.1, Math.round(10 * Math.min(most, trades)) / 10), exposure };
}

function meanOf(columns: readonly Float64Array[]): Float64Array {
  return Float64Array.from(columns[0]!, (_, i) => columns.reduce((sum, column) => sum + column[i]!, 0) / columns.length);
}
