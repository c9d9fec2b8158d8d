"""Writes portfolio.json beside this file: an account of three coins on four-hour bars, its orders, and its value at each day's end as
vectorbt keeps it (Portfolio.from_orders, one shared cash, orders at the open, 0.1 % of the notional as fee).

    python test/market/broker/golden/portfolio.py     # vectorbt 1.2.0, numpy 2.4.6, pandas 3.1.1

Prices are cents, quantities hundred-thousandths of a coin; vectorbt does not round money to cents.
"""
import json
from pathlib import Path

import numpy as np
import pandas as pd
import vectorbt as vbt

DAYS, A_DAY = 60, 6
BARS = DAYS * A_DAY
START = {"BTC/USDT": 4_200_000, "ETH/USDT": 230_000, "SOL/USDT": 10_050}
state = 42


def below(n):
    """Knuth's MMIX generator, high bits."""
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 33) % n


opens, closes = {}, {}
for symbol, price in START.items():
    o, c = [], []
    for _ in range(BARS):
        first = max(100, price + price * (below(41) - 20) // 10_000)
        price = max(100, first + first * (below(401) - 200) // 10_000)
        o.append(first)
        c.append(price)
    opens[symbol], closes[symbol] = o, c

# Each order waits for the open of `bar`; at most one a symbol and bar. What is sold was bought before, on the same day or earlier.
held = dict.fromkeys(START, 0)
orders = []
for bar in range(1, BARS):
    for symbol in START:
        roll = below(10)
        if roll < 2:
            quantity = 1 + below(10**12 // opens[symbol][bar])
            held[symbol] += quantity
            orders.append({"bar": bar, "symbol": symbol, "side": "buy", "quantity": quantity})
        elif roll < 5 and held[symbol] > 0:
            quantity = held[symbol] if below(4) == 0 else 1 + below(held[symbol])
            held[symbol] -= quantity
            orders.append({"bar": bar, "symbol": symbol, "side": "sell", "quantity": quantity})

index = pd.date_range("2024-01-01", periods=BARS, freq="4h")
frame = lambda columns, scale: pd.DataFrame({s: np.array(v) / scale for s, v in columns.items()}, index=index)
size = pd.DataFrame(np.nan, index=index, columns=list(START))
for order in orders:
    size.loc[index[order["bar"]], order["symbol"]] = (1 if order["side"] == "buy" else -1) * order["quantity"] / 100_000
CASH = 20_000_000
portfolio = vbt.Portfolio.from_orders(
    frame(closes, 100), size=size, price=frame(opens, 100), fees=0.001, init_cash=CASH, cash_sharing=True, group_by=True,
    call_seq="auto", freq="4h")
assert len(portfolio.orders.records) == len(orders), "an order was cut or refused"
value, cash = portfolio.value(), portfolio.cash()
days = range(A_DAY - 1, BARS, A_DAY)
golden = {
    "versions": {"vectorbt": vbt.__version__, "numpy": np.__version__, "pandas": pd.__version__},
    "cashMinor": CASH * 100,
    "opens": opens,
    "closes": closes,
    "orders": orders,
    "value": [round(float(value.iloc[i]), 4) for i in days],
    "cash": [round(float(cash.iloc[i]), 4) for i in days],
}
Path(__file__).with_name("portfolio.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(len(orders), "orders; last value", golden["value"][-1])
