"""Results as tables, the same on a terminal and in Markdown."""

from __future__ import annotations

from typing import Mapping, Optional, Sequence

from . import startup, stream
from .peers import OURS, PEERS, STARTERS
from .samples import Spread
from .sidebyside import Result
from .startup import Startup
from .stream import Stream

Rows = list[list[str]]


def table(rows: Rows) -> str:
    """The first row is the head; columns but the first are aligned to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths))) + " |" for row in rows]
    rule = "|" + "|".join("-" * (width + 2) if column == 0 else "-" * (width + 1) + ":"
                          for column, width in enumerate(widths)) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def with_quartiles(spread: Optional[Spread], digits: int = 2) -> str:
    if spread is None:
        return "–"
    return f"{spread.median:.{digits}f} ({spread.lower:.{digits}f}–{spread.upper:.{digits}f})"


def milliseconds(spread: Spread) -> str:
    """The median, and half the distance of the quartiles."""
    digits = 3 if spread.median < 1e-3 else 2 if spread.median < 1e-1 else 1
    return f"{1e3 * spread.median:.{digits}f} ±{5e2 * (spread.upper - spread.lower):.{digits}f}"


def verdict(headline: Optional[Spread], target: Optional[float]) -> str:
    if headline is None or target is None:
        return "–"
    return f"{target:.1f} {'yes' if headline.median >= target else 'no'}"


def ratios(results: Sequence[Result], with_targets: bool) -> str:
    """The headline: how many times as long the best float32 peer takes."""
    rows = [["case", "ratio (quartiles)", *(["target, reached"] if with_targets else []), "best fp32 peer",
             "to bf16", "difference"]]
    for result in results:
        bf16 = result.against("openvino (bf16)")
        ours = result.peers.get(OURS)
        rows.append([
            result.case.name, with_quartiles(result.headline),
            *([verdict(result.headline, result.case.target)] if with_targets else []), result.best or "–",
            f"{bf16.median:.2f}" if bf16 else "–",
            f"{ours.difference:.1e}" if ours and ours.rounds else "–"])
    return table(rows)


def times(results: Sequence[Result]) -> str:
    """Medians in milliseconds."""
    names = [name for name in PEERS if any(name in result.peers for result in results)]
    rows = [["case, ms", *names]]
    for result in results:
        rows.append([result.case.name, *(
            milliseconds(result.peers[name].seconds) if name in result.measured else "–" for name in names)])
    return table(rows)


def reasons(results: Sequence[Result]) -> str:
    """Why a runtime has no time."""
    cases: dict[tuple[str, str], list[str]] = {}
    for result in results:
        for name, peer in result.peers.items():
            if peer.reason:
                cases.setdefault((name, peer.reason), []).append(result.case.name)
    return "\n".join(f"- {name}, {', '.join(dict.fromkeys(where))}: {reason}"
                     for (name, reason), where in cases.items())


def scaling(one: Sequence[Result], all_cores: Sequence[Result]) -> str:
    """Our own time on one thread divided by that on all cores; the runs are not paired."""
    rows = [["case", "one thread, ms", "all cores, ms", "faster by"]]
    for single in one:
        for several in all_cores:
            if single.case.name == several.case.name and OURS in single.measured and OURS in several.measured:
                slow, fast = single.peers[OURS].seconds, several.peers[OURS].seconds
                rows.append([single.case.name, milliseconds(slow), milliseconds(fast),
                             f"{slow.median / fast.median:.2f}"])
    return table(rows)


def megabytes(count: int) -> str:
    return f"{count / 1e6:.1f}"


def streams(results: Mapping[str, Stream]) -> str:
    headline = stream.headline(results)
    rows = [["runtime", "lines/s", "peak growth, MB", "of it after the widest line, MB"]]
    for name, one in results.items():
        if one.measured.rounds:
            rows.append([name, f"{one.lines_per_second:.1f}", megabytes(one.peak),
                         megabytes(one.peak - one.peak_at_widest)])
    lines = [f"Ratio to {stream.best(results) or 'no peer'}: {with_quartiles(headline)}; target, reached: "
             f"{verdict(headline, stream.TARGET)}.", "", table(rows)]
    missing = [f"- {name}: {one.measured.reason}" for name, one in results.items() if one.measured.reason]
    return "\n".join(lines + ([""] + missing if missing else []))


def startups(results: Mapping[str, Startup]) -> str:
    best = startup.best(results)
    lines = []
    for ours in (OURS, "crnn (.crnn)"):
        headline = startup.headline(results, ours)
        lines.append(f"Load and first result, ratio of {best or 'no peer'} to {ours}: {with_quartiles(headline, 1)}; "
                     f"target, reached: {verdict(headline, startup.TARGET)}.")
    rows = [["runtime", "import, ms", "load, ms", "first run, ms", "load + first, ms", "whole process, ms",
             "peak memory, MB", "library, MB"]]
    for name in STARTERS:
        one = results[name]
        if one.loads:
            rows.append([
                name, *(f"{1e3 * Spread.of(part).median:.1f}" for part in (one.imports, one.loads, one.firsts)),
                milliseconds(one.load_and_first), f"{1e3 * Spread.of(one.processes).median:.0f}",
                megabytes(one.peak), megabytes(one.library)])
    missing = [f"- {name}: {one.reason}" for name, one in results.items() if one.reason]
    return "\n".join([*lines, "", table(rows), *([""] + missing if missing else [])])
