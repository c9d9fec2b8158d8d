import { expect, test } from 'vitest';
import {
  actionRow,
  actionTable,
  allInOut,
  checkActionTable,
  registerActionTable,
  seedFive,
  targetWeights,
} from '../../../lib/market/index.js';

test('seedFive as the design names it', () => {
  expect(
    seedFive.rows.map(({ name, size }) => [name, size.kind === 'delta' ? `${size.side} ${size.fraction} of ${size.basis}` : size.kind]),
  ).toEqual([
    ['HOLD', 'none'],
    ['BUY_25', 'buy 0.25 of cash'],
    ['BUY_50', 'buy 0.5 of cash'],
    ['SELL_50', 'sell 0.5 of sellable'],
    ['SELL_ALL', 'sell 1 of sellable'],
  ]);
  expect(actionTable('seedFive')).toBe(seedFive);
  expect(actionTable('allInOut')).toBe(allInOut);
  expect(actionRow(seedFive, 'BUY_50')).toBe(seedFive.rows[2]);
  expect(actionRow(seedFive, 'BUY_99')).toBeUndefined();
});

test('tables of target weights are checked', () => {
  const table = targetWeights('thirds', { FLAT: 0, THIRD: 1 / 3, FULL: 1 });
  expect(table.rows.map((row) => row.name)).toEqual(['HOLD', 'FLAT', 'THIRD', 'FULL']);
  expect(() => targetWeights('over', { TOO_MUCH: 1.1 })).toThrow(/fraction in 0..1 for over.TOO_MUCH, got 1.1/);
  expect(() => targetWeights('nan', { BAD: Number.NaN })).toThrow(/got NaN/);
  expect(() => targetWeights('twice', { HOLD: 1 })).toThrow(/unique names in twice/);
  expect(() => checkActionTable({ id: '', rows: [] })).toThrow(/expected an id/);
});

test('an id names one table', () => {
  const table = targetWeights('registry-test', { FULL: 1 });
  expect(registerActionTable(table)).toBe(table);
  expect(registerActionTable(targetWeights('registry-test', { FULL: 1 }))).toBe(table);
  expect(() => registerActionTable(targetWeights('registry-test', { FULL: 0.5 }))).toThrow(/names another table/);
  expect(() => actionTable('no-such-table')).toThrow(/expected one of seedFive, allInOut/);
});
