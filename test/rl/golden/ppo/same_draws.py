"""stable-baselines3 2.9.2 (torch 2.15.0, one thread) on the random numbers of lib/rl: CartPole-v1 at the settings of curves.py.

    build/peers/rl/bin/python test/rl/golden/ppo/same_draws.py

writes same-draws.json: for some seeds (23 starts as badly as any), what the first rollouts and updates came to. First weights, starts of episodes, actions and minibatches
are drawn as createPpo(settings, cartPole(8), seed) draws them, so the two runs are one run until rounding tells them apart. Any number of
rollouts may be asked for: same_draws.py 1 20 prints those of seed 1.
"""
import importlib.metadata
import json
import math
import os
import sys

import gymnasium as gym
import numpy as np
import torch as th
from gymnasium.envs.classic_control.cartpole import CartPoleEnv
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.distributions import CategoricalDistribution
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

HERE = os.path.dirname(os.path.abspath(__file__))
th.set_num_threads(1)
ENVS, STEPS, TOTAL = 8, 256, 40_960
WORD = 0xFFFFFFFF


class Stream:
    """lib/core/random.ts: sfc32 of a seed and a name."""

    def __init__(self, seed, name):
        h = 0x811C9DC5 ^ seed
        for letter in name:
            h = (h ^ ord(letter)) * 0x01000193 & WORD
        self.a, self.b, self.c, self.counter = seed, h, seed ^ h, 1
        for _ in range(20):
            self.word()

    def word(self):
        t = (self.a + self.b + self.counter) & WORD
        self.counter = (self.counter + 1) & WORD
        self.a = self.b ^ (self.b >> 9)
        self.b = (self.c + (self.c << 3)) & WORD
        self.c = (((self.c << 21) | (self.c >> 11)) + t) & WORD
        return t

    def one(self):
        high = self.word() >> 5
        return (high * 67_108_864 + (self.word() >> 6)) / 9_007_199_254_740_992

    def normal(self):
        radius = math.sqrt(-2 * math.log(1 - self.one()))
        return radius * math.cos(2 * math.pi * self.one())


def orthogonal(inputs, outputs, gain, stream):
    """lib/rl/init-orthogonal.ts: normal draws made orthogonal one after the other."""
    vectors = []
    for _ in range(min(inputs, outputs)):
        vector = np.array([stream.normal() for _ in range(max(inputs, outputs))])
        for _ in range(2):
            for other in vectors:
                vector = vector - (vector @ other) * other
        vectors.append(vector / np.sqrt(vector @ vector))
    rows = np.array(vectors) if inputs >= outputs else np.array(vectors).T
    return th.tensor(gain * rows, dtype=th.float32)


class CartPole(CartPoleEnv):
    """Starts from the stream that all environments share."""

    stream = None

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.state = np.array([self.stream.one() * 0.1 - 0.05 for _ in range(4)])
        return self.state.astype(np.float32), {}


class Curve(BaseCallback):
    """Stops after some rollouts; the figures of each update are read when the next rollout has ended."""

    def __init__(self, rollouts):
        super().__init__()
        self.rollouts, self.seen = rollouts, []

    def _on_step(self):
        return True

    def _on_rollout_end(self):
        self.seen.append({"reward": float(np.mean([episode["r"] for episode in self.model.ep_info_buffer]))})


def run(seed, rollouts):
    CartPole.stream = Stream(seed, "cart-pole")
    drawn, order = Stream(seed, "actions"), Stream(seed, "order")
    env = VecNormalize(DummyVecEnv([lambda: Monitor(gym.wrappers.TimeLimit(CartPole(), 500))] * ENVS))
    model = PPO("MlpPolicy", env, n_steps=STEPS, seed=seed, device="cpu")
    weights = Stream(seed, "weights")
    heads = {"policy": (model.policy.action_net, 0.01), "value": (model.policy.value_net, 1)}
    for name, (head, gain) in heads.items():
        hidden = [layer for layer in getattr(model.policy.mlp_extractor, f"{name}_net") if isinstance(layer, th.nn.Linear)]
        for layer, scale in [*((layer, math.sqrt(2)) for layer in hidden), (head, gain)]:
            layer.weight.data[:] = orthogonal(layer.in_features, layer.out_features, scale, weights)

    def sample(self):
        rows = th.softmax(self.distribution.logits.double(), dim=1).numpy()
        return th.tensor([int(np.searchsorted(np.cumsum(row)[:-1], drawn.one(), side="right")) for row in rows])

    def permutation(count):
        ours = list(range(count))
        for i in range(count - 1, 0, -1):
            j = int(order.one() * (i + 1))
            ours[i], ours[j] = ours[j], ours[i]
        # ours lie step by step; stable-baselines3 numbers environment by environment
        return np.array([sample % ENVS * STEPS + sample // ENVS for sample in ours])

    keep = Curve(rollouts)
    train = model.train

    def kept():
        train()
        log = model.logger.name_to_value
        keep.seen[-1] |= {
            "policyLoss": float(log["train/policy_gradient_loss"]), "valueLoss": float(log["train/value_loss"]),
            "entropy": -float(log["train/entropy_loss"]), "kl": float(log["train/approx_kl"]),
            "clipFraction": float(log["train/clip_fraction"]), "explainedVariance": float(log["train/explained_variance"]),
        }

    model.train = kept
    theirs = CategoricalDistribution.sample, np.random.permutation
    CategoricalDistribution.sample, np.random.permutation = sample, permutation
    try:
        model.learn(rollouts * ENVS * STEPS, callback=keep)
    finally:
        CategoricalDistribution.sample, np.random.permutation = theirs
    return keep.seen


if __name__ == "__main__":
    if len(sys.argv) > 1:
        for row in run(int(sys.argv[1]), int(sys.argv[2])):
            print(json.dumps(row))
    else:
        versions = {name: importlib.metadata.version(name) for name in ("stable-baselines3", "torch", "gymnasium", "numpy")}
        runs = {str(seed): run(seed, 4) for seed in (1, 2, 3, 23)}
        with open(os.path.join(HERE, "same-draws.json"), "w") as file:
            file.write(json.dumps({"made by": "test/rl/golden/ppo/same_draws.py", "versions": versions, "runs": runs}, indent=1) + "\n")
