/**
 * `hindcast bench backtest`: the float kernel, the integer kernel and the honest loop over generated bars; with --peers, each beside the
 * engines it is compared with. Ratios are of CPU seconds, taken by turns in one run: on a shared machine wall seconds are another's too.
 */
import { cpus } from 'node:os';
import { floatPart } from './support/backtest-float.js';
import { integerPart } from './support/backtest-integer.js';
import { loopPart } from './support/backtest-loop.js';
import type { BenchPart } from './support/backtest-part.js';
import { PeerProcess, peerPython } from './support/peers.js';

/** Each once, so that what compiles on first use (vectorbt: half a minute) is compiled. */
const WARM_UP = { 'vectorbt-sweep': {}, 'backtesting-py': { bars: 1000 }, backtrader: { bars: 1000 } };

export async function bench({ peers, say, signal }: { peers: boolean; say: (text: string) => void; signal: AbortSignal }) {
  const peer = peers ? await startPeers(say, signal) : null;
  const parts: BenchPart[] = [];
  try {
    for (const part of [floatPart, integerPart, loopPart]) parts.push(await part({ peer, say, signal }));
  } finally {
    await peer?.close();
  }
  return {
    bench: 'backtest',
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
    versions: { node: process.version, ...peer?.versions },
    metrics: merged(parts.map((part) => part.metrics)),
    ratios: merged(parts.map((part) => part.ratios)),
    checks: merged(parts.map((part) => part.checks)),
  };
}

async function startPeers(say: (text: string) => void, signal: AbortSignal): Promise<PeerProcess> {
  const python = await peerPython('backtest', { say, signal });
  say('the peers warm up');
  const peer = await PeerProcess.start(python, 'test/bench/peers/backtest.py', { signal });
  for (const [task, args] of Object.entries(WARM_UP)) await peer.run(task, args);
  return peer;
}

const merged = <Value>(records: readonly Readonly<Record<string, Value>>[]): Record<string, Value> => Object.assign({}, ...records);
