"""A policy that sb3-contrib's MaskablePPO saved, and what it does under masks.

make:   build/peers/rl/bin/python test/rl/golden/sb3/masked.py make    (writes masked.zip and masked.json beside; the zip is not byte for
        byte the same each time: SB3 writes times and addresses into its archives)
check:  build/peers/rl/bin/python test/rl/golden/sb3/masked.py check   (answers again with the file that lies there; exit 1 when the
        answers differ)

Observations are those of policies.py, the normaliser is tanh64.pkl; the mask of action a in row r is bit a of (r * 2654435761 mod 2^32) >> 20,
and action 0 is always allowed. Versions: sb3-contrib 2.9.0, stable-baselines3 2.9.2, torch 2.15.0 (CPU used), numpy 2.4.6, Python 3.11.
"""
import io
import json
import sys
import zipfile

import numpy as np
import torch
from sb3_contrib import MaskablePPO
from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize

from policies import HERE, Sick, observations, saved

ROWS = 300


class Masked(Sick):
    def action_masks(self):
        return np.array([True, True, self.time % 2 == 0, self.time % 3 == 0, True])


def masks():
    bits = (np.arange(ROWS, dtype=np.uint64) * 2654435761 % 2**32) >> np.uint64(20)
    rows = np.stack([(bits >> np.uint64(a)) & np.uint64(1) for a in range(5)], axis=1).astype(bool)
    rows[:, 0] = True
    return rows


def make():
    env = VecNormalize(DummyVecEnv([Masked] * 4))
    env.seed(4)
    model = MaskablePPO("MlpPolicy", env, seed=4, n_steps=128, batch_size=64, n_epochs=4, device="cpu", policy_kwargs={"net_arch": [16]})
    model.learn(2048)
    (HERE / "masked.zip").write_bytes(saved(model))
    (HERE / "masked.json").write_text(json.dumps(answer(), indent=1) + "\n")


def answer():
    with zipfile.ZipFile(HERE / "masked.zip") as archive:
        policy = torch.load(io.BytesIO(archive.read("policy.pth")), weights_only=True)
    env = VecNormalize.load(HERE / "tanh64.pkl", DummyVecEnv([Masked] * 4))
    env.training = False
    model = MaskablePPO("MlpPolicy", env, device="cpu", policy_kwargs={"net_arch": [16]})
    model.policy.load_state_dict(policy)
    seen = env.normalize_obs(np.clip(observations(), -10, 10))[:ROWS]
    actions, _ = model.predict(seen, deterministic=True, action_masks=masks())
    with torch.no_grad():
        chances = model.policy.get_distribution(torch.as_tensor(seen), action_masks=masks()).distribution.probs.numpy()
    free, _ = model.predict(seen, deterministic=True)
    assert (actions != free).sum() > 20
    return {"actions": actions.tolist(), "probabilities": [[float(p) for p in row] for row in chances]}


if __name__ == "__main__":
    if sys.argv[1:] == ["make"]:
        make()
    else:
        was, now = json.loads((HERE / "masked.json").read_text()), answer()
        same = was["actions"] == now["actions"] and np.abs(np.array(was["probabilities"]) - np.array(now["probabilities"])).max() < 1e-6
        assert same, "other answers"
        print("masked as stored")
