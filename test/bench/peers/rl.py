"""stable-baselines3 at the workloads of `hindcast bench rl`: PPO learning in the trading environment, and one decision."""
import time
import warnings

import numpy as np
import torch as th
from peers import serve
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize
from trade_env import TradeEnv

warnings.filterwarnings("ignore")
th.set_num_threads(1)


def model(envs, n_steps, batch, widths, seed):
    env = VecNormalize(DummyVecEnv([TradeEnv] * envs))
    return PPO("MlpPolicy", env, n_steps=n_steps, batch_size=batch, seed=seed, device="cpu", policy_kwargs={"net_arch": {"pi": widths, "vf": widths}})


def learn(envs, n_steps, batch, widths, steps, seed):
    """The whole of learn(), its construction too; answers with the steps taken."""
    return model(envs, n_steps, batch, widths, seed).learn(steps).num_timesteps


_predictor = None


def predict(calls):
    """Microseconds of each of some decisions: VecNormalize.normalize_obs and predict(deterministic=True) of one observation."""
    global _predictor
    _predictor = _predictor or model(1, 64, 64, [64, 64], 0)
    env = _predictor.get_vec_normalize_env()
    observation = env.venv.reset()[0].astype(np.float32)
    times = []
    for _ in range(calls):
        start = time.perf_counter()
        _predictor.predict(env.normalize_obs(observation), deterministic=True)
        times.append((time.perf_counter() - start) * 1e6)
    return times


serve({"learn": learn, "predict": predict}, packages=["stable-baselines3", "torch", "numpy", "gymnasium"])
