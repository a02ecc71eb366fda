"""What the measurements were taken on."""

from __future__ import annotations

import os
import pathlib
import platform
import re

from .peers import ALL, Peer, Unable
from .remote import Remote


def processor() -> str:
    text = pathlib.Path("/proc/cpuinfo").read_text()
    fields = dict(re.findall(r"^(model name|cpu family|model|stepping)\s*:\s*(.*)$", text, re.MULTILINE))
    return (f"{fields.get('model name', platform.machine())}, family {fields.get('cpu family', '?')}, "
            f"model {fields.get('model', '?')}, {len(os.sched_getaffinity(0))} cores for this process")


def load() -> str:
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


def versions(folder: pathlib.Path, core: int) -> dict[str, str]:
    """Of each runtime, one name for its variants."""
    found: dict[str, str] = {}
    for peer in ALL.values():
        if peer.environment or peer.name.split(" ")[0] in found:
            continue
        found[peer.name.split(" ")[0]] = version(peer, folder, core)
    return found


def version(peer: Peer, folder: pathlib.Path, core: int) -> str:
    try:
        with Remote(peer, [core], folder / f"{peer.name.split(' ')[0]}.log") as remote:
            return str(remote.version())
    except Unable as reason:
        return f"not available: {reason}"
