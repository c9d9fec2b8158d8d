/** PPO at stable-baselines3's defaults and with big batches, ours and theirs in turns; and half a million steps of training. */
import { sha256 } from '../../../lib/core/index.js';
import {
  createPpo,
  fastestKernel,
  type KernelName,
  networkRunner,
  openKernel,
  type PpoSettings,
  ppoDefaults,
  reproducibleKernel,
} from '../../../lib/rl/index.js';
import { ratio, spread, type Timed, timed } from './peers.js';
import type { GroupInput, GroupResult } from './rl-group.js';
import { tradeEnv } from './rl-trade-env.js';

interface Workload {
  readonly name: string;
  readonly envs: number;
  readonly stepsPerRollout: number;
  readonly minibatchSize: number;
  readonly widths: readonly number[];
}

const WORKLOADS: readonly Workload[] = [
  { name: 'ppo_default', envs: 8, stepsPerRollout: 2048, minibatchSize: 64, widths: [64, 64] },
  { name: 'ppo_big', envs: 64, stepsPerRollout: 256, minibatchSize: 2048, widths: [128, 128] },
];
const STEPS = 65_536;
const REPEATS = 3;
const LONG_STEPS = 500_000;

function learn({ envs, stepsPerRollout, minibatchSize, widths }: Workload, kernel: KernelName, steps: number, seed: number) {
  const settings: PpoSettings = {
    ...ppoDefaults,
    stepsPerRollout,
    minibatchSize,
    policyWidths: widths,
    valueWidths: widths,
    totalSteps: steps,
    kernel,
  };
  const ppo = createPpo(settings, tradeEnv(envs), seed);
  let stats = ppo.iterate();
  while (stats.steps < steps) stats = ppo.iterate();
  return { ppo, stats };
}

/** sha256 of the logits that a trained policy gives to drawn observations, on the kernel whose bits are the same everywhere. */
function logitsHash(): string {
  const kernel = reproducibleKernel();
  const { policy } = learn(WORKLOADS[0]!, kernel, STEPS, 1).ppo.policy();
  const rows = 1024;
  let state = 20240101;
  const draw = () => ((state = (Math.imul(1103515245, state) + 12345) & 0x7fffffff) >>> 15) / 8192 - 4;
  const logits = new Float32Array(rows * 5);
  networkRunner(openKernel(kernel), policy, rows).run(Float32Array.from({ length: rows * 64 }, draw), rows, logits);
  return sha256(new Uint8Array(logits.buffer));
}

export async function ppoGroup({ peer, say, signal }: GroupInput): Promise<GroupResult> {
  const kernel = fastestKernel();
  const metrics: Record<string, ReturnType<typeof spread>> = {};
  const ratios: Record<string, ReturnType<typeof ratio>> = {};
  for (const workload of WORKLOADS) {
    const ours: Timed<unknown>[] = [];
    const theirs: Timed<number>[] = [];
    for (let i = 0; i < REPEATS && !signal.aborted; i++) {
      say(`${workload.name}: ${i + 1} of ${REPEATS}`);
      ours.push(await timed(() => learn(workload, kernel, STEPS, i).stats.steps));
      if (peer === null) continue;
      const { envs, stepsPerRollout: n_steps, minibatchSize: batch, widths } = workload;
      theirs.push(await peer.run<number>('learn', { envs, n_steps, batch, widths, steps: STEPS, seed: i }));
    }
    const rates = (runs: readonly Timed<unknown>[], pick: 'seconds' | 'cpuSeconds') => runs.map((run) => STEPS / run[pick]);
    metrics[`${workload.name}_steps_per_s`] = spread(rates(ours, 'seconds'), 'steps/s');
    metrics[`${workload.name}_steps_per_cpu_s`] = spread(rates(ours, 'cpuSeconds'), 'steps/s');
    if (theirs.length === 0) continue;
    metrics[`${workload.name}_sb3_steps_per_s`] = spread(rates(theirs, 'seconds'), 'steps/s');
    ratios[`${workload.name}_vs_sb3`] = ratio(rates(ours, 'seconds'), rates(theirs, 'seconds'));
    ratios[`${workload.name}_vs_sb3_cpu`] = ratio(rates(ours, 'cpuSeconds'), rates(theirs, 'cpuSeconds'));
  }
  say(`training ${LONG_STEPS} steps`);
  const long = await timed(() => learn(WORKLOADS[0]!, kernel, LONG_STEPS, 1).stats.episodes?.reward ?? Number.NaN);
  metrics['train_500k_s'] = spread([long.seconds], 's');
  metrics['train_500k_cpu_s'] = spread([long.cpuSeconds], 's');
  return { metrics, ratios, checks: { kernel, reward_end: long.answer, logits_hash: logitsHash() } };
}
