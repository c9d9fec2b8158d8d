/** A policy taught under masks plays under the same masks: in the loop as in the environment, on daily bars and within the day. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dayOf } from '../../lib/core/index.js';
import { loadSource, type MarketData } from '../../lib/feeds/index.js';
import { calendarOf, riskSettings, rulebookFor } from '../../lib/market/index.js';
import { openRun, type ReplaySpecInput, runReplay } from '../../lib/replay/index.js';
import {
  bestAction,
  chooseFeatures,
  envMarket,
  marketEnv,
  type PolicyBundle,
  policyLogits,
  rlSchema,
  saveBundle,
  sealBundle,
  softmax,
  softmaxOf,
} from '../../lib/rl/index.js';
import { rlStrategy } from '../../lib/strategies/index.js';
import { effects, madeUpData, scratch } from '../replay/support.js';
import { somePolicy } from '../rl/some-policy.js';

const SYMBOL = '600000.SH';

/** Action and its probability at each decision. */
interface Wish {
  readonly action: string;
  readonly confidence: number;
}

function inEnvironment(bundle: PolicyBundle, data: MarketData, spec: ReplaySpecInput): Wish[] {
  const calendar = calendarOf('cn-a');
  const market = envMarket({
    instruments: data.instruments.filter(({ symbol }) => symbol === spec.symbols[0]),
    series: data.series,
    actions: data.actions,
    rulebook: rulebookFor('cn-a', { calendar }),
    calendar,
    choice: chooseFeatures(rlSchema(bundle.schema.id), bundle.schema.features),
    from: dayOf(spec.from),
    to: dayOf(spec.to),
  });
  const env = marketEnv({
    market,
    count: 1,
    initialCashMinor: spec.initialCash! * 100,
    actions: bundle.actions,
    start: 'first',
    risk: riskSettings(spec.risk ?? 'none'),
    masking: true,
  });
  const chances = softmaxOf(env.actionCount);
  const wishes: Wish[] = [];
  while (env.dones[0] === 0) {
    const logits = policyLogits(bundle, env.observations.slice());
    const action = bestAction(logits, 0, env.actionCount, env.masks, 0);
    softmax(chances, logits, 0, env.masks!, 0);
    wishes.push({ action: bundle.actions.rows[action]!.name, confidence: chances.probabilities[action]! });
    env.step(Int32Array.of(action));
  }
  return wishes;
}

async function inLoop(bundle: PolicyBundle, data: MarketData, spec: ReplaySpecInput) {
  const folder = join(scratch(), 'policy');
  saveBundle(folder, bundle);
  const run = await runReplay(
    { ...spec, strategies: [{ id: 'rl', parameters: { bundle: folder } }] },
    effects(scratch(), { data, trial: false, audit: false }),
  );
  const decided = openRun(run.folder)
    .decisions()
    .filter(({ decision }) => decision.state === 'decided');
  const refused = openRun(run.folder)
    .fills()
    .filter((row) => row.kind === 'rejection' && row.order === null);
  return { decided, refused, wishes: decided.map(({ decision: { action, confidence } }) => ({ action: action!, confidence })) };
}

const daily = madeUpData({ symbols: [SYMBOL], from: '2019-01-02', sessions: 320, holes: {} });
const minutes = loadSource('embedded:cn-5m', 'refuse', ['600036.SH']);
const { day } = minutes.series.get('600036.SH')!;
const dateAt = (i: number): string => new Date(day[i]! * 86_400_000).toISOString().slice(0, 10);

const cases: [string, MarketData, ReplaySpecInput][] = [
  ['a small account', daily, { data: 'test', symbols: [SYMBOL], from: '2019-05-06', to: '2020-03-31', initialCash: 4000, strategies: [] }],
  [
    'under the house caps',
    daily,
    { data: 'test', symbols: [SYMBOL], from: '2019-05-06', to: '2020-03-31', initialCash: 200_000, risk: 'house', strategies: [] },
  ],
  [
    'within the day, where T+1 binds',
    minutes,
    {
      data: 'embedded:cn-5m',
      symbols: ['600036.SH'],
      from: dateAt(500),
      to: dateAt(1500),
      initialCash: 100_000,
      decisionPoint: 'every',
      strategies: [],
    },
  ],
];

test.each(cases)(
  '%s: the same actions and probabilities as in the environment, and nothing that the decision refuses',
  async (_name, data, spec) => {
    const bundle = somePolicy({ seed: 4, masked: true });
    const { masking: _, ...parts } = bundle;
    const masked = await inLoop(bundle, data, spec);
    const wishes = inEnvironment(bundle, data, spec);
    // The environment's last bar is only stepped into.
    expect(masked.wishes.slice(0, wishes.length).map(({ action }) => action)).toEqual(wishes.map(({ action }) => action));
    masked.wishes.slice(0, wishes.length).forEach(({ confidence }, i) => {
      // Halved where an observation lies outside the training.
      const outside = masked.decided[i]!.decision.why.includes('outside its training') ? 2 : 1;
      expect(confidence * outside).toBeCloseTo(wishes[i]!.confidence, 3);
    });
    expect(new Set(masked.wishes.map(({ action }) => action)).size).toBeGreaterThan(2);
    expect(masked.refused).toEqual([]);
    expect((await inLoop(sealBundle(parts), data, spec)).refused.length).toBeGreaterThan(10);
  },
);

test('without the rules of a run a masked policy decides nothing', () => {
  const strategy = rlStrategy(somePolicy({ masked: true }));
  const [wanted] = [daily.series.get(SYMBOL)!];
  const view = {
    asOf: 0,
    bars: () => ({ ...wanted, units: daily.instruments[0]!.units, maxKnownAt: 0, lastDay: wanted.day[wanted.length - 1]! }),
    portfolio: () => ({ asOf: 0, currency: 'CNY', cashMinor: 1, totalEquityMinor: 1, positions: [] }),
  };
  expect(() => strategy.decide(view as never, [SYMBOL], strategy.init())).toThrow(/expected the rules of the run for policy-1/);
});
