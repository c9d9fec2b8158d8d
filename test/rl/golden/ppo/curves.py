"""Learning curves of stable-baselines3 2.9.2 (torch 2.15.0, one thread) on the two small tasks of test/rl/support.

    build/peers/rl/bin/python test/rl/golden/ppo/curves.py     (half an hour on two cores)

writes curves.json: for each task and seed, the mean raw reward of the last 100 episodes after each rollout of 8 environments x 256 steps.
Everything else is at the defaults of PPO and VecNormalize. The values depend on the machine's arithmetic; their spread over seeds doesn't.
"""
import importlib.metadata
import json
import multiprocessing
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
# one run of CartPole in ten ends far below the others, so that five say little
SEEDS = {"cart-pole": [*range(1, 6), *range(11, 35), *range(41, 53)], "signal-market": range(1, 6)}


def curve(task, seed):
    # PPO seeds its environments seed, seed + 1, ...: far apart, or the runs would share most of their noise
    env = VecNormalize(make_vec_env(TASKS[task], n_envs=8))
    keep = Curve()
    PPO("MlpPolicy", env, n_steps=256, seed=1000 * seed, device="cpu").learn(STEPS, callback=keep)
    return keep.means


if __name__ == "__main__":
    with multiprocessing.Pool() as pool:
        curves = {task: pool.starmap(curve, [(task, seed) for seed in SEEDS[task]], chunksize=1) for task in TASKS}
    versions = {name: importlib.metadata.version(name) for name in ("stable-baselines3", "torch", "gymnasium", "numpy")}
    with open(os.path.join(HERE, "curves.json"), "w") as file:
        file.write(json.dumps({"made by": "test/rl/golden/ppo/curves.py", "versions": versions, "steps": STEPS, "curves": curves}) + "\n")
