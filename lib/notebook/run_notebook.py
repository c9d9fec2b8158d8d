"""Runs one notebook in a real Jupyter kernel: run_notebook.py INPUT OUTPUT ROOT LIMIT_SECONDS. Prints one JSON line: how it ended."""

import json
import sys
import time

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


def main(source: str, target: str, root: str, limit_s: float) -> dict:
    notebook = nbformat.read(source, as_version=4)
    deadline = time.monotonic() + limit_s
    at = {"index": None}

    def on_cell_execute(cell, cell_index):
        at["index"] = cell_index

    client = NotebookClient(
        notebook,
        kernel_name="hindcast",
        # One limit for the whole notebook; 0.1 because nbclient reads 0 as "none".
        timeout_func=lambda cell: max(0.1, deadline - time.monotonic()),
        startup_timeout=min(60, max(1, limit_s)),
        allow_errors=False,
        # The tag raises-exception would let a failing cell pass.
        force_raise_errors=True,
        on_cell_execute=on_cell_execute,
        resources={"metadata": {"path": root}},
    )
    state, message = "done", ""
    try:
        client.execute()
    except CellExecutionError:
        state = "failed"
    except CellTimeoutError as error:
        state, message = "timeout", str(error).splitlines()[0]
    except DeadKernelError as error:
        state, message = "died", str(error)
    except (NoSuchKernel, RuntimeError) as error:
        state, message = "no-kernel", str(error)
    nbformat.write(notebook, target)
    return {"state": state, "index": at["index"], "message": message}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))))
