"""Learning curves of stable-baselines3 2.9.2 (torch 2.15.0, one thread) on the two small tasks of test/rl/support.

    build/peers/rl/bin/python test/rl/golden/ppo/curves.py     (more than an hour on one core)

writes curves.json: for each task and each seed from 1 on, the mean raw reward of the last 100 episodes after each rollout of 8 environments x
256 steps. Everything else is at the defaults of PPO and VecNormalize. The file is written after each run, and what it already holds, made by
the same versions, is kept: a run that was cut off goes on, and larger numbers of runs add seeds. Each seed's run is the same whatever ran
before it. The values depend on the machine's arithmetic; their spread over seeds doesn't.
"""
import importlib.metadata
import json
import os

import gymnasium as gym
import numpy as np
import torch as th
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.vec_env import VecNormalize

HERE = os.path.dirname(os.path.abspath(__file__))
th.set_num_threads(1)
STEPS = 40_960


class SignalMarket(gym.Env):
    """test/rl/support/signal-market.ts."""

    def __init__(self):
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, (2,), np.float32)
        self.action_space = gym.spaces.Discrete(3)

    def observation(self):
        return np.array([self.signal, self.position], np.float32)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.signal, self.position, self.taken = int(self.np_random.integers(-2, 3)), 0, 0
        return self.observation(), {}

    def step(self, action):
        target = int(action) - 1
        reward = target * (0.5 * self.signal + self.np_random.standard_normal()) - abs(target - self.position)
        self.position = target
        u = self.np_random.random()
        self.signal = min(2, max(-2, self.signal + (-1 if u < 0.3 else 0 if u < 0.7 else 1)))
        self.taken += 1
        return self.observation(), float(reward), False, self.taken >= 64, {}


class Curve(BaseCallback):
    def __init__(self):
        super().__init__()
        self.means = []

    def _on_step(self):
        return True

    def _on_rollout_end(self):
        self.means.append(round(float(np.mean([episode["r"] for episode in self.model.ep_info_buffer])), 3))


TASKS = {"cart-pole": "CartPole-v1", "signal-market": SignalMarket}
# one run of CartPole in seven ends below 310, far from the rest: few seeds say little, and leaving some out says nothing
RUNS = {"cart-pole": 100, "signal-market": 40}
FILE = os.path.join(HERE, "curves.json")


def curve(task, seed):
    # PPO seeds its environments seed, seed + 1, ...: far apart, or the runs would share most of their noise
    env = VecNormalize(make_vec_env(TASKS[task], n_envs=8))
    keep = Curve()
    PPO("MlpPolicy", env, n_steps=256, seed=1000 * seed, device="cpu").learn(STEPS, callback=keep)
    return keep.means


def main():
    versions = {name: importlib.metadata.version(name) for name in ("stable-baselines3", "torch", "gymnasium", "numpy")}
    whole = {"made by": "test/rl/golden/ppo/curves.py", "versions": versions, "steps": STEPS, "curves": {task: [] for task in TASKS}}
    if os.path.exists(FILE):
        with open(FILE) as file:
            before = json.load(file)
        if all(before[key] == whole[key] for key in ("made by", "versions", "steps")):
            whole = before
    curves = whole["curves"]
    for task, runs in RUNS.items():
        for seed in range(len(curves[task]) + 1, runs + 1):
            curves[task].append(curve(task, seed))
            with open(FILE + ".part", "w") as file:
                file.write(json.dumps(whole) + "\n")
            os.replace(FILE + ".part", FILE)


if __name__ == "__main__":
    main()
