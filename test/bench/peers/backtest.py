"""The peers of `hindcast bench backtest`, over the same generated bars: a numba loop (the definition), vectorbt, backtesting.py, backtrader.

Long while SMA 20 > SMA 50 (strictly), all in at the next open in whole units, fee included; all out at the next open. Prices in quarters.
"""
import math
import warnings

warnings.filterwarnings("ignore")

import backtesting
import backtrader
import numba
import numpy as np
import pandas as pd
import vectorbt as vbt
from peers import serve

CASH, FEE, FAST, SLOW = 1e8, 0.0003, 20, 50
BARS, SWEEP_BARS = 1_000_000, 10_000
PAIRS = [(fast, slow) for fast in range(5, 45) for slow in range(50, 171, 5)]


@numba.njit
def lcg_bars(count, seed=20240101):
    """test/bench/lcg-bars.ts again: open, high, low, close in ticks, volume; >> is the floor of a division."""
    out = np.empty((5, count), np.int64)
    x, price = seed, 40000
    u = np.empty(4, np.int64)
    for t in range(count):
        for i in range(4):
            x = (1103515245 * x + 12345) & 0x7FFFFFFF
            u[i] = x >> 15
        drift = 1000 if ((t >> 7) & 1) == 0 else -1000
        opening = price + (((u[0] - 32768) * price) >> 26)
        closing = opening + (((u[1] - 32768 + drift) * opening) >> 23) + ((40000 - opening) >> 11)
        out[0, t] = opening
        out[1, t] = max(opening, closing) + ((u[2] * opening) >> 25)
        out[2, t] = min(opening, closing) - ((u[3] * opening) >> 25)
        out[3, t] = closing
        out[4, t] = 1000 + u[0]
        price = closing
    return out


@numba.njit
def loop(open_, close, fast, slow, cash, fee, equity):
    """The definition of the single backtest: last equity, fills, deepest fall from the peak; the curve in `equity`."""
    units = fast_sum = slow_sum = drawdown = 0.0
    fills, peak, want = 0, cash, False
    for t in range(len(close)):
        if want and units == 0.0:
            bought = np.floor(cash / (open_[t] * (1.0 + fee)))
            if bought > 0:
                units = bought
                cash -= bought * open_[t] * (1.0 + fee)
                fills += 1
        elif not want and units > 0.0:
            cash += units * open_[t] * (1.0 - fee)
            units = 0.0
            fills += 1
        fast_sum += close[t]
        slow_sum += close[t]
        if t >= fast:
            fast_sum -= close[t - fast]
        if t >= slow:
            slow_sum -= close[t - slow]
        want = t >= slow - 1 and fast_sum * slow > slow_sum * fast
        e = cash + units * close[t]
        equity[t] = e
        if e > peak:
            peak = e
        fall = 1.0 - e / peak
        if fall > drawdown:
            drawdown = fall
    return equity[-1], fills, drawdown


@numba.njit
def loop_pairs(open_, close, pairs, start, fee, out):
    """The definition of the sweep: total return and Sharpe (mean / std, ddof 1, x sqrt 252) of each pair, in one pass without a curve."""
    for i in range(len(pairs)):
        fast, slow = pairs[i]
        units = fast_sum = slow_sum = mean = squares = 0.0
        cash = before = e = start
        want = False
        for t in range(len(close)):
            if want and units == 0.0:
                units = np.floor(cash / (open_[t] * (1.0 + fee)))
                cash -= units * open_[t] * (1.0 + fee)
            elif not want and units > 0.0:
                cash += units * open_[t] * (1.0 - fee)
                units = 0.0
            fast_sum += close[t]
            slow_sum += close[t]
            if t >= fast:
                fast_sum -= close[t - fast]
            if t >= slow:
                slow_sum -= close[t - slow]
            want = t >= slow - 1 and fast_sum * slow > slow_sum * fast
            e = cash + units * close[t]
            if t > 0:
                r = e / before - 1.0
                delta = r - mean
                mean += delta / t
                squares += delta * (r - mean)
            before = e
        deviation = np.sqrt(squares / (len(close) - 2))
        out[i, 0] = e / start - 1.0
        out[i, 1] = mean / deviation * np.sqrt(252.0) if deviation > 0 else 0.0


ticks = lcg_bars(BARS)
opens, highs, lows, closes = ticks[:4] * 0.25
curve = np.empty(BARS)
sweep_open, sweep_close = opens[:SWEEP_BARS].copy(), closes[:SWEEP_BARS].copy()
pairs = np.array(PAIRS)


def frame(bars, names):
    columns = dict(zip(names, (opens[:bars], highs[:bars], lows[:bars], closes[:bars], ticks[4, :bars].astype(float))))
    return pd.DataFrame(columns, index=pd.date_range("2000-01-01", periods=bars, freq="1min"))


def numba_single():
    equity, fills, drawdown = loop(opens, closes, FAST, SLOW, CASH, FEE, curve)
    return {"equity": equity, "fills": fills, "drawdown": drawdown}


def best_of(scores):
    best = int(np.argmax(scores[:, 0]))
    return {"best": PAIRS[best], "bestReturn": scores[best, 0], "bestSharpe": scores[best, 1], "sum": float(scores[:, 0].sum())}


def numba_sweep():
    scores = np.empty((len(PAIRS), 2))
    loop_pairs(sweep_open, sweep_close, pairs, CASH, FEE, scores)
    return best_of(scores)


daily_close = pd.Series(sweep_close, index=pd.date_range("2000-01-01", periods=SWEEP_BARS, freq="1D"))


def vectorbt_sweep():
    fast = vbt.MA.run(daily_close, pairs[:, 0], short_name="fast").ma.to_numpy()
    slow = vbt.MA.run(daily_close, pairs[:, 1], short_name="slow").ma.to_numpy()
    held = np.zeros(fast.shape, bool)
    held[1:] = (fast > slow)[:-1]
    before = np.zeros_like(held)
    before[1:] = held[:-1]
    portfolio = vbt.Portfolio.from_signals(
        daily_close, held & ~before, ~held & before, price=sweep_open.reshape(-1, 1), fees=FEE, init_cash=CASH, size=np.inf,
        size_granularity=1.0, freq="1D",
    )
    return best_of(np.column_stack([portfolio.total_return().to_numpy(), portfolio.sharpe_ratio(year_freq="252D").to_numpy()]))


class Cross(backtesting.Strategy):
    """backtesting.py sizes at the fill, in whole units, by itself."""

    def init(self):
        mean = lambda values, count: pd.Series(values).rolling(count).mean()
        self.fast = self.I(mean, self.data.Close, FAST)
        self.slow = self.I(mean, self.data.Close, SLOW)

    def next(self):
        want = self.fast[-1] > self.slow[-1]
        if want and not self.position:
            self.buy()
        elif not want and self.position:
            self.position.close()


frames = {}


def backtesting_py(bars):
    data = frames.setdefault(("backtesting", bars), frame(bars, ("Open", "High", "Low", "Close", "Volume")))
    run = backtesting.Backtest(data, Cross, cash=CASH, commission=FEE, trade_on_close=False, finalize_trades=False).run()
    return {"equity": float(run["Equity Final [$]"])}


class CheatOnOpen(backtrader.Strategy):
    """backtrader sizes at the fill only when it may look at the open it fills at; its indicators still stand at the bar before."""

    def __init__(self):
        self.fast, self.slow = backtrader.ind.SMA(period=FAST), backtrader.ind.SMA(period=SLOW)

    def next_open(self):
        want = self.fast[0] > self.slow[0]
        if want and not self.position.size:
            self.buy(size=math.floor(self.broker.getcash() / (self.data.open[0] * (1 + FEE))))
        elif not want and self.position.size:
            self.sell(size=self.position.size)


def backtrader_run(bars):
    data = frames.setdefault(("backtrader", bars), frame(bars, ("open", "high", "low", "close", "volume")))
    cerebro = backtrader.Cerebro(stdstats=False, cheat_on_open=True)
    cerebro.adddata(backtrader.feeds.PandasData(dataname=data))
    cerebro.addstrategy(CheatOnOpen)
    cerebro.broker.setcash(CASH)
    cerebro.broker.setcommission(FEE)
    cerebro.run()
    return {"equity": cerebro.broker.getvalue()}


# Compiled here, not while timed.
numba_single()
numba_sweep()
serve(
    {
        "numba-single": numba_single,
        "numba-sweep": numba_sweep,
        "vectorbt-sweep": vectorbt_sweep,
        "backtesting-py": backtesting_py,
        "backtrader": backtrader_run,
    },
    packages=["numba", "vectorbt", "backtesting", "backtrader", "numpy", "pandas"],
)
