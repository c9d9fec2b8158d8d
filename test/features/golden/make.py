"""Reference values of the indicators from TA-Lib, over real and over generated bars.

python3 -m venv v && v/bin/pip install TA-Lib==0.8.2 numpy==2.4.6 pandas==3.1.1 bokeh-sampledata==2026.1
v/bin/python test/features/golden/make.py     # writes talib.json beside this file
"""
import json
import pathlib

import numpy as np
import talib
from bokeh_sampledata.stocks import AAPL

N = 400


def walk(seed):
    rng = np.random.default_rng(seed)
    close = np.round(1000 * np.exp(np.cumsum(rng.normal(0, 0.02, N))))
    opening = np.round(close * np.exp(rng.normal(0, 0.01, N)))
    high = np.maximum(opening, close) + rng.integers(0, 20, N)
    low = np.minimum(opening, close) - rng.integers(0, 20, N)
    return {"high": high, "low": low, "close": close, "volume": np.round(1e6 * np.exp(rng.normal(0, 0.7, N)))}


def aapl():
    # Raw bars from 2004-09-01 on: the 2:1 split of 2005-02-28 is inside, as a jump.
    start = next(i for i, d in enumerate(AAPL["date"]) if str(d) >= "2004-09-01")
    return {c: np.array(AAPL[c][start : start + N], dtype=float) for c in ("high", "low", "close", "volume")}


def reference(bars):
    high, low, close, volume = bars["high"], bars["low"], bars["close"], bars["volume"]
    line, signal, histogram = talib.MACD(close, 12, 26, 9)
    upper, middle, lower = talib.BBANDS(close, 20, 2, 2, 0)
    log1 = np.log(close[1:] / close[:-1])
    volatility = np.concatenate([[np.nan], talib.STDDEV(log1, 20, 1) * np.sqrt(20 / 19)])
    z = (volume - talib.SMA(volume, 20)) / (talib.STDDEV(volume, 20, 1) * np.sqrt(20 / 19))
    return {
        "sma20": talib.SMA(close, 20), "ema20": talib.EMA(close, 20), "rsi14": talib.RSI(close, 14),
        "macdLine": line, "macdSignal": signal, "macdHistogram": histogram, "atr14": talib.ATR(high, low, close, 14),
        "bollingerMiddle": middle, "bollingerUpper": upper, "bollingerLower": lower,
        "volatility20": volatility, "return1": talib.ROCP(close, 1), "return20": talib.ROCP(close, 20), "volumeZ20": z,
    }


def plain(columns):
    return {k: [None if np.isnan(x) else float(x) for x in v] for k, v in columns.items()}


out = {"made_by": "make.py", "talib": talib.__version__, "c_library": talib.__ta_version__.decode(), "numpy": np.__version__}
for name, bars in (("walk", walk(7)), ("aapl", aapl())):
    out[name] = {"bars": plain(bars), "expected": plain(reference(bars))}
pathlib.Path(__file__).with_name("talib.json").write_text(json.dumps(out) + "\n")
