/** The trading environment of the speed comparison: 60 log returns and four account figures in, five target positions out. */
import { type RandomState, randomBelow, randomInit } from '../../../lib/core/index.js';
import type { VectorEnv } from '../../../lib/rl/index.js';
import { lcgBars } from '../lcg-bars.js';

export const TRADE_BARS = 100_000;
export const TRADE_STEPS = 512;
const RETURNS = 60;
const FEE = 0.0003;

/** Scaled log returns of closes, and the two halves of a bar: over the gap to its open, and from its open to its close. */
function market() {
  const bars = lcgBars(TRADE_BARS);
  const scaled = new Float64Array(TRADE_BARS);
  const gap = new Float64Array(TRADE_BARS);
  const body = new Float64Array(TRADE_BARS);
  for (let t = 0; t < TRADE_BARS; t++) {
    body[t] = bars.close[t]! / bars.open[t]! - 1;
    if (t === 0) continue;
    scaled[t] = (Math.log(bars.close[t]! * 0.25) - Math.log(bars.close[t - 1]! * 0.25)) * 400;
    gap[t] = bars.open[t]! / bars.close[t - 1]! - 1;
  }
  return { scaled, gap, body };
}

let made: ReturnType<typeof market> | undefined;

/** `start`: the first bar of an episode; by default uniform over 64 .. bars - 514, from the seed. */
export function tradeEnv(count: number, start?: (env: number) => number): VectorEnv {
  made ??= market();
  const { scaled, gap, body } = made;
  const size = RETURNS + 4;
  const observations = new Float32Array(count * size);
  const finalObservations = new Float32Array(count * size);
  const rewards = new Float32Array(count);
  const dones = new Uint8Array(count);
  let random: RandomState = randomInit(0);
  const bar = new Int32Array(count);
  const taken = new Int32Array(count);
  const position = new Float64Array(count);
  const equity = new Float64Array(count);
  const entry = new Float64Array(count);

  function observe(i: number): void {
    const at = i * size;
    const t = bar[i]!;
    for (let k = 0; k < RETURNS; k++) observations[at + k] = scaled[t - k]!;
    observations[at + 60] = position[i]!;
    observations[at + 61] = equity[i]! - 1;
    observations[at + 62] = equity[i]! / entry[i]! - 1;
    observations[at + 63] = (TRADE_STEPS - taken[i]!) / TRADE_STEPS;
  }

  function begin(i: number): void {
    bar[i] = start === undefined ? 64 + randomBelow(random, TRADE_BARS - TRADE_STEPS - 1 - 64) : start(i);
    taken[i] = 0;
    position[i] = 0;
    equity[i] = 1;
    entry[i] = 1;
    observe(i);
  }

  const state = { bar, taken, position, equity, entry };
  return {
    count,
    observationSize: size,
    actionCount: 5,
    observations,
    rewards,
    dones,
    finalObservations,
    reset(seed) {
      random = randomInit(seed, 'trade-env');
      for (let i = 0; i < count; i++) begin(i);
    },
    step(actions) {
      for (let i = 0; i < count; i++) {
        const target = (actions[i]! - 2) * 0.5;
        const t = (bar[i] = bar[i]! + 1);
        const before = equity[i]!;
        let e = before * (1 + position[i]! * gap[t]!);
        if (target !== position[i]) {
          e *= 1 - FEE * Math.abs(target - position[i]!);
          entry[i] = e;
          position[i] = target;
        }
        e *= 1 + target * body[t]!;
        equity[i] = e;
        taken[i] = taken[i]! + 1;
        rewards[i] = Math.log(e / before) * 100;
        const over = taken[i]! >= TRADE_STEPS;
        dones[i] = over ? 2 : 0;
        observe(i);
        if (!over) continue;
        finalObservations.set(observations.subarray(i * size, (i + 1) * size), i * size);
        begin(i);
      }
    },
    snapshot: () => ({
      random: { ...random },
      ...Object.fromEntries(Object.entries(state).map(([name, array]) => [name, Array.from(array)])),
    }),
    restore(snapshot) {
      const from = snapshot as { random: RandomState } & Record<keyof typeof state, number[]>;
      random = { ...from.random };
      for (const [name, array] of Object.entries(state)) array.set(from[name as keyof typeof state]);
      for (let i = 0; i < count; i++) observe(i);
    },
  };
}
