/** What the parts of the room agree on: the batched environment, the network, the normaliser's statistics, the policy bundle. */
import type { ActionTable } from '../core/index.js';

/** A batch of environments that step together. Arrays are the environment's own, row-major, overwritten by the next call. */
export interface VectorEnv {
  /** Environments in the batch. */
  readonly count: number;
  readonly observationSize: number;
  readonly actionCount: number;
  /** count x observationSize: what the next action answers. */
  readonly observations: Float32Array;
  /** count: reward of the last step. */
  readonly rewards: Float32Array;
  /** count: 0 goes on, 1 terminated (no value beyond), 2 truncated (bootstrapped). A done row has been reset already. */
  readonly dones: Uint8Array;
  /** count x observationSize: the last observation of an episode, valid where `dones` is not 0. */
  readonly finalObservations: Float32Array;
  /** count x actionCount, 1 = allowed; absent: all are. */
  readonly masks?: Uint8Array;
  /** Starts every environment anew. The same seed gives the same episodes. */
  reset(seed: number): void;
  step(actions: Int32Array): void;
  /** Plain JSON; `restore(snapshot())` continues to the byte. */
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

/** Running statistics of a VecNormalize (stable-baselines3), frozen. */
export interface NormaliserStatistics {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly count: number;
  /** Normalised values are clipped to +-clip. */
  readonly clip: number;
  readonly epsilon: number;
}

/** y = W x + b with W as [out, in] row-major, float32 as they lie in the file. */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** Hidden layers have the activation, the head (last layer) none. */
export interface Network {
  readonly activation: 'tanh' | 'relu';
  readonly layers: readonly DenseLayer[];
}

/** One thing, loaded whole or not at all (DESIGN section 5): a folder with bundle.json and weights.safetensors. */
export interface PolicyBundle {
  readonly name: string;
  /** Id of a registered RL observation schema, and its features in order with their units. */
  readonly schema: { readonly id: string; readonly features: readonly { readonly name: string; readonly unit: string }[] };
  /** Clip of the raw features before the normaliser; null = none. ashare14: 10. */
  readonly rawClip: number | null;
  readonly normaliser: NormaliserStatistics | null;
  readonly actions: ActionTable;
  /** refused: its training gave actions that the decision itself would see refused no chance, and so must whoever plays it. Absent: none. */
  readonly masking?: 'refused';
  readonly policy: Network;
  /** Critic; students have none. */
  readonly value: Network | null;
  /** Where it came from: trainer settings and data digests, or the imported files with their hashes. Plain JSON. */
  readonly source: unknown;
  /** sha256 over everything above, by canonical JSON and the weights' bytes. */
  readonly hash: string;
}

/** Which arithmetic ran: relaxed-FMA SIMD, plain SIMD (reproducible), plain JavaScript. Printed and stamped. */
export type KernelName = 'simd-fma' | 'simd' | 'js';
