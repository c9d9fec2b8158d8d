/** The two float workloads, ours and the peers' by turns: one SMA-cross backtest over a million bars, and a thousand pairs over 10,000. */
import { floatBacktest, floatSweep } from '../../../lib/sweep/index.js';
import { lcgBars } from '../lcg-bars.js';
import { agree, type BenchEffects, type BenchPart, bestOf, RULE, rounds } from './backtest-part.js';
import { ratio, spread, type Timed, timed } from './peers.js';

const BARS = 1_000_000;
const SWEEP_BARS = 10_000;
const WARM = 20;
const ROUNDS = 25;
/** vectorbt takes seconds for each. */
const SLOW_ROUNDS = 3;
/** fast 5..44, slow 50, 55, ... 170. */
const PAIRS = Array.from({ length: 1000 }, (_, i) => [5 + Math.floor(i / 25), 50 + 5 * (i % 25)] as const);

interface Single {
  readonly equity: number;
  readonly fills: number;
  readonly drawdown: number;
}

interface Sweep {
  readonly best: readonly number[];
  readonly bestReturn: number;
  readonly bestSharpe: number;
  readonly sum: number;
}

export async function floatPart({ peer, say, signal }: BenchEffects): Promise<BenchPart> {
  say('float kernel: one backtest, one sweep');
  const ticks = lcgBars(BARS);
  const [open, close] = [ticks.open.map((tick) => tick / 4), ticks.close.map((tick) => tick / 4)];
  const [fewOpen, fewClose] = [open.slice(0, SWEEP_BARS), close.slice(0, SWEEP_BARS)];
  // As the peer has it: the curve's memory is there before.
  const equity = new Float64Array(BARS);
  const single = (): Single => {
    const { finalEquity, fills, maxDrawdown } = floatBacktest(open, close, RULE, { equity });
    return { equity: finalEquity, fills, drawdown: maxDrawdown };
  };
  const sweep = (): Sweep => {
    const { totalReturns, sharpes } = floatSweep(fewOpen, fewClose, PAIRS, RULE);
    let best = 0;
    let sum = 0;
    totalReturns.forEach((value, i) => {
      sum += value;
      if (value > totalReturns[best]!) best = i;
    });
    return { best: PAIRS[best]!, bestReturn: totalReturns[best]!, bestSharpe: sharpes[best]!, sum };
  };
  for (let i = 0; i < WARM; i++) single();
  for (let i = 0; i < WARM; i++) sweep();

  const runs = { single: [] as Timed<Single>[], sweep: [] as Timed<Sweep>[], slow: [] as Timed<Sweep>[] };
  const peers = { single: [] as Timed<Single>[], sweep: [] as Timed<Sweep>[], slow: [] as Timed<Sweep>[] };
  await rounds(ROUNDS, signal, async () => {
    runs.single.push(await bestOf(() => timed(single)));
    if (peer) peers.single.push(await bestOf(() => peer.run<Single>('numba-single')));
    runs.sweep.push(await timed(sweep));
    if (peer) peers.sweep.push(await peer.run<Sweep>('numba-sweep'));
  });
  if (peer) {
    say('the sweep in vectorbt');
    await rounds(SLOW_ROUNDS, signal, async () => {
      runs.slow.push(await timed(sweep));
      peers.slow.push(await peer.run<Sweep>('vectorbt-sweep'));
    });
  }

  const b1 = runs.single[0]!.answer;
  const b2 = runs.sweep[0]!.answer;
  for (const { answer } of peers.single) {
    agree('b1 equity', b1.equity, answer.equity);
    agree('b1 fills', b1.fills, answer.fills);
    agree('b1 drawdown', b1.drawdown, answer.drawdown);
  }
  for (const { answer } of [...peers.sweep, ...peers.slow]) {
    agree('b2 best pair', Number(b2.best.join('')), Number(answer.best.join('')));
    agree('b2 best return', b2.bestReturn, answer.bestReturn);
    agree('b2 sum of returns', b2.sum, answer.sum);
  }
  // vectorbt counts a return of 0 at the first bar, so its Sharpe ratio is another.
  for (const { answer } of peers.sweep) agree('b2 best Sharpe', b2.bestSharpe, answer.bestSharpe);

  const sweepBars = PAIRS.length * SWEEP_BARS;
  const wall = (timings: readonly Timed<unknown>[], work: number) => timings.map(({ seconds }) => work / seconds);
  const cpu = (timings: readonly Timed<unknown>[], work: number) => timings.map(({ cpuSeconds }) => work / cpuSeconds);
  return {
    metrics: {
      single_bars_per_s: spread(wall(runs.single, BARS), 'bars/s'),
      single_bars_per_cpu_s: spread(cpu(runs.single, BARS), 'bars/CPU s'),
      sweep_bar_evals_per_s: spread(wall(runs.sweep, sweepBars), 'pair-bars/s'),
      sweep_bar_evals_per_cpu_s: spread(cpu(runs.sweep, sweepBars), 'pair-bars/CPU s'),
      ...(peer && {
        numba_single_bars_per_cpu_s: spread(cpu(peers.single, BARS), 'bars/CPU s'),
        numba_sweep_bar_evals_per_cpu_s: spread(cpu(peers.sweep, sweepBars), 'pair-bars/CPU s'),
        vectorbt_sweep_bar_evals_per_cpu_s: spread(cpu(peers.slow, sweepBars), 'pair-bars/CPU s'),
      }),
    },
    ratios: peer
      ? {
          single_vs_numba: ratio(cpu(runs.single, 1), cpu(peers.single, 1)),
          sweep_vs_numba: ratio(cpu(runs.sweep, 1), cpu(peers.sweep, 1)),
          sweep_vs_vectorbt: ratio(cpu(runs.slow, 1), cpu(peers.slow, 1)),
        }
      : {},
    checks: {
      b1_float: Number(b1.equity.toFixed(2)),
      b1_float_fills: b1.fills,
      b1_drawdown: Number(b1.drawdown.toFixed(8)),
      b2_best: b2.best,
      b2_sum: Number(b2.sum.toFixed(6)),
    },
  };
}
