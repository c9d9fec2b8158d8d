import { expect, test } from 'vitest';
import { randomBelow, randomInit, type Step } from '../../lib/core/index.js';
import { prepareReplay } from '../../lib/replay/index.js';
import { strategyOf } from '../../lib/strategies/index.js';
import { groundOf } from '../../lib/sweep/ground.js';
import type { Ground, SymbolGround } from '../../lib/sweep/ground-columns.js';
import { plainPrimitives } from '../../lib/sweep/primitives.js';
import { Signals, wholeConfiguration } from '../../lib/sweep/signals.js';
import { account, viewAt } from '../strategies/fake-view.js';
import { type World, worldOf } from './worlds.js';

const primitives = plainPrimitives();

function prepared({ ground, data }: World) {
  const replay = prepareReplay({ ...ground.spec, strategies: [{ id: 'buy-and-hold' }] }, { data });
  return { replay, ground: groundOf(replay, 'shared', primitives) };
}

/** What the strategy wants in each session with a bar, told by what it asks of a flat and of a long account. */
function askedOf(id: string, parameters: unknown, { data }: World, { symbol, traded }: SymbolGround, { sessions }: Ground): number[] {
  const { length, day, close, high, low, factor } = data.series.get(symbol)!;
  const bars = Array.from({ length }, (_, i) => ({ day: day[i]!, close: close[i]!, high: high[i]!, low: low[i]!, factor: factor[i]! }));
  const strategy = strategyOf(id, parameters);
  const state = strategy.init();
  let long = 0;
  const wanted: number[] = [];
  sessions.forEach((session, i) => {
    if (traded[i] === 0) return;
    const holdings = long === 1 ? [{ symbol, quantity: 100, price: 10 }] : [];
    const view = viewAt(session, { [symbol]: bars }, account({ cashMinor: 1e6, holdings, day: session }));
    const { intents } = strategy.decide(view, [symbol], state) as Step<unknown>;
    if (intents.length > 0) long = 1 - long;
    wanted.push(long);
  });
  return wanted;
}

test.each([11, 12, 13, 14, 15, 16])('world %i: every rule wants over arrays what its strategy wants bar by bar', (seed) => {
  const world = worldOf(seed, seed % 3 === 0 ? 'us' : 'cn-a', 120);
  const { ground } = prepared(world);
  const signals = new Signals(ground, primitives, world.signals);
  for (const configuration of world.configurations) {
    if (configuration.strategy === 'signal') continue;
    const whole = wholeConfiguration(configuration);
    signals.fill(whole);
    ground.symbols.forEach((symbol, k) => {
      const wants = [...signals.wants[k]!].filter((_, session) => symbol.traded[session] === 1);
      expect(wants).toEqual(askedOf(whole.strategy, whole.parameters, world, symbol, ground));
    });
  }
});

test('columns that are kept for later configurations stay within their bytes and change nothing', () => {
  const world = worldOf(21, 'cn-a', 150);
  const { ground } = prepared(world);
  const roomy = new Signals(ground, primitives, []);
  const tight = new Signals(ground, primitives, [], 3 * 8 * ground.symbols[0]!.bars);
  const random = randomInit(4, 'signals');
  for (let i = 0; i < 200; i++) {
    const fast = 1 + randomBelow(random, 12);
    const configuration = wholeConfiguration(
      i % 2 === 0
        ? { strategy: 'ema-cross', parameters: { fast, slow: fast + 1 + randomBelow(random, 12) } }
        : { strategy: 'breakout', parameters: { entry: fast, exit: 1 + randomBelow(random, 12) } },
    );
    roomy.fill(configuration);
    tight.fill(configuration);
    expect(tight.wants).toEqual(roomy.wants);
  }
  expect((tight as unknown as { keptBytes: number }).keptBytes).toBeLessThanOrEqual(3 * 8 * ground.symbols[0]!.bars);
});

test('a rule or a parameter that does not exist is refused by name', () => {
  expect(() => wholeConfiguration({ strategy: 'momentum', parameters: {} })).toThrow(/expected one of sma-cross, .*got "momentum"/);
  expect(() => wholeConfiguration({ strategy: 'sma-cross', parameters: { fast: 30, slow: 10 } })).toThrow(/fast must be below slow/);
  expect(wholeConfiguration({ strategy: 'rsi-bands', parameters: { low: 20 } }).parameters).toEqual({
    period: 14,
    low: 20,
    high: 70,
    parts: 1,
  });
});
