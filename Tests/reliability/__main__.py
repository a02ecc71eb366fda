"""Runs the proofs, each in a process of its own: `python -m reliability --help`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import traceback
from typing import Callable, Dict

from . import denormals, files, leaks, memory, reload, signals, soak, threads

#: Each returns a line with its figures, or raises what is wrong.
PROOFS: Dict[str, Callable[[float], str]] = {
    "soak, one session": soak.one_session,
    "soak, sessions that come and go": soak.many_sessions,
    "threads with sessions of their own": threads.own_sessions,
    "a session that threads share": threads.one_session,
    "loaded and unloaded": reload.reloaded,
    "valgrind": leaks.lost,
    "memory that runs out, many nodes": memory.refused,
    "files that vanish and change": files.changed,
    "disks that are full": files.full,
    "folders that cannot be written": files.read_only,
    "signals": signals.interrupted,
    "denormals": denormals.ratios,
}


def prove(name: str, scale: float) -> int:
    """What a child process does."""
    try:
        print(PROOFS[name](scale))
        return 0
    except Exception:
        traceback.print_exc()
        return 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="proofs whose names contain this")
    parser.add_argument("--scale", type=float, default=1, help="a part of the usual number of rounds")
    parser.add_argument("--here", help="one proof, in this process")
    options = parser.parse_args()
    if options.here:
        return prove(options.here, options.scale)
    failed = 0
    names = [name for name in PROOFS if options.only in name]
    for name in names:
        started = time.monotonic()
        child = subprocess.run([sys.executable, "-m", "reliability", "--here", name, "--scale", str(options.scale)],
                               stdout=subprocess.PIPE, text=True)
        passed = child.returncode == 0
        failed += not passed
        figures = child.stdout.strip() if passed else f"exit status {child.returncode}"
        print(f"{'ok     ' if passed else 'FAILED '} {name}: {figures} ({time.monotonic() - started:.0f} s)", flush=True)
    print(f"{len(names) - failed} of {len(names)} proofs hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
