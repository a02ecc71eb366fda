"""The C interface as programs were compiled with it: the place of every field and the value of every constant.

`abi.tsv` holds what has been published. A line may be added, by whoever adds a field at the end of a struct that begins
with its size, a constant or a function; a line that changes or goes breaks programs. `python test_abi.py` prints the
header's.
"""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys
import tempfile
from typing import Iterator, List

import pytest

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parents[2] / "include"
PUBLISHED = HERE / "abi.tsv"


def header() -> str:
    """crnn.h without its comments and directives."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", (INCLUDE / "crnn.h").read_text("utf-8"), flags=re.S)
    return re.sub(r"^ *#.*$", "", text, flags=re.M)


def questions() -> Iterator[str]:
    """C statements that print a line for each field, constant and function."""
    for body, name in re.findall(r"typedef struct \w+ \{(.*?)\} (\w+);", header(), flags=re.S):
        for declaration in body.split(";"):
            for part in declaration.split(","):
                field = re.search(r"(\w+)(\[\w+\])?\s*$", part)
                if field:
                    place = f"{name}, {field[1]}"
                    yield (f'printf("field\\t{name}.{field[1]}\\t%zu\\t%zu\\n", offsetof({place}), '
                           f"sizeof (({name} *)0)->{field[1]});")
    for body in re.findall(r"typedef enum \w+ \{(.*?)\}", header(), flags=re.S):
        for name in re.findall(r"\b(CRNN_\w+)\b", body):
            yield f'printf("constant\\t{name}\\t%d\\n", (int){name});'
    for result, name, parameters in re.findall(r"CRNN_API ([\w *]+?)(\w+)\(([^;]*)\);", header()):
        signature = " ".join(f"{result}({parameters})".split())
        yield f'puts("function\\t{name}\\t{signature}");'


def interface(folder: pathlib.Path) -> List[str]:
    source, program = folder / "abi.c", folder / "abi"
    source.write_text("#include <crnn.h>\n#include <stddef.h>\n#include <stdio.h>\nint main(void) {\n"
                      + "\n".join(questions()) + "\nreturn 0;\n}\n")
    subprocess.run(["cc", "-std=c99", f"-I{INCLUDE}", source, "-o", program], check=True)
    return subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()


@pytest.mark.skipif(sys.maxsize < 1 << 32, reason="the published layout is that of 64-bit systems")
def test_nothing_published_has_changed(tmp_path: pathlib.Path) -> None:
    lines = interface(tmp_path)
    assert len(lines) > 150
    published = PUBLISHED.read_text("utf-8").splitlines()
    gone = [line for line in published if line not in lines]
    new = [line for line in lines if line not in published]
    assert not gone, "programs that were compiled with these would break"
    assert not new, "to be published: add them to abi.tsv"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print("\n".join(interface(pathlib.Path(place))))
