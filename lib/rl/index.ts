/** rl: environment, normaliser, PPO trainer, kernels, import of stable-baselines3 models, policy bundles and their inference. */
export { AccountReading, readAccount } from './account-reading.js';
export { type ActionMap, type ActionMapOptions, actionMap } from './action-map.js';
export { sealBundle } from './bundle.js';
export { BundleError, Sb3Error } from './bundle-error.js';
export { loadBundle, saveBundle } from './bundle-files.js';
export { bundleJsonSchema } from './bundle-schema.js';
export type { DenseLayer, KernelName, Network, NormaliserStatistics, PolicyBundle, VectorEnv } from './contract.js';
export { plantedMarket, shuffledMarket } from './controls.js';
export { type FeatureHealth, featureHealth } from './dead-features.js';
export { type EnvMarket, type EnvMarketInput, envMarket } from './env-market.js';
export { type FeatureProbe, type ProbedFeature, probeFeatures } from './env-probe.js';
export { reasonsIn } from './env-reasons.js';
export { evaluatePolicies, type Play, type Played } from './evaluate.js';
export type { Contender, Evaluation, TestFigures } from './evaluation.js';
export { networkInputs, policyLogits } from './forward.js';
export type { Kernel } from './kernel.js';
export { fastestKernel, openKernel, reproducibleKernel } from './kernel-choice.js';
export { type MarketEnv, type MarketEnvOptions, marketEnv } from './market-env.js';
export { type NetworkRunner, networkRunner } from './network-runner.js';
export { policyNpz } from './npz.js';
export { Observer, type ObserverState } from './observation.js';
export { ONNX_OPSET, policyOnnx, separateOnnx } from './onnx.js';
export { OUTSIDE_SIGMA, type PolicyInputs, policyInputs } from './ood.js';
export { createPpo, type IterationStats, type Ppo, type TrainedPolicy } from './ppo.js';
export { type PpoSettings, ppoDefaults, type Schedule } from './ppo-settings.js';
export { trainerPresets } from './presets.js';
export { type Reward, type RewardName, rewardNames, rewardOf } from './reward.js';
export { bestAction, type Softmax, sampleAction, softmax, softmaxOf } from './sampling.js';
export { importSb3, type SampleAction, type Sb3Import, type Sb3ImportOptions } from './sb3-import.js';
export {
  chooseFeatures,
  DEFAULT_SCHEMA,
  type FeatureChoice,
  rlFeatures,
  rlSchema,
  rlSchemaIds,
} from './schema.js';
export type { RlFeature, RlSchema } from './schema-contract.js';
export { type CurveRow, readCurve } from './train-curve.js';
export type { GroundFiles } from './train-ground.js';
export { type Member, type MemberResult, trainedFolder } from './train-member.js';
export {
  planTraining,
  type TrainEffects,
  type TrainedMember,
  type Training,
  type TrainingPlan,
  trainPolicies,
  trainSpec,
} from './trainer.js';
export { readTrainFile, type TrainFile, writeTrainFile } from './trainer-file.js';
export { trainFileJsonSchema } from './trainer-file-schema.js';
export type { TrainProgress } from './trainer-progress.js';
export { settingLines, type TrainerInput, type TrainerSettings, trainerSettings } from './trainer-settings.js';
