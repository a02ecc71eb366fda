"""The report: RESULTS.md, whose part between two marks belongs to this program, and the raw figures as JSON."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Any, Mapping, Optional, Sequence

from . import tables
from .sidebyside import Result
from .startup import Startup
from .stream import Stream

BEGIN = "<!-- measured: begin; `make bench` writes what is between these marks -->"
END = "<!-- measured: end -->"


@dataclasses.dataclass
class Figures:
    """All that was measured."""

    command: str
    processor: str
    versions: Mapping[str, str]
    load: str
    rounds: int
    one: list[Result] = dataclasses.field(default_factory=list)
    all_cores: list[Result] = dataclasses.field(default_factory=list)
    stream: Optional[Mapping[str, Stream]] = None
    startup: Optional[Mapping[str, Startup]] = None


def sections(figures: Figures) -> list[tuple[str, str]]:
    """Titles and texts."""
    parts = []
    if figures.one:
        parts += [("One thread", tables.ratios(figures.one, True)), ("One thread: times", tables.times(figures.one))]
    if figures.stream:
        parts.append(("300 lines of random widths, one thread", tables.streams(figures.stream)))
    if figures.startup:
        parts.append(("Start-up, memory and size", tables.startups(figures.startup)))
    if figures.all_cores:
        threads = figures.all_cores[0].threads
        parts += [(f"{threads} threads", tables.ratios(figures.all_cores, False)),
                  (f"{threads} threads: times", tables.times(figures.all_cores))]
        if figures.one:
            parts.append((f"crnn on {threads} threads", tables.scaling(figures.one, figures.all_cores)))
    missing = tables.reasons([*figures.one, *figures.all_cores])
    if missing:
        parts.append(("Without a time", missing))
    return parts


def heading(figures: Figures) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in figures.versions.items())
    return "\n".join([
        f"    {figures.command}", "", f"- {figures.processor}", f"- {versions}",
        f"- {figures.rounds} rounds; load averages at the start: {figures.load}"])


def markdown(figures: Figures, plot: Optional[str]) -> str:
    lines = [heading(figures)]
    if plot:
        lines += ["", f"![Ratios to the best peer]({plot})"]
    for title, text in sections(figures):
        lines += ["", f"## {title}", "", text]
    return "\n".join(lines)


def terminal(figures: Figures) -> str:
    parts = [heading(figures), *(f"{title}\n\n{text}" for title, text in sections(figures))]
    return "\n\n".join(parts)


def write_markdown(path: pathlib.Path, figures: Figures, plot: Optional[str]) -> None:
    """Replaces what is between the marks; what people wrote around them stays."""
    old = path.read_text() if path.exists() else f"# Results\n\n{BEGIN}\n{END}\n"
    before, _, rest = old.partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n\n{markdown(figures, plot)}\n\n{END}{after or chr(10)}")


def write_json(path: pathlib.Path, figures: Figures) -> None:
    def results(list_: Sequence[Result]) -> list[dict[str, Any]]:
        return [{
            "case": result.case.name, "threads": result.threads, "target": result.case.target, "best": result.best,
            "ratio": dataclasses.asdict(result.headline) if result.headline else None,
            "peers": {name: {"seconds": list(peer.rounds.values()), "difference": peer.difference,
                             "reason": peer.reason} for name, peer in result.peers.items()},
        } for result in list_]

    def plain(parts: Optional[Mapping[str, Any]]) -> Any:
        return {name: dataclasses.asdict(part) for name, part in parts.items()} if parts else None

    path.write_text(json.dumps({
        "command": figures.command, "processor": figures.processor, "versions": dict(figures.versions),
        "rounds": figures.rounds, "one_thread": results(figures.one), "all_cores": results(figures.all_cores),
        "stream": plain(figures.stream), "startup": plain(figures.startup)}, indent=1))
