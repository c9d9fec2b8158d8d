import { expect, test } from 'vitest';
import type { PortfolioState, Position } from '../../../lib/core/index.js';
import { applyRisk, houseRisk, type OrderDraft, type RiskMarket, riskSettings } from '../../../lib/market/index.js';
import { mainRules, order, stock } from './helpers.js';

const sectors: Record<string, string | undefined> = { A: 'bank', B: 'bank', C: 'steel', X: undefined, Y: undefined };
const market: RiskMarket = {
  instrumentOf: (symbol) => stock(symbol, sectors[symbol] === undefined ? {} : { sector: sectors[symbol] }),
  rulesOf: () => mainRules,
  lastPriceTicksOf: () => 1000,
};
const holding = (symbol: string, marketValueMinor: number) => ({ symbol, marketValueMinor }) as Position;
/** Equity 1,000,000 yuan. */
const portfolio = (...positions: Position[]) => ({ totalEquityMinor: 100_000_000, positions }) as unknown as PortfolioState;
const buy = (symbol: string, quantity: number): OrderDraft => order(symbol, 'buy', quantity);

function check(drafts: readonly OrderDraft[], state: PortfolioState, settings = houseRisk) {
  const result = applyRisk(drafts, state, market, settings);
  return {
    drafts: result.drafts.map(({ side, symbol, quantity }) => `${side} ${symbol} ${quantity}`),
    rejections: result.rejections.map(({ symbol, reason, quantity }) => `${symbol} ${reason} ${quantity}`),
    warnings: result.warnings,
  };
}

test('house: 10 % a position, 30 % a sector, all in; none lets everything pass', () => {
  expect(houseRisk).toEqual({ positionCap: 0.1, sectorCap: 0.3, grossCap: 1 });
  expect(riskSettings('none')).toBeNull();
  expect(riskSettings('house')).toBe(houseRisk);
  const drafts = [buy('A', 50_000)];
  expect(applyRisk(drafts, portfolio(), market, null)).toEqual({ drafts, rejections: [], warnings: [] });
});

test('a buy over the position cap is cut to lots and recorded, or refused', () => {
  expect(check([buy('A', 50_000)], portfolio())).toEqual({ drafts: ['buy A 10000'], rejections: ['A cut-risk 40000'], warnings: [] });
  expect(check([buy('A', 5000)], portfolio(holding('A', 9_950_500)))).toMatchObject({ drafts: [], rejections: ['A risk 5000'] });
  expect(check([buy('A', 5000), buy('A', 7000)], portfolio())).toMatchObject({
    drafts: ['buy A 5000', 'buy A 5000'],
    rejections: ['A cut-risk 2000'],
  });
});

test('sector and gross caps count what is held and what the drafts before add', () => {
  expect(check([buy('B', 10_000), buy('C', 10_000)], portfolio(holding('A', 25_000_000)))).toMatchObject({
    drafts: ['buy B 5000', 'buy C 10000'],
    rejections: ['B cut-risk 5000'],
  });
  expect(check([buy('C', 10_000)], portfolio(holding('A', 25_000_000)), { ...houseRisk, grossCap: 0.3 })).toMatchObject({
    drafts: ['buy C 5000'],
  });
});

test('unknown sectors share a bucket, with a warning; sells are never held back and make no room', () => {
  const result = check([order('A', 'sell', 9000), buy('X', 10_000), buy('Y', 10_000)], portfolio(holding('A', 90_000_000)), {
    ...houseRisk,
    sectorCap: 0.15,
    grossCap: 1,
  });
  expect(result).toEqual({
    drafts: ['sell A 9000', 'buy X 10000'],
    rejections: ['Y risk 10000'],
    warnings: ['No sector known for X, Y: they share one bucket of the sector cap.'],
  });
});

test('settings from a file: checked, missing caps as in house', () => {
  expect(riskSettings('caps.json', () => '{"positionCap":0.2}')).toEqual({ positionCap: 0.2, sectorCap: 0.3, grossCap: 1 });
  expect(() => riskSettings('caps.json', () => '{"positionCap":20}')).toThrow(/expected caps in caps.json, got positionCap/);
  expect(() => riskSettings('caps.json', () => '{"stopLoss":0.1}')).toThrow(/expected caps in caps.json/);
  expect(() => riskSettings('no/such/file.json')).toThrow(/which can't be read/);
});

test('an at-fill buy keeps its part of the cash in proportion', () => {
  const draft: OrderDraft = { ...buy('A', 20_000), sizing: 'at-fill', cashFraction: 0.8 };
  expect(applyRisk([draft], portfolio(), market, houseRisk).drafts).toMatchObject([{ quantity: 10_000, cashFraction: 0.4 }]);
});
