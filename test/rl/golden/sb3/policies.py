"""Policies and normalisers saved by stable-baselines3, and what SB3 answers with them.

make:   build/peers/rl/bin/python test/rl/golden/sb3/policies.py make    (writes *.zip, *.pkl and answers.json beside; not byte for
        byte the same each time: SB3 writes times and addresses into its archives)
check:  build/peers/rl/bin/python test/rl/golden/sb3/policies.py check   (answers again with the files that lie there; exit 1 when the
        answers differ)

Versions: stable-baselines3 2.9.2, torch 2.15.0 (CPU used), gymnasium 1.4.0, numpy 2.4.6, Python 3.11.
"""
import base64
import hashlib
import io
import json
import pickle
import sys
import zipfile
from pathlib import Path

import gymnasium as gym
import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

HERE = Path(__file__).parent
ROWS, FEATURES = 1000, 14
NAMES = ("tanh64", "tanh64-untrained", "relu32-16")
torch.set_num_threads(1)


def observations(rows=ROWS, features=FEATURES):
    """xorshift32 from 2463534242; each draw / 2^32 * 24 - 12 as float32, row-major: a sixth lies outside the raw clip of 10."""
    state, out = 2463534242, np.empty(rows * features, np.float32)
    for i in range(out.size):
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        out[i] = np.float32(state / 4294967296 * 24 - 12)
    return out.reshape(rows, features)


class Sick(gym.Env):
    """Observations as the old policies saw them: prices at the clip of 10, canSellRatio always 1, the rest small."""

    observation_space = gym.spaces.Box(-10, 10, (FEATURES,), np.float32)
    action_space = gym.spaces.Discrete(5)

    def observation(self):
        x = self.np_random.normal(size=FEATURES) * 0.02
        x[:3] = 17.0 + self.np_random.normal(size=3)
        x[3] = 0.4 + 0.1 * self.np_random.normal()
        x[5] = self.np_random.uniform()
        x[10] = self.np_random.uniform()
        x[11] = 1 - x[10]
        x[13] = 1.0
        self.last = x
        return np.clip(x, -10, 10).astype(np.float32)

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.time = 0
        return self.observation(), {}

    def step(self, action):
        reward = float(self.last[4] * (action in (1, 2)) - self.last[4] * (action in (3, 4)))
        self.time += 1
        return self.observation(), 100 * reward, False, self.time >= 50, {}


class Dicts(Sick):
    observation_space = gym.spaces.Dict({"bars": Sick.observation_space})

    def observation(self):
        return {"bars": super().observation()}


def model_of(seed, steps, **policy):
    env = VecNormalize(DummyVecEnv([Sick] * 4))
    env.seed(seed)
    kwargs = {"policy_kwargs": policy} if policy else {}
    model = PPO("MlpPolicy", env, seed=seed, n_steps=128, batch_size=64, n_epochs=4, device="cpu", **kwargs)
    if steps:
        model.learn(steps)
    else:
        env.reset()
        for _ in range(64):
            env.step([env.action_space.sample() for _ in range(4)])
    env.action_space.sample()
    return model, env


def saved(model):
    """The archive that model.save writes, less the optimiser's state: twice the policy, and read by nobody here."""
    whole, out = io.BytesIO(), io.BytesIO()
    model.save(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            if entry.filename != "policy.optimizer.pth":
                new.writestr(entry, old.read(entry))
    return out.getvalue()


def make():
    made = {
        "tanh64": model_of(1, 4096),
        "tanh64-untrained": model_of(2, 0),
        "relu32-16": model_of(3, 2048, net_arch=[32, 16], activation_fn=torch.nn.ReLU),
    }
    for name, (model, env) in made.items():
        (HERE / f"{name}.zip").write_bytes(saved(model))
        env.save(HERE / f"{name}.pkl")
    env = made["tanh64"][1]
    for protocol in (2, 3, 5):
        (HERE / f"tanh64-protocol{protocol}.pkl").write_bytes(pickle.dumps(env, protocol=protocol))
    # module names as numpy 1 wrote them
    numpy1 = pickle.dumps(env, protocol=2).replace(b"cnumpy._core.", b"cnumpy.core.")
    (HERE / "tanh64-numpy1.pkl").write_bytes(numpy1)
    env.norm_obs = False
    (HERE / "not-normalised.pkl").write_bytes(pickle.dumps(env))
    dicts = VecNormalize(DummyVecEnv([Dicts]))
    dicts.reset()
    (HERE / "dict.pkl").write_bytes(pickle.dumps(dicts))
    continuous = PPO("MlpPolicy", gym.make("Pendulum-v1"), n_steps=8, batch_size=8, policy_kwargs={"net_arch": [2]})
    (HERE / "continuous.zip").write_bytes(saved(continuous))
    (HERE / "answers.json").write_text(json.dumps({name: answer(name) for name in NAMES}, indent=1) + "\n")


def loaded(name):
    env = VecNormalize.load(HERE / f"{name}.pkl", DummyVecEnv([Sick] * 4))
    # The optimiser's state was left out of the archives: a model is made anew and takes the policy's weights alone.
    with zipfile.ZipFile(HERE / f"{name}.zip") as archive:
        policy = torch.load(io.BytesIO(archive.read("policy.pth")), weights_only=True)
    kwargs = {"policy_kwargs": {"net_arch": [32, 16], "activation_fn": torch.nn.ReLU}} if name.startswith("relu") else {}
    model = PPO("MlpPolicy", env, device="cpu", **kwargs)
    model.policy.load_state_dict(policy)
    return model, env


def answer(name):
    model, env = loaded(name)
    env.training = False
    seen = env.normalize_obs(np.clip(observations(), -10, 10))
    assert seen.dtype == np.float32
    with torch.no_grad():
        x = torch.as_tensor(seen)
        body = model.policy.mlp_extractor
        logits = model.policy.action_net(body.forward_actor(x)).numpy().astype("<f4")
        values = model.policy.value_net(body.forward_critic(x)).numpy().astype("<f4")
    actions, _ = model.predict(seen, deterministic=True)
    assert (actions == logits.argmax(1)).all()
    return {
        "mean": env.obs_rms.mean.tolist(),
        "variance": env.obs_rms.var.tolist(),
        "count": env.obs_rms.count,
        "normalisedSha256": hashlib.sha256(seen.tobytes()).hexdigest(),
        "logits": base64.b64encode(logits.tobytes()).decode(),
        "values": base64.b64encode(values[:100].tobytes()).decode(),
    }


def check():
    stored = json.loads((HERE / "answers.json").read_text())
    for name in NAMES:
        now = answer(name)
        for part in ("mean", "variance", "count", "normalisedSha256"):
            assert now[part] == stored[name][part], (name, part)
        for part in ("logits", "values"):
            a, b = (np.frombuffer(base64.b64decode(text), "<f4") for text in (now[part], stored[name][part]))
            assert np.abs(a - b).max() < 1e-5, (name, part, np.abs(a - b).max())
        print(name, "as stored")


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]]()
