"""Environments beside which `hindcast bench rl` measures stepping: 64 trading environments batched in numpy, and gym-trading-env."""
import contextlib
import io
import warnings

import gymnasium as gym  # noqa: F401  gym-trading-env registers itself with it
import numpy as np
import pandas as pd
from gym_trading_env.environments import TradingEnv
from peers import serve
from trade_env import BARS, BODY, FEE, GAP, MARKET, STEPS, lcg_bars

warnings.filterwarnings("ignore")
_gap, _body = np.array(GAP), np.array(BODY)


class Batch:
    """The trading environment of trade_env.py for `count` environments at once, with automatic resets."""

    def __init__(self, count):
        self.count, self.random = count, np.random.default_rng(0)
        self.t, self.taken = np.zeros(count, np.int64), np.zeros(count, np.int64)
        self.position, self.equity, self.entry = np.zeros(count), np.ones(count), np.ones(count)
        self.begin(np.arange(count))

    def begin(self, which):
        self.t[which] = self.random.integers(64, BARS - STEPS - 1, len(which))
        self.taken[which], self.position[which], self.equity[which], self.entry[which] = 0, 0, 1, 1

    def observation(self):
        x = np.empty((self.count, 64), np.float32)
        x[:, :60] = MARKET[self.t]
        x[:, 60], x[:, 61] = self.position, self.equity - 1
        x[:, 62], x[:, 63] = self.equity / self.entry - 1, (STEPS - self.taken) / STEPS
        return x

    def step(self, actions):
        target, before = (actions - 2) * 0.5, self.equity
        self.t += 1
        change = np.abs(target - self.position)
        e = before * (1 + self.position * _gap[self.t]) * (1 - FEE * change)
        self.entry = np.where(change > 0, e, self.entry)
        self.position, e = target, e * (1 + target * _body[self.t])
        self.equity = e
        self.taken += 1
        done = self.taken >= STEPS
        if done.any():
            self.begin(np.flatnonzero(done))
        return self.observation(), np.log(e / before) * 100, done


_actions = np.random.default_rng(0).integers(0, 5, (2000, 64))


def batched(steps):
    """Steps of 64 environments; answers with their sum of rewards."""
    env, total = Batch(64), 0.0
    for i in range(steps // 64):
        total += float(env.step(_actions[i % 2000])[1].sum())
    return total


def _frame(count):
    opens, closes = (ticks * 0.25 for ticks in lcg_bars(count))
    frame = pd.DataFrame({"open": opens, "high": np.maximum(opens, closes), "low": np.minimum(opens, closes), "close": closes, "volume": 1000.0})
    frame.index = pd.date_range("2000-01-01", periods=count, freq="min")
    for k in range(1, 11):
        frame[f"feature_r{k}"] = frame["close"].pct_change(k)
    return frame.dropna()


_gym = None


def gym_trading_env(steps):
    """Steps of one environment of that package with five positions and the same fee."""
    global _gym
    with contextlib.redirect_stdout(io.StringIO()):
        _gym = _gym or TradingEnv(df=_frame(20_000), positions=[-1, -0.5, 0, 0.5, 1], trading_fees=FEE, max_episode_duration=STEPS, verbose=0)
        _gym.reset(seed=0)
        total = 0.0
        for i in range(steps):
            _, reward, done, truncated, _ = _gym.step(int(_actions[i % 2000, i % 64]))
            total += float(reward)
            if done or truncated:
                _gym.reset()
    return total


serve({"batched": batched, "gym-trading-env": gym_trading_env}, packages=["gym-trading-env", "numpy", "pandas", "gymnasium"])
