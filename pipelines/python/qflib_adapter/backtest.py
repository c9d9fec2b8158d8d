"""A policy through QF-Lib's backtest engine on a CSV of daily bars: python -m qflib_adapter.backtest --help"""
import argparse
import csv
import json
import logging
from datetime import date, datetime
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np
import pandas as pd
from qf_lib.backtesting.events.time_event.regular_time_event.calculate_and_place_orders_event import CalculateAndPlaceOrdersRegularEvent
from qf_lib.backtesting.monitoring.backtest_monitor import BacktestMonitorSettings
from qf_lib.backtesting.trading_session.backtest_trading_session_builder import BacktestTradingSessionBuilder
from qf_lib.common.enums.frequency import Frequency
from qf_lib.common.enums.security_type import SecurityType
from qf_lib.common.tickers.tickers import BloombergTicker
from qf_lib.containers.qf_data_array import QFDataArray
from qf_lib.data_providers.preset_data_provider import PresetDataProvider

from .bundle import load
from .commission import HindcastCommission
from .sizing import Rules
from .strategy import FIELDS, HindcastStrategy

# What Hindcast's rulebook says since 2010, at its default commission (0.025 %, 5 yuan at least).
RULES = Path(__file__).parent / "cn_a_rules.json"


def read_bars(path):
    """Days and rows of open, high, low, close, volume (and factor, when there is that column)."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    days = [datetime.strptime(row["date"], "%Y-%m-%d") for row in rows]
    values = np.array([[float(row[name]) for name in ("open", "high", "low", "close", "volume")] for row in rows])
    factors = {day.date(): float(row.get("factor") or 1) for day, row in zip(days, rows)}
    return days, values, factors


def rules_by_day(rows):
    """`rows`: dicts of Rules with `from` and `to` dates, as in cn_a_rules.json."""
    spans = [(date.fromisoformat(row["from"]), date.fromisoformat(row["to"]), Rules.of(row)) for row in rows]

    def rules_on(day):
        for start, end, rules in spans:
            if start <= day <= end:
                return rules
        raise ValueError(f"rules_by_day: expected rules of {day}, got none. Give rows that cover the backtest.")

    return rules_on


def keep_over_holidays(session):
    """QF-Lib takes a position without a price for seven days as delisted and books it out: every Golden Week of the A-share market."""
    session.broker.execution_handler._remove_acquired_or_not_active_positions = lambda: None


def backtest(bundle, days, values, factors, rules_on, first_day, last_day, cash):
    """Runs the session; returns the strategy (its decisions) and the trading session."""
    ticker = BloombergTicker("POLICY Equity", SecurityType.STOCK, 1)
    bars = QFDataArray.create(pd.DatetimeIndex(days), [ticker], FIELDS, values[:, None, :])
    # The engine's settings and exporters serve its reports, which are not made here.
    builder = BacktestTradingSessionBuilder(MagicMock(), MagicMock(), MagicMock())
    builder.set_frequency(Frequency.DAILY)
    builder.set_market_open_and_close_time({"hour": 9, "minute": 30}, {"hour": 15, "minute": 0})
    builder.set_initial_cash(cash)
    builder.set_monitor_settings(BacktestMonitorSettings.no_stats())
    builder.set_data_provider(PresetDataProvider(bars, days[0], days[-1], Frequency.DAILY))
    built = []
    builder.set_commission_model(HindcastCommission, rules_now=lambda: rules_on(built[0].data_provider.timer.now().date()))
    session = builder.build(datetime.combine(first_day, datetime.min.time()), datetime.combine(last_day, datetime.min.time()))
    built.append(session)
    keep_over_holidays(session)
    strategy = HindcastStrategy(session, ticker, bundle, rules_on, first_day, days[0], lambda day: factors[day])
    CalculateAndPlaceOrdersRegularEvent.set_trigger_time({"hour": 15, "minute": 30, "second": 0, "microsecond": 0})
    strategy.subscribe(CalculateAndPlaceOrdersRegularEvent)
    session.start_trading()
    return strategy, session


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bundle", required=True, help="folder of a policy bundle, or its .npz")
    parser.add_argument("--bars", required=True, help="CSV: date,open,high,low,close,volume[,factor], raw prices, volume in shares")
    parser.add_argument("--board", default="sh-main", help="whose lots and fees hold: sh-main, sz-main, chinext or star")
    parser.add_argument("--rules", type=Path, default=RULES, help="JSON: rows of rules by board, in place of the shipped ones")
    parser.add_argument("--from", dest="first", required=True, type=date.fromisoformat)
    parser.add_argument("--to", dest="last", required=True, type=date.fromisoformat)
    parser.add_argument("--cash", type=int, default=1_000_000, help="whole major units")
    parser.add_argument("--out", required=True, help="JSON of the decisions")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    rules_on = rules_by_day(json.loads(arguments.rules.read_text())[arguments.board])
    bars = read_bars(arguments.bars)
    bundle = load(arguments.bundle)
    strategy, session = backtest(bundle, *bars, rules_on, arguments.first, arguments.last, arguments.cash)
    equity = round(float(session.portfolio.net_liquidation) * 100)
    with open(arguments.out, "w") as file:
        json.dump({"bundle": bundle.hash, "decisions": strategy.decisions, "equityMinor": equity}, file)
    print(f"{len(strategy.decisions)} decisions, equity {equity / 100:.2f}")


if __name__ == "__main__":
    main()
