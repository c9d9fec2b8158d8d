"""What the test of the peer process talks to."""
import time

from peers import serve


def spin(seconds):
    print("noise of a library")
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return [seconds]


def fail():
    raise ValueError("bad bars")


def die():
    raise SystemExit("out of memory")


serve({"spin": spin, "fail": fail, "die": die}, packages=["pip"])
