#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that what runs on the target needs no heap, no exceptions, no abort and no start-up code of its own.

usage: check_m33.py --build-dir DIR     reads the linked program and every library of that build
       check_m33.py --self-test         proves that an offending file is found
"""
import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

NM = "arm-none-eabi-nm"
COMPILER = "arm-none-eabi-g++"

# What must not be in the image, and why. The names are those of the linker (mangled).
FORBIDDEN = [
    (re.compile(r"^_?_?(malloc|calloc|realloc|free)(_r)?$"), "heap"),
    (re.compile(r"^_sbrk(_r)?$"), "heap"),
    (re.compile(r"^_Z(nw|na|dl|da)[jmPS]"), "operator new or delete"),
    (re.compile(r"^__cxa_guard_|^_ZGV"), "a function-local static that is initialised at run time"),
    (re.compile(r"^__cxa_"), "C++ run-time support (exceptions, static destructors, pure virtual calls)"),
    (re.compile(r"^__gxx_personality"), "exceptions"),
    (re.compile(r"^_?_?(abort|exit|_exit|atexit|__assert_func)$"), "a way to stop the device"),
    (re.compile(r"^(_Unwind|__aeabi_unwind|__gnu_unwind)"), "unwinder"),
    (re.compile(r"^_ZSt\d+__throw_|^_ZSt9terminatev$"), "exceptions of the standard library"),
    (re.compile(r"^_ZTI|^_ZTS"), "run-time type information"),
    (re.compile(r"^_GLOBAL__sub_I_"), "a static constructor that runs code"),
]


def offences(file: Path) -> list[str]:
    """The forbidden symbols that `file` (object, archive or program) defines or refers to."""
    output = subprocess.run([NM, "--no-sort", str(file)], capture_output=True, text=True, check=True).stdout
    member, found = "", []
    for line in output.splitlines():
        if line.endswith(":"):
            member = f"({line[:-1]})"
            continue
        fields = line.split()
        if len(fields) < 2:
            continue
        kind, symbol = fields[-2], fields[-1]
        for pattern, why in FORBIDDEN:
            if pattern.match(symbol):
                verb = "refers to" if kind in "Uwv" else "contains"
                found.append(f"{file.name}{member} {verb} {symbol}: {why}")
                break
    return found


def check_build(build_dir: Path) -> int:
    program = build_dir / "tests/target/link_check"
    archives = sorted((build_dir / "src").rglob("libpm_*.a"))
    if not program.is_file() or not archives:
        sys.exit(f"check_m33.py: no linked program in {build_dir}: run cmake --preset m33, cmake --build --preset m33")
    problems = [problem for file in [program, *archives] for problem in offences(file)]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print("what to do: tests/target/link_check.map in the build folder tells who pulls it in", file=sys.stderr)
    print(f"m33: {program.name} and {', '.join(a.name for a in archives)}: {len(problems)} forbidden symbols")
    return 1 if problems else 0


# Each of these must be found; the last must not.
OFFENDERS = {
    "operator new": "int* f() { return new int(1); }",
    "operator delete": "void f(int* p) { delete p; }",
    "malloc": "#include <stdlib.h>\nvoid* f() { return malloc(4); }",
    "free": "#include <stdlib.h>\nvoid f(void* p) { free(p); }",
    "abort": "#include <stdlib.h>\nvoid f() { abort(); }",
    "throw": "void f() { throw 1; }",
    "length error": "#include <vector>\nvoid f(std::vector<int>& v) { v.at(3) = 1; }",
    "static constructor": "int g(); int value = g();",
    "guarded static": "int g(); int f() { static int value = g(); return value; }",
    "pure virtual": "struct A { virtual void f() = 0; A(); }; A::A() {}",
}
INNOCENT = "#include <string.h>\nvoid f(char* a, const char* b) { memcpy(a, b, 100); }"


def self_test() -> int:
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "offender.cpp"), Path(folder, "offender.o")

        def compiled(text: str) -> list[str]:
            source.write_text(text + "\n", encoding="utf-8")
            command = [COMPILER, "-mcpu=cortex-m33", "-mthumb", "-Os", "-c", str(source), "-o", str(out)]
            subprocess.run(command, check=True)
            return offences(out)

        missed = [name for name, text in OFFENDERS.items() if not compiled(text)]
        blamed = compiled(INNOCENT)
    for name in missed:
        print(f"check_m33.py: self-test: '{name}' was not found", file=sys.stderr)
    for problem in blamed:
        print(f"check_m33.py: self-test: innocent code was blamed: {problem}", file=sys.stderr)
    print(f"m33 self-test: {len(OFFENDERS)} offenders, {len(missed)} missed")
    return 1 if missed or blamed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--build-dir", type=Path)
    what.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    return self_test() if options.self_test else check_build(options.build_dir)


if __name__ == "__main__":
    sys.exit(main())
