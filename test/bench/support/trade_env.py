"""The trading environment of the speed comparison as a Gymnasium environment: 64 features, five target positions, 512 steps, fee 0.03 %."""
import gymnasium as gym
import numpy as np

BARS, STEPS, FEE = 100_000, 512, 0.0003


def lcg_bars(count, seed=20240101):
    """open and close in ticks of 0.25: the bars of test/bench/lcg-bars.ts."""
    opens, closes = np.empty(count, np.int64), np.empty(count, np.int64)
    state, price = seed, 40000

    def draw():
        nonlocal state
        state = (1103515245 * state + 12345) & 0x7FFFFFFF
        return state >> 15

    for t in range(count):
        u1, u2, _, _ = draw(), draw(), draw(), draw()
        drift = 1000 if ((t >> 7) & 1) == 0 else -1000
        opens[t] = price + (((u1 - 32768) * price) >> 26)
        closes[t] = opens[t] + (((u2 - 32768 + drift) * int(opens[t])) >> 23) + ((40000 - int(opens[t])) >> 11)
        price = int(closes[t])
    return opens, closes


_open, _close = (ticks * 0.25 for ticks in lcg_bars(BARS))
_scaled = np.concatenate(([0.0], np.diff(np.log(_close)))) * 400.0
# MARKET[t, k] = log return of bar t - k
MARKET = np.zeros((BARS, 60), np.float32)
for _k in range(60):
    MARKET[_k:, _k] = _scaled[: BARS - _k]
GAP = np.concatenate(([0.0], _open[1:] / _close[:-1] - 1.0)).tolist()
BODY = (_close / _open - 1.0).tolist()


class TradeEnv(gym.Env):
    def __init__(self):
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, (64,), np.float32)
        self.action_space = gym.spaces.Discrete(5)

    def observation(self):
        x = np.empty(64, np.float32)
        x[:60] = MARKET[self.t]
        x[60] = self.position
        x[61] = self.equity - 1.0
        x[62] = self.equity / self.entry - 1.0
        x[63] = (STEPS - self.taken) / STEPS
        return x

    def begin(self, t):
        self.t, self.taken, self.position, self.equity, self.entry = t, 0, 0.0, 1.0, 1.0
        return self.observation()

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self.begin(int(self.np_random.integers(64, BARS - STEPS - 1))), {}

    def step(self, action):
        target = (int(action) - 2) * 0.5
        self.t += 1
        before = self.equity
        e = before * (1.0 + self.position * GAP[self.t])
        if target != self.position:
            e *= 1.0 - FEE * abs(target - self.position)
            self.entry, self.position = e, target
        e *= 1.0 + target * BODY[self.t]
        self.equity = e
        self.taken += 1
        return self.observation(), float(np.log(e / before)) * 100.0, False, self.taken >= STEPS, {}
