/** Action tables: the closed list of what a strategy may ask for, each action with its size. */
import { type ActionName, type ActionRow, type ActionTable, InputError } from '../core/index.js';

const HOLD: ActionRow = { name: 'HOLD', size: { kind: 'none' } };
const buy = (name: ActionName, fraction: number): ActionRow => ({ name, size: { kind: 'delta', side: 'buy', fraction, basis: 'cash' } });
const sell = (name: ActionName, fraction: number): ActionRow => ({
  name,
  size: { kind: 'delta', side: 'sell', fraction, basis: 'sellable' },
});

/** The five actions of the seed system. */
export const seedFive: ActionTable = {
  id: 'seedFive',
  rows: [HOLD, buy('BUY_25', 0.25), buy('BUY_50', 0.5), sell('SELL_50', 0.5), sell('SELL_ALL', 1)],
};

/** All cash in, all that is sellable out. */
export const allInOut: ActionTable = { id: 'allInOut', rows: [HOLD, buy('BUY_ALL', 1), sell('SELL_ALL', 1)] };

/**
 * A table of target weights, HOLD first: `targetWeights('thirds', { FLAT: 0, THIRD: 1 / 3, FULL: 1 })`. Weights are fractions of total
 * equity, 0..1. Throws InputError on anything else.
 */
export function targetWeights(id: string, weights: Readonly<Record<ActionName, number>>): ActionTable {
  const rows = Object.keys(weights).map((name): ActionRow => ({ name, size: { kind: 'targetWeight', weight: weights[name]! } }));
  return checkActionTable({ id, rows: [HOLD, ...rows] });
}

/** The table itself when its names are unique and its fractions lie in 0..1. Throws InputError otherwise. */
export function checkActionTable(table: ActionTable): ActionTable {
  const names = new Set<ActionName>();
  if (table.id === '' || table.rows.length === 0) {
    throw new InputError(`checkActionTable: expected an id and at least one row, got ${JSON.stringify(table.id)}. Name the table.`);
  }
  for (const { name, size } of table.rows) {
    if (name === '' || names.has(name)) {
      throw new InputError(
        `checkActionTable: expected unique names in ${table.id}, got ${JSON.stringify(name)} twice or empty. Rename it.`,
      );
    }
    names.add(name);
    const fraction = size.kind === 'none' ? 0 : size.kind === 'delta' ? size.fraction : size.weight;
    if (!(fraction >= 0 && fraction <= 1) || (size.kind === 'delta' && fraction === 0)) {
      throw new InputError(
        `checkActionTable: expected a fraction in 0..1 for ${table.id}.${name}, got ${fraction}. Give a part of the whole.`,
      );
    }
  }
  return table;
}

const tables = new Map<string, ActionTable>([seedFive, allInOut].map((table) => [table.id, table]));

/** Makes a table known by its id. The same table again is fine; another one under a known id is an InputError. */
export function registerActionTable(table: ActionTable): ActionTable {
  checkActionTable(table);
  const known = tables.get(table.id);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(table)) {
    throw new InputError(`registerActionTable: expected a new id, got ${table.id}, which names another table. Choose another id.`);
  }
  tables.set(table.id, known ?? table);
  return known ?? table;
}

/** A registered table. Throws InputError with the known ids. */
export function actionTable(id: string): ActionTable {
  const table = tables.get(id);
  if (table === undefined) {
    throw new InputError(
      `actionTable: expected one of ${[...tables.keys()].join(', ')}, got ${JSON.stringify(id)}. Register the table first.`,
    );
  }
  return table;
}

/** The row of an action, or undefined when the table has none of that name. */
export function actionRow(table: ActionTable, name: ActionName): ActionRow | undefined {
  const rows = table.rows;
  for (let i = 0; i < rows.length; i++) if (rows[i]!.name === name) return rows[i];
  return undefined;
}
