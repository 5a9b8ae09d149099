#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Instructions of the library, from the dumps of callgrind.

Counted are the library's own functions, and what they call outside of it (libc): not what the program around it does,
nor the stand-ins that the library calls.

usage: callgrind.py NAME DUMP...     shows the functions of the dumps whose name fits the regular expression
"""
import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = (f"{ROOT}/src/", f"{ROOT}/include/", "/usr/include/c++/")
AROUND = (f"{ROOT}/bench/", f"{ROOT}/tests/")
OPTIONS = ("--tool=callgrind", "--collect-atstart=no", "--compress-strings=no", "--compress-pos=no")


def side(file: str) -> str:
    return "library" if file.startswith(LIBRARY) else "around" if file.startswith(AROUND) else "outside"


def functions(dump: Path) -> tuple[str, Counter]:
    """The name that the dump was given, and the instructions by function of the library."""
    name, costs = "", Counter()
    # A function's file is the one that it begins in; "fi" and "fe" only tell of code inlined into it.
    file = function = object_ = callee_object = callee_file = ""
    files: dict[tuple[str, str], str] = {}
    calls: list[tuple[str, tuple[str, str], tuple[str, str], int]] = []
    is_call = False
    for line in dump.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition("=")
        if line.startswith("desc: Trigger: Client Request: "):
            name = line.rsplit(" ", 1)[1]
        elif key == "ob":
            object_ = value
        elif key == "fl":
            file = value
        elif key == "fn":
            function = value
            files[object_, function] = file
            callee_object, callee_file = object_, file
        elif key == "cob":
            callee_object = value
        elif key in ("cfi", "cfl"):
            callee_file = value
        elif key == "cfn":
            callee = (callee_object, value)
            files.setdefault(callee, callee_file)
            callee_object = object_
        elif key == "calls":
            is_call = True
        elif re.match(r"\d+ \d+$", line):
            cost = int(line.split()[1])
            if is_call:
                calls.append((function, (object_, function), callee, cost))
            elif side(file) == "library":
                costs[function] += cost
            is_call = False
    for function, caller, callee, cost in calls:
        sides = side(files[caller]), side(files[callee])
        if sides == ("library", "outside"):
            costs[f"{callee[1]} for {function}"] += cost
        elif sides == ("outside", "library") and "main" not in caller[1]:
            sys.exit(f"callgrind.py: {dump}: {caller[1]} calls back into {callee[1]}")
    return name, costs


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    for dump in map(Path, sys.argv[2:]):
        name, costs = functions(dump)
        if re.fullmatch(sys.argv[1], name):
            print(f"{name}: {sum(costs.values()):,}")
            for function, cost in costs.most_common(30):
                print(f"{cost:11,} {function}")


if __name__ == "__main__":
    main()
