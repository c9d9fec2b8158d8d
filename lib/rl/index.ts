/** rl: environment, normaliser, PPO trainer, kernels, import of stable-baselines3 models, policy bundles and their inference. */
export { sealBundle } from './bundle.js';
export { BundleError } from './bundle-error.js';
export { loadBundle, saveBundle } from './bundle-files.js';
export { bundleJsonSchema } from './bundle-schema.js';
export type { DenseLayer, KernelName, Network, NormaliserStatistics, PolicyBundle, VectorEnv } from './contract.js';
export { networkInputs, policyLogits } from './forward.js';
