/**
 * A market with a known best policy: a signal walks over -2..2, the next return is signal x 0.5 plus noise, a change of position costs.
 * Positions -1, 0, 1 are the actions; the observation is the signal and the position; an episode is 64 steps, cut by time.
 */
import { type RandomState, randomFloat, randomInit, randomNormal } from '../../../lib/core/index.js';
import type { VectorEnv } from '../../../lib/rl/index.js';

const LEVELS = [-2, -1, 0, 1, 2] as const;
const POSITIONS = [-1, 0, 1] as const;
const STEPS = 64;
const GAIN = 0.5;
const NOISE = 1;
export const SIGNAL_COST = 1;

/** Chance of the next signal: three in ten up, three in ten down, what would leave the range stays. */
const MOVES = [
  [-1, 0.3],
  [0, 0.4],
  [1, 0.3],
] as const;
const moved = (signal: number, by: number): number => Math.min(2, Math.max(-2, signal + by));

export function signalMarket(count: number): VectorEnv {
  const signal = new Int32Array(count);
  const position = new Int32Array(count);
  const taken = new Int32Array(count);
  const observations = new Float32Array(count * 2);
  const finalObservations = new Float32Array(count * 2);
  const rewards = new Float32Array(count);
  const dones = new Uint8Array(count);
  let random: RandomState = randomInit(0);
  const observe = (i: number) => observations.set([signal[i]!, position[i]!], i * 2);
  const begin = (i: number) => {
    signal[i] = Math.floor(randomFloat(random) * 5) - 2;
    position[i] = 0;
    taken[i] = 0;
    observe(i);
  };
  const state = { signal, position, taken };
  return {
    count,
    observationSize: 2,
    actionCount: 3,
    observations,
    rewards,
    dones,
    finalObservations,
    reset(seed) {
      random = randomInit(seed, 'signal-market');
      for (let i = 0; i < count; i++) begin(i);
    },
    step(actions) {
      for (let i = 0; i < count; i++) {
        const target = actions[i]! - 1;
        rewards[i] = target * (GAIN * signal[i]! + NOISE * randomNormal(random)) - SIGNAL_COST * Math.abs(target - position[i]!);
        position[i] = target;
        const u = randomFloat(random);
        signal[i] = moved(signal[i]!, u < 0.3 ? -1 : u < 0.7 ? 0 : 1);
        taken[i] = taken[i]! + 1;
        dones[i] = taken[i]! >= STEPS ? 2 : 0;
        observe(i);
        if (dones[i] === 0) continue;
        finalObservations.set(observations.subarray(i * 2, i * 2 + 2), i * 2);
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

/** Expected reward of an episode: of the policy that is best for its 64 steps, by backward induction over (signal, position). */
export function bestEpisodeReward(): number {
  let ahead = LEVELS.map(() => POSITIONS.map(() => 0));
  for (let step = 0; step < STEPS; step++) {
    ahead = LEVELS.map((signal) =>
      POSITIONS.map((position) =>
        Math.max(
          ...POSITIONS.map((target) => {
            const later = MOVES.reduce((sum, [by, chance]) => sum + chance * ahead[moved(signal, by) + 2]![target + 1]!, 0);
            return target * GAIN * signal - SIGNAL_COST * Math.abs(target - position) + later;
          }),
        ),
      ),
    );
  }
  return LEVELS.reduce<number>((sum, signal) => sum + ahead[signal + 2]![1]!, 0) / LEVELS.length;
}
