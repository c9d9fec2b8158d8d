"""Plays a person at a kernel of the project: interactive_kernel.py ROOT < steps.json. A step is {"cell": source}, {"complete": source}
(asked at its end), {"write": path, "text": text} or {"remove": path}. Prints one JSON line: the answer to each step that has one."""

import json
import os
import sys
import time

from jupyter_client.manager import KernelManager


def main(root: str, steps: list) -> list:
    manager = KernelManager(kernel_name="hindcast")
    manager.start_kernel(cwd=root)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=300)
        return [answer for step in steps if (answer := play(client, root, step)) is not None]
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def play(client, root: str, step: dict):
    if "write" in step:
        with open(os.path.join(root, step["write"]), "w", encoding="utf-8") as file:
            file.write(step["text"])
        return None
    if "remove" in step:
        os.remove(os.path.join(root, step["remove"]))
        return None
    if "complete" in step:
        reply = client.complete(step["complete"], len(step["complete"]), reply=True, timeout=300)
        return reply["content"]["matches"]
    text = []
    hook = lambda message: message["msg_type"] == "stream" and text.append(message["content"]["text"])
    while True:
        status = client.execute_interactive(step["cell"], output_hook=hook, timeout=300)["content"]["status"]
        # For a moment after an error tslab refuses all cells: those that a person had queued.
        if status != "abort":
            return {"status": status, "text": "".join(text)}
        time.sleep(0.1)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], json.load(sys.stdin))))
