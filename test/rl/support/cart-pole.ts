/** CartPole-v1 of Gymnasium 1.4 (Barto, Sutton & Anderson 1983): Euler steps of 20 ms, 1 a step, 500 steps at most. */
import { type RandomState, randomFloat, randomInit } from '../../../lib/core/index.js';
import type { VectorEnv } from '../../../lib/rl/index.js';

const GRAVITY = 9.8;
const CART = 1;
const POLE = 0.1;
const HALF_LENGTH = 0.5;
const FORCE = 10;
const SECONDS = 0.02;
const X_LIMIT = 2.4;
const ANGLE_LIMIT = (12 * 2 * Math.PI) / 360;
const STEPS = 500;

/** `start`: x, its speed, angle, its speed; by default each uniform in +-0.05. */
export function cartPole(count: number, start?: (env: number) => readonly number[]): VectorEnv {
  const total = CART + POLE;
  const poleMoment = POLE * HALF_LENGTH;
  const states = new Float64Array(count * 4);
  const taken = new Int32Array(count);
  const observations = new Float32Array(count * 4);
  const finalObservations = new Float32Array(count * 4);
  const rewards = new Float32Array(count).fill(1);
  const dones = new Uint8Array(count);
  let random: RandomState = randomInit(0);

  function begin(i: number): void {
    const from = start?.(i);
    for (let k = 0; k < 4; k++) states[i * 4 + k] = from === undefined ? randomFloat(random) * 0.1 - 0.05 : from[k]!;
    taken[i] = 0;
    observations.set(states.subarray(i * 4, i * 4 + 4), i * 4);
  }

  return {
    count,
    observationSize: 4,
    actionCount: 2,
    observations,
    rewards,
    dones,
    finalObservations,
    reset(seed) {
      random = randomInit(seed, 'cart-pole');
      for (let i = 0; i < count; i++) begin(i);
    },
    step(actions) {
      for (let i = 0; i < count; i++) {
        const s = states.subarray(i * 4, i * 4 + 4);
        const [x, speed, angle, turning] = s as unknown as [number, number, number, number];
        const force = actions[i] === 1 ? FORCE : -FORCE;
        const cos = Math.cos(angle);
        const sin = Math.sin(angle);
        const push = (force + poleMoment * turning * turning * sin) / total;
        const angular = (GRAVITY * sin - cos * push) / (HALF_LENGTH * (4 / 3 - (POLE * cos * cos) / total));
        const linear = push - (poleMoment * angular * cos) / total;
        s[0] = x + SECONDS * speed;
        s[1] = speed + SECONDS * linear;
        s[2] = angle + SECONDS * turning;
        s[3] = turning + SECONDS * angular;
        observations.set(s, i * 4);
        taken[i] = taken[i]! + 1;
        const fallen = Math.abs(s[0]!) > X_LIMIT || Math.abs(s[2]!) > ANGLE_LIMIT;
        dones[i] = fallen ? 1 : taken[i]! >= STEPS ? 2 : 0;
        if (dones[i] === 0) continue;
        finalObservations.set(s, i * 4);
        begin(i);
      }
    },
    snapshot: () => ({ states: Array.from(states), taken: Array.from(taken), random: { ...random } }),
    restore(snapshot) {
      const from = snapshot as { states: number[]; taken: number[]; random: RandomState };
      states.set(from.states);
      taken.set(from.taken);
      random = { ...from.random };
      observations.set(states);
    },
  };
}
