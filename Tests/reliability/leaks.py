"""Each piece of the library's work under valgrind: nothing lost, and nothing read that was not written."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import tempfile

from . import common

#: Those that valgrind emulates.
INSTRUCTION_SETS = ("baseline", "avx2")
FIXTURES = common.CHECKOUT / "Tests" / "fixtures"


def lost(scale: float) -> str:
    with tempfile.TemporaryDirectory() as folder:
        program, source = pathlib.Path(folder, "leaks"), pathlib.Path(__file__).with_suffix(".c")
        subprocess.run(["cc", "-std=c99", "-Wall", "-Werror", f"-I{common.CHECKOUT / 'include'}", source,
                        os.environ["CRNN_LIBRARY"], "-o", program], check=True)
        reachable = [examined(program, name) for name in INSTRUCTION_SETS]
        forgotten = examined(program, "baseline", "forget")
    text = f"none lost, no error with {' and '.join(INSTRUCTION_SETS)}; at the end {max(reachable):,} bytes are " \
           f"reachable, {forgotten:,} when handles are forgotten"
    assert max(reachable) < forgotten / 10, text
    return text


def examined(program: pathlib.Path, instruction_set: str, *more: str) -> int:
    """The bytes that are still reachable at the end."""
    command = ["valgrind", "--fair-sched=yes", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible",
               "--errors-for-leak-kinds=definite,indirect,possible", "--error-exitcode=9", program, common.READER,
               FIXTURES / "native" / "version1-reader.crnn", FIXTURES / "language_models" / "words.crnnlm", *more]
    environment = {**os.environ, "CRNN_INSTRUCTION_SET": instruction_set,
                   "LD_LIBRARY_PATH": str(pathlib.Path(os.environ["CRNN_LIBRARY"]).parent)}
    child = subprocess.run(command, stderr=subprocess.PIPE, text=True, env=environment)
    assert child.returncode == 0, child.stderr
    found = re.search(r"still reachable: ([\d,]+) bytes", child.stderr)
    return int(found[1].replace(",", "")) if found else 0
