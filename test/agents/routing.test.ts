import { expect, test } from 'vitest';
import {
  calibrate,
  decideInRoom,
  loadCard,
  loadRouting,
  type RoutedDecision,
  roomState,
  routingOf,
  routingReport,
} from '../../lib/agents/index.js';
import { bestThreshold } from '../../lib/agents/routing/best-threshold.js';
import { firstTier, type RoutingRecord } from '../../lib/agents/routing/cascade.js';
import { shareOf } from '../../lib/agents/routing/report.js';
import { type AnswerSignals, complexityOf, reasonsToGoUp } from '../../lib/agents/routing/signals.js';
import { randomFloat, randomInit } from '../../lib/core/index.js';
import { decisionOf, effectsOf, SYMBOL, scripted, settings, usual, viewWith } from './support.js';

const calm: AnswerSignals = { failed: false, agreement: null, margin: null, conflict: 0, contradiction: false };
const routing = loadRouting();

test.each<[string, Partial<AnswerSignals>, string[]]>([
  ['nothing speaks against it', {}, []],
  ['no answer: nothing else counts', { failed: true, margin: 0, conflict: 4 }, ['schema-failure']],
  ['samples differ', { agreement: 0.34 }, ['samples-differ']],
  ['samples agree', { agreement: 1 }, []],
  ['just enough agreement', { agreement: 0.6 }, []],
  ['thin margin', { margin: 0.05 }, ['thin-margin']],
  ['margin enough', { margin: 0.1 }, []],
  ['no log probabilities', { margin: null }, []],
  ['views conflict', { conflict: 3 }, ['views-conflict']],
  ['views nearly conflict', { conflict: 2.9 }, []],
  ['against the numbers', { contradiction: true }, ['contradiction']],
  [
    'all at once',
    { agreement: 0.2, margin: 0, conflict: 4, contradiction: true },
    ['samples-differ', 'thin-margin', 'views-conflict', 'contradiction'],
  ],
])('after the answer: %s', (_, signals, reasons) => {
  expect(reasonsToGoUp({ ...calm, ...signals }, routing)).toEqual(reasons);
});

test.each<[number, 'small' | 'medium' | 'large', ('small' | 'medium' | 'large')?]>([
  [0, 'small'],
  [0.349, 'small'],
  [0.35, 'medium'],
  [0.7, 'large'],
  [1, 'large'],
  [0, 'medium', 'medium'],
  [0.9, 'large', 'medium'],
])('before the answer: complexity %d begins at %s', (complexity, tier, least) => {
  expect(firstTier(complexity, routing, least)).toBe(tier);
});

test('complexity: the weighted parts, 0 to 1', () => {
  expect(complexityOf({ prompt: 0, conflict: 0, event: 0, risk: 0 }, routing)).toBe(0);
  expect(complexityOf({ prompt: 1, conflict: 1, event: 1, risk: 1 }, routing)).toBe(1);
  expect(complexityOf({ prompt: 0.5, conflict: 0, event: 0.75, risk: 0 }, routing)).toBe(0.3);
});

const ACTIONS = { small: 'test/small', medium: 'test/medium', large: 'test/large' };
type Says = string | undefined;

/** [what small, medium, large say], tiers there are, the outcome. undefined: away. 'bad': no answer of the form. */
test.each<[string, readonly [Says, Says, Says], readonly (keyof typeof ACTIONS)[], Partial<RoutingRecord>, string | null]>([
  ['kept', ['BUY_25', 'SELL_50', 'SELL_50'], ['small', 'medium', 'large'], { outcome: 'kept', final: 'small' }, 'BUY_25'],
  [
    'bad answer, the next tier decides',
    ['bad', 'BUY_25', 'HOLD'],
    ['small', 'medium', 'large'],
    { outcome: 'escalated', final: 'medium' },
    'BUY_25',
  ],
  [
    'bad twice, the large one decides',
    ['bad', 'bad', 'HOLD'],
    ['small', 'medium', 'large'],
    { outcome: 'escalated', final: 'large' },
    'HOLD',
  ],
  ['large away', ['bad', undefined, undefined], ['small', 'large'], { outcome: 'abstained', because: 'larger-away' }, null],
  ['no larger tier', ['bad', undefined, undefined], ['small'], { outcome: 'abstained', because: 'no-answer' }, null],
  [
    'shaky, no larger tier: kept, with the reason',
    ['shaky', undefined, undefined],
    ['small'],
    { outcome: 'kept', reasons: ['contradiction'] },
    'BUY_50',
  ],
  [
    'shaky, the large one agrees',
    ['shaky', undefined, 'BUY_25'],
    ['small', 'large'],
    { outcome: 'escalated', reasons: ['contradiction'] },
    'BUY_25',
  ],
  ['shaky, the large one holds', ['shaky', undefined, 'HOLD'], ['small', 'large'], { outcome: 'escalated' }, 'HOLD'],
  [
    'shaky, the large one says the opposite',
    ['shaky', undefined, 'SELL_50'],
    ['small', 'large'],
    { outcome: 'abstained', because: 'larger-disagrees' },
    null,
  ],
  [
    'shaky, the large one is away',
    ['shaky', undefined, undefined],
    ['small', 'large'],
    { outcome: 'abstained', because: 'larger-away' },
    null,
  ],
])('cascade: %s', async (_, says, tiers, record, action) => {
  const models = Object.fromEntries(tiers.map((tier) => [tier, ACTIONS[tier]]));
  const room = scripted(({ model }, role) => {
    if (role !== 'compact') return usual(role);
    const said = says[Object.values(ACTIONS).indexOf(model)];
    if (said === 'bad') return { action: 'BUY_EVERYTHING' };
    // Names what it was never shown.
    if (said === 'shaky') return decisionOf('BUY_50', { reasons: [{ evidence: 'N9', figure: null, says: 'a rumour' }] });
    return said === undefined ? undefined : decisionOf(said);
  }, models);
  const intent = await decideInRoom(viewWith(), SYMBOL, roomState(), settings(), effectsOf(room.models));
  expect(intent!.action).toBe(action);
  expect(routingOf(intent!.detail!.analyses!)).toMatchObject({ version: 'default-1', first: 'small', ...record });
});

test('samples: three answers, agreement measured, the first one counts', async () => {
  const room = scripted(({ sample = 0, model }, role) =>
    role === 'compact' ? decisionOf(model === 'test/large' ? 'HOLD' : ['BUY_25', 'HOLD', 'SELL_50'][sample]!) : usual(role),
  );
  const intent = await decideInRoom(
    viewWith(),
    SYMBOL,
    roomState(),
    settings({ routing: { ...routing, samples: 3, shadowShare: 0 } }),
    effectsOf(room.models),
  );
  const record = routingOf(intent!.detail!.analyses!)!;
  expect(record).toMatchObject({ agreement: 1 / 3, reasons: ['samples-differ'], outcome: 'escalated', final: 'large' });
  expect(room.asked.length).toBe(4);
  expect(room.asked.map(({ sample = 0, temperature = 0 }) => [sample, temperature])).toEqual([
    [0, 0],
    [1, 0.7],
    [2, 0.7],
    [0, 0],
  ]);
});

test('shadow calls: drawn by the decision, near their share, and without any say', async () => {
  let shadows = 0;
  const room = scripted(({ model }, role) =>
    role === 'compact' ? decisionOf(model === 'test/large' ? 'SELL_ALL' : 'BUY_25') : usual(role),
  );
  const with3 = settings({ routing: { ...routing, shadowShare: 0.03 } });
  for (let i = 0; i < 1500; i++) {
    const view = viewWith();
    const intent = await decideInRoom({ ...view, asOf: view.asOf + i }, SYMBOL, roomState(), with3, effectsOf(room.models));
    expect(intent!.action).toBe('BUY_25');
    if (routingOf(intent!.detail!.analyses!)!.shadow) shadows++;
  }
  // 45 expected, deviation 6.6.
  expect(shadows).toBeGreaterThan(20);
  expect(shadows).toBeLessThan(70);
});

test('the best threshold lies within its 95 % interval in about 95 of 100 samples', () => {
  const random = randomInit(3);
  let covered = 0;
  const RUNS = 120;
  for (let run = 0; run < RUNS; run++) {
    // The smaller one is right with chance 0.4 + 0.55 s, the bigger one with 0.9.
    const cases = Array.from({ length: 800 }, () => {
      const signal = randomFloat(random);
      return { signal, kept: randomFloat(random) < 0.4 + 0.55 * signal ? 1 : 0, up: randomFloat(random) < 0.9 ? 1 : 0 };
    });
    const { low, high } = bestThreshold(cases, { upWhen: 'below', worth: 0.1, resamples: 150, seed: run });
    // Where 0.9 - 0.1 = 0.4 + 0.55 s.
    const truth = 0.4 / 0.55;
    if (low <= truth && truth <= high) covered++;
  }
  expect(covered / RUNS).toBeGreaterThan(0.85);
});

test('thresholds: never and always are answers too; too few cases are refused', () => {
  const cases = (kept: number, up: number) => Array.from({ length: 60 }, (_, i) => ({ signal: i / 60, kept, up }));
  const options = { upWhen: 'below' as const, worth: 0.05, resamples: 20, seed: 1 };
  expect(bestThreshold(cases(1, 1), options)).toMatchObject({ upShare: 0, gain: 0 });
  expect(bestThreshold(cases(0, 1), options)).toMatchObject({ upShare: 1, gain: expect.closeTo(0.95, 12) as number });
  expect(bestThreshold(cases(0, 1), { ...options, upWhen: 'above' }).threshold).toBeLessThanOrEqual(0);
  expect(() => bestThreshold(cases(0, 1).slice(0, 40), options)).toThrow(/at least 50 cases/);
});

const record = (more: Partial<RoutingRecord>): RoutingRecord => ({
  role: 'routing',
  version: 'v',
  shadowShare: 0.5,
  features: { prompt: 0, conflict: 0, event: 0, risk: 0 },
  complexity: 0.2,
  first: 'small',
  final: 'small',
  outcome: 'kept',
  reasons: [],
  agreement: null,
  margin: null,
  tried: [{ tier: 'small', model: 's', action: 'BUY_25', microYuan: 10 }],
  ...more,
});

test('the report: shares, cost, kept quality, regret, counted by hand', () => {
  const up = (last: 'BUY_25' | 'HOLD') =>
    record({
      final: 'large',
      outcome: 'escalated',
      tried: [
        { tier: 'small', model: 's', action: 'BUY_25', microYuan: 10 },
        { tier: 'large', model: 'l', action: last, microYuan: 100 },
      ],
    });
  const decisions: RoutedDecision[] = [
    record({}),
    record({ shadow: { tier: 'large', action: 'BUY_50', microYuan: 100 } }),
    record({ shadow: { tier: 'large', action: 'HOLD', microYuan: 100 } }),
    up('BUY_25'),
    up('HOLD'),
    record({ outcome: 'abstained', because: 'larger-away', final: 'large' }),
  ].map((one, i) => ({ id: String(i), record: one }));
  const report = routingReport(decisions, ({ id }, action) => (id === '0' ? null : action === 'BUY_25' || action === 'BUY_50' ? 1 : 0));
  expect(report.tiers).toEqual([
    { tier: 'small', decided: 3, calls: 6, microYuan: 60, share: 0.5 },
    { tier: 'large', decided: 2, calls: 2, microYuan: 200, share: 1 / 3 },
  ]);
  expect(report).toMatchObject({ decisions: 6, shadowMicroYuan: 200, abstained: { 'larger-away': 1 } });
  expect(report.kept.sameSide).toMatchObject({ count: 1, of: 2 });
  expect(report.kept.right).toMatchObject({ count: 2, of: 2 });
  expect(report.kept.largeRight).toMatchObject({ count: 1, of: 2 });
  expect(report.escalated).toMatchObject({
    decisions: 2,
    needless: { count: 1, of: 2 },
    needlessMicroYuan: 100,
    regretted: { count: 1, of: 2 },
  });
  // python3 -c "from statsmodels.stats.proportion import proportion_confint as p; print(p(8, 10, method='wilson'))"
  expect(shareOf(8, 10)).toMatchObject({ low: expect.closeTo(0.4901624715, 9) as number, high: expect.closeTo(0.9433178485, 9) as number });
});

test('calibrate: fits what was measured, keeps what was not, and names the version', () => {
  const random = randomInit(5);
  const decisions: RoutedDecision[] = Array.from({ length: 400 }, (_, i) => {
    const margin = randomFloat(random);
    return {
      id: String(i),
      record: record({
        margin,
        shadowShare: 1,
        tried: [{ tier: 'small', model: 's', action: randomFloat(random) < margin ? 'BUY_25' : 'HOLD', microYuan: 1 }],
        shadow: { tier: 'large', action: 'BUY_25', microYuan: 9 },
      }),
    };
  });
  const {
    settings: fitted,
    fits,
    left,
  } = calibrate(decisions, (_, action) => (action === 'BUY_25' ? 1 : 0), routing, { version: 'fit-1', worth: 0.3 });
  expect(fitted).toMatchObject({ version: 'fit-1', agreement: routing.agreement });
  expect(fits.margin!.low).toBeLessThan(0.7);
  expect(fits.margin!.high).toBeGreaterThan(0.7);
  expect(fitted.margin).toBeCloseTo(fits.margin!.threshold, 3);
  expect(left).toEqual({ agreement: 0 });
  // Of what the margin keeps, no complexity says more: the same for all of these.
  expect(fitted.large).toBe(1.01);
});

test('a card of the committee routes trader and risk manager', async () => {
  const room = scripted((_, role) => usual(role, 'BUY_25'));
  const intent = await decideInRoom(viewWith(), SYMBOL, roomState(), settings({ card: loadCard('committee') }), effectsOf(room.models));
  expect(routingOf(intent!.detail!.analyses!)).toMatchObject({ outcome: 'kept', final: 'small' });
});
