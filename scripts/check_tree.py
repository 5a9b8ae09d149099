#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks every file of the tree: licence line, length, text hygiene, nothing of the author's machine.

usage: check_tree.py [ROOT]     exit status 0: clean, 1: violations (listed as file:line), 2: wrong use
"""
import re
import sys
from pathlib import Path

# What git ignores, and what editors leave. Test data are foreign texts, kept as they came.
SKIPPED_FOLDERS = {".git", "build", ".cache", "__pycache__", ".vscode", ".idea"}
DATA_FOLDER = ("tests", "data")

# Files that carry `SPDX-License-Identifier` in their first lines.
LICENSED_SUFFIXES = {".h", ".hpp", ".c", ".cpp", ".py", ".sh", ".cmake", ".in", ".conf", ".yml", ".ld"}
LICENSED_NAMES = {"CMakeLists.txt", "Kconfig", "dev", "run", ".clang-format", ".clang-tidy"}
LICENCE = "SPDX-License-Identifier: Apache-2.0"

# A file is read in one sitting.
MAX_LINES = 700
MEASURED_SUFFIXES = {".h", ".hpp", ".c", ".cpp", ".py", ".sh", ".cmake"}

# Folders that mean something on one person's machine only.
PRIVATE_PATH = re.compile(r"(?<![\w./}$)])/(?:home|root|work|workspace|Users|mnt|media|srv)/[A-Za-z0-9_.]")

# Each with what to do about it.
FORBIDDEN = [
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), "finish it, or describe the limit in the documentation"),
    (re.compile(r"\b(issue|ticket)\s*#?\d+", re.I), "say what it is about; numbers mean nothing to a reader"),
    (re.compile(r"\b(lorem ipsum|pyenv)\b", re.I), "remove"),
    (re.compile(r"https?://(localhost|127\.|10\.|192\.168\.)"), "no addresses of a private network"),
]


def files_of(root: Path):
    for path in sorted(root.iterdir()):
        if path.is_symlink() or path.name in SKIPPED_FOLDERS:
            continue
        if path.is_dir():
            yield from files_of(path)
        else:
            yield path


def check_file(path: Path, name: Path, is_data: bool) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return [] if is_data else [f"{name}:1: not UTF-8 text: binary files belong into tests/data"]
    problems = []
    lines = text.splitlines()
    licensed = path.suffix in LICENSED_SUFFIXES or path.name in LICENSED_NAMES
    if licensed and not is_data and not any(LICENCE in line for line in lines[:3]):
        problems.append(f"{name}:1: add '{LICENCE}' as a comment in the first lines")
    if path.suffix in MEASURED_SUFFIXES and len(lines) > MAX_LINES:
        problems.append(f"{name}:{len(lines)}: more than {MAX_LINES} lines: split it by idea")
    if text and not text.endswith("\n") and not is_data:
        problems.append(f"{name}:{len(lines)}: add a newline at the end")
    this_script = path.resolve() == Path(__file__).resolve()
    for number, line in enumerate(lines, 1):
        if line != line.rstrip() and not is_data:
            problems.append(f"{name}:{number}: remove blanks at the end of the line")
        if this_script or is_data:
            continue
        for match in PRIVATE_PATH.finditer(line):
            problems.append(f"{name}:{number}: path '{match[0]}...' exists on one machine only: make it relative")
        problems += [f"{name}:{number}: '{match[0]}': {advice}" for pattern, advice in FORBIDDEN
                     for match in pattern.finditer(line)]
    return problems


def main() -> int:
    if len(sys.argv) > 2 or (len(sys.argv) == 2 and not Path(sys.argv[1]).is_dir()):
        print(__doc__, file=sys.stderr)
        return 2
    root = (Path(sys.argv[1]) if len(sys.argv) == 2 else Path(__file__).parent.parent).resolve()
    problems, count = [], 0
    for path in files_of(root):
        name = path.relative_to(root)
        if name.name == "LICENSE":
            continue
        count += 1
        problems += check_file(path, name, name.parts[:2] == DATA_FOLDER)
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    print(f"tree: {count} files, {len(problems)} violations")
    return 1 if problems or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
