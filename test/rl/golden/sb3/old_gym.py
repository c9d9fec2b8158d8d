"""Normalisers as stable-baselines3 1.8 pickled them with old gym: gym-0.21.pkl (numpy's RandomState) and gym-0.25.pkl.

Made with the sdists of gym 0.21.0 and 0.25.2 and stable-baselines3 1.8.0 unpacked in one folder (gym 0.21 no longer builds), under
Python 3.11, numpy 2.4.6, torch 2.15.0; pandas and matplotlib, which the logger wants, as empty modules:

    PYTHONPATH=<folder> build/peers/rl/bin/python test/rl/golden/sb3/old_gym.py test/rl/golden/sb3/gym-<version>.pkl

It printed mean[0] 0.04611709283366966, mean[1] 0.1037058358559727, count 258.0001 for both.
"""
import sys

import numpy as np

np.bool8 = np.bool_
import gym
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize


class Noise(gym.Env):
    observation_space = gym.spaces.Box(-10, 10, (14,), np.float32)
    action_space = gym.spaces.Discrete(5)

    def __init__(self):
        self.random = np.random.default_rng(1)

    def reset(self):
        self.time = 0
        return self.random.normal(size=14).astype(np.float32)

    def step(self, action):
        self.time += 1
        return self.random.normal(size=14).astype(np.float32), float(action), self.time >= 20, {}


env = VecNormalize(DummyVecEnv([Noise] * 2))
env.seed(3)
PPO("MlpPolicy", env, n_steps=64, batch_size=64, n_epochs=1, seed=1).learn(256)
for space in (env.action_space, env.observation_space):
    space.seed(1)
    space.sample()
env.save(sys.argv[1])
print(env.obs_rms.mean[:2].tolist(), env.obs_rms.count)
