/** rl: environment, normaliser, PPO trainer, kernels, import of stable-baselines3 models, policy bundles and their inference. */
export type { DenseLayer, KernelName, Network, NormaliserStatistics, PolicyBundle, VectorEnv } from './contract.js';
