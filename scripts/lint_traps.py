"""Lists what may end the host's process: places where Swift traps, or leaves the memory unguarded.

    python3 scripts/lint_traps.py [--list]

The library may not trap on anything that comes from outside. `scripts/traps.tsv` says how many of each kind a file or
folder may have, and why they are safe; more of them, or fewer, is an error, so that each new one is looked at.
"""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = ROOT / "Sources"
ALLOWED = ROOT / "scripts" / "traps.tsv"
LIBRARY = ("Tensors", "Graphs", "Formats", "Plans", "Operators", "Engine", "Passes", "Models", "CTC", "Recognition",
           "CRNNC", "InstructionSets")
TYPE = r"(?:Pointer(?:<[^<>]*(?:<[^<>]*>)?[^<>]*>)?|CChar|crnn_\w+)"

KINDS = {
    "forced": re.compile(r"(?<=[\w)\]}>])!(?![=\w])|\btry!|\bas!|unsafelyUnwrapped"),
    "precondition": re.compile(r"\b(?:precondition|preconditionFailure|fatalError|assert|assertionFailure)\("),
    "unguarded": re.compile(r"\bUnsafe\w+|\bUnmanaged\b|\bunsafe(?:BitCast|Downcast)\b|\bwithUnsafe\w+"),
    "product": re.compile(r"(?<=[\w)\]]) (?:\*|<<) (?=[\w(])| (?:\*|<<)= "),
    "from float": re.compile(r"\bU?Int(?:8|16|32|64)?\((?:(?:ceil|floor|round|rint|trunc)\(|[^()]*\be\d)|\.rounded\("),
}
#: Products of outside numbers overflow: counted where such numbers come in. Unsafe pointers: where nothing needs them.
FOLDERS = {"product": ("Formats", "CRNNC"), "unguarded": ("Graphs", "Passes", "InstructionSets")}
IMPLICIT = re.compile(rf"\b\w*{TYPE}!")


def code(text: str) -> str:
    """Without comments and the contents of texts, and without types that C functions take, which may be NULL."""
    text = re.sub(r"//[^\n]*", "", re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text))
    return IMPLICIT.sub("", text)


def found() -> "dict[tuple[str, str], list[str]]":
    """Places by file and kind."""
    places = collections.defaultdict(list)
    for path in sorted(path for module in LIBRARY for path in (SOURCES / module).rglob("*.swift")):
        name = str(path.relative_to(SOURCES))
        for number, line in enumerate(code(path.read_text("utf-8")).split("\n"), 1):
            for kind, pattern in KINDS.items():
                if name.split("/")[0] in FOLDERS.get(kind, LIBRARY):
                    places[name, kind] += [f"Sources/{name}:{number}: {kind}: {line.strip()}"] * len(pattern.findall(line))
    return {key: value for key, value in places.items() if value}


def main() -> int:
    places = found()
    if "--list" in sys.argv:
        print("\n".join(place for group in places.values() for place in group))
        return 0
    rows = [row.split("\t") for row in ALLOWED.read_text("utf-8").splitlines() if row and not row.startswith("#")]
    allowed = {(name, kind): int(count) for name, kind, count, _reason in rows}
    wrong = 0
    for key in sorted(places.keys() | allowed.keys()):
        name, kind = key
        count = len(places.get(key, ()))
        if count != allowed.get(key, 0):
            wrong += 1
            print(f"{name}: {count} of kind '{kind}', {allowed.get(key, 0)} are accounted for in scripts/traps.tsv")
            print("".join(f"  {place}\n" for place in places.get(key, ())), end="")
    print(f"{sum(map(len, places.values()))} places that may trap or are unguarded, all accounted for"
          if not wrong else f"{wrong} files differ from scripts/traps.tsv")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
