/** rl: environment, normaliser, PPO trainer, kernels, import of stable-baselines3 models, policy bundles and their inference. */
export { AccountReading, readAccount } from './account-reading.js';
export { sealBundle } from './bundle.js';
export { BundleError } from './bundle-error.js';
export { loadBundle, saveBundle } from './bundle-files.js';
export { bundleJsonSchema } from './bundle-schema.js';
export type { DenseLayer, KernelName, Network, NormaliserStatistics, PolicyBundle, VectorEnv } from './contract.js';
export { type EnvMarket, type EnvMarketInput, envMarket } from './env-market.js';
export { reasonsIn } from './env-reasons.js';
export { networkInputs, policyLogits } from './forward.js';
export type { Kernel } from './kernel.js';
export { fastestKernel, openKernel, reproducibleKernel } from './kernel-choice.js';
export { MarketEnv, type MarketEnvOptions } from './market-env.js';
export { type NetworkRunner, networkRunner } from './network-runner.js';
export { Observer, type ObserverState } from './observation.js';
export { createPpo, type IterationStats, type Ppo, type TrainedPolicy } from './ppo.js';
export { type PpoSettings, ppoDefaults, type Schedule } from './ppo-settings.js';
export { type Reward, type RewardName, rewardNames, rewardOf } from './reward.js';
export { bestAction } from './sampling.js';
export {
  chooseFeatures,
  DEFAULT_SCHEMA,
  type FeatureChoice,
  type RlFeature,
  type RlSchema,
  rlFeatures,
  rlSchema,
  rlSchemaIds,
} from './schema.js';
