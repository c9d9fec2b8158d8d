/** Generalised advantage estimation (Schulman et al., arXiv 1506.02438) over a rollout of many environments. */

export interface AdvantageInputs {
  /** steps x count, row-major in time: rewards, values of the observations, 1 where an observation starts an episode. */
  readonly rewards: Float32Array;
  readonly values: Float32Array;
  readonly starts: Uint8Array;
  readonly count: number;
  /** count: of the observation after the last step; and whether it starts an episode. */
  readonly lastValues: Float32Array;
  readonly lastStarts: Uint8Array;
}

/** Fills `advantages`, and `returns` = advantages + values: what the value network learns. */
export function estimateAdvantages(
  inputs: AdvantageInputs,
  gamma: number,
  lambda: number,
  advantages: Float32Array,
  returns: Float32Array,
): void {
  const { rewards, values, starts, count, lastValues, lastStarts } = inputs;
  for (let env = 0; env < count; env++) {
    let advantage = 0;
    let nextValue = lastValues[env]!;
    let goesOn = lastStarts[env] === 0;
    for (let i = rewards.length - count + env; i >= 0; i -= count) {
      const value = values[i]!;
      const delta = rewards[i]! + (goesOn ? gamma * nextValue : 0) - value;
      advantage = delta + (goesOn ? gamma * lambda * advantage : 0);
      advantages[i] = advantage;
      returns[i] = advantages[i]! + value;
      nextValue = value;
      goesOn = starts[i] === 0;
    }
  }
}
