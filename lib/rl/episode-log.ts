/** Raw rewards and lengths of the episodes that ended, and of those under way. */

const KEPT = 100;

/** All that changes; `recent` holds [reward, length] of the last 100 episodes, oldest first. */
export interface EpisodeState {
  readonly rewards: Float64Array;
  readonly lengths: Int32Array;
  recent: (readonly [number, number])[];
  ended: number;
}

export class EpisodeLog {
  readonly state: EpisodeState;

  constructor(count: number) {
    this.state = { rewards: new Float64Array(count), lengths: new Int32Array(count), recent: [], ended: 0 };
  }

  /** Rewards and dones of one step of every environment. */
  add(rewards: Float32Array, dones: Uint8Array): void {
    const { state } = this;
    for (let i = 0; i < dones.length; i++) {
      state.rewards[i] = state.rewards[i]! + rewards[i]!;
      state.lengths[i] = state.lengths[i]! + 1;
      if (dones[i] === 0) continue;
      state.recent.push([state.rewards[i]!, state.lengths[i]!]);
      if (state.recent.length > KEPT) state.recent.shift();
      state.ended++;
      state.rewards[i] = 0;
      state.lengths[i] = 0;
    }
  }

  /** Means over the last 100 episodes; null before the first has ended. */
  means(): { readonly reward: number; readonly length: number } | null {
    const { recent } = this.state;
    if (recent.length === 0) return null;
    const mean = (pick: (episode: readonly [number, number]) => number) => recent.reduce((sum, one) => sum + pick(one), 0) / recent.length;
    return { reward: mean(([reward]) => reward), length: mean(([, length]) => length) };
  }
}
