"""A policy bundle, loaded whole or refused: bundle.json and weights.safetensors, or the .npz of `hindcast export --npz`. numpy only."""
import hashlib
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import numpy as np


class BundleError(Exception):
    """A bundle, or a part of one, that is missing, mismatched or changed."""


@dataclass(frozen=True)
class Action:
    name: str
    # none | targetWeight {weight} | delta {side, fraction, basis}
    size: dict


@dataclass(frozen=True)
class Bundle:
    name: str
    hash: str
    schema: str
    features: tuple
    raw_clip: Optional[float]
    # float64 [features]; None: observations go in as they are
    mean: Optional[np.ndarray]
    variance: Optional[np.ndarray]
    clip: float
    epsilon: float
    actions: tuple
    activation: str
    # (weight [outputs, inputs], bias [outputs]) float32, the head last
    layers: tuple

    def inputs(self, observations):
        """What the network sees of float32 rows: raw clip, normaliser in float64, clip, float32. The same bits as Hindcast and SB3."""
        x = np.asarray(observations, np.float32)
        if self.raw_clip is not None:
            x = np.clip(x, np.float32(-self.raw_clip), np.float32(self.raw_clip))
        if self.mean is not None:
            x = np.clip((x - self.mean) / np.sqrt(self.variance + self.epsilon), -self.clip, self.clip).astype(np.float32)
        return x

    def logits(self, observations):
        """Rows of actions, float32."""
        x = self.inputs(observations).astype(np.float64)
        for i, (weight, bias) in enumerate(self.layers):
            x = (x @ weight.T.astype(np.float64) + bias).astype(np.float32)
            if i < len(self.layers) - 1:
                x = np.tanh(x) if self.activation == "tanh" else np.maximum(x, 0)
            x = x.astype(np.float64)
        return x.astype(np.float32)

    def decide(self, observation):
        """The most likely action of one observation."""
        return self.actions[int(np.argmax(self.logits(np.asarray(observation, np.float32)[None, :])[0]))]


# The only table that an .npz, which carries names alone, can mean.
SEED_FIVE = {
    "HOLD": {"kind": "none"},
    "BUY_25": {"kind": "delta", "side": "buy", "fraction": 0.25, "basis": "cash"},
    "BUY_50": {"kind": "delta", "side": "buy", "fraction": 0.5, "basis": "cash"},
    "SELL_50": {"kind": "delta", "side": "sell", "fraction": 0.5, "basis": "sellable"},
    "SELL_ALL": {"kind": "delta", "side": "sell", "fraction": 1, "basis": "sellable"},
}


def load(path):
    """Folder of a bundle, or a .npz file. Raises BundleError with the name of the part that is wrong."""
    path = Path(path)
    return _from_npz(path) if path.suffix == ".npz" else _from_folder(path)


def _from_folder(folder):
    for name in ("bundle.json", "weights.safetensors"):
        if not (folder / name).is_file():
            raise BundleError(f"load: expected {name} in {folder}, got none. Name a policy bundle.")
    meta = json.loads((folder / "bundle.json").read_text("utf-8"))
    if meta.get("format") != "hindcast-policy" or meta.get("v") != 1:
        raise BundleError(f"load: expected a hindcast-policy of version 1 in {folder}, got {meta.get('format')} {meta.get('v')}.")
    sealed = meta.pop("hash")
    if hashlib.sha256(canonical(meta).encode()).hexdigest() != sealed:
        raise BundleError(f"load: expected bundle.json as it was written in {folder}, got another hash. It was changed: make it again.")
    data = (folder / "weights.safetensors").read_bytes()
    if hashlib.sha256(data).hexdigest() != meta["weights"]["sha256"]:
        raise BundleError(f"load: expected the weights of this bundle in {folder}, got others. Make it again.")
    tensors = _safetensors(data)
    if meta.get("masking") is not None:
        raise BundleError(f"load: expected a policy taught without masks in {folder}, got masking {meta['masking']}. Play it in Hindcast.")
    normaliser = meta["normaliser"]
    return _checked(
        Bundle(
            name=meta["name"],
            hash=sealed,
            schema=meta["schema"]["id"],
            features=tuple(feature["name"] for feature in meta["schema"]["features"]),
            raw_clip=meta["rawClip"],
            mean=normaliser and np.array(normaliser["mean"], np.float64),
            variance=normaliser and np.array(normaliser["variance"], np.float64),
            clip=normaliser["clip"] if normaliser else 0,
            epsilon=normaliser["epsilon"] if normaliser else 0,
            actions=tuple(Action(row["name"], row["size"]) for row in meta["actions"]["rows"]),
            activation=meta["policy"]["activation"],
            layers=_layers(tensors, len(meta["policy"]["layers"])),
        )
    )


def _from_npz(path):
    if not path.is_file():
        raise BundleError(f"load: expected a file at {path}, got none. Make it with `hindcast export <bundle> --npz`.")
    arrays = np.load(path, allow_pickle=False)
    names = [str(name) for name in arrays["actions"]]
    if names != list(SEED_FIVE):
        raise BundleError(f"load: expected the actions {', '.join(SEED_FIVE)} in {path}, got {', '.join(names)}. Load the bundle's folder.")
    if "masking" in arrays.files:
        raise BundleError(f"load: expected a policy taught without masks in {path}, got masking {arrays['masking']}. Play it in Hindcast.")
    normalised = "mean" in arrays.files
    raw_clip = float(arrays["raw_clip"])
    return _checked(
        Bundle(
            name=str(arrays["name"]),
            hash=str(arrays["hash"]),
            schema=str(arrays["schema"]),
            features=tuple(str(name) for name in arrays["features"]),
            raw_clip=raw_clip if np.isfinite(raw_clip) else None,
            mean=arrays["mean"] if normalised else None,
            variance=arrays["variance"] if normalised else None,
            clip=float(arrays["clip"]) if normalised else 0,
            epsilon=float(arrays["epsilon"]) if normalised else 0,
            actions=tuple(Action(name, SEED_FIVE[name]) for name in names),
            activation=str(arrays["activation"]),
            layers=_layers(arrays, sum(name.startswith("policy.") for name in arrays.files) // 2),
        )
    )


def _layers(tensors, count):
    return tuple((tensors[f"policy.{i}.weight"], tensors[f"policy.{i}.bias"]) for i in range(count))


def _checked(bundle):
    width = len(bundle.features)
    if bundle.mean is not None and not (len(bundle.mean) == len(bundle.variance) == width):
        raise BundleError(f"load: expected a normaliser of {width} features, got {len(bundle.mean)}. Make the bundle again.")
    for i, (weight, bias) in enumerate(bundle.layers):
        if weight.shape != (len(bias), width):
            raise BundleError(f"load: expected {width} inputs of layer {i}, got {weight.shape}. Make the bundle again.")
        width = len(bias)
    if width != len(bundle.actions):
        raise BundleError(f"load: expected {len(bundle.actions)} outputs, got {width}. Make the bundle again.")
    return bundle


def _safetensors(data):
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    body = data[8 + length :]
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(body[begin:end], "<f4").reshape(entry["shape"])
    return tensors


def canonical(value):
    """Canonical JSON (RFC 8785): sorted keys, no spaces, numbers as JavaScript writes them."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(float(value))
    return json.dumps(value, ensure_ascii=False)


def _number(value):
    """ECMAScript's Number::toString: the shortest digits, exponents from 1e21 up and below 1e-6."""
    if value == 0:
        return "0"
    sign, text = ("-", repr(-value)) if value < 0 else ("", repr(value))
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    power = point - 1
    return f"{sign}{digits[0]}{'.' + digits[1:] if count > 1 else ''}e{'+' if power > 0 else '-'}{abs(power)}"
