import { expect, test } from 'vitest';
import { InputError, manualClock } from '../../lib/core/index.js';
import { as, declare, pipelineScope, prose, type Showable, type ShowOptions, show } from '../../lib/notebook/index.js';
import { readableResults } from '../../lib/notebook/results.js';

/** HTML of a value, as a pipeline with a display gets it. */
function html(value: Showable, options?: ShowOptions): string {
  const shown: string[] = [];
  const scope = pipelineScope({ clock: manualClock(), resultsDir: '/nowhere', display: (mime, data) => shown.push(`${mime} ${data}`) });
  scope.show(value, options);
  expect(shown).toHaveLength(1);
  return shown[0]!.replace(/^text\/html /, '');
}

const cells = (text: string): string[] => [...text.matchAll(/<t[dh](?: [^>]*)?>(.*?)<\/t[dh]>/g)].map((match) => match[1]!);

test('rows become a table with a caption, column headers, and numbers with separators', () => {
  const text = html([{ name: 'a', n: 1234567.891, r: 0.0123456789, none: null, bad: Number.NaN, minus: -2 }], { caption: 'A & B' });
  expect(text).toContain('>A &amp; B</caption>');
  expect(text).toContain('<th scope="col" style="text-align:left">name</th>');
  // A missing number stands where the numbers stand.
  expect(text).toMatch(/<th scope="col" style="text-align:right[^"]*">bad<.*<td style="text-align:right[^"]*">n\/a<.*/);
  expect(cells(text).slice(6)).toEqual(['a', '1,234,567.89', '0.0123457', 'n/a', 'n/a', '\u22122']);
});

test('an object becomes a table of names and values, formats by name', () => {
  const text = html({ totalReturn: 0.1234, trades: 12, nested: { a: 1 } }, { formats: { totalReturn: 'percent' } });
  expect(cells(text)).toEqual(['name', 'value', 'totalReturn', '12.34%', 'trades', '12', 'nested', '{&quot;a&quot;:1}']);
  expect(text).toContain('<th scope="row"');
});

test('a data frame is shown by its columns and values; a long table says what it leaves out', () => {
  const frame = { columns: ['x', 'y'], values: Array.from({ length: 60 }, (_, i) => [i, `v${i}`]) };
  const text = html(frame, { caption: 'Frame', rows: 2 });
  expect(text).toContain('>Frame (first 2 of 60 rows)</caption>');
  expect(cells(text)).toEqual(['x', 'y', '0', 'v0', '1', 'v1']);
});

test('a folded table says what it holds before it opens', () => {
  const text = html({ a: 1, b: 2 }, { caption: 'Many', folded: true });
  expect(text).toMatch(/^<details><summary>Many: 2<\/summary><table>.*>Many<\/caption>.*<\/details>$/);
});

test('a figure keeps its drawing and gets its title, words and numbers', () => {
  const table = { thinBy: 'head' as const, columns: [{ name: 'Day', format: 'text' as const, values: ['<one>'] }] };
  const text = html({ title: 'Equity <now>', svg: '<svg role="img"></svg>', description: 'a & b', table });
  expect(text).toContain('<svg role="img"></svg>');
  expect(text).toContain('<strong>Equity &lt;now&gt;.</strong> a &amp; b');
  expect(text).toMatch(/<details>.*&lt;one&gt;.*<\/details>/);
});

test('every text is escaped: cells, headers, captions, prose', () => {
  const evil = '<img src=x onerror=alert(1)>"\'';
  for (const value of [
    [{ [evil]: evil }],
    { [evil]: evil },
    { columns: [evil], values: [[evil]] },
    evil,
    prose`${evil}`,
    { title: evil, svg: '', description: evil },
  ]) {
    const text = html(value as Showable, { caption: evil });
    expect(text).not.toContain('<img');
    expect(text).toContain('&lt;img src=x');
  }
});

test('prose binds its numbers to values', () => {
  expect(prose`Return ${as(0.5, 'percent')} in ${1200} trades, none: ${as(null, 'ratio')}`.html).toBe(
    '<p>Return 50.00% in 1,200 trades, none: n/a</p>',
  );
});

test('values without a form are refused; outside a kernel nothing is shown and nothing can be declared', () => {
  expect(() => html([1, 2] as unknown as Showable)).toThrow(InputError);
  expect(show([{ a: 1 }])).toBeUndefined();
  expect(() => declare({ a: 1 })).toThrow(/expected a notebook kernel/);
});

test('a pipeline declares JSON only, the last value of a name counts, and it may have no display', () => {
  const scope = pipelineScope({ clock: manualClock(), resultsDir: '/nowhere' });
  scope.show('nothing sees this');
  scope.declare({ a: 1, b: [null] });
  scope.declare({ a: 2 });
  expect(scope.results()).toEqual({ a: 2, b: [null] });
  expect(() => scope.declare({ c: Number.NaN })).toThrow(/expected a JSON value for "c", got NaN/);
});

test('declared results are read flat: nested names, joined lists, long digests cut', () => {
  expect(readableResults({ a: 1, b: { c: null, d: { e: true } }, runs: ['x', 'y'], digest: 'f'.repeat(64), counts: [1, 2] })).toEqual({
    a: 1,
    'b c': null,
    'b d e': true,
    runs: 'x, y',
    digest: `${'f'.repeat(47)}…`,
    counts: '1, 2',
  });
});
