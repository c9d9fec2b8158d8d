import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dayOf, InputError, sha256 } from '../../lib/core/index.js';
import { embeddedData, type MarketData } from '../../lib/feeds/index.js';
import { calendarOf, rulebookFor } from '../../lib/market/index.js';
import { type DecisionRow, openRun, type ReplaySpecInput, runReplay } from '../../lib/replay/index.js';
import {
  chooseFeatures,
  envMarket,
  marketEnv,
  networkInputs,
  type PolicyBundle,
  policyInputs,
  policyLogits,
  rlSchema,
  saveBundle,
  sealBundle,
} from '../../lib/rl/index.js';
import { rlStrategy, strategyOf } from '../../lib/strategies/index.js';
import { effects, madeUpData, scratch } from '../replay/support.js';
import { somePolicy } from '../rl/some-policy.js';

const SYMBOL = '600000.SH';
const holed = madeUpData({ symbols: [SYMBOL], from: '2019-01-02', sessions: 320, holes: { [SYMBOL]: [90, 91, 140, 200, 201, 202] } });
const saved = (bundle: PolicyBundle): string => {
  const folder = join(scratch(), 'policy');
  saveBundle(folder, bundle);
  return folder;
};
const specOf = (folder: string, more: Partial<ReplaySpecInput> = {}): ReplaySpecInput => ({
  data: 'test',
  symbols: [SYMBOL],
  from: '2019-05-06',
  to: '2020-03-31',
  initialCash: 200_000,
  strategies: [{ id: 'rl', parameters: { bundle: folder } }],
  ...more,
});

/** The same policy in the environment: its observation, action and equity at each decision. */
function inEnvironment(bundle: PolicyBundle, data: MarketData, symbol: string, spec: ReplaySpecInput) {
  const calendar = calendarOf('cn-a');
  const market = envMarket({
    instruments: data.instruments.filter((instrument) => instrument.symbol === symbol),
    series: data.series,
    actions: data.actions,
    rulebook: rulebookFor('cn-a', { calendar }),
    calendar,
    choice: chooseFeatures(rlSchema(bundle.schema.id), bundle.schema.features),
    from: dayOf(spec.from),
    to: dayOf(spec.to),
  });
  const env = marketEnv({ market, count: 1, initialCashMinor: spec.initialCash! * 100, actions: bundle.actions, start: 'first' });
  const seen: { observation: string; action: string; equity: number }[] = [];
  for (;;) {
    const last = env.dones[0] !== 0;
    const row = (last ? env.finalObservations : env.observations).slice();
    const logits = policyLogits(bundle, row);
    const action = logits.indexOf(Math.max(...logits));
    seen.push({
      observation: sha256(new Uint8Array(row.buffer)).slice(0, 32),
      action: bundle.actions.rows[action]!.name,
      equity: env.equityMinor[0]!,
    });
    if (last) return seen;
    env.step(Int32Array.of(action));
  }
}

const observationOf = (row: DecisionRow): string => row.evidence.find(({ kind }) => kind === 'observation')!.id.split(':')[1]!;

async function inLoop(data: MarketData, spec: ReplaySpecInput) {
  const result = await runReplay(spec, effects(scratch(), { data, trial: false }));
  const rows = openRun(result.folder)
    .decisions()
    .filter((row) => row.decision.state === 'decided');
  const equity = new Map([...result.equity.day].map((day, i) => [day, result.equity.equityMinor[i]!] as const));
  return {
    result,
    rows,
    seen: rows.map((row) => ({ observation: observationOf(row), action: row.decision.action, equity: equity.get(dayOf(row.session))! })),
  };
}

test('the loop and the environment see the same bits, choose the same actions and end every session with the same equity', async () => {
  for (const bundle of [
    somePolicy({ seed: 4, leaveOut: ['sellableFraction'] }),
    somePolicy({ seed: 6, schema: 'ashare14', sigma: 0.05 }),
  ]) {
    const spec = specOf(saved(bundle));
    const { seen, result } = await inLoop(holed, spec);
    expect(seen.length).toBe(result.row.counts.sessions - 6);
    expect(new Set(seen.map(({ action }) => action)).size).toBeGreaterThan(2);
    expect(result.row.counts.fills).toBeGreaterThan(20);
    expect(inEnvironment(bundle, holed, SYMBOL, spec)).toEqual(seen);
    expect(JSON.parse(readFileSync(join(result.folder, 'audit.json'), 'utf8')).verdict).toBe('clean');
  }
});

test('so they do on real bars with dividends and splits', async () => {
  const data = embeddedData('cn', { symbols: ['000001.SZ'] });
  const bundle = somePolicy({ seed: 2 });
  const spec = {
    ...specOf(saved(bundle)),
    data: 'embedded:cn',
    symbols: ['000001.SZ'],
    from: '2014-01-02',
    to: '2016-12-30',
    initialCash: 500_000,
  };
  expect(data.actions.get('000001.SZ')!.length).toBeGreaterThan(2);
  const { seen } = await inLoop(data, spec);
  expect(inEnvironment(bundle, data, '000001.SZ', spec)).toEqual(seen);
});

test('a run that was stopped and taken up again has the bytes of one that was not, draws included', async () => {
  const folder = saved(somePolicy({ seed: 5 }));
  const spec = specOf(folder, { strategies: [{ id: 'rl', parameters: { bundle: folder, sampling: 'draw' } }], seed: 11 });
  const straight = await runReplay(spec, effects(scratch(), { data: holed, audit: false, trial: false }));
  const resultsDir = scratch();
  let parts = 0;
  for (;;) {
    const stop = new AbortController();
    let left = 90;
    // Each life ends some sessions on: a signal that is asked at every barrier counts them.
    const signal = {
      get aborted() {
        return --left < 0;
      },
    } as AbortSignal;
    const part = await runReplay(spec, effects(resultsDir, { data: holed, audit: false, trial: false, signal }));
    parts++;
    stop.abort();
    if (part.interrupted) continue;
    expect(part.row.digests).toEqual(straight.row.digests);
    break;
  }
  expect(parts).toBeGreaterThan(2);
  const other = await runReplay({ ...spec, seed: 12 }, effects(scratch(), { data: holed, audit: false, trial: false }));
  expect(other.row.digests['fills.jsonl']).not.toBe(straight.row.digests['fills.jsonl']);
});

test('the stamp and the configuration name the policy by its hash, wherever its folder lies', async () => {
  const bundle = somePolicy({ seed: 6 });
  const here = saved(bundle);
  const quiet = { data: holed, audit: false, trial: false };
  const short = { from: '2020-01-02', to: '2020-01-10' };
  const first = await runReplay(specOf(here, short), effects(scratch(), quiet));
  expect(first.row.stamp.models).toEqual({ 'rl.bundle': bundle.hash });
  const there = join(scratch(), 'moved');
  renameSync(here, there);
  const second = await runReplay(specOf(there, short), effects(scratch(), quiet));
  expect(second.row.configHash).toBe(first.row.configHash);
  const other = await runReplay(specOf(saved(somePolicy({ seed: 7 })), short), effects(scratch(), quiet));
  expect(other.row.configHash).not.toBe(first.row.configHash);
});

test('an observation outside the training halves the confidence, says which feature, and is counted', async () => {
  const usual = somePolicy({ seed: 8, sigma: 10 });
  const { normaliser } = usual;
  const variance = normaliser!.variance.slice();
  const volume = usual.schema.features.findIndex(({ name }) => name === 'volumeZ20');
  variance[volume] = 0.25 ** 2;
  const bundle = sealBundle({ ...usual, normaliser: { ...normaliser!, variance } });
  const { rows } = await inLoop(holed, specOf(saved(bundle)));
  const marked = rows.filter((row) => row.decision.why.includes('outside its training'));
  expect(marked.length).toBeGreaterThan(5);
  expect(marked.length).toBeLessThan(rows.length / 2);
  for (const row of rows) {
    const [, name, percent] = /^rl policy-8: (\S+) ([\d.]+) %/.exec(row.decision.why)!;
    expect(name).toBe(row.decision.action);
    const outside = marked.includes(row);
    expect(row.decision.confidence).toBeCloseTo(Number(percent) / (outside ? 200 : 100), 2);
  }
  expect(marked.at(-1)!.decision.why).toMatch(
    new RegExp(
      `outside its training \\(${marked.length} of \\d+ decisions\\): volumeZ20 at -?\\d+\\.\\d sigma, beyond 6; confidence halved$`,
    ),
  );
});

test("inputs have the bits of the reference's", () => {
  for (const schema of ['ashare14', 'scale-free-v1']) {
    const bundle = somePolicy({ schema, seed: 3 });
    const width = bundle.schema.features.length;
    const row = Float32Array.from({ length: width }, (_, i) => [0.01, -0.4, 0.31, 12, -13, 1e-7][i % 6]!);
    const out = new Float32Array(width);
    policyInputs(bundle).take(row, out);
    expect(out).toEqual(networkInputs(bundle, row, width));
  }
});

test('what does not fit is refused by name', () => {
  const good = somePolicy();
  const { schema, ...rest } = good;
  const but = (parts: Partial<PolicyBundle>): PolicyBundle => sealBundle({ ...good, ...parts });
  expect(() => rlStrategy(but({ schema: { ...schema, id: 'nosuch' } }))).toThrow(/expected one of scale-free-v1, ashare14, got "nosuch"/);
  const [a, b, ...more] = schema.features;
  expect(() => rlStrategy(but({ schema: { ...schema, features: [b!, a!, ...more] } }))).toThrow(/in their order .*, got ret1 in ratio/);
  const [first, ...others] = schema.features;
  expect(() => rlStrategy(but({ schema: { ...schema, features: [{ ...first!, unit: 'per cent' }, ...others] } }))).toThrow(InputError);
  expect(() => rlStrategy(but({ rawClip: 10 }))).toThrow(/expected the raw clip null of schema scale-free-v1, got 10/);
  const rows = good.actions.rows.slice(0, 5).reverse();
  expect(() => rlStrategy(but({ actions: { id: 'seedFive', rows } }))).toThrow(/seedFive, which names another table/);
  expect(rest.actions.id).toBe('seedFive');
  const folder = saved(good);
  const text = readFileSync(join(folder, 'bundle.json'), 'utf8');
  expect(text).toContain(good.hash);
  expect(() => strategyOf('rl', { bundle: join(folder, 'elsewhere') })).toThrow(/elsewhere/);
  expect(() => strategyOf('rl')).toThrow(/expected the folder of a policy bundle, got none/);
});
