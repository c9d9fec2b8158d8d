/** A lab market, its oracle, and replays of the strategy `llm` that ask it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RoutingSettings } from '../../lib/agents/index.js';
import { dateOf, manualClock, randomFloat, randomInit } from '../../lib/core/index.js';
import { labMarket } from '../../lib/feeds/index.js';
import { type BudgetLimits, emptyBudget, type ModelPlan, memoryMeter, openBudget, openModels, Transcripts } from '../../lib/llm/index.js';
import { type ReplayEffects, type ReplaySpecInput, runReplay } from '../../lib/replay/index.js';
import { llm } from '../../lib/strategies/index.js';
import { type OracleServer, oracleOf, serveOracle } from './oracle-server.js';

export function oracleLab(symbolCount: number, sessions: number, seed = 7) {
  const lab = labMarket(
    { symbols: symbolCount, sessions: sessions + 90, newListingShare: 0, suspensionRate: 0, news: { companyRate: 0.25, information: 0.4 } },
    seed,
  );
  const symbols = [...lab.data.series.keys()].filter((symbol) => symbol !== lab.data.index);
  const days = lab.truth.sessions;
  const oracle = oracleOf(lab.truth, (symbol) => lab.data.series.get(symbol)?.day ?? new Int32Array(0));
  const spec = (more: Partial<ReplaySpecInput> = {}): ReplaySpecInput => ({
    data: lab.data.source,
    symbols,
    from: dateOf(days[80]!),
    to: dateOf(days[80 + sessions - 1]!),
    strategies: [{ id: 'llm', parameters: {} }],
    ...more,
  });
  return { lab, symbols, oracle, spec };
}

interface RunOptions {
  readonly url: string;
  readonly folder: string;
  readonly run?: string;
  readonly mode?: 'record' | 'replay' | 'live';
  readonly budget?: BudgetLimits;
  readonly parameters?: Parameters<typeof llm>[0];
  readonly effects?: Partial<ReplayEffects>;
  readonly results?: string;
}

export const scratch = (): string => mkdtempSync(join(tmpdir(), 'hindcast-agents-'));

export async function oracleReplay(made: ReturnType<typeof oracleLab>, options: RunOptions, spec: Partial<ReplaySpecInput> = {}) {
  const { url, folder, run = 'run', mode = 'record', budget = {}, parameters = { card: 'numbers-only' }, effects = {} } = options;
  const transcripts = new Transcripts(join(folder, 'transcripts.sqlite'));
  const jitter = randomInit(7);
  const clock = manualClock(1_700_000_000_000);
  const plan: ModelPlan = {
    servers: { oracle: { kind: 'openai', baseUrl: url } },
    models: { small: 'oracle/small', large: 'oracle/large' },
    startTiers: {},
    prices: {
      'oracle/small': { promptYuanPerMillion: 1, completionYuanPerMillion: 2 },
      'oracle/large': { promptYuanPerMillion: 10, completionYuanPerMillion: 20 },
    },
    cutoffs: {},
    numCtx: 8192,
    limits: { timeoutMs: 5000, retries: 0, concurrency: 4 },
    budget: {},
  };
  const spent = openBudget(budget, { ...emptyBudget, spent: transcripts.spentBy(run) });
  const meter = memoryMeter();
  const models = openModels({ plan, run, mode, transcripts, budget: spent, meter, clock, random: () => randomFloat(jitter) });
  try {
    const strategy = llm(parameters, { models, secret: 'oracle-secret', meter, instruments: made.lab.data.instruments });
    const result = await runReplay(made.spec(spec), {
      clock,
      resultsDir: options.results ?? mkdtempSync(join(folder, 'results-')),
      data: made.lab.data,
      trial: false,
      audit: false,
      ...effects,
      strategy,
    });
    return { ...result, spent: spent.state(), counters: meter.counters() };
  } finally {
    await models.close();
    transcripts.close();
  }
}

export const thresholds = (more: Partial<RoutingSettings>): RoutingSettings => ({
  v: 1,
  version: 'test',
  medium: 1.01,
  large: 1.01,
  weights: { prompt: 0, conflict: 1, event: 0, risk: 0 },
  samples: 1,
  agreement: 0,
  margin: 0,
  conflict: 5,
  shadowShare: 0,
  ...more,
});

export type { OracleServer };
export { serveOracle };
