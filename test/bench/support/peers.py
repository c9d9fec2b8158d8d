"""What a peer's script in Python calls: serve(tasks) answers one JSON line per request, timed here, inside the process that does the work."""
import gc
import importlib.metadata
import json
import os
import sys
import time
import traceback


def serve(tasks, packages=()):
    """tasks: name -> function of the request's keyword arguments, whose result is the answer (JSON). packages: whose versions to report.

    Imports and data made before serve() are not timed. What libraries print goes to stderr: stdout is the protocol's alone.
    """
    protocol = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    versions = {name: importlib.metadata.version(name) for name in packages}
    versions["python"] = sys.version.split()[0]
    print(json.dumps({"versions": versions}), file=protocol)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            task, arguments = tasks[request["task"]], request["arguments"]
            gc.collect()
            wall, cpu = time.perf_counter(), time.process_time()
            answer = task(**arguments)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            reply = {"seconds": wall, "cpuSeconds": cpu, "answer": answer}
        except Exception as error:
            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), file=protocol)
