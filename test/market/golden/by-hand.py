"""Accounts worked out a second time, from the rules' texts and not from the project's code: what a replay of the same files must give to the fen.

    python3 test/market/golden/by-hand.py test/market/golden/by-hand.json

Python 3.11, no packages. One instrument an account; every amount is a Fraction until it is rounded half up to a whole minor unit.
`by-hand.py --random N SEED out.json` makes N random accounts instead.
"""
import json
import random
import sys
from datetime import date, timedelta
from fractions import Fraction as F
from math import floor
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / 'data/calendars'
half_up = lambda x: floor(F(x) + F(1, 2))
lines = lambda name: [row.split(',')[0] for row in (DATA / name).read_text().splitlines()[1:]]
CALENDARS = {'cn-a': lines('cn-a.csv'), 'us': lines('us.csv')}
EVER = '9999-12-31'

# --- what binds a session, by date -----------------------------------------------------------------------------------------------

def dated(rows, day):
    """The value of the last row that began by `day`."""
    return [value for since, value in rows if since <= day][-1]

# 财政部 印花税: both sides until 2008-09-18, the seller alone since; halved on 2023-08-28.
STAMP_SELL = [('2005-06-13', F(1, 1000)), ('2007-05-30', F(3, 1000)), ('2008-04-24', F(1, 1000)), ('2023-08-28', F(5, 10000))]
STAMP_BUY = [('2005-06-13', F(1, 1000)), ('2007-05-30', F(3, 1000)), ('2008-04-24', F(1, 1000)), ('2008-09-19', F(0))]
# 过户费: Shanghai by shares (yuan a share, at least 1 yuan) until 2015-07-31, then by turnover everywhere.
TRANSFER_SH = [('2005-06-13', F(1, 1000)), ('2012-06-01', F('0.00075')), ('2012-09-01', F('0.0006'))]
TRANSFER = [('2015-08-01', F(2, 100000)), ('2022-04-29', F(1, 100000))]
# US: SEC fee a dollar sold; FINRA fee a share sold and its most, dollars.
SEC = [('2022-05-14', F('0.0000229')), ('2023-02-27', F('0.000008')), ('2024-05-22', F('0.0000278')), ('2025-05-14', F(0))]
TAF = [('2022-01-01', (F('0.00013'), F('6.49'))), ('2023-01-01', (F('0.000145'), F('7.27'))), ('2024-01-01', (F('0.000166'), F('8.30')))]


class Rules:
    """Lots, band, fees and taxes of an instrument."""

    def __init__(self, case):
        self.case = case
        self.market, self.board = case['market'], case['board']
        self.tick = F(case['tick'])
        self.step = F(case.get('step', '1'))
        if self.market == 'cn-a':
            self.settlement = 1
            self.minimum, self.buy_step, self.sell_step = {'star': (200, 1, 1), 'bse': (100, 1, 1)}.get(self.board, (100, 100, 100))
        else:
            self.settlement = 0
            self.minimum = self.buy_step = self.sell_step = 1

    def minor(self, units, ticks):
        """Fen, cents."""
        return half_up(units * self.step * ticks * self.tick * 100)

    def status(self, day):
        return next((name for name, since, until in self.case.get('statuses', []) if since <= day <= (until or EVER)), 'normal')

    def band(self, day):
        """Half-widths up and down, or None."""
        if self.market != 'cn-a':
            return None
        listed = self.case.get('listed')
        if listed:
            age = sum(1 for session in CALENDARS['cn-a'] if listed <= session <= day)
            free = 5 if self.board == 'star' or (self.board in ('sh-main', 'sz-main') and listed >= '2023-04-10') or (self.board == 'chinext' and listed >= '2020-08-24') else 1
            if age <= free:
                first = '2014-01-01' <= listed < ('2020-08-24' if self.board == 'chinext' else '2023-04-10') and self.board in ('sh-main', 'sz-main', 'chinext')
                return (F(44, 100), F(36, 100)) if first else None
        if self.board == 'bse':
            width = F(30, 100)
        elif self.board == 'star' or (self.board == 'chinext' and day >= '2020-08-24'):
            width = F(20, 100)
        elif self.board == 'etf':
            width = F(10, 100)
        elif self.status(day) == 'ST':
            width = F(10, 100) if self.board != 'chinext' and day >= '2026-07-06' else F(5, 100)
        else:
            width = F(10, 100)
        return (width, width)

    def limits(self, day, reference):
        band = self.band(day)
        if band is None:
            return None
        return (max(reference + 1, half_up(reference * (1 + band[0]))), max(1, min(reference - 1, half_up(reference * (1 - band[1])))))

    def fees(self, day, side, units, minor):
        fees = {}
        if self.market == 'cn-a':
            fees['commission'] = max(500, half_up(minor * F(25, 100000)))
            if self.board != 'etf':
                fees['stamp'] = half_up(minor * dated(STAMP_SELL if side == 'sell' else STAMP_BUY, day))
                if day >= '2015-08-01':
                    rate = dated(TRANSFER, day)
                    fees['transfer'] = half_up(minor * (F(25, 1000000) if self.board == 'bse' and day < '2022-04-29' else rate))
                elif self.board == 'sh-main':
                    fees['transfer'] = max(100, half_up(units * dated(TRANSFER_SH, day) * 100))
        elif self.market == 'us':
            if side == 'sell':
                rate, most = dated(TAF, day)
                fees['sec'] = half_up(minor * dated(SEC, day))
                fees['taf'] = half_up(min(units * self.step * rate, most) * 100)
        else:
            fees['commission'] = half_up(minor * F(10, 10000))
        return {name: fee for name, fee in fees.items() if fee}

    def cost(self, day, units, ticks):
        minor = self.minor(units, ticks)
        return minor + sum(self.fees(day, 'buy', units, minor).values())

    def lots_to_buy(self, units):
        return 0 if units < self.minimum else units - (units - self.minimum) % self.buy_step

    def lots_to_sell(self, units, sellable):
        if units >= sellable:
            return sellable
        units -= units % self.sell_step
        return 0 if units < self.minimum else units

    def affordable(self, day, cash, ticks):
        low, high = -1, 1
        cost = lambda n: self.cost(day, self.minimum + n * self.buy_step, ticks)
        while cost(high) <= cash:
            low, high = high, high * 2
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if cost(middle) <= cash else (low, middle)
        return 0 if low < 0 else self.minimum + low * self.buy_step

    def dividend_tax(self, record):
        """('withheld', rate) at payment, or ('held', month, year, longer) at the sale."""
        if self.market == 'us':
            return ('withheld', F(self.case.get('withholding', '0')))
        if self.board == 'etf' or self.market == 'crypto':
            return ('withheld', F(0))
        if record < '2013-01-01':
            return ('withheld', F(1, 10))
        return ('held', F(20, 100), F(10, 100), F(5, 100) if record < '2015-09-08' else F(0))


def months_later(day, months):
    y, m, d = map(int, day.split('-'))
    y, m = y + (m - 1 + months) // 12, (m - 1 + months) % 12 + 1
    last = (date(y + m // 12, m % 12 + 1, 1) - timedelta(days=1)).day
    return f'{y:04}-{m:02}-{min(d, last):02}'


# --- one account -----------------------------------------------------------------------------------------------------------------

SIZES = {
    'BUY_25': ('buy', F(1, 4)), 'BUY_50': ('buy', F(1, 2)), 'BUY_ALL': ('buy', F(1)),
    'SELL_25': ('sell', F(1, 4)), 'SELL_50': ('sell', F(1, 2)), 'SELL_ALL': ('sell', F(1)),
}


def work_out(case):
    """Fills, refusals and the equity of every session."""
    rules = Rules(case)
    sessions = case['sessions']
    bars = {row[0]: [int(F(x) / rules.tick) for x in row[1:5]] + [int(F(row[5]) / rules.step)] for row in case['bars']}
    cash = int(F(case['cash']) * 100)
    lots, due, fills, refused, equity = [], [], [], [], []
    reference = last = 0
    waiting = None
    held = lambda: sum(lot['units'] for lot in lots)
    free = lambda lot, index, day: index - lot['index'] >= rules.settlement and (lot['locked'] is None or day > lot['locked'])
    slip = F(str(case.get('slippage', 0))) / 10000

    for index, day in enumerate(sessions):
        for action in case.get('actions', []):
            if action['ex'] != day:
                continue
            paid, bonus, transfer = (F(action.get(name) or 0) for name in ('cash', 'bonus', 'transfer'))
            grown = 1 + bonus + transfer
            per_unit = paid * 100 * rules.step
            pay = action.get('pay') or day
            if lots:
                tax = rules.dividend_tax(action.get('record') or day)
                par = 100 * bonus if rules.market == 'cn-a' and rules.board != 'etf' else 0
                gross = half_up(held() * per_unit)
                withheld = half_up(held() * (per_unit + par) * tax[1]) if tax[0] == 'withheld' else 0
                if tax[0] == 'held':
                    for lot in lots:
                        taxable = half_up(lot['units'] * (per_unit + par))
                        if taxable:
                            lot['taxable'][tax] = lot['taxable'].get(tax, 0) + taxable
                if gross or withheld:
                    due.append((pay, gross - withheld))
                if grown != 1:
                    before = after = 0
                    for lot in list(lots):
                        before += lot['units']
                        units = half_up(before * grown) - after
                        after += units
                        extra = units - lot['units']
                        if pay > day and extra > 0:
                            moved = {tax: half_up(F(sum_ * extra, units)) for tax, sum_ in lot['taxable'].items()}
                            lots.insert(lots.index(lot) + 1, {**lot, 'units': extra, 'locked': pay, 'taxable': moved})
                            lot['taxable'] = {tax: sum_ - moved[tax] for tax, sum_ in lot['taxable'].items()}
                        else:
                            lot['units'] = units
                    lots = [lot for lot in lots if lot['units']]
            if waiting:
                waiting['units'] = half_up(waiting['units'] * grown)
            new = lambda ticks: max(1, half_up((ticks - paid / rules.tick) / grown)) if ticks else 0
            reference, last = new(reference), new(last)

        bar = bars.get(day)
        if waiting:
            order, waiting = waiting, None
            side, units = order['side'], order['units']
            refuse = lambda reason: refused.append([day, reason])
            band = rules.limits(day, reference)
            if bar is None:
                refuse('suspended')
            elif bar[4] == 0:
                refuse('no-volume')
            elif side == 'sell' and held() == 0:
                refuse('no-position')
            elif band and side == 'buy' and bar[0] >= band[0]:
                refuse('limit-up')
            elif band and side == 'sell' and bar[0] <= band[1]:
                refuse('limit-down')
            else:
                up, down = band or (10**15, 0)
                price = bar[0] if slip == 0 else min(-floor(-bar[0] * (1 + slip)), max(up, bar[0])) if side == 'buy' else max(1, floor(bar[0] * (1 - slip)), min(down, bar[0]))
                cap = bar[4] // 4
                if side == 'buy':
                    lot = rules.lots_to_buy(units)
                    if lot < units:
                        refuse('cut-lot' if lot else 'below-lot')
                    if cap < lot:
                        lot = rules.lots_to_buy(cap)
                        refuse('cut-volume')
                    if lot and rules.cost(day, lot, price) > cash:
                        lot = rules.affordable(day, cash, price)
                        refuse('cut-cash' if lot else 'no-cash')
                else:
                    sellable = sum(lot['units'] for lot in lots if free(lot, index, day))
                    wanted = sellable if order['all'] else min(units, sellable)
                    if units > wanted:
                        refuse('cut-sellable')
                    lot = rules.lots_to_sell(wanted, sellable)
                    if lot < wanted:
                        refuse('cut-lot' if lot or units > wanted else 'below-lot')
                    if cap < lot:
                        lot = rules.lots_to_sell(cap, sellable)
                        refuse('cut-volume')
                least = int(F(case.get('least', '0')) * 100)
                if lot and rules.minor(lot, price) < least:
                    lot = 0
                    refuse('below-notional')
                if lot:
                    minor = rules.minor(lot, price)
                    fees = rules.fees(day, side, lot, minor)
                    if side == 'buy':
                        cash -= minor + sum(fees.values())
                        lots.append({'units': lot, 'index': index, 'bought': day, 'locked': None, 'taxable': {}})
                    else:
                        left, tax = lot, 0
                        for one in list(lots):
                            if left == 0 or not free(one, index, day):
                                continue
                            sold = min(left, one['units'])
                            left -= sold
                            for (_, month, year, longer), taxable in one['taxable'].items():
                                rate = month if day <= months_later(one['bought'], 1) else year if day <= months_later(one['bought'], 12) else longer
                                tax += half_up(half_up(F(taxable * sold, one['units'])) * rate)
                            one['taxable'] = {key: sum_ - half_up(F(sum_ * sold, one['units'])) for key, sum_ in one['taxable'].items()}
                            one['units'] -= sold
                        lots = [one for one in lots if one['units']]
                        if tax:
                            fees['dividendTax'] = tax
                        cash += minor - sum(fees.values())
                    fills.append([day, side, lot, price, fees])
        if bar:
            reference = last = bar[3]
        cash += sum(amount for pay, amount in due if pay <= day)
        due = [one for one in due if one[0] > day]
        equity.append([day, cash, cash + sum(amount for _, amount in due) + rules.minor(held(), last) if last else cash])

        plan = case['plan'].get(day)
        if plan is None or bar is None or index + 1 == len(sessions):
            continue
        side, part = SIZES[plan]
        next_day = sessions[index + 1]
        least = int(F(case.get('least', '0')) * 100)
        refuse = lambda reason: refused.append([day, reason])
        if side == 'buy':
            units = rules.affordable(next_day, floor(cash * part), last)
            if units == 0:
                refuse('below-lot' if rules.affordable(next_day, cash, last) else 'no-cash')
            elif rules.minor(units, last) < least:
                refuse('below-notional')
            else:
                waiting = {'side': side, 'units': units, 'all': False}
        elif held() == 0:
            refuse('no-position')
        else:
            sellable = sum(lot['units'] for lot in lots if free(lot, index + 1, next_day))
            wanted = floor(sellable * part)
            if sellable == 0:
                refuse('not-sellable')
            elif part != 1 and rules.lots_to_sell(wanted, sellable) == 0:
                refuse('below-lot')
            elif rules.minor(wanted, last) < least:
                refuse('below-notional')
            else:
                waiting = {'side': side, 'units': sellable if part == 1 else rules.lots_to_sell(wanted, sellable), 'all': part == 1}
    return {'fills': fills, 'refused': refused, 'equity': equity}


# --- the accounts ----------------------------------------------------------------------------------------------------------------

def span(market, first, last):
    if market == 'crypto':
        start, end = date.fromisoformat(first), date.fromisoformat(last)
        return [str(start + timedelta(days=i)) for i in range((end - start).days + 1)]
    return [day for day in CALENDARS[market] if first <= day <= last]


def flat(prices, volume=10_000_000):
    """Bars that stand still: {date: price}, or {date: (open, close)}, or with a volume of their own."""
    rows = []
    for day, price in prices.items():
        opened, closed, traded = (price, price, volume) if isinstance(price, str) else (*price, volume) if len(price) == 2 else price
        rows.append([day, opened, max(opened, closed, key=F), min(opened, closed, key=F), closed, str(traded)])
    return rows


def case(name, symbol, market, board, first, last, cash, bars, plan, tick='0.01', **more):
    return {'name': name, 'symbol': symbol, 'market': market, 'board': board, 'tick': tick, 'sessions': span(market, first, last), 'cash': cash, 'bars': flat(bars), 'plan': plan, **more}


CASES = [
    case('stamp duty is halved on 2023-08-28', '600000.SH', 'cn-a', 'sh-main', '2023-08-23', '2023-08-30', '100000',
         {'2023-08-23': '7.00', '2023-08-24': ('7.01', '7.02'), '2023-08-25': ('7.10', '7.05'), '2023-08-28': ('7.20', '7.15'), '2023-08-29': '7.15', '2023-08-30': '7.15'},
         {'2023-08-23': 'BUY_ALL', '2023-08-24': 'SELL_50', '2023-08-25': 'SELL_ALL'}),
    case('ChiNext: 10 % until 2020-08-21, 20 % from the Monday on', '300001.SZ', 'cn-a', 'chinext', '2020-08-20', '2020-08-27', '50000',
         {'2020-08-20': '20.05', '2020-08-21': ('22.06', '20.05'), '2020-08-24': ('22.06', '21.03'), '2020-08-25': ('25.24', '24.00'), '2020-08-26': ('19.20', '19.20'), '2020-08-27': '19.30'},
         {'2020-08-20': 'BUY_25', '2020-08-21': 'BUY_25', '2020-08-24': 'BUY_25', '2020-08-25': 'SELL_ALL', '2020-08-26': 'SELL_ALL'}),
    case('an ST share moves 5 %, and 10 % once the mark is gone', '600145.SH', 'cn-a', 'sh-main', '2021-03-01', '2021-03-08', '20000',
         {'2021-03-01': '3.10', '2021-03-02': ('3.26', '3.10'), '2021-03-03': ('3.25', '3.30'), '2021-03-04': ('3.14', '3.20'), '2021-03-05': ('3.04', '3.10'), '2021-03-08': ('3.00', '3.00')},
         {'2021-03-01': 'BUY_50', '2021-03-02': 'BUY_50', '2021-03-03': 'SELL_50', '2021-03-04': 'SELL_50', '2021-03-05': 'SELL_ALL'},
         statuses=[['ST', '2020-05-06', '2021-03-05']]),
    case('10送3转2派1.5 by holding: 20 % within a month, 10 % within a year, 5 % after', '000002.SZ', 'cn-a', 'sz-main', '2013-04-10', '2014-06-17', '100000',
         {'2013-04-10': '10.00', '2013-04-11': '10.00', '2014-05-15': '12.00', '2014-05-16': '12.00', '2014-06-05': '12.00', '2014-06-06': '7.90', '2014-06-09': '8.00', '2014-06-10': '8.00', '2014-06-16': '8.10', '2014-06-17': '8.20'},
         {'2013-04-10': 'BUY_25', '2014-05-15': 'BUY_50', '2014-06-06': 'SELL_25', '2014-06-09': 'SELL_50', '2014-06-16': 'SELL_ALL'},
         actions=[{'ex': '2014-06-06', 'record': '2014-06-05', 'pay': '2014-06-10', 'cash': '0.15', 'bonus': '0.3', 'transfer': '0.2'}]),
    case('September 2008: both sides pay 0.1 % until the 18th, then the seller; Shanghai transfers by share; dividends less 10 %', '600036.SH', 'cn-a', 'sh-main', '2008-09-16', '2008-09-24', '30000',
         {'2008-09-16': '15.00', '2008-09-17': '14.80', '2008-09-18': '14.50', '2008-09-19': '15.90', '2008-09-22': '15.60', '2008-09-23': '15.60', '2008-09-24': '15.40'},
         {'2008-09-16': 'BUY_50', '2008-09-17': 'BUY_50', '2008-09-18': 'BUY_ALL', '2008-09-22': 'SELL_50', '2008-09-23': 'SELL_ALL'},
         actions=[{'ex': '2008-09-22', 'record': '2008-09-19', 'pay': '2008-09-24', 'cash': '0.28', 'bonus': '', 'transfer': ''}]),
    case('an odd lot leaves only whole', '000001.SZ', 'cn-a', 'sz-main', '2019-07-01', '2019-07-09', '3000',
         {'2019-07-01': '20.00', '2019-07-02': '20.00', '2019-07-03': '15.40', '2019-07-04': '15.50', '2019-07-05': '15.60', '2019-07-08': '15.60', '2019-07-09': '15.60'},
         {'2019-07-01': 'BUY_ALL', '2019-07-03': 'SELL_50', '2019-07-04': 'SELL_ALL', '2019-07-05': 'SELL_ALL'},
         actions=[{'ex': '2019-07-03', 'cash': '', 'bonus': '', 'transfer': '0.3'}]),
    case('STAR: 200 at least, then by the share', '688001.SH', 'cn-a', 'star', '2019-08-01', '2019-08-08', '12345',
         {'2019-08-01': '57.30', '2019-08-02': '57.00', '2019-08-05': '57.10', '2019-08-06': '68.52', '2019-08-07': ('55.00', '56.00'), '2019-08-08': '56.00'},
         {'2019-08-01': 'BUY_ALL', '2019-08-02': 'SELL_50', '2019-08-05': 'BUY_ALL', '2019-08-06': 'SELL_ALL'}),
    case('new shares that arrive later are locked; a quarter of the volume; a gap up cuts to the cash', '600519.SH', 'cn-a', 'sh-main', '2016-07-01', '2016-07-14', '100000',
         {'2016-07-01': '10.00', '2016-07-04': ('10.50', '10.40'), '2016-07-05': ('8.00', '8.10'), '2016-07-06': '8.10', '2016-07-07': ('8.10', '8.20', 6_790), '2016-07-08': '8.30', '2016-07-11': '8.30', '2016-07-12': '8.30', '2016-07-13': '8.30', '2016-07-14': '8.30'},
         {'2016-07-01': 'BUY_ALL', '2016-07-05': 'SELL_50', '2016-07-06': 'SELL_25', '2016-07-07': 'SELL_ALL', '2016-07-08': 'SELL_ALL', '2016-07-12': 'SELL_ALL'},
         actions=[{'ex': '2016-07-05', 'pay': '2016-07-08', 'cash': '0.017', 'bonus': '0.1', 'transfer': '0.2'}]),
    case('a listing under registration: five sessions without limits, then 10 %', '601065.SH', 'cn-a', 'sh-main', '2023-04-10', '2023-04-19', '50000',
         {'2023-04-10': ('10.00', '18.00'), '2023-04-11': ('26.00', '24.00'), '2023-04-12': '24.00', '2023-04-13': '24.00', '2023-04-14': '20.00', '2023-04-17': ('22.00', '22.00'), '2023-04-18': ('19.80', '20.00'), '2023-04-19': '20.10'},
         {'2023-04-10': 'BUY_25', '2023-04-14': 'BUY_25', '2023-04-17': 'SELL_ALL', '2023-04-18': 'SELL_ALL'}, listed='2023-04-10'),
    case('a listing of 2019: the first day ends 44 % up, the next opens at 10 %', '601077.SH', 'cn-a', 'sh-main', '2019-10-29', '2019-11-04', '30000',
         {'2019-10-29': ('8.83', '10.60'), '2019-10-30': ('11.66', '11.50'), '2019-10-31': ('11.00', '10.50'), '2019-11-01': ('9.45', '9.60'), '2019-11-04': '9.70'},
         {'2019-10-29': 'BUY_ALL', '2019-10-30': 'BUY_ALL', '2019-10-31': 'SELL_ALL', '2019-11-01': 'SELL_ALL'}, listed='2019-10-29'),
    case('a fund: ticks of a tenth of a cent, no duty, no transfer fee, dividends untaxed', '510300.SH', 'cn-a', 'etf', '2022-01-10', '2022-01-17', '20000', tick='0.001',
         bars={'2022-01-10': '4.805', '2022-01-11': ('4.813', '4.790'), '2022-01-12': '4.801', '2022-01-13': ('4.777', '4.778'), '2022-01-14': '4.779', '2022-01-17': '4.781'},
         plan={'2022-01-10': 'BUY_ALL', '2022-01-13': 'SELL_50', '2022-01-14': 'SELL_ALL'},
         actions=[{'ex': '2022-01-13', 'pay': '2022-01-17', 'cash': '0.023', 'bonus': '', 'transfer': ''}]),
    case('Beijing: 30 %, 100 and then by the share', '830799.BJ', 'cn-a', 'bse', '2022-04-26', '2022-05-06', '10000',
         {'2022-04-26': '10.01', '2022-04-27': ('13.01', '12.00'), '2022-04-28': ('15.59', '14.00'), '2022-04-29': ('14.00', '13.00'), '2022-05-05': ('9.10', '9.20'), '2022-05-06': '9.30'},
         {'2022-04-26': 'BUY_25', '2022-04-27': 'BUY_50', '2022-04-28': 'SELL_50', '2022-04-29': 'SELL_ALL', '2022-05-05': 'SELL_ALL'}),
    case('a US split 4:1, parts of shares, 30 % withheld, the fees of 2024', 'AAPL', 'us', 'us-stock', '2024-05-17', '2024-05-30', '10000', tick='0.0001', step='0.0001', withholding='3/10',
         bars={'2024-05-17': '190.1234', '2024-05-20': ('190.5', '191'), '2024-05-21': ('47.9', '48.1'), '2024-05-22': '48.2', '2024-05-23': ('47.0101', '47.5'), '2024-05-24': '47.6', '2024-05-28': '47.7', '2024-05-29': '48', '2024-05-30': '48'},
         plan={'2024-05-17': 'BUY_ALL', '2024-05-20': 'SELL_25', '2024-05-22': 'SELL_50', '2024-05-28': 'SELL_ALL'},
         actions=[{'ex': '2024-05-21', 'cash': '', 'bonus': '', 'transfer': '3'}, {'ex': '2024-05-23', 'pay': '2024-05-29', 'cash': '0.245', 'bonus': '', 'transfer': ''}]),
    case('a reverse split 1:10 of whole shares, slippage, and the most that a share fee may be', 'XYZ', 'us', 'us-stock', '2024-02-01', '2024-02-09', '60000', tick='0.0001', slippage=12.5,
         bars={'2024-02-01': '0.3157', '2024-02-02': ('0.3201', '0.33'), '2024-02-05': ('0.3333', '0.34'), '2024-02-06': ('3.6', '3.5'), '2024-02-07': '3.4', '2024-02-08': ('3.333', '3.3'), '2024-02-09': '3.3'},
         plan={'2024-02-01': 'BUY_ALL', '2024-02-02': 'SELL_50', '2024-02-05': 'SELL_25', '2024-02-07': 'SELL_ALL'},
         actions=[{'ex': '2024-02-06', 'cash': '', 'bonus': '', 'transfer': '-9/10'}]),
    case('bitcoin over a weekend in steps of 0.00001, ten dollars at least', 'BTC/USDT', 'crypto', 'crypto-spot', '2024-03-01', '2024-03-06', '97.5', step='0.00001', least='10',
         bars={'2024-03-01': '61234.56', '2024-03-02': ('61301.07', '62000'), '2024-03-03': ('62111.11', '63000'), '2024-03-04': ('70000', '68000'), '2024-03-05': ('20000', '61000'), '2024-03-06': '61000'},
         plan={'2024-03-01': 'BUY_50', '2024-03-02': 'SELL_25', '2024-03-03': 'BUY_ALL', '2024-03-04': 'SELL_25', '2024-03-05': 'SELL_ALL'}),
    case('a coin of a tenth of a cent: whole coins, ticks of a hundred-thousandth', 'DOGE/USDT', 'crypto', 'crypto-spot', '2023-12-30', '2024-01-04', '1000', tick='0.00001', step='1', least='1.1',
         bars={'2023-12-30': '0.09071', '2023-12-31': ('0.09087', '0.0895'), '2024-01-01': '0.09215', '2024-01-02': ('0.09111', '0.0914'), '2024-01-03': '0.08', '2024-01-04': '0.08125'},
         plan={'2023-12-30': 'BUY_25', '2023-12-31': 'BUY_ALL', '2024-01-01': 'SELL_50', '2024-01-03': 'SELL_ALL'}),
]

BOARDS = [('600000.SH', 'sh-main', '2006-01-04'), ('000001.SZ', 'sz-main', '2007-07-02'), ('300001.SZ', 'chinext', '2010-01-04'), ('688001.SH', 'star', '2019-08-01'), ('830799.BJ', 'bse', '2022-01-04'), ('510300.SH', 'etf', '2013-01-04'), ('600145.SH', 'sh-main', '2010-01-04')]


def made_up(number, rand):
    """A random A-share account: prices that walk to their limits, suspensions, thin volume, distributions, ST spans."""
    symbol, board, opened = rand.choice(BOARDS)
    days = [day for day in CALENDARS['cn-a'] if opened <= day <= '2025-06-30']
    # Near a change of rules every second time.
    turns = ['2007-05-30', '2008-04-24', '2008-09-19', '2012-06-01', '2012-09-01', '2013-01-01', '2015-08-01', '2015-09-08', '2020-08-24', '2022-04-29', '2023-08-28']
    turns = [i for turn in turns if opened < turn for i in [next(k for k, day in enumerate(days) if day >= turn)] if 0 < i - 15]
    count = 45
    start = max(0, min(len(days) - count, rand.choice(turns) - rand.randrange(5, 30))) if turns and rand.random() < 0.5 else rand.randrange(len(days) - count)
    sessions = days[start:start + count]
    found = {'name': f'made up {number}: {symbol} from {sessions[0]}', 'symbol': symbol, 'market': 'cn-a', 'board': board, 'tick': '0.001' if board == 'etf' else '0.01', 'sessions': sessions, 'cash': str(rand.choice([5000, 20000, 123456, 1000000])), 'plan': {}, 'bars': [], 'actions': []}
    if symbol == '600145.SH':
        a, b = sorted(rand.sample(range(2, count - 2), 2))
        found['statuses'] = [['ST', sessions[a], sessions[b]]]
    if rand.random() < 0.3:
        found['slippage'] = rand.choice([5, 12.5, 100])
    for _ in range(rand.randrange(4)):
        at = rand.randrange(3, count - 4)
        if board == 'etf':
            found['actions'].append({'ex': sessions[at], 'pay': sessions[at + rand.randrange(4)], 'cash': str(F(rand.randrange(1, 60), 1000).limit_denominator(1000) * 1.0), 'bonus': '', 'transfer': ''})
            continue
        if any(one['ex'] == sessions[at] for one in found['actions']):
            continue
        part = lambda chance, most, scale: str(rand.randrange(1, most) / scale) if rand.random() < chance else ''
        one = {'ex': sessions[at], 'record': sessions[at - 1], 'pay': sessions[at + rand.choice([0, 0, 1, 3])], 'cash': part(0.7, 900, 1000), 'bonus': part(0.4, 10, 10), 'transfer': part(0.4, 10, 10)}
        if one['cash'] or one['bonus'] or one['transfer']:
            found['actions'].append(one)
    found['actions'].sort(key=lambda one: one['ex'])
    rules = Rules(found)
    scale = 10 if board == 'etf' else 1
    close = rand.randrange(400, 4000) * scale
    show = lambda ticks: f'{float(ticks * rules.tick):.3f}' if board == 'etf' else f'{float(ticks * rules.tick):.2f}'
    names = list(SIZES)
    for i, day in enumerate(sessions):
        reference = close
        for one in found['actions']:
            if one['ex'] == day:
                paid, bonus, transfer = (F(one.get(name) or 0) for name in ('cash', 'bonus', 'transfer'))
                reference = max(1, half_up((reference - paid / rules.tick) / (1 + bonus + transfer)))
        if i > 0 and rand.random() < 0.06:
            close = reference
            continue
        up, down = rules.limits(day, reference)
        pick = lambda: rand.choice([up, down]) if rand.random() < 0.15 else max(down, min(up, reference + rand.randrange(-reference // 15 - 2, reference // 15 + 3)))
        opened, close = pick(), pick()
        volume = 0 if i > 0 and rand.random() < 0.02 else rand.choice([rand.randrange(1, 4000), rand.randrange(10_000, 10_000_000)])
        found['bars'].append([day, show(opened), show(max(opened, close)), show(min(opened, close)), show(close), str(volume)])
        if i + 1 < count and rand.random() < 0.6:
            found['plan'][day] = rand.choice(names)
    return found


if __name__ == '__main__':
    if sys.argv[1] == '--random':
        rand = random.Random(int(sys.argv[3]))
        cases = [made_up(i, rand) for i in range(int(sys.argv[2]))]
    else:
        rand = random.Random(20260101)
        cases = CASES + [made_up(i, rand) for i in range(8)]
    # One account a line, so that a difference shows where it is.
    rows = ',\n'.join(json.dumps({**one, 'expected': work_out(one)}, ensure_ascii=False, separators=(',', ':')) for one in cases)
    Path(sys.argv[-1]).write_text(f'[\n{rows}\n]\n')
