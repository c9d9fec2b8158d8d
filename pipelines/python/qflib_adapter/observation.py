"""The observation schemas `ashare14` and `scale-free-v1`: a market part that takes one bar at a time, and a part of the account."""
import math
from dataclasses import dataclass

import numpy as np

from .indicators import Atr, Macd, RealisedVolatility, Returns, Rsi, Sma, VolumeZScore


@dataclass(frozen=True)
class Bar:
    """Raw prices in major units (yuan), volume in shares, and the cumulative factor that makes them total-return prices."""

    day: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    factor: float = 1.0


@dataclass(frozen=True)
class Account:
    """As it stands at a decision, for the instrument; money in minor units (fen)."""

    cash: int
    equity: int
    market_value: int
    # cost includes fees
    cost: float
    quantity: int
    sellable_at_fill: int
    # decisions since the held quantity last changed
    decisions_since_change: int


def _or(value, substitute):
    return substitute if math.isnan(value) else value


class Ashare14:
    """The 14 features of older A-share policies: price levels, volume in million lots, substitutes during warm-up."""

    id = "ashare14"
    raw_clip = 10
    warm_up = 0
    features = (
        "close high low volume body rsi14 macd closeToMa10 closeToMa20 atr14ToClose "
        "cashWeight positionWeight unrealisedPnl canSellRatio"
    ).split()

    def __init__(self):
        self.rsi, self.macd, self.ma10, self.ma20, self.atr = Rsi(14), Macd(), Sma(10), Sma(20), Atr(14)
        self.values = [0.0] * 10

    def update(self, bar):
        close = bar.close
        self.macd.update(close)
        self.values = [
            close / 100,
            bar.high / 100,
            bar.low / 100,
            bar.volume / 100 / 1e6,
            (close - bar.open) / bar.open,
            _or(self.rsi.update(close), 50) / 100,
            math.tanh(self.macd.line / close),
            _or(close / self.ma10.update(close), 1) - 1,
            _or(close / self.ma20.update(close), 1) - 1,
            _or(self.atr.update(bar.high, bar.low, close), 0) / close,
        ]

    def account(self, account):
        return [
            account.cash / account.equity if account.equity > 0 else 0,
            account.market_value / account.equity if account.equity > 0 else 0,
            _gain(account),
            _sellable(account),
        ]


class ScaleFreeV1:
    """The schema of new training: no price level, no share count."""

    id = "scale-free-v1"
    raw_clip = None
    warm_up = 60
    features = (
        "ret1 ret5 ret20 ret60 vol20 vol5ToVol20 rsi14 macdLineToClose macdHistToClose closeToSma20 atr14ToClose volumeZ20 "
        "rangePosition dayMove positionWeight unrealisedPnl sellableFraction barsSinceTrade"
    ).split()
    AGES = 20

    def __init__(self):
        self.returns = [Returns(lag) for lag in (1, 5, 20, 60)]
        self.vol5, self.vol20, self.rsi, self.macd = RealisedVolatility(5), RealisedVolatility(20), Rsi(14), Macd()
        self.sma20, self.atr, self.volume = Sma(20), Atr(14), VolumeZScore(20)
        self.day, self.close, self.day_before = -10**9, 0.0, 0.0
        self.values = [0.0] * 14

    def update(self, bar):
        close, high, low = bar.close * bar.factor, bar.high * bar.factor, bar.low * bar.factor
        if bar.day != self.day:
            self.day_before, self.day = self.close, bar.day
        self.close = close
        vol5, vol20, histogram = self.vol5.update(close), self.vol20.update(close), self.macd.update(close)
        values = [
            *(returns.update(close) for returns in self.returns),
            vol20,
            vol5 / vol20 - 1 if vol20 > 0 else 0,
            (self.rsi.update(close) - 50) / 50,
            self.macd.line / close,
            histogram / close,
            close / self.sma20.update(close) - 1,
            self.atr.update(high, low, close) / close,
            self.volume.update(bar.volume / bar.factor),
            (bar.close - bar.low) / (bar.high - bar.low) - 0.5 if bar.high > bar.low else 0,
            close / self.day_before - 1 if self.day_before > 0 else 0,
        ]
        self.values = [value if math.isfinite(value) else 0.0 for value in values]

    def account(self, account):
        return [
            account.market_value / account.equity if account.equity > 0 else 0,
            _gain(account),
            _sellable(account),
            min(account.decisions_since_change, self.AGES) / self.AGES,
        ]


def _gain(account):
    gain = account.market_value - account.cost
    cost = account.market_value - gain
    return gain / cost if cost > 0 else 0


def _sellable(account):
    return account.sellable_at_fill / account.quantity if account.quantity > 0 else 1


SCHEMAS = {schema.id: schema for schema in (Ashare14, ScaleFreeV1)}


class Observer:
    """The observation of one policy on one instrument. `features`: the schema's, or some of them in its order."""

    def __init__(self, schema, features):
        if schema not in SCHEMAS:
            raise ValueError(f"Observer: expected one of {', '.join(SCHEMAS)}, got {schema}. Use a policy of a known schema.")
        self.market = SCHEMAS[schema]()
        self.places = [self.market.features.index(name) for name in features]
        if self.places != sorted(set(self.places)):
            raise ValueError(f"Observer: expected features of {schema} in its order, got {', '.join(features)}.")
        self.bars = 0

    def absorb(self, bar):
        self.market.update(bar)
        self.bars += 1

    @property
    def ready(self):
        return self.bars > self.market.warm_up

    def observe(self, account):
        """float32 [features], clipped as the schema says."""
        values = self.market.values + self.market.account(account)
        out = np.array([values[place] for place in self.places], np.float64)
        clip = self.market.raw_clip
        return (out if clip is None else np.clip(out, -clip, clip)).astype(np.float32)
