/** Policy and value network on one heap, their weights in one block, so that one Adam and one gradient norm serve both. */
import type { Network } from './contract.js';
import { type Kernel, padded } from './kernel.js';
import { networkLayout, readNetwork, writeNetwork } from './network-layout.js';
import { type TrainingPasses, trainingPasses } from './network-passes.js';

/** Rows that go through the networks at once: enough to fill the arithmetic, few enough to stay in the cache. */
export const CHUNK_ROWS = 128;

export interface ActorCritic {
  readonly kernel: Kernel;
  readonly actionCount: number;
  /** Row stride of observations on the heap. */
  readonly observationStride: number;
  /** Row stride of the logits; a value has stride 8. */
  readonly logitStride: number;
  /** Place and size of all weights. */
  readonly parameters: number;
  readonly parameterCount: number;
  readonly policy: TrainingPasses;
  readonly value: TrainingPasses;
  /** Copies of the weights. */
  read(): { readonly policy: Network; readonly value: Network };
  write(networks: { readonly policy: Network; readonly value: Network }): void;
}

export interface ActorCriticShape {
  readonly observationSize: number;
  readonly actionCount: number;
  readonly activation: Network['activation'];
  readonly policyWidths: readonly number[];
  readonly valueWidths: readonly number[];
}

/** Row stride of a value on the heap. */
export const VALUE_STRIDE = padded(1);

/** The weights are 0 until `write`. */
export function actorCritic(kernel: Kernel, shape: ActorCriticShape): ActorCritic {
  const { observationSize, actionCount, activation } = shape;
  const policyLayout = networkLayout([observationSize, ...shape.policyWidths, actionCount], activation);
  const valueLayout = networkLayout([observationSize, ...shape.valueWidths, 1], activation, policyLayout.end);
  const parameterCount = valueLayout.end;
  const parameters = kernel.reserve(parameterCount);
  return {
    kernel,
    actionCount,
    observationStride: padded(observationSize),
    logitStride: padded(actionCount),
    parameters,
    parameterCount,
    policy: trainingPasses(kernel, policyLayout, parameters, CHUNK_ROWS),
    value: trainingPasses(kernel, valueLayout, parameters, CHUNK_ROWS),
    read: () => ({
      policy: readNetwork(kernel.floats, parameters, policyLayout),
      value: readNetwork(kernel.floats, parameters, valueLayout),
    }),
    write({ policy, value }) {
      writeNetwork(kernel.floats, parameters, policyLayout, policy);
      writeNetwork(kernel.floats, parameters, valueLayout, value);
    },
  };
}
