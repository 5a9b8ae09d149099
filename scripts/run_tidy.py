#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy on every source of src/ that a build compiles.

usage: run_tidy.py --build-dir DIR [--jobs N]     DIR: a build made with Clang (compile_commands.json)
"""
import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIDY = "clang-tidy-16"


def sources(build_dir: Path) -> list[Path]:
    commands = json.loads((build_dir / "compile_commands.json").read_text(encoding="utf-8"))
    files = {Path(command["directory"], command["file"]).resolve() for command in commands}
    return sorted(file for file in files if file.is_relative_to(ROOT / "src"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build-dir", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if not (options.build_dir / "compile_commands.json").is_file():
        sys.exit(f"run_tidy.py: no compile_commands.json in {options.build_dir}: configure that build first")

    def run(file: Path) -> tuple[Path, subprocess.CompletedProcess]:
        command = [TIDY, "-p", str(options.build_dir), "--quiet", "--warnings-as-errors=*", str(file)]
        return file, subprocess.run(command, capture_output=True, text=True, check=False)

    files = sources(options.build_dir)
    bad = 0
    with ThreadPoolExecutor(options.jobs) as pool:
        for number, (file, result) in enumerate(pool.map(run, files), 1):
            print(f"[{number}/{len(files)}] {file.relative_to(ROOT)}", flush=True)
            if result.returncode != 0:
                bad += 1
                print(result.stdout.replace(f"{ROOT}/", "") or result.stderr)
    print(f"clang-tidy: {len(files)} files, {bad} with findings")
    return 1 if bad or not files else 0


if __name__ == "__main__":
    sys.exit(main())
