import { expect, test } from 'vitest';
import { rewardNames, rewardOf } from '../../lib/rl/index.js';

/** One environment through equities, holding throughout, no orders. */
function run(name: string, equities: readonly number[], held = 1, ordered = 0): number[] {
  const reward = rewardOf(name, 1);
  reward.reset(0);
  return equities.slice(1).map((after, i) => reward.step(0, equities[i]!, after, held, ordered));
}

test('log-return adds up to the log of the whole', () => {
  const rewards = run('log-return', [100, 110, 99, 99, 120]);
  expect(rewards[0]).toBe(Math.log(1.1));
  expect(rewards[2]).toBe(0);
  expect(rewards.reduce((a, b) => a + b, 0)).toBeCloseTo(Math.log(1.2), 12);
});

test('legacy: 100 x return, +0.01 held, -0.01 per order, and from the 11th step less 10 x the deviation of the last 20 returns', () => {
  expect(run('legacy', [100, 101], 0, 0)[0]).toBeCloseTo(1, 12);
  expect(run('legacy', [100, 101], 1, 1)[0]).toBeCloseTo(1, 12);
  expect(run('legacy', [100, 101], 1, 0)[0]).toBeCloseTo(1.01, 12);
  // Returns of +1 % and -1 % in turn: python -c "import numpy as np; print([np.std([(-1)**i*.01 for i in range(n)][-20:]) for n in (11, 12, 30)])"
  //   [0.009958591954639383, 0.01, 0.01]
  const equities = [1];
  for (let i = 0; i < 30; i++) equities.push(equities[i]! * (1 + (i % 2 === 0 ? 0.01 : -0.01)));
  const rewards = run('legacy', equities, 0);
  expect(rewards[9]).toBeCloseTo(-1, 9);
  expect(rewards[10]).toBeCloseTo(1 - 0.09958591954639383, 9);
  expect(rewards[11]).toBeCloseTo(-1 - 0.1, 9);
  expect(rewards[29]).toBeCloseTo(-1 - 0.1, 9);
});

test('differential-sharpe is the derivative of the moving Sharpe ratio by its rate', () => {
  // Moody & Saffell 1998, eq. 6: D = dS/d(eta) at eta = 0, with S = A / sqrt(B - A^2) of the moving moments.
  const returns = [0.01, -0.004, 0.02, 0.003, -0.011, 0.006, 0.013];
  const equities = [1];
  for (const change of returns) equities.push(equities.at(-1)! * (1 + change));
  const rewards = run('differential-sharpe', equities);
  expect(rewards[0]).toBe(0);
  let a = 0;
  let b = 0;
  returns.forEach((change, i) => {
    const sharpe = (eta: number): number => {
      const first = a + eta * (change - a);
      const second = b + eta * (change * change - b);
      return first / Math.sqrt(second - first * first);
    };
    if (i > 0) expect(rewards[i]).toBeCloseTo((sharpe(1e-6) - sharpe(-1e-6)) / 2e-6, 3);
    a += 0.01 * (change - a);
    b += 0.01 * (change * change - b);
  });
});

test('each environment of a batch has a state of its own that survives a snapshot, and an episode starts anew', () => {
  for (const name of rewardNames()) {
    const both = rewardOf(name, 2);
    const alone = rewardOf(name, 1);
    let other = rewardOf(name, 2);
    let [x, y] = [100, 100];
    for (let step = 0; step < 40; step++) {
      if (step === 25) for (const reward of [both, other]) reward.reset(0);
      if (step === 25) alone.reset(0);
      const nextX = x * (1 + ((step * 7) % 5) / 100 - 0.02);
      const nextY = y * (1 - ((step * 3) % 7) / 100 + 0.03);
      const expected = alone.step(0, x, nextX, 1, 0);
      expect(both.step(0, x, nextX, 1, 0)).toBe(expected);
      expect(other.step(0, x, nextX, 1, 0)).toBe(expected);
      expect(other.step(1, y, nextY, 0, 1)).toBe(both.step(1, y, nextY, 0, 1));
      [x, y] = [nextX, nextY];
      const moved = rewardOf(name, 2);
      moved.restore(JSON.parse(JSON.stringify(other.snapshot())));
      other = moved;
    }
  }
  expect(() => rewardOf('sharpe', 1)).toThrow(/expected one of log-return, legacy, differential-sharpe, got "sharpe"/);
});
