"""Finds the font files of the families listed in fonts.txt."""

import functools
import pathlib
import re

from fontTools.ttLib import TTFont, TTLibError

ROOTS = (pathlib.Path("/usr/share/fonts"), pathlib.Path("/usr/share/texmf/fonts"))
LIST = pathlib.Path(__file__).with_name("fonts.txt")
FILES_PER_FAMILY = 8
UNREADABLE = re.compile(r"caps|outline|shadow|swash|smallcap|sc[-_.]|initial", re.I)
"""Styles whose small letters are capitals, or that are drawn for ornament."""


def families(split: str) -> list[str]:
    """The families of one split of fonts.txt, `train` or `held-out`."""
    section, found = "", []
    for row in LIST.read_text("utf-8").split("\n"):
        if row.startswith("["):
            section = row.strip("[]")
        elif row and not row.startswith("#") and section == split:
            found.append(row)
    return found


def family_if_usable(path: pathlib.Path) -> str | None:
    """The family's name, or None for a font without all of printable ASCII."""
    try:
        with TTFont(path, lazy=True) as font:
            mapped = font.getBestCmap() or {}
            names = font["name"]
            if all(code in mapped for code in range(0x20, 0x7F)):
                return names.getDebugName(16) or names.getDebugName(1)
    except (TTLibError, KeyError, AssertionError):
        pass
    return None


@functools.cache
def installed() -> dict[str, list[str]]:
    """Font files by family."""
    found: dict[str, list[str]] = {}
    paths = [p for root in ROOTS for p in root.rglob("*") if p.suffix.lower() in (".ttf", ".otf")]
    for path in sorted(paths):
        family = None if UNREADABLE.search(path.name) else family_if_usable(path)
        if family:
            found.setdefault(family, []).append(str(path))
    return found


def font_files(split: str) -> list[list[str]]:
    """For each family of a split, up to FILES_PER_FAMILY files, evenly chosen."""
    chosen = []
    for family in families(split):
        files = installed().get(family)
        if not files:
            raise SystemExit(f"font family not installed: {family} (see install_fonts.sh)")
        step = max(1.0, len(files) / FILES_PER_FAMILY)
        chosen.append([files[int(i * step)] for i in range(min(len(files), FILES_PER_FAMILY))])
    return chosen
