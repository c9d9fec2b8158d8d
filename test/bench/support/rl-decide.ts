/** One decision: the network alone, and normaliser, network and choice together against stable-baselines3's normalize_obs and predict. */
import { bestAction, createPpo, fastestKernel, networkInputs, networkRunner, openKernel, ppoDefaults } from '../../../lib/rl/index.js';
import { ratio, spread } from './peers.js';
import type { GroupInput, GroupResult } from './rl-group.js';
import { tradeEnv } from './rl-trade-env.js';

const CALLS = 20_000;
const PEER_CALLS = 2000;
const REPEATS = 5;

/** Median microseconds of one call. */
function p50(calls: number, act: () => void): number {
  const times = new Float64Array(calls);
  for (let i = 0; i < calls; i++) {
    const start = performance.now();
    act();
    times[i] = (performance.now() - start) * 1000;
  }
  return times.sort()[calls >> 1]!;
}

export async function decideGroup({ peer, say, signal }: GroupInput): Promise<GroupResult> {
  const kernel = fastestKernel();
  const env = tradeEnv(1);
  const { policy, normaliser } = createPpo({ ...ppoDefaults, totalSteps: 0, kernel }, env, 1).policy();
  const runner = networkRunner(openKernel(kernel), policy);
  const observation = env.observations.slice();
  const logits = new Float32Array(5);
  const bundle = { rawClip: null, normaliser };
  const net: number[] = [];
  const whole: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < REPEATS && !signal.aborted; i++) {
    say(`decisions: ${i + 1} of ${REPEATS}`);
    net.push(p50(CALLS, () => runner.run(observation, 1, logits)));
    whole.push(
      p50(CALLS, () => {
        runner.run(networkInputs(bundle, observation, 64), 1, logits);
        bestAction(logits, 0, 5);
      }),
    );
    if (peer === null) continue;
    const { answer } = await peer.run<number[]>('predict', { calls: PEER_CALLS });
    theirs.push(answer.sort((a, b) => a - b)[PEER_CALLS >> 1]!);
  }
  const inverse = (times: readonly number[]) => times.map((us) => 1 / us);
  return {
    metrics: {
      net_us_p50: spread(net, 'us'),
      normalised_net_us_p50: spread(whole, 'us'),
      ...(theirs.length === 0 ? {} : { decide_sb3_us_p50: spread(theirs, 'us') }),
    },
    ratios: theirs.length === 0 ? {} : { decide_vs_sb3: ratio(inverse(whole), inverse(theirs)) },
    checks: {},
  };
}
