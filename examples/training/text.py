"""Lines of text to render: prose, names, figures, addresses, code and noise.

Everything comes from files that Debian installs (word lists, licence texts),
from Python's own library, or from a random generator. `line(rng)` returns one
line of printable ASCII without leading, trailing or double spaces.
"""

import functools
import pathlib
import sysconfig

import numpy as np

Rng = np.random.Generator

LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))
MONTHS = (
    "January February March April May June July August September October "
    "November December"
).split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
DOMAINS = "com org net de fr uk io eu info edu".split()
LABELS = (
    "Total Invoice Date No. Amount Due Tax VAT Subtotal Order Ref Page Phone "
    "Tel Fax Price Qty Item Account Balance Paid Room Flight Gate Seat"
).split()


@functools.cache
def words() -> list[str]:
    """The American and British word lists, ASCII words only."""
    found = set()
    for name in ("american-english", "british-english"):
        text = pathlib.Path("/usr/share/dict", name).read_text("utf-8")
        found.update(word for word in text.split("\n") if word and word.isascii())
    return sorted(found)


@functools.cache
def prose_words() -> list[str]:
    """The licence texts as one run of words, in reading order."""
    run = []
    for path in sorted(pathlib.Path("/usr/share/common-licenses").iterdir()):
        if path.is_file() and not path.is_symlink():
            run += printable(path.read_text("utf-8", "replace")).split()
    return run


@functools.cache
def code_lines() -> list[str]:
    """Lines of Python's standard library."""
    lines = set()
    for path in sorted(pathlib.Path(sysconfig.get_path("stdlib")).glob("*.py")):
        for text in path.read_text("utf-8", "replace").split("\n"):
            text = " ".join(printable(text).split())
            if len(text) > 3:
                lines.add(text)
    return sorted(lines)


def printable(text: str) -> str:
    """Everything but printable ASCII becomes a space."""
    return "".join(c if " " <= c <= "~" else " " for c in text)


def pick(rng: Rng, items):
    return items[int(rng.integers(len(items)))]


def digits(rng: Rng, low: int, high: int) -> str:
    return "".join(pick(rng, DIGITS) for _ in range(rng.integers(low, high + 1)))


def name(rng: Rng) -> str:
    return pick(rng, words()).replace("'", "").lower()


def prose(rng: Rng) -> str:
    """A run of words as they stand in a licence text."""
    start = int(rng.integers(len(prose_words()) - 12))
    return " ".join(prose_words()[start:start + int(rng.integers(1, 9))])


def sentence(rng: Rng) -> str:
    """Dictionary words with the punctuation of a novel."""
    chosen = [pick(rng, words()) for _ in range(rng.integers(2, 8))]
    for place in range(len(chosen)):
        mark = rng.random()
        if mark < 0.10:
            chosen[place] += ","
        elif mark < 0.20:
            chosen[place] += pick(rng, (".", ";", ":", "!", "?", "-", "...", "--"))
        elif mark < 0.24:
            chosen[place] = '"' + chosen[place] + pick(rng, ('"', ',"', '."', '?"'))
        elif mark < 0.26:
            chosen[place] = "'" + chosen[place] + "'"
        elif mark < 0.28:
            chosen[place] = "(" + chosen[place] + ")"
        elif mark < 0.31:
            chosen[place] = digits(rng, 1, 4)
        elif mark < 0.34:
            chosen[place] += "-" + pick(rng, words())
        elif mark < 0.40:
            chosen[place] = chosen[place].capitalize()
    if rng.random() < 0.5:
        chosen[0] = chosen[0][:1].upper() + chosen[0][1:]
    if rng.random() < 0.4:
        chosen[-1] += pick(rng, (".", ".", ".", ",", "-", "?", "!"))
    return " ".join(chosen)


def label(rng: Rng) -> str:
    """One to three words, in one of the usual cases."""
    text = " ".join(pick(rng, words()) for _ in range(rng.integers(1, 4)))
    return pick(rng, (str, str, str.upper, str.title, str.capitalize))(text)


def capitals(rng: Rng) -> str:
    return pick(rng, (prose, sentence))(rng).upper()


def date(rng: Rng) -> str:
    day, month = int(rng.integers(1, 32)), int(rng.integers(1, 13))
    year = int(rng.integers(1700, 2100))
    full = MONTHS[month - 1]
    return pick(rng, (
        f"{day:02}/{month:02}/{year}", f"{year}-{month:02}-{day:02}",
        f"{day}.{month}.{year}", f"{day} {full} {year}",
        f"{full} {day}, {year}", f"{pick(rng, DAYS)}, {day} {full[:3]}.",
        f"{full[:3]} {day}, {year % 100:02}",
        f"{year}-{month:02}-{day:02}T{day % 24:02}:{rng.integers(60):02}:{rng.integers(60):02}Z",
    ))


def figure(rng: Rng) -> str:
    """Prices, times, telephone numbers, identifiers, sums."""
    amount = float(rng.lognormal(5, 2.5))
    sign = pick(rng, "$$#-+~")
    return pick(rng, (
        f"{sign}{amount:,.2f}", f"{amount:.2f}", f"{amount:,.0f}",
        f"{amount:.2f} {pick(rng, ('EUR', 'USD', 'GBP', 'kg', 'mm', 'MB', 'ms'))}",
        f"{rng.integers(100)}%", f"{rng.normal():.4f}", f"{amount:.3e}",
        f"{rng.integers(24):02}:{rng.integers(60):02}",
        f"{rng.integers(1, 13)}:{rng.integers(60):02} {pick(rng, ('am', 'pm', 'AM', 'PM'))}",
        f"+{digits(rng, 1, 2)} {digits(rng, 2, 4)} {digits(rng, 6, 8)}",
        f"({digits(rng, 3, 3)}) {digits(rng, 3, 3)}-{digits(rng, 4, 4)}",
        f"#{digits(rng, 3, 7)}", digits(rng, 1, 16),
        f"{digits(rng, 4, 4)} {digits(rng, 4, 4)} {digits(rng, 4, 4)} {digits(rng, 4, 4)}",
        f"{pick(rng, LETTERS).upper()}{pick(rng, LETTERS).upper()}-{digits(rng, 2, 6)}",
        f"{digits(rng, 1, 3)} {pick(rng, '+-*/x=<>')} {digits(rng, 1, 3)} = {digits(rng, 1, 4)}",
        f"{digits(rng, 1, 2)}.{digits(rng, 1, 2)}.{digits(rng, 1, 2)}",
        f"{rng.integers(256)}.{rng.integers(256)}.{rng.integers(256)}.{rng.integers(256)}",
    ))


def entry(rng: Rng) -> str:
    """A line of a form or an invoice: a label and a figure or a date."""
    key = pick(rng, LABELS) if rng.random() < 0.5 else label(rng)
    value = pick(rng, (figure, date))(rng)
    joint = pick(rng, (": ", " ", ":", " # ", " = ", " - ", " | ", " .... "))
    return f"{key}{joint}{value}" if rng.random() < 0.7 else f"{value} {key}"


def address(rng: Rng) -> str:
    """E-mail addresses, URLs and file paths."""
    host = f"{name(rng)}.{pick(rng, DOMAINS)}"
    joint = pick(rng, ".-_") if rng.random() < 0.5 else digits(rng, 1, 3)
    return pick(rng, (
        f"{name(rng)}@{host}", f"{name(rng)}{joint}{name(rng)}@{host}",
        f"<{name(rng)}@{host}>", f"www.{host}", f"https://{host}/{name(rng)}",
        f"http://{host}/?{name(rng)}={digits(rng, 1, 4)}&{pick(rng, LETTERS)}={name(rng)}",
        f"/{name(rng)}/{name(rng)}.{pick(rng, ('txt', 'c', 'py', 'h', 'png'))}",
        f"C:\\{name(rng).title()}\\{name(rng)}.exe", f"~/{name(rng)}_{name(rng)}",
        f"@{name(rng)} #{name(rng)}", f"{host}:{digits(rng, 2, 5)}",
    ))


def code(rng: Rng) -> str:
    """A line of Python, or one with the punctuation of C and the shell."""
    if rng.random() < 0.6:
        return pick(rng, code_lines())
    a, b, n = name(rng), name(rng), digits(rng, 1, 3)
    return pick(rng, (
        f"{a}[{n}] = {b}({n});", f"if ({a} && !{b}) {{", f"{a}->{b} += {n};",
        f"for (i = 0; i < {n}; i++)", f"#define {a.upper()} 0x{rng.integers(1 << 24):X}",
        f"$ {a} --{b} | grep '{n}' > /tmp/{b}", f"{a} ^= ~{b} | ({n} << 2);",
        f"`{a}` \\{b}{{{n}}}", f"{{\"{a}\": {n}, \"{b}\": [{n}]}}",
        f"{a}_{b} % {n} == 0 ? {a} : {b}", f"export {a.upper()}=${{{b.upper()}}}",
        f"{a} = lambda {b}: {b} ** {n}", f"<{a} {b}=\"{n}\"/>", f"// {a} @ {b}^{n}",
    ))


def characters(rng: Rng) -> str:
    """Characters at random: no language to lean on, every character exercised."""
    kind = rng.random()
    pool = PRINTABLE if kind < 0.5 else PRINTABLE[1:] if kind < 0.7 else (
        (LETTERS + LETTERS.upper() + DIGITS) if kind < 0.9 else
        "".join(c for c in PRINTABLE if not c.isalnum())
    )
    return "".join(pick(rng, pool) for _ in range(rng.integers(1, 19)))


KINDS = (
    (prose, 0.20), (sentence, 0.17), (label, 0.15), (capitals, 0.08), (date, 0.04),
    (figure, 0.08), (entry, 0.06), (address, 0.05), (code, 0.07), (characters, 0.10),
)
WEIGHTS = np.cumsum([weight for _, weight in KINDS])


def line(rng: Rng, longest: int = 40) -> str:
    """One line of at most `longest` characters, cut between words where it can be."""
    while True:
        kind = KINDS[int(np.searchsorted(WEIGHTS, rng.random() * WEIGHTS[-1]))][0]
        text = " ".join(printable(kind(rng)).split())
        if len(text) > longest:
            cut = text.rfind(" ", 0, longest + 1)
            text = text[:cut] if cut > 0 else text[:longest]
        if text:
            return text


def edit_distance(first: str, second: str) -> int:
    """Levenshtein's distance, the numerator of the character error rate."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]
