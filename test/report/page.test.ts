import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { dateOf, dayOf, manualClock } from '../../lib/core/index.js';
import { dataFor, openRun, parseSpec, runReplay } from '../../lib/replay/index.js';
import { type Column, unpackColumns } from '../../lib/report/columns.js';
import { type Format, formatValue, ReportError, writeReport } from '../../lib/report/index.js';
import { valueAt } from '../../lib/report/prose.js';
import { makeRun } from './fixture.js';
import { assertWellFormed } from './well-formed.js';

const folder = mkdtempSync(join(tmpdir(), 'hindcast-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HOSTILE = '</script><img src=x onerror=alert(1)>$&';
const clock = manualClock(Date.UTC(2026, 0, 5));
const clean = {
  v: 1,
  verdict: 'clean',
  decisions: 500,
  lateReads: 0,
  outcomes: 1400,
  earlyOutcomes: 0,
  cuts: [{ session: '2016-01-04', rows: 261, identical: true }],
};

const subject = makeRun(folder, {
  label: `平安 ${HOSTILE}`,
  strategy: 'rule:v1',
  why: HOSTILE,
  audit: clean,
  marks: ['synthetic data', 'rules, not a model'],
  notes: ['Index 000300.SH is a price index: dividends not included.'],
});
const runs = [
  subject,
  makeRun(folder, { label: 'buy-and-hold', strategy: 'buy-and-hold', activity: 0.01 }),
  makeRun(folder, { label: 'SMA', strategy: 'sma-cross', seed: 3, record: 'account' }),
];
const out = join(folder, 'report.html');
const result = writeReport({ runs, out, clock });
const html = readFileSync(out, 'utf8');
const block = (text: string, id: string): unknown =>
  JSON.parse(new RegExp(`<script type="application/json" id="${id}">([\\s\\S]*?)</script>`).exec(text)![1]!);
/** What a reader sees, as markup. */
const bodyOf = (text: string) => /<body>([\s\S]*?)<script type="application\/json"/.exec(text)![1]!;
const decode = (text: string) =>
  text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&');

test('the page is one small file that names nothing outside itself', () => {
  expect(result.bytes).toBe(statSync(out).size);
  expect(result.bytes).toBeLessThan(2_000_000);
  expect(html).toContain("default-src 'none'");
  const outside = html.replace(/<script type="module">[\s\S]*?<\/script>/g, '').replace(/xmlns="[^"]*"/g, '');
  expect(outside).not.toMatch(/(src|href)="(?!#)/);
  expect(outside).not.toMatch(/https?:/);
  expect(html).not.toContain('hindcast-title');
  expect(html).not.toContain('<!--');
});

test('its JSON blocks hold the run rows and the data of the figures', () => {
  expect(block(html, 'hindcast-run')).toEqual(runs.map((run) => run.row));
  expect(block(html, 'hindcast-facts')).toEqual(JSON.parse(JSON.stringify(result.facts)));
  const packed = block(html, 'hindcast-figures') as { columns: Column[]; value: unknown };
  const figures = unpackColumns(packed.columns, packed.value) as { id: string; table: { header: string; values: unknown[] }[] }[];
  expect(figures.map((f) => f.id)).toEqual(['equity', 'drawdown', 'price-1', 'exposure', 'calibration', 'actions']);
  const equity = figures[0]!.table;
  expect(equity[0]!.values).toEqual(Array.from(subject.equity.day, dateOf));
  expect(equity[1]!.values).toEqual(Array.from(subject.equity.equityMinor, (minor) => minor / 100));
  expect(equity.map((c) => c.header).slice(2)).toEqual(['buy-and-hold (CNY)', 'SMA (CNY)', '000300.SH (CNY)']);
  const fills = subject.fills().filter((line) => line.kind === 'fill');
  expect(figures[2]!.table[3]!.values).toEqual(fills.map((f) => f.priceTicks / 100));
});

test('every number in the prose is the value it names', () => {
  const facts = block(html, 'hindcast-facts');
  const bound = [...html.matchAll(/<data value="([^"]*)" data-value="([^"]*)" data-format="([^"]*)">([^<]*)<\/data>/g)];
  expect(bound.length).toBeGreaterThan(25);
  for (const [, raw, path, format, text] of bound) {
    const value = valueAt(facts, path!);
    expect(decode(raw!)).toBe(value === null ? '' : String(value));
    expect(decode(text!)).toBe(formatValue(value, format as Format));
  }
  const summary = /<p class="summary">([\s\S]*?)<\/p>/.exec(html)![1]!;
  expect(summary.replace(/<data [^>]*>[^<]*<\/data>/g, '')).not.toMatch(/\d/);
  // And the facts are the run's.
  expect(valueAt(facts, 'runs.0.endEquity')).toBe(subject.equity.equityMinor[subject.equity.day.length - 1]! / 100);
  expect(valueAt(facts, 'runs.0.trades')).toBe(subject.row.counts.fills);
  expect(valueAt(facts, 'known.share')).toBe(1);
  expect(summary).toContain(formatValue(result.facts.runs[0]!.performance.totalReturn, 'percent'));
});

test('marks, notes, missing figures and the audit are said in words', () => {
  expect(bodyOf(html)).toContain('<li class="badge loud">synthetic data</li>');
  expect(bodyOf(html)).toContain('<li class="badge">rules, not a model</li>');
  expect(html).toContain('price index: dividends not included');
  expect(html).toContain('<span title="this is buy-and-hold">n/a</span>');
  expect(html).toContain('<td>clean</td>');
  expect(html).toContain('261 decisions, identical');
  expect(html).toContain('npx hindcast verify ');
  expect(bodyOf(html)).not.toContain('role="alert"');
});

test('the body is well-formed, headings go down one step at a time, hostile names stay text', () => {
  const body = bodyOf(html);
  assertWellFormed(body.replace(/ hidden(?=[ >])/g, ' hidden="hidden"').replace(/<br>/g, '<br/>'));
  const levels = [...body.matchAll(/<h([1-6])/g)].map((m) => Number(m[1]));
  expect(levels[0]).toBe(1);
  levels.forEach((level, i) => {
    if (i > 0) expect(level - levels[i - 1]!).toBeLessThanOrEqual(1);
  });
  expect(levels.filter((l) => l === 1)).toHaveLength(1);
  expect(html).not.toContain('<img');
  expect(body).toContain('&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;$&amp;');
  const ids = [...body.matchAll(/ id="([^"]*)"/g)].map((m) => m[1]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('equal inputs give the same page', () => {
  const again = join(folder, 'again.html');
  writeReport({ runs, out: again, clock });
  expect(readFileSync(again, 'utf8')).toBe(html);
});

test('an account without decisions, index or trades has a page too', () => {
  const bare = makeRun(folder, { label: 'idle', strategy: 'idle', activity: 0, record: 'account', index: null, sessions: 40 });
  const file = join(folder, 'bare.html');
  const { facts } = writeReport({ runs: [bare], out: file, clock });
  const text = bodyOf(readFileSync(file, 'utf8'));
  expect(facts.index).toBeNull();
  expect(facts.known.share).toBeNull();
  expect(facts.runs[0]!.performance.sharpeAnnual).toBeNull();
  expect(text).toContain('title="returns do not vary"');
  expect(text).toContain('title="no index"');
  expect(text).toContain('there are no decisions to show');
  expect(text).not.toMatch(/NaN|undefined</);
});

test('many instruments: the most traded are drawn, the page stays small and says what it left out', () => {
  const symbols = Array.from({ length: 20 }, (_, i) => `60${String(1000 + i)}.SH`);
  const wide = makeRun(folder, { label: 'wide', strategy: 'momentum', symbols, sessions: 400 });
  const file = join(folder, 'wide.html');
  expect(writeReport({ runs: [wide], out: file, clock }).bytes).toBeLessThan(2_000_000);
  const text = bodyOf(readFileSync(file, 'utf8'));
  expect(text).toMatch(/Price figures show the \d+ most traded of 20 instruments/);
  expect(text).toContain('<select id="choose-price"');
});

test('a decision that read the future, and a leak found by the audit, are alarms', () => {
  const leaky = makeRun(folder, {
    label: 'leaky',
    strategy: 'rule:v1',
    sessions: 60,
    seed: 9,
    audit: { ...clean, verdict: 'leak', lateReads: 1 },
  });
  const late = leaky.decisions().map((d, i) => (i === 5 ? { ...d, maxKnownAt: d.decidedAt + 1 } : d));
  const file = join(folder, 'leaky.html');
  const { facts } = writeReport({ runs: [{ ...leaky, decisions: () => late }], out: file, clock });
  expect(facts.known).toMatchObject({ decisions: 60, honest: 59 });
  expect(readFileSync(file, 'utf8').match(/role="alert"/g)).toHaveLength(2);
});

test('a run of another market stands in the table, in its own currency, and not in the figures', () => {
  const abroad = makeRun(folder, { label: 'abroad', strategy: 'us', symbols: ['AAPL'], market: { calendar: 'us', currency: 'USD' } });
  const file = join(folder, 'mixed.html');
  writeReport({ runs: [subject, abroad], out: file, clock });
  const text = readFileSync(file, 'utf8');
  expect(bodyOf(text)).toMatch(/abroad<small>AAPL<\/small>/);
  expect(bodyOf(text)).toMatch(/<small>USD [\d,]+\.\d\d<\/small>/);
  expect(bodyOf(text)).toContain('Figures show 1 of 2 runs');
  expect(JSON.stringify(block(text, 'hindcast-figures'))).not.toContain('abroad');
});

test('prices are the bars of the run when they are unchanged; otherwise the page says what it shows', async () => {
  expect(bodyOf(html)).toContain(
    'Prices are shown only where something was held: the bars of 000001.SZ are not those of the run any more.',
  );
  const spec = parseSpec({
    data: 'embedded:cn',
    symbols: ['000001.SZ'],
    from: '2007-06-21',
    to: '2007-12-28',
    strategies: [{ id: 'buy-and-hold' }],
  });
  const { folder: real } = await runReplay(spec, { clock, resultsDir: join(folder, 'results'), trial: false });
  const file = join(folder, 'real.html');
  writeReport({ runs: [openRun(real)], out: file, clock });
  const text = readFileSync(file, 'utf8');
  expect(bodyOf(text)).not.toContain('Prices are shown only');
  const packed = block(text, 'hindcast-figures') as { columns: Column[]; value: unknown };
  const figures = unpackColumns(packed.columns, packed.value) as { id: string; data: { type: string; x: string[]; close: number[] }[] }[];
  const candles = figures.find((f) => f.id === 'price-1')!.data[0]!;
  expect(candles.type).toBe('candlestick');
  // data/bars: the raw close of 000001.SZ on its first session, CNY.
  const series = dataFor(spec).series.get('000001.SZ')!;
  expect(candles.close[0]).toBe(series.close[series.day.indexOf(dayOf(candles.x[0]!))]! / 100);
  expect(candles.x[0]).toBe('2007-06-21');
});

test('nothing to report is an error, and leaves no file', () => {
  const file = join(folder, 'none.html');
  expect(() => writeReport({ runs: [], out: file, clock })).toThrow(ReportError);
  expect(existsSync(file)).toBe(false);
  expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([]);
});
