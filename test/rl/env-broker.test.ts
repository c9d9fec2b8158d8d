import fc from 'fast-check';
import { expect, test } from 'vitest';
import { marketEnv, reasonsIn } from '../../lib/rl/index.js';
import { driveBroker, prepare, type World, worlds } from './env-world.js';

/** Everything that both sides say of the account at each decision, and of each order's fate. */
function bothWays(world: World) {
  const prepared = prepare(world);
  const { table, bars } = world;
  const wishes = bars.map(({ action }) => action % table.rows.length);
  const env = marketEnv({
    market: prepared.market,
    count: 1,
    initialCashMinor: world.cash,
    actions: table,
    start: 'first',
    risk: world.risk,
    masking: true,
  });
  const inEnv: unknown[] = [];
  const masks: number[] = [];
  const last = bars.length - 1;
  for (let t = 0; t <= last; t++) {
    const { accounts, market } = env;
    const bar = Math.min(t, last);
    const quantity = accounts.quantity[0]!;
    if (t < last) {
      inEnv.push({
        cash: accounts.cash[0],
        receivable: accounts.receivable[0],
        equity: accounts.equity(0),
        quantity,
        sellable: accounts.sellable(0, market.fillDay[bar]!, market.fillSession[bar]!, prepared.rules.settlementSessions),
        pnl: quantity === 0 ? 0 : accounts.value[0]! - accounts.cost[0]!,
        reasons: reasonsIn(env.rejected[0]!),
        filled: env.filled[0],
      });
      // Where every action would be refused, none is masked.
      masks.push(env.masks!.includes(0) ? env.masks![wishes[t]!]! : -1);
      env.step(Int32Array.of(wishes[t]!));
    } else {
      inEnv.push({ equity: env.equityMinor[0], reasons: reasonsIn(env.rejected[0]!), filled: env.filled[0] });
    }
  }
  const steps = driveBroker(prepared, wishes);
  const inBroker = steps.map(({ portfolio, reasons, filled }, t) => {
    const position = portfolio.positions[0];
    const seen = {
      equity: portfolio.totalEquityMinor,
      reasons: [...reasonsIn(0xffffff)].filter((reason) => reasons.includes(reason)),
      filled,
    };
    if (t === last) return seen;
    return {
      cash: portfolio.cashMinor,
      receivable: portfolio.receivableMinor,
      quantity: position?.quantity ?? 0,
      sellable: position?.sellableAtFill ?? 0,
      pnl: position?.unrealisedPnlMinor ?? 0,
      ...seen,
    };
  });
  return { inEnv, inBroker, masks, steps, prepared };
}

/** Worlds that are no chance: between them they reach every fate of an order and every mask, whatever the seed of the others. */
const fixedWorlds = fc.sample(worlds, { seed: 2, numRuns: 600 });

test('the environment and the broker agree to the unit on cash, lots, sellable, profit, fills and reasons at every step', () => {
  const agreed = (world: World) => {
    const { inEnv, inBroker, steps } = bothWays(world);
    expect(inEnv).toEqual(inBroker);
    return steps.flatMap(({ reasons, filled }) => [...reasons, filled === 0 ? 'idle' : 'fill']);
  };
  const seen = new Set(fixedWorlds.flatMap(agreed));
  // The worlds reach every fate that an order of one instrument can have; what is left out is for universes or at-fill sizing.
  expect([...seen].sort()).toEqual([
    'below-lot',
    'below-notional',
    'cut-cash',
    'cut-lot',
    'cut-risk',
    'cut-sellable',
    'cut-volume',
    'delisted',
    'fill',
    'idle',
    'limit-down',
    'limit-up',
    'no-cash',
    'no-position',
    'no-price',
    'no-volume',
    'not-sellable',
    'not-tradable',
    'risk',
    'suspended',
  ]);
  fc.assert(
    fc.property(worlds, (world) => void agreed(world)),
    { numRuns: 1200 },
  );
});

test('an action is masked exactly when the decision itself would refuse it', () => {
  const agreed = (world: World) => {
    const { masks, steps } = bothWays(world);
    const mayHold = world.table.rows.some(({ size }) => size.kind === 'none');
    masks.forEach((allowed, t) => {
      if (allowed >= 0 || mayHold) expect(allowed === 0).toBe(steps[t]!.refused);
    });
    return masks.filter((allowed) => allowed === 0).length;
  };
  expect(fixedWorlds.slice(0, 100).reduce((masked, world) => masked + agreed(world), 0)).toBeGreaterThan(100);
  fc.assert(
    fc.property(worlds, (world) => void agreed(world)),
    { numRuns: 200 },
  );
});

test('more lots than the kernel has room for go on in the plain code', () => {
  const world: World = {
    table: {
      id: 'env-drip',
      rows: [
        { name: 'HOLD', size: { kind: 'none' } },
        { name: 'DRIP', size: { kind: 'delta', side: 'buy', fraction: 0.01, basis: 'cash' } },
        { name: 'HALF', size: { kind: 'delta', side: 'sell', fraction: 0.5, basis: 'sellable' } },
      ],
    },
    intraday: false,
    settlementSessions: 1,
    lots: [1, 1, 1],
    tax: { kind: 'none' },
    capped: false,
    limited: false,
    fees: [],
    slippageBp: 0,
    risk: null,
    delistedAfter: null,
    least: 0,
    coarse: false,
    cash: 10_000_000,
    bars: Array.from({ length: 150 }, (_, i) => ({
      after: 1,
      gap: (i % 7) - 3,
      move: (i % 5) - 2,
      volume: 1e6,
      action: i % 50 === 49 ? 2 : 1,
    })),
    actions: [],
  };
  const { inEnv, inBroker, steps } = bothWays(world);
  expect(inEnv).toEqual(inBroker);
  expect(Math.max(...steps.map(({ portfolio }) => portfolio.positions[0]?.lots.length ?? 0))).toBeGreaterThan(64);
});
