#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that #include lines follow the house's arrows (ARCHITECTURE.md).

usage: check_includes.py [ROOT]     exit status 0: clean, 1: violations (listed as file:line), 2: wrong use
"""
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

# layer -> the layers whose PUBLIC headers (include/pm/<layer>) it may include. Its own headers are always allowed;
# another layer's private headers (src/<layer>) never are, except from the tests.
ALLOWED = {
    "base": set(),
    "ports": {"base"},
    "hci": {"base", "ports"},
    # Siblings: none of these may include another.
    "peer_manager": {"base", "ports"},
    "zms": {"base", "ports"},
    "host": {"base", "ports", "hci"},
    "sim": {"base", "ports", "hci"},
    # Packets on a byte stream need the H4 framing, which is a packet codec.
    "adapters": {"base", "ports", "hci"},
    # Every C face; the only folder that may own globals, those of the Nordic home (its adapters) among them.
    "c_api": {"base", "ports", "peer_manager", "host", "zms", "adapters"},
    # Composition: knows everybody.
    "device": {"base", "ports", "hci", "peer_manager", "zms", "host", "sim", "adapters", "c_api"},
}

# C vocabulary: softdevice (include/softdevice) is for all. bm (include/bm) is the library's own C interface; its event
# type is the core's. sdk (include/sdk) stands in for the SDK: for C faces and the Nordic adapter only.
VOCABULARY = {"softdevice", "bm", "sdk"}
BM_USERS = {"ports", "peer_manager", "c_api", "device"}
SDK_USERS = {"c_api", "adapters", "device"}

# Layers that the target links: headers of the language only, and of these only what neither allocates nor throws.
FREESTANDING_LAYERS = {"base", "ports", "peer_manager", "zms"}
FREESTANDING_HEADERS = set(
    """algorithm array atomic bit compare concepts cstdarg cstddef cstdint cstdlib cstring initializer_list iterator
    limits new numeric optional span string_view tuple type_traits utility
    inttypes.h limits.h stdarg.h stdbool.h stddef.h stdint.h stdlib.h string.h""".split())

# Applications are what a user of the SDK writes: the C faces, and the C library.
APP_FOLDERS = {"apps"}
# Programs and tests may include any public header; tests may include private ones too.
FREE_FOLDERS = {"tests", "tools", "fuzz", "bench"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SUFFIXES = {".h", ".hpp", ".c", ".cpp"}


@dataclass(frozen=True)
class Target:
    """What an #include names: kind 'public', 'private', 'vocabulary', 'local' or 'foreign', and whose it is."""
    kind: str
    layer: str = ""


def owner_of(path: Path) -> Target:
    """The owner of a file of the repository, from its path relative to the root."""
    parts = path.parts
    if parts[0] == "src" and len(parts) > 2:
        return Target("private", parts[1])
    if parts[:2] == ("include", "pm") and len(parts) > 3:
        return Target("public", parts[2])
    if parts[0] == "include" and len(parts) > 2 and parts[1] in VOCABULARY:
        return Target("vocabulary", parts[1])
    return Target("local", parts[0])


def resolve(root: Path, source: Path, spelled: str, quoted: bool) -> Target:
    """Finds which file of the repository an #include means; 'foreign' when none."""
    places = [root / "include", root / "src", root / "include/softdevice", root / "include/sdk"]
    if quoted:
        places.insert(0, (root / source).parent)
    for place in places:
        candidate = Path(os.path.normpath(place / spelled))
        if candidate.is_file() and candidate.is_relative_to(root):
            return owner_of(candidate.relative_to(root))
    # A header that is named as ours but absent belongs where its name says: the arrow is wrong all the same.
    parts = Path(spelled).parts
    if len(parts) > 2 and parts[0] == "pm":
        return Target("public", parts[1])
    if len(parts) > 1 and parts[0] in ALLOWED:
        return Target("private", parts[0])
    return Target("foreign")


def judge_layer(layer: str, public_header: bool, target: Target, spelled: str) -> str | None:
    """Why a file of `layer` may not include `target`; None when it may."""
    if layer not in ALLOWED:
        return f"folder '{layer}' is no layer: add it to ALLOWED in scripts/check_includes.py, with its arrows"
    if target.kind in ("public", "private") and target.layer == layer:
        if public_header and target.kind == "private":
            return "a public header must stand alone: move what it needs into include/pm"
        return None
    if target.kind == "private":
        return f"private header of '{target.layer}': use its public headers (include/pm/{target.layer}), or a port"
    if target.kind == "public" and target.layer not in ALLOWED[layer]:
        allowed = ", ".join(sorted(ALLOWED[layer])) or "nothing"
        return f"'{layer}' may include {allowed}, not '{target.layer}': go through a port, or compose in device"
    if target.kind == "vocabulary":
        users = {"bm": BM_USERS, "sdk": SDK_USERS}.get(target.layer)
        if users is not None and layer not in users:
            return f"include/{target.layer} is for {', '.join(sorted(users))} only"
    if target.kind == "foreign" and layer in FREESTANDING_LAYERS and spelled not in FREESTANDING_HEADERS:
        return f"<{spelled}> may allocate, throw or need a host: '{layer}' must link on the target"
    if target.kind == "local":
        return f"'{layer}' stands below {target.layer}/"
    return None


def judge(source: Path, target: Target, spelled: str) -> str | None:
    owner = owner_of(source)
    if owner.kind in ("private", "public"):
        return judge_layer(owner.layer, owner.kind == "public", target, spelled)
    if owner.kind == "vocabulary":
        if target.kind in ("public", "private", "local"):
            return f"C vocabulary (include/{owner.layer}) stands below every layer"
        if owner.layer == "softdevice" and target == Target("vocabulary", "bm"):
            return "include/softdevice stands below include/bm"
        return None
    if owner.layer in APP_FOLDERS and target.kind in ("public", "private"):
        return "an application uses the C faces only (include/bm, include/sdk, include/softdevice)"
    if owner.layer in FREE_FOLDERS - {"tests", "fuzz"} and target.kind == "private":
        return f"private header of '{target.layer}': programs use public headers"
    return None


def check(root: Path) -> tuple[list[str], int]:
    """All violations under `root`, and the number of #include lines seen."""
    problems, lines = [], 0
    folders = ["include", "src", *sorted(APP_FOLDERS | FREE_FOLDERS)]
    for path in sorted(p for folder in folders for p in (root / folder).rglob("*") if p.suffix in SUFFIXES):
        source = path.relative_to(root)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            lines += 1
            target = resolve(root, source, match[2], match[1] == '"')
            why = judge(source, target, match[2])
            if why:
                problems.append(f"{source}:{number}: #include {match[2]}: {why}")
    return problems, lines


def main() -> int:
    if len(sys.argv) > 2 or (len(sys.argv) == 2 and not Path(sys.argv[1]).is_dir()):
        print(__doc__, file=sys.stderr)
        return 2
    root = Path(sys.argv[1]) if len(sys.argv) == 2 else Path(__file__).parent.parent
    problems, lines = check(root.resolve())
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    print(f"include directions: {lines} lines, {len(problems)} violations")
    return 1 if problems or lines == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
