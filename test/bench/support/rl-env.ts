/** Stepping: the market's full rules, and a plain fee beside numpy and gym-trading-env; and one whole decision from a view to an action. */
import { type BarSeries, dateOf, dayOf, type Instrument, randomBelow, randomInit, type Strategy, sha256 } from '../../../lib/core/index.js';
import type { MarketData } from '../../../lib/feeds/index.js';
import { calendarOf, describeSymbol, rulebookFor, seedFive } from '../../../lib/market/index.js';
import { replayLoopOnly } from '../../../lib/replay/index.js';
import {
  chooseFeatures,
  createPpo,
  envMarket,
  fastestKernel,
  marketEnv,
  ppoDefaults,
  rlSchema,
  sealBundle,
  type VectorEnv,
} from '../../../lib/rl/index.js';
import { rlStrategy } from '../../../lib/strategies/index.js';
import { lcgBars } from '../lcg-bars.js';
import { PeerProcess, peerPython, ratio, spread, timed } from './peers.js';
import type { GroupInput, GroupResult } from './rl-group.js';
import { tradeEnv } from './rl-trade-env.js';

const COUNT = 64;
const STEPS = 1_280_000;
const PEER_BATCH_STEPS = 128_000;
const GYM_STEPS = 10_000;
const REPEATS = 5;
const FROM = '2010-01-04';
const BARS = 3000;

/** Generated bars as A-shares on the true calendar: the rules are real, the prices are not. */
function shares(count: number): MarketData {
  const calendar = calendarOf('cn-a');
  const first = calendar.indexAtOrAfter(dayOf(FROM));
  const day = calendar.sessions.slice(first, first + BARS);
  const series = new Map<string, BarSeries>();
  const instruments: Instrument[] = [];
  for (let k = 0; k < count; k++) {
    const symbol = `60000${k}.SH`;
    const bars = lcgBars(BARS, 20240101 + k);
    const ticks = (column: Float64Array) => column.map((price) => Math.max(1, Math.round(price / 25)));
    series.set(symbol, {
      symbol,
      length: BARS,
      day,
      knownAt: Float64Array.from(day, (session) => calendar.closeAt(session)),
      open: ticks(bars.open),
      high: ticks(bars.high),
      low: ticks(bars.low),
      close: ticks(bars.close),
      volume: bars.volume.map((volume) => volume * 1000),
      factor: new Float64Array(BARS).fill(1),
    });
    instruments.push({ ...describeSymbol(symbol), name: symbol, corporateActions: 'none' });
  }
  return {
    source: 'bench:shares',
    synthetic: true,
    calendar: 'cn-a',
    instruments,
    series,
    actions: new Map(),
    news: [],
    digests: { bars: `lcg-20240101-${count}x${BARS}` },
    notes: [],
    skipped: {},
  };
}

/** Steps with actions drawn before, uniformly from all: most steps send an order, which is the dear kind of step. */
function stepper(env: VectorEnv, each: () => void): () => void {
  const random = randomInit(1, 'bench');
  const drawn = Array.from({ length: 997 }, () => Int32Array.from({ length: COUNT }, () => randomBelow(random, env.actionCount)));
  return () => {
    env.reset(1);
    for (let step = 0; step < STEPS / COUNT; step++) {
      env.step(drawn[step % 997]!);
      each();
    }
  };
}

/** Microseconds of each decision of a policy of 64-64 through the real loop, ascending. */
async function decisions(data: MarketData): Promise<Float64Array> {
  const choice = chooseFeatures(rlSchema('scale-free-v1'));
  const calendar = calendarOf('cn-a');
  const market = envMarket({ ...data, rulebook: rulebookFor('cn-a', { calendar }), calendar, choice });
  const env = marketEnv({ market, count: 8, initialCashMinor: 100_000_000, episode: 256 });
  const ppo = createPpo({ ...ppoDefaults, totalSteps: 0, stepsPerRollout: 256, kernel: fastestKernel() }, env, 1);
  ppo.iterate();
  const { policy, normaliser } = ppo.policy();
  const parts = { schema: { id: choice.schema.id, features: choice.features }, rawClip: choice.schema.rawClip, actions: seedFive };
  const inner = rlStrategy(sealBundle({ name: 'bench', ...parts, normaliser, policy, value: null, source: {} }));
  const times: number[] = [];
  const strategy: Strategy = {
    ...inner,
    decide(view, symbols, state) {
      const started = performance.now();
      const step = inner.decide(view, symbols, state as Parameters<typeof inner.decide>[2]);
      times.push((performance.now() - started) * 1000);
      return step;
    },
  };
  const [symbol] = data.series.keys();
  const { day } = data.series.get(symbol!)!;
  const spec = {
    data: data.source,
    symbols: [symbol!],
    from: dateOf(day[100]!),
    to: dateOf(day[BARS - 2]!),
    strategies: [{ id: inner.id }],
  };
  await replayLoopOnly({ ...spec, features: 'daily8' }, { data, strategy });
  // The first decisions are the compiler's.
  return Float64Array.from(times.slice(500)).sort();
}

export async function envGroup({ peer: sb3, say, signal }: GroupInput): Promise<GroupResult> {
  const data = shares(8);
  const calendar = calendarOf('cn-a');
  const choice = chooseFeatures(rlSchema('scale-free-v1'));
  const market = envMarket({ ...data, rulebook: rulebookFor('cn-a', { calendar }), calendar, choice });
  const full = marketEnv({ market, count: COUNT, initialCashMinor: 100_000_000, episode: 512 });
  let fills = 0;
  const rules = stepper(full, () => {});
  const fee = stepper(tradeEnv(COUNT), () => {});
  // Once outside the clock: the compiler, and the answers.
  stepper(full, () => {
    for (let i = 0; i < COUNT; i++) if (full.filled[i] !== 0) fills++;
  })();
  const digest = sha256(new Uint8Array(full.equityMinor.slice().buffer)).slice(0, 16);
  fee();
  const peer =
    sb3 === null ? null : await PeerProcess.start(await peerPython('rl-env', { say, signal }), 'test/bench/peers/rl-env.py', { signal });
  const rates = {
    rules: [] as number[],
    fee: [] as number[],
    rulesCpu: [] as number[],
    feeCpu: [] as number[],
    numpy: [] as number[],
    gym: [] as number[],
  };
  const [p50s, p99s]: [number[], number[]] = [[], []];
  try {
    for (let i = 0; i < REPEATS && !signal.aborted; i++) {
      say(`environments: ${i + 1} of ${REPEATS}`);
      const withRules = await timed(rules);
      rates.rules.push(STEPS / withRules.seconds);
      rates.rulesCpu.push(STEPS / withRules.cpuSeconds);
      const withFee = await timed(fee);
      rates.fee.push(STEPS / withFee.seconds);
      rates.feeCpu.push(STEPS / withFee.cpuSeconds);
      const times = await decisions(data);
      p50s.push(times[times.length >> 1]!);
      p99s.push(times[Math.floor(times.length * 0.99)]!);
      if (peer === null) continue;
      rates.numpy.push(PEER_BATCH_STEPS / (await peer.run('batched', { steps: PEER_BATCH_STEPS })).cpuSeconds);
      rates.gym.push(GYM_STEPS / (await peer.run('gym-trading-env', { steps: GYM_STEPS })).cpuSeconds);
    }
  } finally {
    await peer?.close();
  }
  const beside = rates.gym.length === rates.feeCpu.length && rates.gym.length > 0;
  return {
    metrics: {
      env_rules_steps_per_s: spread(rates.rules, 'steps/s'),
      env_rules_steps_per_cpu_s: spread(rates.rulesCpu, 'steps/s'),
      env_fee_steps_per_s: spread(rates.fee, 'steps/s'),
      env_fee_steps_per_cpu_s: spread(rates.feeCpu, 'steps/s'),
      decide_us_p50: spread(p50s, 'us'),
      decide_us_p99: spread(p99s, 'us'),
      ...(beside
        ? { env_numpy_steps_per_cpu_s: spread(rates.numpy, 'steps/s'), env_gym_steps_per_cpu_s: spread(rates.gym, 'steps/s') }
        : {}),
    },
    ratios: beside
      ? {
          env_vs_gym_trading_env: ratio(rates.feeCpu, rates.gym),
          env_vs_numpy: ratio(rates.feeCpu, rates.numpy),
          env_rules_vs_numpy: ratio(rates.rulesCpu, rates.numpy),
        }
      : {},
    checks: { env_fills: fills, env_equities: digest },
  };
}
