import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateOf } from '../../lib/core/index.js';
import { packColumns, unpackColumns } from '../../lib/report/columns.js';
import { escapeText, formatValue, scriptJson } from '../../lib/report/format.js';
import { binder, say, valueAt } from '../../lib/report/prose.js';
import { shownRows, tableHtml } from '../../lib/report/table.js';
import { evenIndices, pixelIndices } from '../../lib/report/thin.js';
import { assertWellFormed } from './well-formed.js';

test('numbers have one style', () => {
  expect(formatValue(0.12345, 'percent')).toBe('12.35%');
  expect(formatValue(-0.5, 'percent')).toBe('\u221250.00%');
  expect(formatValue(-0.000001, 'percent')).toBe('0.00%');
  expect(formatValue(1234567.891, 'money')).toBe('1,234,567.89');
  expect(formatValue(1234567, 'count')).toBe('1,234,567');
  expect(formatValue(0.95, 'level')).toBe('95%');
  expect(formatValue(0.1234, 'price')).toBe('0.1234');
  expect(formatValue(13_685, 'date')).toBe('2007-06-21');
  expect(formatValue(Date.UTC(2020, 1, 3, 7, 0), 'instant')).toBe('2020-02-03 07:00');
  for (const none of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY, '']) expect(formatValue(none, 'ratio')).toBe('n/a');
});

test('hostile text stays text', () => {
  expect(escapeText('<img src=x onerror="a()">&\'')).toBe('&lt;img src=x onerror=&quot;a()&quot;&gt;&amp;&#39;');
  expect(escapeText('a\u0000b\ud800c\ttab \u{1f600} 平安')).toBe('a\ufffdb\ufffdc\ttab \u{1f600} 平安');
  expect(scriptJson({ x: '</script><!--\u2028' })).toBe('{"x":"\\u003c/script>\\u003c!--\\u2028"}');
});

test('columns come back as they were, and equal ones are kept once', () => {
  const number = fc.oneof(
    fc.constant(null),
    fc.integer({ min: -1e12, max: 1e12 }).map((n) => n / 100),
  );
  fc.assert(
    fc.property(
      fc.array(number, { minLength: 8, maxLength: 60 }),
      fc.array(fc.string(), { minLength: 8, maxLength: 20 }),
      (numbers, texts) => {
        const value = { a: numbers, b: [{ c: numbers, d: texts }], e: [1, 2], f: null, g: numbers.map((_, i) => dateOf(10_000 + 3 * i)) };
        const packed = packColumns(value);
        expect(packed.columns).toHaveLength(3);
        expect(unpackColumns(packed.columns, JSON.parse(JSON.stringify(packed.value)))).toEqual(JSON.parse(JSON.stringify(value)));
      },
    ),
  );
});

test('thinning for a drawing keeps the extremes of each pixel column', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 50, maxLength: 400 }), (y) => {
      const x = y.map((_, i) => i);
      const keep = pixelIndices(x, y, 10);
      expect(keep[0]).toBe(0);
      expect(keep[keep.length - 1]).toBe(y.length - 1);
      expect(keep.length).toBeLessThanOrEqual(4 * 11);
      expect(keep).toEqual([...new Set(keep)].sort((a, b) => a - b));
      const kept = keep.map((i) => y[i]!);
      expect(Math.max(...kept)).toBe(Math.max(...y));
      expect(Math.min(...kept)).toBe(Math.min(...y));
    }),
  );
  expect(evenIndices(5000, 5000)).toHaveLength(5000);
  expect(evenIndices(10, 4)).toEqual([0, 3, 6, 9]);
});

test('a long table shows the last row of each month and says so', () => {
  const dates = Array.from({ length: 900 }, (_, i) => dateOf(16_436 + i));
  const table = {
    thinBy: 'month' as const,
    columns: [
      { name: 'Date', format: 'date' as const, values: dates },
      { name: 'Value', unit: 'CNY', format: 'money' as const, values: dates.map((_, i) => i) },
    ],
  };
  const shown = shownRows(table).map((i) => dates[i]!);
  expect(shown[0]).toBe('2015-01-31');
  expect(shown[shown.length - 1]).toBe(dates[899]);
  const html = tableHtml(table, 'A & B');
  expect(html).toContain('A &amp; B Last row of each period: 30 of 900.');
  expect(html).toContain('<th scope="col" class="n">Value (CNY)</th>');
  assertWellFormed(html);
});

test('prose refuses typed digits and unknown paths', () => {
  const v = binder({ runs: [{ a: 0.5, b: null }] });
  expect(say`It made ${v('runs.0.a', 'percent')}.`).toBe(
    'It made <data value="0.5" data-value="runs.0.a" data-format="percent">50.00%</data>.',
  );
  expect(say`${v('runs.0.b', 'ratio')}`).toContain('>n/a</data>');
  expect(() => say`It made 3 of ${v('runs.0.a', 'percent')}`).toThrow(/Bind the number/);
  expect(() => valueAt({ runs: [] }, 'runs.0.a')).toThrow(/nothing at "0"/);
});
