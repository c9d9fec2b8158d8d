"""Reference values for lib/rl from stable-baselines3 2.9.2, sb3-contrib 2.9.0, torch 2.15.0, gymnasium 1.4.0, numpy 2.4.6 (test/bench/peers/rl.txt).

    build/peers/rl/bin/python test/rl/golden/ppo/make.py

writes normaliser.json, update.json, rollout.json, cart-pole.json and trade-env.json beside itself. Inputs come from an integer generator
that the tests repeat (test/rl/support/draws.ts): state = (1103515245 state + 12345) mod 2^31, u = state >> 15, draw = (u - 32768) / 8192.
"""
import base64
import hashlib
import importlib.metadata
import json
import os
import sys

import gymnasium as gym
import numpy as np
import torch as th
from sb3_contrib import MaskablePPO
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import configure
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv, VecNormalize

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../../bench/support"))
th.set_num_threads(1)


class Draws:
    def __init__(self, seed):
        self.state = seed

    def integer(self):
        self.state = (1103515245 * self.state + 12345) & 0x7FFFFFFF
        return self.state >> 15

    def one(self):
        return (self.integer() - 32768) / 8192

    def array(self, *shape):
        return np.array([self.one() for _ in range(int(np.prod(shape)))], np.float64).reshape(shape)


def text(array, kind):
    return base64.b64encode(np.ascontiguousarray(array, kind).tobytes()).decode()


def versions():
    names = ("stable-baselines3", "sb3-contrib", "torch", "gymnasium", "numpy")
    return {name: importlib.metadata.version(name) for name in names}


def write(name, value):
    with open(os.path.join(HERE, name + ".json"), "w") as file:
        file.write(json.dumps({"made by": "test/rl/golden/ppo/make.py", "versions": versions(), **value}, indent=1) + "\n")


class Played(VecEnv):
    """Observations, rewards and dones drawn, whatever the actions."""

    def __init__(self, count, size, seed):
        super().__init__(count, gym.spaces.Box(-np.inf, np.inf, (size,), np.float32), gym.spaces.Discrete(2))
        self.size, self.draws = size, Draws(seed)

    def observe(self):
        return (self.draws.array(self.num_envs, self.size) * 0.1 + np.arange(self.size)).astype(np.float32)

    def reset(self):
        return self.observe()

    def step_async(self, actions):
        pass

    def step_wait(self):
        observations = self.observe()
        rewards = (self.draws.array(self.num_envs) * 0.37).astype(np.float32)
        dones = np.array([self.draws.integer() % 50 == 0 for _ in range(self.num_envs)])
        infos = [{"terminal_observation": self.observe()[0]} if done else {} for done in dones]
        return observations, rewards, dones, infos

    def close(self):
        pass

    def get_attr(self, name, indices=None):
        return [None] * self.num_envs

    set_attr = env_method = env_is_wrapped = get_attr


def normaliser():
    cases = []
    for count, size, updates in ((8, 64, 300), (64, 64, 300), (200, 64, 300), (3, 5, 300), (200, 1, 300), (7, 1, 100)):
        env = VecNormalize(Played(count, size, 1000 + count + size))
        seen, scaled, final = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
        seen.update(env.reset().tobytes())
        for _ in range(updates):
            observations, rewards, dones, infos = env.step(np.zeros(count))
            seen.update(observations.tobytes())
            scaled.update(rewards.tobytes())
            for info in infos:
                if info:
                    final.update(info["terminal_observation"].tobytes())
        cases.append({
            "count": count, "size": size, "updates": updates, "seed": 1000 + count + size,
            "observations": seen.hexdigest(), "rewards": scaled.hexdigest(), "finalObservations": final.hexdigest(),
            "mean": text(env.obs_rms.mean, "<f8"), "variance": text(env.obs_rms.var, "<f8"), "number": float(env.obs_rms.count),
            "returns": [float(env.ret_rms.mean), float(env.ret_rms.var)],
        })
    write("normaliser", {"cases": cases})


class Idle(gym.Env):
    def __init__(self, size, actions):
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, (size,), np.float32)
        self.action_space = gym.spaces.Discrete(actions)

    def reset(self, *, seed=None, options=None):
        return np.zeros(self.observation_space.shape, np.float32), {}

    def step(self, action):
        return np.zeros(self.observation_space.shape, np.float32), 0.0, False, False, {}

    def action_masks(self):
        return np.ones(self.action_space.n, bool)


def networks(policy):
    """The layers of both networks, head last, in the names of stable-baselines3."""
    extract = policy.mlp_extractor
    linear = lambda net: [layer for layer in net if isinstance(layer, th.nn.Linear)]
    return {"policy": [*linear(extract.policy_net), policy.action_net], "value": [*linear(extract.value_net), policy.value_net]}


def draw_weights(policy, draws, scale):
    with th.no_grad():
        for layers in networks(policy).values():
            for layer in layers:
                for tensor in (layer.weight, layer.bias):
                    tensor.copy_(th.tensor(draws.array(*tensor.shape) * scale, dtype=th.float32))


def weights(policy, pick=lambda tensor: tensor):
    return {
        name: [{"weight": text(pick(layer.weight).detach().numpy(), "<f4"), "bias": text(pick(layer.bias).detach().numpy(), "<f4")} for layer in layers]
        for name, layers in networks(policy).items()
    }


UPDATES = [
    {"name": "defaults", "size": 5, "actions": 3, "policy": [16, 8], "value": [8], "steps": 10, "envs": 3, "batch": 8, "epochs": 2, "seed": 1},
    {"name": "relu, entropy, value clip", "size": 9, "actions": 5, "policy": [20], "value": [20, 12], "steps": 16, "envs": 4, "batch": 16,
     "epochs": 3, "seed": 2, "activation": "relu", "rate": 3e-3, "entropy": 0.01, "valueClip": 0.2, "clip": 0.1},
    {"name": "a last minibatch of one sample", "size": 4, "actions": 2, "policy": [8], "value": [8], "steps": 17, "envs": 1, "batch": 8, "epochs": 2, "seed": 3},
    {"name": "stopped by KL", "size": 6, "actions": 4, "policy": [12, 12], "value": [12, 12], "steps": 32, "envs": 2, "batch": 16, "epochs": 10,
     "seed": 4, "rate": 1.5e-3, "kl": 0.012},
    {"name": "raw advantages, no hidden layer, wide gradient limit", "size": 3, "actions": 2, "policy": [], "value": [], "steps": 12, "envs": 2,
     "batch": 24, "epochs": 4, "seed": 5, "rawAdvantages": True, "maxNorm": 100.0},
    {"name": "more rows than a chunk", "size": 7, "actions": 3, "policy": [24, 24], "value": [24, 24], "steps": 100, "envs": 3, "batch": 290, "epochs": 2, "seed": 6},
    {"name": "masks", "size": 6, "actions": 5, "policy": [16], "value": [16], "steps": 20, "envs": 2, "batch": 16, "epochs": 2, "seed": 7,
     "masked": True, "entropy": 0.02},
]


def update(case):
    """PPO.train() of the real thing on a rollout buffer filled with draws, its minibatches in a known order."""
    draws = Draws(case["seed"])
    size, actions, steps, envs = case["size"], case["actions"], case["steps"], case["envs"]
    masked = case.get("masked", False)
    model = (MaskablePPO if masked else PPO)(
        "MlpPolicy", DummyVecEnv([lambda: Idle(size, actions)] * envs), n_steps=steps, batch_size=case["batch"], n_epochs=case["epochs"],
        learning_rate=case.get("rate", 3e-4), ent_coef=case.get("entropy", 0.0), clip_range=case.get("clip", 0.2),
        clip_range_vf=case.get("valueClip"), target_kl=case.get("kl"), max_grad_norm=case.get("maxNorm", 0.5),
        normalize_advantage=not case.get("rawAdvantages", False), device="cpu", seed=0,
        policy_kwargs={"net_arch": {"pi": case["policy"], "vf": case["value"]}, "activation_fn": th.nn.ReLU if case.get("activation") == "relu" else th.nn.Tanh},
    )
    model.set_logger(configure(None, []))
    draw_weights(model.policy, draws, 0.2)
    buffer = model.rollout_buffer
    buffer.reset()
    # drawn in the order of our rollouts: step by step, the environments of a step side by side
    buffer.observations[:] = draws.array(steps, envs, size)
    buffer.actions[:] = np.array([draws.integer() % actions for _ in range(steps * envs)]).reshape(steps, envs, 1)
    masks = None
    if masked:
        masks = np.array([draws.integer() % 3 != 0 for _ in range(steps * envs * actions)]).reshape(steps, envs, actions)
        np.put_along_axis(masks, buffer.actions.astype(int), True, axis=2)
        buffer.action_masks[:] = masks
    flat = lambda array: th.tensor(array.reshape(steps * envs, *array.shape[2:]))
    extra = {"action_masks": flat(masks)} if masked else {}
    with th.no_grad():
        values, now, _ = model.policy.evaluate_actions(flat(buffer.observations), flat(buffer.actions).long().flatten(), **extra)
    buffer.log_probs[:] = (now.numpy().reshape(steps, envs) + draws.array(steps, envs) * 0.05).astype(np.float32)
    buffer.values[:] = (values.numpy().reshape(steps, envs) + draws.array(steps, envs) * 0.1).astype(np.float32)
    buffer.advantages[:] = draws.array(steps, envs)
    buffer.returns[:] = (buffer.values + draws.array(steps, envs) * 0.5).astype(np.float32)
    buffer.full = True
    log_probs, old_values, returns = (array.copy() for array in (buffer.log_probs, buffer.values, buffer.returns))
    orders = []

    def order(count):
        """Our sample (step, env) in a stride through all; stable-baselines3 numbers environment by environment."""
        start = len(orders)
        ours = [(start + 7 * i) % count if count % 7 else (start + 11 * i) % count for i in range(count)]
        orders.append(ours)
        return np.array([sample % envs * steps + sample // envs for sample in ours])

    gradients, norms = [], []
    clip = th.nn.utils.clip_grad_norm_

    def clipped(parameters, limit):
        gradients.append(weights(model.policy, lambda tensor: tensor.grad.clone()))
        norms.append(float(clip(parameters, limit)))

    first = weights(model.policy)
    permutation, np.random.permutation, th.nn.utils.clip_grad_norm_ = np.random.permutation, order, clipped
    try:
        model.train()
    finally:
        np.random.permutation, th.nn.utils.clip_grad_norm_ = permutation, clip
    log = model.logger.name_to_value
    return {
        **case, "orders": orders, "before": first, "after": weights(model.policy), "lastGradient": gradients[-1], "norms": norms,
        "logProbabilities": text(log_probs, "<f4"), "oldValues": text(old_values, "<f4"), "returns": text(returns, "<f4"),
        "log": {
            "policyLoss": float(log["train/policy_gradient_loss"]), "valueLoss": float(log["train/value_loss"]),
            "entropy": -float(log["train/entropy_loss"]), "kl": float(log["train/approx_kl"]), "clipFraction": float(log["train/clip_fraction"]),
        },
    }


class Scripted(gym.Env):
    """Observations, rewards, ends and time limits from the generator, whatever the actions."""

    def __init__(self, seed):
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, (4,), np.float32)
        self.action_space = gym.spaces.Discrete(2)
        self.draws = Draws(seed)

    def reset(self, *, seed=None, options=None):
        return self.draws.array(4).astype(np.float32), {}

    def step(self, action):
        observation, reward = self.draws.array(4).astype(np.float32), self.draws.one()
        return observation, reward, self.draws.integer() % 11 == 0, self.draws.integer() % 7 == 0, {}


def rollout():
    """Two rollouts through DummyVecEnv and VecNormalize, without updates between."""
    env = VecNormalize(DummyVecEnv([lambda i=i: Scripted(100 + i) for i in range(3)]))
    model = PPO("MlpPolicy", env, n_steps=40, batch_size=40, device="cpu", seed=0, policy_kwargs={"net_arch": {"pi": [8], "vf": [8]}})
    draw_weights(model.policy, Draws(9), 0.2)
    seen = []

    class Keep(BaseCallback):
        def _on_step(self):
            return True

        def _on_rollout_end(self):
            b = self.model.rollout_buffer
            seen.append({
                "observations": text(b.observations, "<f4"), "rewards": text(b.rewards, "<f4"), "values": text(b.values, "<f4"),
                "advantages": text(b.advantages, "<f4"), "returns": text(b.returns, "<f4"), "starts": text(b.episode_starts, "u1"),
            })

    model.train = lambda: None
    model.learn(240, callback=Keep())
    write("rollout", {"weights": weights(model.policy), "rollouts": seen, "mean": text(env.obs_rms.mean, "<f8"), "variance": text(env.obs_rms.var, "<f8")})


def cart_pole():
    """Episodes of CartPole-v1 from drawn starts: by drawn actions, and by a rule that keeps the pole up to the time limit."""
    episodes = []
    for seed in range(1, 9):
        draws = Draws(seed)
        env = gym.make("CartPole-v1")
        env.reset(seed=0)
        start = (draws.array(4) / 80).tolist()
        env.unwrapped.state = np.array(start)
        rule = seed > 5
        observations, actions, end = [], [], None
        observation = np.array(start, np.float32)
        while end is None:
            action = int(observation[2] + observation[3] > 0) if rule else draws.integer() % 2
            observation, reward, terminated, truncated, _ = env.step(action)
            assert reward == 1.0
            observations.append(observation)
            actions.append(action)
            end = 1 if terminated else 2 if truncated else None
        kept = observations if len(observations) < 60 else observations[::25]
        episodes.append({"start": start, "actions": "".join(map(str, actions)), "end": end, "every": 1 if len(observations) < 60 else 25,
                         "observations": text(np.array(kept), "<f4")})
    write("cart-pole", {"episodes": episodes})


def trade_env():
    from trade_env import TradeEnv

    draws, env = Draws(5), TradeEnv()
    observations, rewards, actions = [env.begin(1000)], [], []
    for _ in range(512):
        actions.append(draws.integer() % 5)
        observation, reward, _, truncated, _ = env.step(actions[-1])
        observations.append(observation)
        rewards.append(reward)
    assert truncated
    write("trade-env", {"start": 1000, "actions": "".join(map(str, actions)), "rewards": text(rewards, "<f8"),
                        "observations": {str(i): text(observations[i], "<f4") for i in (0, 1, 2, 3, 255, 512)}})


if __name__ == "__main__":
    normaliser()
    write("update", {"cases": [update(case) for case in UPDATES]})
    rollout()
    cart_pole()
    trade_env()
