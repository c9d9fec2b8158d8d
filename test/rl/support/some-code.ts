/** A stamp of code for trainings in tests: lib may be worked at while they run. */
import type { TrainEffects } from '../../../lib/rl/index.js';

export const code: TrainEffects['code'] = {
  code: { commit: null, dirty: null, treeHash: 'of a test' },
  lockfile: '0'.repeat(64),
  runtime: { node: 'v24', platform: 'linux', arch: 'x64' },
};
