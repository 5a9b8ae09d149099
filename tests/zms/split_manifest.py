#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Splits the manifest of the golden images into one file per entry, so that a test reads only its own.

usage: split_manifest.py MANIFEST OUTPUT_FOLDER
"""
import json
import sys
from pathlib import Path

SECTIONS = ("images", "interrupted", "defective", "peer_manager")


def main() -> None:
    manifest = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = Path(sys.argv[2])
    for section in SECTIONS:
        (folder / section).mkdir(parents=True, exist_ok=True)
        names = []
        for name, entry in sorted(manifest[section].items()):
            (folder / section / f"{name}.json").write_text(json.dumps(entry), encoding="utf-8")
            # Name, then the fields it has: what tests choose by.
            names.append(" ".join([name, *entry]))
        (folder / f"{section}.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
