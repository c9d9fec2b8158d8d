/** Accounts that were worked out from the texts of the rules, by hand and by a program that shares nothing with this one: to the fen. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type ActionTable, dateOf, dayOf, manualClock } from '../../lib/core/index.js';
import { openRun, runReplay } from '../../lib/replay/index.js';

type Fill = [day: string, side: 'buy' | 'sell', units: number, priceTicks: number, feesMinor: Record<string, number>];
interface Account {
  readonly name: string;
  readonly symbol: string;
  readonly market: string;
  readonly tick: string;
  readonly step?: string;
  readonly least?: string;
  readonly listed?: string;
  readonly statuses?: readonly [name: string, from: string, to: string | null][];
  readonly slippage?: number;
  readonly withholding?: string;
  readonly sessions: readonly string[];
  readonly cash: string;
  readonly bars: readonly (readonly string[])[];
  readonly actions?: readonly Readonly<Record<'ex' | 'record' | 'pay' | 'cash' | 'bonus' | 'transfer', string | undefined>>[];
  readonly plan: Readonly<Record<string, string>>;
  readonly expected: {
    readonly fills: readonly Fill[];
    readonly refused: readonly [day: string, reason: string][];
    readonly equity: readonly [day: string, cashMinor: number, equityMinor: number][];
  };
}

const root = mkdtempSync(join(tmpdir(), 'hindcast-by-hand-'));
afterAll(() => rmSync(root, { recursive: true }));

const part = (name: string, side: 'buy' | 'sell', fraction: number): ActionTable['rows'][number] => ({
  name,
  size: { kind: 'delta', side, fraction, basis: side === 'buy' ? 'cash' : 'sellable' },
});
const actions: ActionTable = {
  id: 'parts',
  rows: [
    part('BUY_25', 'buy', 0.25),
    part('BUY_50', 'buy', 0.5),
    part('BUY_ALL', 'buy', 1),
    part('SELL_25', 'sell', 0.25),
    part('SELL_50', 'sell', 0.5),
    part('SELL_ALL', 'sell', 1),
  ],
};

const csv = (rows: readonly (readonly (string | undefined)[])[]): string =>
  rows.map((row) => `${Array.from(rows[0]!, (_, i) => row[i] ?? '').join(',')}\n`).join('');

/** The account as a user has it: three files of his own and a plan, through the loader, the loop and its files. */
async function replayed(account: Account, number: number) {
  const { symbol, market, sessions, plan } = account;
  const folder = join(root, String(number));
  mkdirSync(join(folder, 'bars'), { recursive: true });
  const put = (name: string, rows: Parameters<typeof csv>[0]) => writeFileSync(join(folder, 'bars', name), csv(rows));
  put('bars.csv', [['symbol', 'date', 'open', 'high', 'low', 'close', 'volume'], ...account.bars.map((row) => [symbol, ...row])]);
  put('actions.csv', [
    ['symbol', 'ex_date', 'record_date', 'pay_date', 'cash_per_share', 'bonus_per_share', 'transfer_per_share'],
    [symbol],
    ...(account.actions ?? []).map((one) => [symbol, one.ex, one.record, one.pay, one.cash, one.bonus, one.transfer]),
  ]);
  const statuses = account.statuses?.map(([name, from, to]) => `${name} ${from}..${to ?? ''}`).join('; ');
  const ownTick = market === 'cn-a' ? undefined : account.tick;
  put('instruments.csv', [
    ['symbol', 'listed_on', 'statuses', 'tick_size', 'quantity_step', 'minimum_notional'],
    [symbol, account.listed, statuses, ownTick, account.step, account.least],
  ]);
  const [taken, of] = (account.withholding ?? '').split('/').map(Number);
  const intents = Object.entries(plan).map(([day, action]) => ({
    day: dayOf(day),
    symbol,
    action,
    confidence: 1,
    why: 'plan',
    decision: 'by hand',
    decidedAt: 0,
  }));
  const { folder: run } = await runReplay(
    {
      data: join(folder, 'bars'),
      symbols: [symbol],
      from: sessions[0]!,
      to: sessions[sessions.length - 1]!,
      strategies: [{ id: 'frozen', parameters: { of: 'hand', actions, intents } as never }],
      initialCash: Number(account.cash),
      costs: {
        ...(account.slippage === undefined ? {} : { slippageBp: account.slippage }),
        ...(taken === undefined || of === undefined ? {} : { dividendWithholding: { numerator: taken, denominator: of } }),
      },
      horizons: [],
      record: 'account',
    },
    { clock: manualClock(1_700_000_000_000), resultsDir: folder, audit: false, trial: false },
  );
  return openRun(run);
}

/** What the run's files say, in the form of the expectation. */
function told({ fills, equity }: Awaited<ReturnType<typeof replayed>>): Account['expected'] {
  const lines = [...fills()];
  return {
    fills: lines.flatMap((line): Fill[] =>
      line.kind === 'fill' ? [[line.session, line.side, line.quantity, line.priceTicks, { ...line.feesMinor }]] : [],
    ),
    refused: lines.flatMap((line): [string, string][] => (line.kind === 'rejection' ? [[line.session, line.reason]] : [])),
    equity: Array.from(equity.day, (day, i) => [dateOf(day), equity.cashMinor[i]!, equity.equityMinor[i]!]),
  };
}

// Made by: python3 test/market/golden/by-hand.py test/market/golden/by-hand.json
const accounts: Account[] = JSON.parse(readFileSync(new URL('golden/by-hand.json', import.meta.url), 'utf8'));

test.each(accounts.map((account, i) => [account.name, account, i] as const))('%s', async (_name, account, i) => {
  expect(told(await replayed(account, i))).toEqual(account.expected);
});

/** The expectation of the account whose name begins so. */
const worked = (begins: string): Account['expected'] => accounts.find(({ name }) => name.startsWith(begins))!.expected;

test('the program that worked them out, against arithmetic on paper', () => {
  // 7,100 x 7.10 = 50,410.00: commission 0.025 % 12.6025 -> 12.60, duty 0.1 % 50.41, transfer 0.001 % 0.5041 -> 0.50.
  // 7,100 x 7.20 = 51,120.00: 12.78, duty 0.05 % 25.56, 0.5112 -> 0.51.
  expect(worked('stamp duty is halved').fills.slice(1)).toEqual([
    ['2023-08-25', 'sell', 7100, 710, { commission: 1260, stamp: 5041, transfer: 50 }],
    ['2023-08-28', 'sell', 7100, 720, { commission: 1278, stamp: 2556, transfer: 51 }],
  ]);
  // 20.05 x 1.1 = 22.055 -> 22.06: closed on Friday the 21st, open on Monday. 21.03 x 1.2 = 25.236 -> 25.24; 24.00 x 0.8 = 19.20.
  expect(worked('ChiNext').refused).toEqual([
    ['2020-08-21', 'limit-up'],
    ['2020-08-25', 'limit-up'],
    ['2020-08-26', 'limit-down'],
  ]);
  // 3.10 x 1.05 = 3.255 -> 3.26; 3.30 x 0.95 = 3.135 -> 3.14; 3.20 x 0.95 = 3.04. Monday, unmarked: 3.10 x 0.9 = 2.79, open at 3.00.
  expect(worked('an ST share').refused).toEqual([
    ['2021-03-02', 'limit-up'],
    ['2021-03-04', 'limit-down'],
    ['2021-03-05', 'limit-down'],
  ]);
  // Taxable a share: 0.15 cash + 0.3 bonus at par 1 yuan = 0.45, on 2,400 and 3,100 shares 1,080.00 and 1,395.00. After 10送3转2 the lots
  // are 3,600 and 4,650; the new 1,200 + 1,550 are locked until the 10th. Free: 2,400 + 3,100, a quarter of it 1,375 -> 1,300, of the
  // old lot (held longer than a year: 5 %). The locked third of that lot carries 360.00, the free two thirds 720.00:
  // 720.00 x 1,300 / 2,400 = 390.00 x 5 % = 19.50. Then 2,100: 1,100 of the old lot with 330.00 x 5 % = 16.50, 1,000 of the second
  // (bought 2014-05-16, sold on 06-10, within a month: 20 %) with 930.00 x 1,000 / 3,100 = 300.00 x 20 % = 60.00. On the 17th, a month
  // and a day: 360.00 x 5 % = 18.00, (630.00 + 465.00) x 10 % = 109.50.
  expect(worked('10送3转2派1.5').fills.map(([day, , units, , fees]) => [day, units, fees['dividendTax']])).toEqual([
    ['2013-04-11', 2400, undefined],
    ['2014-05-16', 3100, undefined],
    ['2014-06-09', 1300, 1950],
    ['2014-06-10', 2100, 1650 + 6000],
    ['2014-06-17', 4850, 1800 + 10_950],
  ]);
  // 900 x 14.80 = 13,320.00: commission 3.33 -> 5.00, duty 13.32 for the buyer too, 0.9 -> 1 yuan of transfer. On the 19th no duty:
  // 500 x 15.90 = 7,950.00. Dividend 1,900 x 0.28 = 532.00 less 53.20, paid on the 24th.
  expect(worked('September 2008').fills.map(([, side, , , fees]) => [side, fees['stamp'] ?? 0])).toEqual([
    ['buy', 1332],
    ['buy', 725],
    ['buy', 0],
    ['sell', 1404],
    ['sell', 1540],
  ]);
  const september = worked('September 2008').equity;
  // 1,000 x 15.40 - 5.00 - 15.40 - 1.00 = 15,378.60, and 478.80.
  expect(september[6]![1] - september[5]![1]).toBe(1_537_860 + 47_880);
  // 10,000 x a quarter of 52.4934 shares after 4:1 = 52.4932 (rounded down to a step): 52.4932 x 47.90 = 2,514.42; SEC 8.00 a million on
  // the 21st: 0.0201 -> 0.02, FINRA 0.000166 x 52.4932 = 0.0087 -> 0.01. On the 23rd 27.80 a million: 3,701.5847 x 0.0000278 = 0.1029.
  expect(worked('a US split').fills.slice(1, 3)).toEqual([
    ['2024-05-21', 'sell', 524_932, 479_000, { sec: 2, taf: 1 }],
    ['2024-05-23', 'sell', 787_402, 470_101, { sec: 10, taf: 1 }],
  ]);
  // 93,574 x 0.000166 = 15.53, at most 8.30. 187,149 - 93,574 = 93,575 at the close; a quarter, 23,393, waits through 1:10: 2,339.3 -> 2,339.
  expect(
    worked('a reverse split')
      .fills.slice(1, 3)
      .map(([, , units, , fees]) => [units, fees['taf']]),
  ).toEqual([
    [93_574, 830],
    [2339, 39],
  ]);
  // 2024-03-02 was a Saturday: 97.50 / 2 = 48.75 buys 0.00079 at 61,234.56 with 0.1 %. A quarter of 0.00146 is 0.00036: worth 24.48 at the
  // close of the 4th (68,000), and at the open of 20,000 no more than 7.20, under ten.
  expect(worked('bitcoin').refused).toContainEqual(['2024-03-05', 'below-notional']);
});
