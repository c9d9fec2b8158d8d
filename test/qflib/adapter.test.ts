/** The Python adapter's own arithmetic against ours: sizes, fees, lots, features, normaliser, logits. The engine itself: test/slow. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PortfolioState, randomBelow, randomInit, sha256 } from '../../lib/core/index.js';
import { type SessionRules, seedFive, toOrder, totalFeesMinor } from '../../lib/market/index.js';
import {
  AccountReading,
  importSb3,
  networkInputs,
  policyLogits,
  policyNpz,
  type RlSchema,
  rlSchema,
  saveBundle,
  sealBundle,
} from '../../lib/rl/index.js';
import { mainRules, ratio, stamp, transfer, yuan } from '../market/broker/helpers.js';
import { goldenPath, sb3Observations } from '../rl/sb3-files.js';
import { somePolicy } from '../rl/some-policy.js';
import { rulesFile, rulesText } from './adapter-rules.js';

const has = (python: string, code: string) => spawnSync(python, ['-c', code]).status === 0;
const pythons = ['build/slow/qflib/bin/python', 'build/peers/rl/bin/python', '.venv/bin/python', 'python3'];
const plain = pythons.find((python) => has(python, 'import json'));
const numpy = pythons.find((python) => has(python, 'import numpy'));

function ask<Answer>(python: string, what: string, question: unknown): Answer {
  const output = execFileSync(python, ['-B', 'test/qflib/adapter_check.py', what], {
    input: JSON.stringify(question),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return JSON.parse(output) as Answer;
}

const rulesets: readonly SessionRules[] = [
  mainRules,
  { ...mainRules, buyMinimum: 200, buyStep: 1, sellStep: 1, fees: [{ ...stamp, rate: ratio(5, 10_000) }, transfer] },
  { ...mainRules, buyMinimum: 1, buyStep: 1, sellStep: 1, settlementSessions: 0, fees: [] },
  { ...mainRules, fees: [{ ...transfer, basis: 'quantity', rate: ratio(1, 10), minimumMinor: 100, maximumMinor: 5_000 }] },
];
const sizes = [
  ...seedFive.rows.map((row) => row.size),
  ...[0, 0.4, 1].map((weight) => ({ kind: 'targetWeight', weight }) as const),
  ...(['cash', 'equity', 'position', 'sellable'] as const).flatMap((basis) =>
    (['buy', 'sell'] as const).map((side) => ({ kind: 'delta', side, fraction: 0.3, basis }) as const),
  ),
];

test.skipIf(!plain)('sizes and fees: 3,000 random accounts, every kind of action, against toOrder', () => {
  const questions = fc.sample(
    fc.record({
      size: fc.constantFrom(...sizes),
      cash: fc.oneof(fc.nat(200_000_000), fc.nat(500_000)),
      price: fc.integer({ min: 30, max: 300_000 }),
      lots: fc.nat(300),
      odd: fc.constantFrom(0, 0, 37),
      free: fc.constantFrom(0, 0.5, 1, 1),
      rules: fc.nat(rulesets.length - 1),
    }),
    { numRuns: 3000, seed: 7 },
  );
  const asked = questions.map(({ size, cash, price, lots, odd, free, rules }) => {
    const quantity = 100 * lots + odd;
    return { size, cash, price, quantity, sellable: Math.floor(quantity * free), equity: cash + quantity * price, rules: rulesets[rules]! };
  });
  const answers = ask<[number, string | null, number][]>(plain!, 'sizing', asked);
  asked.forEach(({ size, cash, price, quantity, sellable, equity, rules }, i) => {
    const position = {
      symbol: 'A',
      quantity,
      sellableNow: sellable,
      sellableAtFill: sellable,
      averageCostTicks: price,
      lastPriceTicks: price,
      tickSize: 0.01,
      marketValueMinor: quantity * price,
      weight: 0,
      unrealisedPnlMinor: 0,
      lots: [],
    };
    const portfolio: PortfolioState = {
      asOf: 0,
      currency: 'CNY',
      cashMinor: cash,
      frozenCashMinor: 0,
      receivableMinor: 0,
      totalEquityMinor: equity,
      positions: quantity > 0 ? [position] : [],
      priceQuality: 'live',
    };
    const ours = toOrder({ symbol: 'A', action: 'X', confidence: 1, why: '', evidence: [] }, portfolio, rules, {
      table: { id: 'one', rows: [{ name: 'X', size }] },
      strategy: 's',
      decidedOn: 1,
      units: yuan,
      lastPriceTicks: price,
    });
    const signed = ours === null || 'reason' in ours ? 0 : ours.side === 'buy' ? ours.quantity : -Math.min(ours.quantity, sellable);
    const reason = ours !== null && 'reason' in ours ? ours.reason : null;
    expect(answers[i], JSON.stringify(asked[i])).toEqual([signed, reason, totalFeesMinor(rules, 'sell', 700, 700 * price)]);
  });
});

test.skipIf(!plain)('lots leave first in first out, and what was bought today stays today', () => {
  const steps = [
    ['buy', 300, 30_500, 1],
    ['buy', 200, 22_000, 2],
    ['sell', 400, 0, 3],
    ['buy', 100, 12_000, 3],
  ];
  // after the sale 100 of the second lot are left, at half its cost
  expect(ask(plain!, 'book', steps)).toEqual([
    [300, 30_500, 0, 300, 300],
    [500, 52_500, 300, 500, 500],
    [100, 11_000, 100, 100, 100],
    [200, 23_000, 100, 200, 200],
  ]);
});

test('the shipped rules are the rulebook', () => {
  expect(readFileSync(rulesFile, 'utf8'), 'run: node --import ./lib/boot.mjs test/qflib/adapter-rules.ts').toBe(rulesText());
});

interface MadeBar {
  readonly day: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly factor: number;
}

/** 200 bars of a random walk, with a flat stretch and one change of the factor. */
function madeBars(): readonly MadeBar[] {
  const random = randomInit(3, 'adapter bars');
  const made: MadeBar[] = [];
  let close = 2000;
  for (let i = 0; i < 200; i++) {
    const step = () => 1 + (randomBelow(random, 181) - 90) / 1000;
    const open = Math.max(50, Math.round(close * step()));
    close = i > 60 && i < 90 ? open : Math.max(50, Math.round(open * step()));
    const [high, low] = [Math.max(open, close) + (i % 5), Math.min(open, close) - (i % 3)];
    made.push({ day: 17_000 + i, open, high, low, close, volume: randomBelow(random, 9_000_000), factor: i < 100 ? 1 : 1.0371 });
  }
  return made;
}
const bars = madeBars();
/** As the adapter takes them: prices in yuan. */
const adapterBars = bars.map(({ day, open, high, low, close, volume, factor }) => [
  day,
  open / 100,
  high / 100,
  low / 100,
  close / 100,
  volume,
  factor,
]);

function ourRows(schema: RlSchema): number[][] {
  const state = schema.market.init(yuan);
  const out = new Float64Array(schema.market.features.length);
  return bars.map((bar) => {
    schema.market.update(state, bar);
    schema.market.write(state, out);
    return [...out];
  });
}

test.skipIf(!numpy).each(['ashare14', 'scale-free-v1'])('features of %s, 200 bars', (id) => {
  const schema = rlSchema(id);
  const answer = ask<{ features: string[]; rawClip: number | null; warmUp: number; rows: number[][] }>(numpy!, 'market', {
    schema: id,
    bars: adapterBars,
  });
  expect(answer.features).toEqual([...schema.market.features, ...schema.account.features].map(({ name }) => name));
  expect([answer.rawClip, answer.warmUp]).toEqual([schema.rawClip, schema.market.warmUp]);
  ourRows(schema).forEach((row, i) => {
    if (i < schema.market.warmUp) return;
    // Logarithms and tanh of C and of V8 may differ in the last bit, and prices in ticks from those in yuan.
    row.forEach((value, j) => {
      expect(Math.abs(answer.rows[i]![j]! - value), `bar ${i}, ${answer.features[j]}`).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
    });
  });
});

test.skipIf(!numpy).each(['ashare14', 'scale-free-v1'])('observations of %s with the account, features left out', (id) => {
  const schema = rlSchema(id);
  const features = [...schema.market.features, ...schema.account.features].map(({ name }) => name).filter((_, i) => i !== 3);
  const accounts = bars.map((_, i) => [
    1_000_000 * i,
    1_000_000 * i + 700 * 2000,
    i % 3 === 0 ? 0 : 700 * 2000,
    i % 3 === 0 ? 0 : 1_350_000.25,
    i % 3 === 0 ? 0 : 700,
    i % 2 === 0 ? 700 : 300,
    i % 30,
  ]);
  const answer = ask<{ rows: number[][]; ready: boolean }>(numpy!, 'observe', { schema: id, features, bars: adapterBars, accounts });
  expect(answer.ready).toBe(true);
  const rows = ourRows(schema);
  const out = new Float64Array(schema.account.features.length);
  const clip = schema.rawClip ?? Number.POSITIVE_INFINITY;
  accounts.forEach(([cash, equity, value, cost, quantity, sellable, unchanged], i) => {
    if (i < schema.market.warmUp) return;
    const reading = Object.assign(new AccountReading(), {
      cashMinor: cash,
      equityMinor: equity,
      marketValueMinor: value,
      unrealisedPnlMinor: value! - cost!,
      quantity,
      sellable,
      decisionsSinceChange: unchanged,
    });
    schema.account.write(reading, out);
    const whole = [...rows[i]!, ...out].filter((_, j) => j !== 3).map((x) => Math.fround(Math.max(-clip, Math.min(clip, x))));
    whole.forEach((x, j) => {
      expect(answer.rows[i]![j]!, `bar ${i}, ${features[j]}`).toBeCloseTo(x, 6);
    });
  });
});

test.skipIf(!numpy)('a bundle, as folder and as .npz: same hash, same normaliser bits, same logits; a changed one is refused', () => {
  const home = mkdtempSync(join(tmpdir(), 'hindcast-qflib-'));
  const { bundle } = importSb3({
    model: goldenPath('relu32-16.zip'),
    normaliser: goldenPath('relu32-16.pkl'),
    name: 'with "quotes", \u00e9 and \u4e2d',
  });
  const observations = sb3Observations();
  const folder = join(home, 'policy');
  saveBundle(folder, bundle);
  writeFileSync(join(home, 'policy.npz'), policyNpz(bundle));
  type Answer = {
    refused?: string;
    hash: string;
    schema: string;
    features: string[];
    actions: unknown;
    inputs: string;
    logits: number[];
    first: string;
  };
  const asked = (path: string) => ask<Answer>(numpy!, 'policy', { path, observations: Buffer.from(observations.buffer).toString('hex') });
  const logits = policyLogits(bundle, observations);
  for (const path of [folder, join(home, 'policy.npz')]) {
    const answer = asked(path);
    expect(answer.refused).toBeUndefined();
    expect([answer.hash, answer.schema]).toEqual([bundle.hash, 'ashare14']);
    expect(answer.features).toEqual(bundle.schema.features.map(({ name }) => name));
    expect(answer.actions).toEqual(bundle.actions.rows.map(({ name, size }) => [name, size]));
    expect(answer.inputs).toBe(sha256(new Uint8Array(networkInputs(bundle, observations, 14).buffer)));
    expect(Math.max(...answer.logits.map((value, i) => Math.abs(value - logits[i]!)))).toBeLessThan(1e-5);
    const first = logits.subarray(0, 5);
    expect(answer.first).toBe(bundle.actions.rows[first.indexOf(Math.max(...first))]!.name);
  }
  const json = readFileSync(join(folder, 'bundle.json'), 'utf8');
  writeFileSync(join(folder, 'bundle.json'), json.replace('"count": ', '"count": 1'));
  expect(asked(folder).refused).toMatch(/bundle\.json as it was written/);
  writeFileSync(join(folder, 'bundle.json'), json);
  saveBundle(join(home, 'other'), somePolicy());
  writeFileSync(join(folder, 'weights.safetensors'), readFileSync(join(home, 'other/weights.safetensors')));
  expect(asked(folder).refused).toMatch(/weights of this bundle/);
  expect(asked(join(home, 'none')).refused).toMatch(/bundle\.json .*got none/);
});

test.skipIf(!numpy)('canonical JSON of any number is that of the bundle writer', () => {
  const home = mkdtempSync(join(tmpdir(), 'hindcast-qflib-'));
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 18, maxLength: 18 }), (numbers) => {
      const { hash: _, ...parts } = somePolicy({ hidden: [] });
      const source = {
        numbers: [...numbers, 1e21, 1e-7, 123456789012345680000, 5e-324, -0.000001, 100],
        'k\u20ac\ud83d\ude00': null,
        a: true,
      };
      saveBundle(join(home, 'policy'), sealBundle({ ...parts, source }));
      const answer = ask<{ refused?: string }>(numpy!, 'policy', { path: join(home, 'policy'), observations: '00'.repeat(4 * 18) });
      expect(answer.refused).toBeUndefined();
    }),
    { numRuns: 8 },
  );
});
