/**
 * Columns as compact JSON: long arrays of a page are kept once, numbers as differences of scaled integers. Shared by the writer
 * and the page, so it imports nothing. Decoding gives the encoded numbers back exactly, rounded to `decimals`.
 */

/** A long column. `day` columns are epoch days and decode to ISO dates; numbers are `value x 10^decimals`, each less the one before. */
export type Column =
  | { readonly kind: 'day'; readonly steps: readonly number[] }
  | { readonly kind: 'number'; readonly decimals: number; readonly steps: readonly (number | null)[] }
  | { readonly kind: 'text'; readonly values: readonly unknown[] };

/** `{"$": n}` stands for the n-th column. */
export interface ColumnRef {
  readonly $: number;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;
const SHORT = 8;

/** Smallest number of decimals, up to 6, that keeps every value; 6 rounds. */
function decimalsOf(values: readonly unknown[]): number {
  let decimals = 0;
  for (const value of values) {
    if (typeof value !== 'number' || !Number.isFinite(value)) continue;
    while (decimals < 6 && Math.round(value * 10 ** decimals) / 10 ** decimals !== value) decimals++;
  }
  return decimals;
}

function encodeColumn(values: readonly unknown[]): Column {
  if (values.every((v) => typeof v === 'string' && DATE.test(v))) {
    let before = 0;
    return {
      kind: 'day',
      steps: values.map((v) => {
        const day = Date.parse(`${String(v)}T00:00:00Z`) / DAY_MS;
        const step = day - before;
        before = day;
        return step;
      }),
    };
  }
  if (values.every((v) => v === null || typeof v === 'number')) {
    const decimals = decimalsOf(values);
    let before = 0;
    return {
      kind: 'number',
      decimals,
      steps: values.map((v) => {
        if (v === null || !Number.isFinite(v as number)) return null;
        const scaled = Math.round((v as number) * 10 ** decimals);
        const step = scaled - before;
        before = scaled;
        return step;
      }),
    };
  }
  return { kind: 'text', values };
}

function decodeColumn(column: Column): unknown[] {
  if (column.kind === 'text') return [...column.values];
  let at = 0;
  if (column.kind === 'day') {
    return column.steps.map((step) => {
      at += step;
      return new Date(at * DAY_MS).toISOString().slice(0, 10);
    });
  }
  const scale = 10 ** column.decimals;
  return column.steps.map((step) => {
    if (step === null) return null;
    at += step;
    return at / scale;
  });
}

/** Replaces each long array of plain values inside `value` by a reference; equal arrays share one column. */
export function packColumns(value: unknown): { readonly columns: readonly Column[]; readonly value: unknown } {
  const columns: Column[] = [];
  const known = new Map<string, number>();
  const walk = (node: unknown): unknown => {
    if (ArrayBuffer.isView(node)) return walk(Array.from(node as unknown as ArrayLike<number>));
    if (Array.isArray(node)) {
      if (node.length < SHORT || node.some((v) => v !== null && typeof v === 'object')) return node.map(walk);
      const column = encodeColumn(node);
      const key = JSON.stringify(column);
      const at = known.get(key) ?? columns.push(column) - 1;
      known.set(key, at);
      return { $: at } satisfies ColumnRef;
    }
    if (node !== null && typeof node === 'object') return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, walk(v)]));
    return node;
  };
  return { value: walk(value), columns };
}

/** Undoes {@link packColumns}; a column is decoded once. */
export function unpackColumns(columns: readonly Column[], value: unknown): unknown {
  const decoded: unknown[][] = [];
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (node === null || typeof node !== 'object') return node;
    const at = (node as Partial<ColumnRef>).$;
    if (typeof at === 'number') return (decoded[at] ??= decodeColumn(columns[at] as Column));
    return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, walk(v)]));
  };
  return walk(value);
}
