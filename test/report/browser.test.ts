import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { manualClock } from '../../lib/core/index.js';
import { writeReport } from '../../lib/report/index.js';
import { makeRun } from './fixture.js';

const executablePath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => existsSync(path));
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
// In CI a missing browser is a failure; elsewhere the name of the skipped tests says why.
const missing = !executablePath && process.env['CI'] !== 'true';
const name = missing
  ? 'the page in a real browser (skipped: no Chromium or Chrome found in the usual places)'
  : 'the page in a real browser';

describe.skipIf(missing)(name, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hindcast-browser-'));
  const out = join(folder, 'report.html');
  const url = pathToFileURL(out).href;
  let browser: Browser;

  beforeAll(async () => {
    const hostile = { symbols: ['000001.SZ', '<img src=x onerror=alert(1)>'], why: '</script><b>why</b>' };
    const subject = makeRun(folder, { label: '平安银行 </script>', strategy: 'rule:v1', ...hostile });
    writeReport({
      runs: [subject, makeRun(folder, { label: 'buy-and-hold', strategy: 'buy-and-hold', ...hostile })],
      out,
      clock: manualClock(0),
    });
    browser = await chromium.launch({ executablePath, args });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the page and collects what it should not do. */
  async function open(width: number, colorScheme: 'light' | 'dark' = 'light') {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    await page.goto(url);
    await page.waitForSelector('html[data-drawn]', { timeout: 30_000 });
    return { page, requests, complaints };
  }

  test.each([1280, 400])(
    'draws every figure at %i pixels, asks for nothing, complains of nothing, does not overflow',
    async (width) => {
      const { page, requests, complaints } = await open(width);
      const shown = await page.locator('section.figure:visible').count();
      expect(shown).toBe(6);
      expect(await page.locator('section.figure:visible .plot svg.main-svg:first-of-type').count()).toBeGreaterThanOrEqual(shown);
      expect(await page.locator('section.figure.drawn').count()).toBe(shown);
      expect(await page.locator('section.figure .static:visible').count()).toBe(0);
      expect(requests).toEqual([url]);
      expect(complaints).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await page.close();
    },
    60_000,
  );

  test('log scale, the choice of an instrument and the download work', async () => {
    const { page, complaints } = await open(1280);
    await page.getByRole('button', { name: 'Log scale' }).focus();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('button', { name: 'Log scale' }).getAttribute('aria-pressed')).toBe('true');
    await page.waitForFunction(
      () =>
        (document.querySelector('#figure-equity .plot') as unknown as { layout: { yaxis: { type: string } } }).layout.yaxis.type === 'log',
    );
    expect(await page.locator('#figure-price-2').isVisible()).toBe(false);
    await page.getByLabel('Instrument').selectOption({ index: 1 });
    await page.waitForSelector('#figure-price-2.drawn');
    expect(await page.locator('#figure-price-1').isVisible()).toBe(false);
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('button[data-csv="equity"]').click()]);
    expect(download.suggestedFilename()).toBe('equity.csv');
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  test('dark screens get dark plots, paper gets the static drawings', async () => {
    const { page } = await open(1280, 'dark');
    const colour = await page.evaluate(
      () => getComputedStyle(document.querySelector('#figure-equity .plot .scatterlayer path.js-line')!).stroke,
    );
    expect(colour).toBe('rgb(86, 180, 233)');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#figure-equity .plot').isVisible()).toBe(false);
    expect(await page.locator('#figure-equity .static svg').isVisible()).toBe(true);
    expect(await page.locator('#figure-price-2 .static svg').isVisible()).toBe(true);
    await page.close();
  }, 60_000);

  test('without script every figure is there as a drawing', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(url);
    expect(await page.locator('section.figure .static svg[role="img"]:visible').count()).toBe(7);
    expect(await page.locator('button:visible, select:visible').count()).toBe(0);
    await context.close();
  }, 60_000);
});
