/** `hindcast bench rl`: training, decisions; with --peers beside stable-baselines3, in turns. Each part is a group under support/rl-*.ts. */
import { cpus } from 'node:os';
import { PeerProcess, peerPython } from './support/peers.js';
import { decideGroup } from './support/rl-decide.js';
import { envGroup } from './support/rl-env.js';
import type { Group, GroupResult } from './support/rl-group.js';
import { ppoGroup } from './support/rl-ppo.js';

/** What was asked of this machine kind: at least (speeds, ratios) or at most (times), and what was aimed at. */
const ASKED: Readonly<Record<string, { readonly least?: number; readonly most?: number; readonly aim?: number }>> = {
  ppo_default_vs_sb3: { least: 10, aim: 14 },
  ppo_big_vs_sb3: { least: 1.15, aim: 1.3 },
  env_rules_steps_per_s: { least: 5e6 },
  env_fee_steps_per_s: { least: 10e6 },
  decide_us_p50: { most: 20 },
  decide_us_p99: { most: 100 },
  net_us_p50: { most: 5 },
  train_500k_s: { most: 22 },
};

/** A line for each measure that something was asked of: the median, and for speeds the worst run, beside it. */
function askedLines(rows: Readonly<Record<string, { readonly min: number; readonly median: number }>>): string[] {
  const text = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
  return Object.entries(ASKED).flatMap(([name, { least, most, aim }]) => {
    const row = rows[name];
    if (row === undefined) return [];
    const met = least === undefined ? row.median <= most! : row.median >= least;
    const asked =
      least === undefined ? `at most ${text(most!)}` : `at least ${text(least)}${aim === undefined ? '' : `, aim ${text(aim)}`}`;
    const worst = least === undefined ? '' : `, ${text(row.min)} at worst`;
    return [`asked: ${name} ${asked}: median ${text(row.median)}${worst} ${met ? '' : '- NOT MET'}`.trimEnd()];
  });
}

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
    for (const line of askedLines({ ...merged('metrics'), ...merged('ratios') })) say(line);
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
