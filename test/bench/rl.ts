/** `hindcast bench rl`: training, decisions; with --peers beside stable-baselines3, in turns. Each part is a group under support/rl-*.ts. */
import { cpus } from 'node:os';
import { PeerProcess, peerPython } from './support/peers.js';
import { decideGroup } from './support/rl-decide.js';
import { envGroup } from './support/rl-env.js';
import type { Group, GroupResult } from './support/rl-group.js';
import { ppoGroup } from './support/rl-ppo.js';

const GROUPS: readonly Group[] = [envGroup, decideGroup, ppoGroup];

export async function bench({ peers, say, signal }: { peers: boolean; say: (text: string) => void; signal: AbortSignal }) {
  const peer = peers ? await PeerProcess.start(await peerPython('rl', { say, signal }), 'test/bench/peers/rl.py', { signal }) : null;
  try {
    const results: GroupResult[] = [];
    for (const group of GROUPS) {
      if (!signal.aborted) results.push(await group({ peer, say, signal }));
    }
    const merged = <Part extends keyof GroupResult>(part: Part) =>
      Object.assign({}, ...results.map((result) => result[part])) as GroupResult[Part];
    return {
      bench: 'rl',
      machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
      versions: { node: process.version, ...peer?.versions },
      metrics: merged('metrics'),
      ratios: merged('ratios'),
      checks: merged('checks'),
    };
  } finally {
    await peer?.close();
  }
}
