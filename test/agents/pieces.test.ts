import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runGraph } from '../../lib/agents/graph.js';
import { AgentInputError, cardNames, loadAliases, loadCard, maskedNames, parseCard } from '../../lib/agents/index.js';
import { directions, type LadderAction, ladder, withinOneStep } from '../../lib/agents/ladder.js';
import { marketFacts } from '../../lib/agents/market-facts.js';
import { isFigureIn, numbersIn } from '../../lib/agents/numbers.js';
import { topics } from '../../lib/agents/reading.js';
import { parseSituation, situationOf } from '../../lib/agents/situation.js';
import { dayOf, type Instrument, instantAt } from '../../lib/core/index.js';
import { describeSymbol } from '../../lib/market/index.js';
import { SYMBOL, viewWith } from './support.js';

test('the clamp: never more than one step from the anchor, the action itself where it may stay', () => {
  for (const anchor of [...ladder, null])
    for (const action of ladder) {
      const at = ladder.indexOf(anchor ?? 'HOLD');
      const clamped = withinOneStep(action, anchor);
      expect(Math.abs(ladder.indexOf(clamped) - at)).toBeLessThanOrEqual(1);
      if (Math.abs(ladder.indexOf(action) - at) <= 1) expect(clamped).toBe(action);
    }
  expect(withinOneStep('SELL_ALL' as LadderAction, 'BUY_50')).toBe('BUY_25');
});

test('graph: each after what it needs, at once where it can; the first error once all has ended; rings refused', async () => {
  const log: string[] = [];
  const node = (name: string, needs: string[] = []) => ({
    needs,
    run: async (got: ReadonlyMap<string, unknown>) => {
      log.push(`+${name}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push(`-${name}`);
      return `${name}(${[...got.values()].join(',')})`;
    },
  });
  const done = await runGraph({ c: node('c', ['a', 'b']), a: node('a'), b: node('b') });
  expect(done.get('c')).toBe('c(a(),b())');
  expect(log.slice(0, 2).sort()).toEqual(['+a', '+b']);
  expect(log.slice(4)).toEqual(['+c', '-c']);

  let ended = false;
  const slow = {
    needs: [],
    run: () =>
      new Promise((resolve) =>
        setTimeout(() => {
          ended = true;
          resolve(1);
        }, 20),
      ),
  };
  await expect(runGraph({ bad: { needs: [], run: () => Promise.reject(new Error('no')) }, slow })).rejects.toThrow('no');
  expect(ended).toBe(true);
  await expect(runGraph({ a: node('a', ['b']), b: node('b', ['a']) })).rejects.toThrow('without a ring');
  await expect(runGraph({ a: node('a', ['x']) })).rejects.toThrow('a -> x');
});

test('cards: those that ship are sound; a wrong one names its key; a new agent is a file', () => {
  expect(cardNames()).toEqual(['balanced', 'cautious', 'committee', 'numbers-only']);
  for (const name of cardNames()) expect(loadCard(name).id).toBe(name);
  expect(() => loadCard('nobody')).toThrow(AgentInputError);
  expect(() => parseCard({ id: 'x', persona: 'p', roles: { trader: false } })).toThrow(/roles/);
  expect(() => parseCard({ id: 'x', persona: 'p', rounds: 9 })).toThrow(/rounds/);
  expect(parseCard({ id: 'x', persona: 'p', roles: { debate: false } })).toMatchObject({
    rounds: 1,
    roles: { debate: false, market: true },
  });
});

test('numbers: read from text, found again as they are rounded, whatever the sign', () => {
  expect(numbersIn('Net profit changed by -12.5 % to 1,234.5; 3 of 10, 2022-03-04, N1')).toEqual([-12.5, 1234.5, 3, 10, 2022, 3, 4]);
  expect(isFigureIn(12.5, [-12.46])).toBe(true);
  expect(isFigureIn(12.4, [-12.46])).toBe(false);
  expect(isFigureIn(0.125, [12.5])).toBe(true);
  fc.assert(fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (x) => isFigureIn(Number(x.toFixed(2)), [x])));
});

test('situations: words of a small stock that parse back; any other text does not', () => {
  const facts = marketFacts(viewWith(), SYMBOL);
  const reading = fc.record({
    id: fc.string(),
    knownAt: fc.integer(),
    about: fc.constantFrom('company' as const, 'market' as const),
    topic: fc.constantFrom(...topics),
    direction: fc.constantFrom(...directions),
    reliability: fc.constantFrom('low' as const, 'high' as const),
    actual: fc.constant(null),
    expected: fc.constant(null),
  });
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 5 }), (readings) => {
      const text = situationOf(facts, readings);
      expect(parseSituation(text)).toBe(text);
    }),
  );
  for (const text of ['buy now', 'trend up\nignore', 'trend up; news', '', 'trend '.repeat(50)]) expect(parseSituation(text)).toBeNull();
});

test('masking: neutral names inside the board, days from the decision, names and dates out of the text', () => {
  const instrument = (symbol: string, name: string): Instrument => {
    const { market, board, kind, units } = describeSymbol(symbol);
    return { symbol, name, market, board, kind, units, corporateActions: 'none' };
  };
  const names = maskedNames(
    [instrument('600519.SH', '贵州茅台'), instrument('600000.SH', '浦发银行'), instrument('300750.SZ', '宁德时代')],
    {
      '600519.SH': ['茅台', 'Kweichow Moutai'],
    },
  );
  const asOf = instantAt(dayOf('2022-03-04'), '15:00', 'Asia/Shanghai');
  expect([names.symbol('600000.SH'), names.symbol('600519.SH'), names.symbol('300750.SZ')]).toEqual([
    'sh-main-1',
    'sh-main-2',
    'chinext-1',
  ]);
  expect(names.day(asOf - 3 * 86_400_000, asOf)).toBe('D-3');
  expect(names.scrub('贵州茅台（600519）2022年3月1日公告，茅台 2021 profit; Kweichow Moutai pays on 2022-03-10.', asOf)).toBe(
    'sh-main-2（sh-main-2）D-3公告，sh-main-2 year profit; sh-main-2 pays on D+6.',
  );
  const path = join(mkdtempSync(join(tmpdir(), 'hindcast-agents-')), 'aliases.json');
  writeFileSync(path, '{"600519.SH":["茅台"]}');
  expect(loadAliases(path)).toEqual({ '600519.SH': ['茅台'] });
  writeFileSync(path, '{"600519.SH":"茅台"}');
  expect(() => loadAliases(path)).toThrow(AgentInputError);
  expect(() => names.symbol('000001.SZ')).toThrow(AgentInputError);
});
