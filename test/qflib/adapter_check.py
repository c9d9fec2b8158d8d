"""Answers of the adapter's pure parts to questions on stdin, for adapter.test.ts. `sizing` needs no package, the rest numpy."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "pipelines/python"))
sys.dont_write_bytecode = True


def sizing(questions):
    from qflib_adapter.sizing import Rules, fees_minor, size

    class Action:
        def __init__(self, size):
            self.size = size

    answers = []
    for q in questions:
        rules = Rules.of(q["rules"])
        sized = size(Action(q["size"]), q["cash"], q["equity"], q["price"], q["quantity"], q["sellable"], rules)
        answers.append([sized.quantity, sized.reason, fees_minor(rules, "sell", 700, 700 * q["price"])])
    return answers


def book(steps):
    from qflib_adapter.book import Book

    held, answers = Book(), []
    for kind, quantity, cost, day in steps:
        held.buy(quantity, cost, day) if kind == "buy" else held.sell(quantity)
        answers.append([held.quantity, held.cost, held.sellable(day, 1), held.sellable(day + 1, 1), held.sellable(day, 0)])
    return answers


def market(question):
    from qflib_adapter.observation import SCHEMAS, Bar

    schema, rows = SCHEMAS[question["schema"]](), []
    for bar in question["bars"]:
        schema.update(Bar(*bar))
        rows.append(schema.values)
    return {"features": schema.features, "rawClip": schema.raw_clip, "warmUp": schema.warm_up, "rows": rows}


def policy(question):
    import hashlib

    import numpy as np
    from qflib_adapter.bundle import BundleError, load

    try:
        bundle = load(question["path"])
    except BundleError as error:
        return {"refused": str(error)}
    x = np.frombuffer(bytes.fromhex(question["observations"]), "<f4").reshape(-1, len(bundle.features))
    return {
        "hash": bundle.hash,
        "schema": bundle.schema,
        "features": bundle.features,
        "actions": [[action.name, action.size] for action in bundle.actions],
        "inputs": hashlib.sha256(bundle.inputs(x).astype("<f4").tobytes()).hexdigest(),
        "logits": bundle.logits(x).ravel().tolist(),
        "first": bundle.decide(x[0]).name,
    }


def observe(question):
    from qflib_adapter.observation import Account, Bar, Observer

    observer, rows = Observer(question["schema"], question["features"]), []
    for bar, account in zip(question["bars"], question["accounts"]):
        observer.absorb(Bar(*bar))
        rows.append(observer.observe(Account(*account)).tolist())
    return {"rows": rows, "ready": observer.ready}


question = json.load(sys.stdin)
print(json.dumps(globals()[sys.argv[1]](question)))
