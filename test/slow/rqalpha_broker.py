"""Golden fills for the broker's test: random bars and orders through rqalpha 5.6.5, on data made here (no bundle, no network).

    python3 -m venv oracle && oracle/bin/pip install "setuptools<81" wheel numpy cython
    oracle/bin/pip install --no-build-isolation rqalpha==5.6.5
    oracle/bin/python test/slow/rqalpha_broker.py test/market/broker/golden/rqalpha.json

Orders are placed in the opening auction and fill at the open. Asked for are only things on which the project means to agree: T+1, lots,
STAR's minimum of 200, refusals at the limits, the volume cap, stamp tax by date, minimum commission per order. Never asked for: odd
lots, sales above what is sellable, buys above the cash.
rqalpha is free for non-commercial use only: it is run here as an oracle and never shipped.
"""
import datetime as dt
import json
import random
import sys
import warnings

import numpy as np
import pandas as pd
from rqalpha import run_func
from rqalpha.const import INSTRUMENT_TYPE, TRADING_CALENDAR_TYPE
from rqalpha.interface import AbstractDataSource, AbstractMod
from rqalpha.model.instrument import Instrument

warnings.filterwarnings("ignore")
draw = random.Random(20240101)
CASH = 50_000_000
# Half of the sessions before, half after the stamp tax was halved on 2023-08-28.
DAYS = pd.bdate_range("2022-01-04", periods=150).append(pd.bdate_range("2023-08-28", periods=150))
LISTINGS = {"600000.XSHG": ("MainBoard", 100, 10), "688001.XSHG": ("KSH", 200, 20)}
FIELDS = ("open", "close", "high", "low", "volume", "total_turnover", "limit_up", "limit_down")


def half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def walk(percent):
    """Ticks of 0.01. Limits stand round the close before; every tenth open lies on one."""
    rows, close = [], 1500
    for _ in DAYS:
        up, down = half_up(close * (100 + percent), 100), half_up(close * (100 - percent), 100)
        kind = draw.randrange(10)
        open_ = up if kind == 0 else down if kind == 1 else min(up, max(down, close + draw.randint(-40, 40)))
        pull = (1500 - open_) // 20
        close = min(up, max(down, open_ + draw.randint(-30, 30) + pull))
        volume = 0 if draw.randrange(25) == 0 else draw.choice([4000, 20_000, 8_000_000])
        rows.append(dict(open=open_, close=close, high=max(open_, close), low=min(open_, close), volume=volume, up=up, down=down))
    return rows


BARS = {symbol: walk(percent) for symbol, (_, _, percent) in LISTINGS.items()}


def column(rows):
    out = np.zeros(len(DAYS), [("datetime", "u8")] + [(name, "f8") for name in FIELDS])
    out["datetime"] = [int(day.strftime("%Y%m%d000000")) for day in DAYS]
    for i, row in enumerate(rows):
        for name in ("open", "close", "high", "low"):
            out[name][i] = row[name] / 100
        out["volume"][i], out["total_turnover"][i] = row["volume"], row["volume"] * row["open"] / 100
        out["limit_up"][i], out["limit_down"][i] = row["up"] / 100, row["down"] / 100
    return out


TABLES = {symbol: column(rows) for symbol, rows in BARS.items()}
PLACE = {day.date(): i for i, day in enumerate(DAYS)}


def listing(symbol):
    board, lot, _ = LISTINGS[symbol]
    fields = dict(order_book_id=symbol, symbol=symbol, round_lot=lot, listed_date=dt.datetime(1990, 1, 1), de_listed_date=dt.datetime(2999, 12, 31))
    fields.update(type="CS", exchange="XSHG", board_type=board, status="Active", special_type="Normal", sector_code="", industry_code="", trading_hours="", market_tplus=1)
    return Instrument(fields, lambda _: 0.01)


INSTRUMENTS = {symbol: listing(symbol) for symbol in LISTINGS}


class Source(AbstractDataSource):
    def get_instruments(self, id_or_syms=None, types=None):
        if id_or_syms is not None:
            return [INSTRUMENTS[s] for s in id_or_syms if s in INSTRUMENTS]
        return list(INSTRUMENTS.values()) if types is None or INSTRUMENT_TYPE.CS in types else []

    def get_trading_calendars(self):
        return {TRADING_CALENDAR_TYPE.EXCHANGE: DAYS}

    def get_yield_curve(self, start, end, tenor=None):
        return None

    def get_dividend(self, instrument):
        return None

    def get_split(self, instrument):
        return None

    def get_ex_cum_factor(self, instrument):
        return None

    def get_share_transformation(self, instrument):
        return None

    def get_bar(self, instrument, day, frequency):
        place = PLACE.get(day.date())
        return None if place is None else TABLES[instrument.order_book_id][place]

    def get_open_auction_bar(self, instrument, day):
        row = TABLES[instrument.order_book_id][PLACE[day.date() if isinstance(day, dt.datetime) else day]]
        return {**{name: row[name] for name in ("datetime", "open", "limit_up", "limit_down", "volume", "total_turnover")}, "last": row["open"]}

    def get_open_auction_volume(self, instrument, day):
        return TABLES[instrument.order_book_id][PLACE[day.date() if isinstance(day, dt.datetime) else day]]["volume"]

    def history_bars(self, instrument, count, frequency, fields, day, skip_suspended=True, include_now=False, adjust_type="pre", adjust_orig=None):
        end = PLACE[day.date()] + 1
        rows = TABLES[instrument.order_book_id][max(0, end - count):end]
        return rows if fields is None else rows[fields]

    def available_data_range(self, frequency):
        return DAYS[0].date(), DAYS[-1].date()

    def is_suspended(self, symbol, days):
        return [False] * len(days)

    def is_st_stock(self, symbol, days):
        return [False] * len(days)


class Mod(AbstractMod):
    def start_up(self, env, config):
        env.set_data_source(Source())

    def tear_down(self, code, exception=None):
        pass


def load_mod():
    return Mod()


SESSIONS = []


def open_auction(context, bars):
    from rqalpha.apis import order_shares

    place = PLACE[context.now.date()]
    session = dict(day=str(context.now.date()), bars={s: [BARS[s][place][k] for k in ("open", "high", "low", "close", "volume")] for s in BARS}, orders=[])
    SESSIONS.append(session)
    if place == 0:
        return

    def send(symbol, quantity):
        session["orders"].append([symbol, quantity])
        order_shares(symbol, quantity)

    for symbol in LISTINGS:
        position = context.portfolio.positions[symbol]
        held, closable = int(position.quantity), int(position.sellable)
        kind = draw.randrange(6)
        if kind == 0:
            continue
        if kind <= 3 or held == 0:
            # Under a lot, not whole lots, small enough for the minimum commission, large.
            quantity = draw.choice([50, 150, 199, 200, 250, 1000, 3333, 40_000])
            send(symbol, quantity)
            if held == 0:
                send(symbol, -1000)  # what was bought today
        elif closable >= 200:
            quantity = closable if kind == 4 else draw.randint(1, closable)
            if symbol.startswith("688") and 0 < closable - quantity < 200:
                quantity = closable
            send(symbol, -quantity)


TRADES = []


def init(context):
    from rqalpha.core.events import EVENT
    from rqalpha.environment import Environment

    def note(event):
        t = event.trade
        TRADES.append([str(t.trading_datetime.date()), t.order_book_id, int(t.last_quantity) * (1 if t.side.name == "BUY" else -1), round(t.last_price * 100), round(t.commission, 6), round(t.tax, 6)])

    Environment.get_instance().event_bus.add_listener(EVENT.TRADE, note)


def handle_bar(context, bars):
    SESSIONS[-1]["held"] = {s: int(context.portfolio.positions[s].quantity) for s in LISTINGS}
    SESSIONS[-1]["cash"] = round(context.portfolio.accounts["STOCK"].cash, 4)


if __name__ == "__main__":
    run_func(
        init=init,
        open_auction=open_auction,
        handle_bar=handle_bar,
        config=dict(
            base=dict(start_date=DAYS[0].date(), end_date=DAYS[-1].date(), accounts=dict(STOCK=CASH), frequency="1d", data_bundle_path=".", auto_update_bundle=False, rqdatac_uri="disabled"),
            extra=dict(log_level="error"),
            mod=dict(
                golden=dict(enabled=True, lib="__main__", priority=1),
                sys_analyser=dict(enabled=False),
                sys_progress=dict(enabled=False),
                sys_risk=dict(enabled=False),
                sys_accounts=dict(dividend_reinvestment=False),
                sys_simulation=dict(volume_limit=True, volume_percent=0.25, slippage=0, matching_type="current_bar"),
                sys_transaction_cost=dict(cn_stock_min_commission=5, stock_commission_multiplier=0.3125, pit_tax=True),
            ),
        ),
    )
    for session in SESSIONS:
        session["trades"] = [t[1:] for t in TRADES if t[0] == session["day"]]
    lines = ",\n".join(json.dumps(session, separators=(",", ":")) for session in SESSIONS)
    with open(sys.argv[1], "w") as out:
        out.write('{"made_by":"test/slow/rqalpha_broker.py with rqalpha 5.6.5","cash":%d,"sessions":[\n%s\n]}\n' % (CASH, lines))
