#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Size of the library on Cortex-M33, per configuration and per module, beside Nordic's C Peer Manager.

usage: size.py --build-dir DIR [--table FILE | --check FILE] [--json FILE]

The library is built with the flags of cmake/toolchain-m33.cmake (-Os), as a whole and with the flags that
cmake/PmOneSource.cmake adds, in the configurations configs/size_*.conf, and linked with --gc-sections. Every public
function is kept; what an image brings of its own (SoftDevice, store, timers, PSA, memcpy) stays undefined and is not
counted. Logging is off.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import stack

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = "lib/libpeer_manager.a"
PREFIX = "arm-none-eabi-"
KINDS = ("text", "data", "bss")

CONFIGURATIONS = {
    "a": "both roles, 2 links, Service Changed, ranks",
    "b": "a + LE Secure Connections",
    "c": "b + protection against repeated attempts",
}
# Nordic's, measured with the same compiler and flags: text, data, bss.
REFERENCE = {"a": (13896, 64, 1065), "b": (14644, 64, 1341), "c": (15200, 64, 1573)}
# Its text when compiler and linker see the whole at once.
REFERENCE_LTO = {"a": 13080, "b": 13820, "c": 14396}
REFERENCE_STORE = (5636, 32, 2768)
# The same by module, configuration c: text, bss. "rest" is what its parts leave of the whole.
REFERENCE_MODULES = {
    "front end": (2580, 27), "security dispatcher": (1898, 64), "GATT cache manager": (1690, 4),
    "identity manager": (1684, 257), "security manager": (1328, 10), "peer database": (1036, 389),
    "peer data storage": (974, 93), "connection state": (920, 124), "GATT server cache": (764, 4), "LESC": (742, 282),
    "attempt tracker": (520, 232), "peer IDs": (506, 64), "buffers": (286, None), "handlers": (260, None),
}
# Which files make a module; another file of the library belongs to the front end. What comes from elsewhere (octets,
# containers, the standard library) belongs to who uses it.
MODULES = [
    ("security dispatcher", r"security_dispatcher"), ("security manager", r"security_manager"),
    ("GATT cache manager", r"gatt_cache_manager|gatt_client_cache"), ("GATT server cache", r"gatt_server_cache"),
    ("identity manager", r"id_manager|identity_index"), ("peer database", r"peer_database"),
    ("peer data storage", r"peer_data_storage"), ("connection state", r"connection_states"), ("LESC", r"lesc"),
    ("attempt tracker", r"pairing_attempts"), ("peer IDs", r"peer_id_pool"), ("buffers", r"write_buffers"),
    ("handlers", r"handler"), ("ranks", r"ranks"), ("ports", r"/adapters/"), ("front end", r"peer_manager|/c_api/|nordic_hooks"),
]
# Members whose memory is a module's: sizes that the compiler tells.
PROBED = {
    "security dispatcher": "SecurityDispatcher", "security manager": "SecurityManager",
    "GATT cache manager": "GattCacheManager", "GATT client cache": "GattClientCache",
    "GATT server cache": "GattServerCache", "identity manager": "IdManager", "identity index": "IdentityIndex",
    "peer database": "PeerDatabase", "buffers": "WriteBuffers", "peer data storage": "PeerDataStorage",
    "connection state": "ConnectionStates", "LESC": "LescModule", "attempt tracker": "PairingAttemptsModule",
    "peer IDs": "PeerIdPool", "ranks": "Ranks", "handlers": "StandardHandlers", "front end": "PeerManager",
    "store": "adapters::NordicStorage", "timers": "adapters::NordicTimers", "cryptography": "adapters::NordicCrypto",
}
# Reported together.
PORTS = ("store", "timers", "cryptography")
# Members of members, so that nothing is counted twice.
NESTED = {"identity manager": ["identity index"]}


def run(*command: str, **options) -> str:
    result = subprocess.run(command, capture_output=True, text=True, **options)
    if result.returncode != 0:
        sys.exit(f"size.py: {' '.join(command[:3])} ... failed:\n{result.stdout[-3000:]}{result.stderr[-3000:]}")
    return result.stdout


def build(name: str, folder: Path, *flags: str) -> list[Path]:
    """The libraries of one configuration."""
    launcher = [f"-DCMAKE_{lang}_COMPILER_LAUNCHER=ccache" for lang in ("C", "CXX")] if shutil.which("ccache") else []
    run("cmake", "-S", str(ROOT), "-B", str(folder), "-G", "Ninja", "-DPM_TESTS=OFF", "-DCMAKE_BUILD_TYPE=Size",
        f"-DCMAKE_TOOLCHAIN_FILE={ROOT}/cmake/toolchain-m33.cmake",
        f"-DPM_KCONFIG_CONFIG={ROOT}/configs/size_{name}.conf", *launcher, *flags)
    run("cmake", "--build", str(folder), "-j", os.environ.get("PM_JOBS", "2"))
    return [folder / LIBRARY]


def defined(libraries: list[Path]) -> set[str]:
    output = run(f"{PREFIX}nm", "--defined-only", "--extern-only", *map(str, libraries))
    return {line.split()[-1] for line in output.splitlines() if len(line.split()) == 3}


def public_functions(folder: str) -> list[str]:
    names = set()
    for header in (ROOT / folder).glob("*.h"):
        text = re.sub(r"/\*.*?\*/|//[^\n]*", "", header.read_text(encoding="utf-8"), flags=re.S)
        names |= set(re.findall(r"\b((?:pm|nrf_ble_lesc|bm_zms)_\w+)\s*\(", text))
    return sorted(names)


def link(folder: Path, libraries: list[Path], roots: list[str], *flags: str) -> Path:
    image = folder / "measured"
    run(f"{PREFIX}gcc", "-mcpu=cortex-m33", "-mthumb", "-nostdlib", *flags, "-Wl,--gc-sections", "-Wl,--entry=0",
        "-Wl,--unresolved-symbols=ignore-all", f"-Wl,-Map={image}.map", *(f"-Wl,-u,{root}" for root in roots),
        f"-Wl,-T,{ROOT}/cmake/observers.ld", "-Wl,--start-group", *map(str, libraries), "-Wl,--end-group",
        "-o", str(image))
    return image


def sections(image: Path):
    """Each kept input section: kind, object file with its library, octets."""
    text = Path(f"{image}.map").read_text(encoding="utf-8").split("Linker script and memory map", 1)[1]
    pattern = re.compile(r"^ (\.(?:text|rodata|data|bss|ARM\.exidx|init_array|_nrf_sdh)[\w.$]*|COMMON)\s+"
                         r"0x[0-9a-f]+\s+0x([0-9a-f]+) (\S+)$", re.M)
    for section, size, file in pattern.findall(text):
        kind = "bss" if section.startswith((".bss", "COMMON")) else "data" if section.startswith(".data") else "text"
        yield kind, file, int(size, 16)


def module_of(file: str) -> str | None:
    return next((module for module, pattern in MODULES if re.search(pattern, file)), None)


def text_by_module(image: Path) -> dict[str, int]:
    """Octets of code by the file that they come from, inlined or not: from the line table."""
    rows = {}
    file = ""
    for line in run(f"{PREFIX}objdump", "--dwarf=decodedline", str(image)).splitlines():
        if header := re.match(r"^(/\S+|\./\S+|\S+\.(?:c|cpp)):(?:\[\+\+\])?$", line):
            file = header[1].removeprefix(str(ROOT))
        elif row := re.match(r"^\S+\s+(\d+|-)\s+(0x[0-9a-f]+|0)", line):
            rows[int(row[2], 16)] = "" if row[1] == "-" else file
    modules: dict[str, int] = defaultdict(int)
    section = re.search(r" \.text +([0-9a-f]+) +([0-9a-f]+)", run(f"{PREFIX}objdump", "-h", str(image)))
    size, start = int(section[1], 16), int(section[2], 16)
    # Lines of what the linker has left out stand at zero.
    addresses = [*sorted(address for address in rows if start <= address < start + size), start + size]
    module = "front end"
    for address, end in zip(addresses, addresses[1:]):
        module = module_of(rows[address]) or module
        modules[module] += end - address
    return modules


def probe(folder: Path) -> dict[str, int]:
    """RAM of each module, as the compiler sees it."""
    lines = ['#include "pm/peer_manager/peer_manager.hpp"', '#include "pm/peer_manager/standard_handlers.hpp"']
    lines += [f'extern "C" {{ char size_of_{i}[sizeof(pm::{kind})]; }}' for i, kind in enumerate(PROBED.values())]
    source, out = folder / "probe.cpp", folder / "probe.o"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    commands = json.loads((folder / "compile_commands.json").read_text(encoding="utf-8"))
    entry = next(c for c in commands if c["file"].endswith("/peer_manager/peer_manager.cpp"))
    arguments = entry["command"].split()
    arguments = [a for a in arguments if a != stack.FLAGS]
    arguments[arguments.index("-o") + 1] = str(out)
    arguments[arguments.index("-c") + 1] = str(source)
    run(*[a for a in arguments if a != "ccache"], cwd=entry["directory"])
    sizes = {}
    for line in run(f"{PREFIX}nm", "-S", str(out)).splitlines():
        _, size, _, name = line.split()
        sizes[list(PROBED)[int(name.rsplit("_", 1)[1])]] = int(size, 16)
    for outer, inner in NESTED.items():
        sizes[outer] -= sum(sizes[name] for name in inner)
    sizes["ports"] = sum(sizes.pop(name) for name in PORTS)
    sizes["front end"] -= sum(size for name, size in sizes.items() if name not in ("front end", "handlers", "ports"))
    sizes["GATT cache manager"] += sizes.pop("GATT client cache")
    return sizes


def measure_lto(name: str, folder: Path, roots: list[str]) -> int:
    """Text of a configuration when compiler and linker see the whole at once."""
    build(name, folder, *(f"-DCMAKE_{lang}_FLAGS_SIZE=-flto" for lang in ("C", "CXX")))
    # Not the library: its index knows nothing of what is not compiled yet.
    objects = sorted(folder.glob("src/c_api/CMakeFiles/pm_nordic.dir/**/*.obj"))
    image = link(folder, objects, roots, "-flto", "-Os")
    return sum(size for kind, _, size in sections(image) if kind == "text")


def measure(name: str, folder: Path) -> dict:
    flags = f"-g1 {stack.FLAGS}" if name == stack.CONFIGURATION else "-g1"
    libraries = build(name, folder, *(f"-DCMAKE_{lang}_FLAGS_SIZE={flags}" for lang in ("C", "CXX")))
    available = defined(libraries)
    roots = [root for root in public_functions("include/bm/bluetooth/peer_manager") if root in available]
    image = link(folder, libraries, roots)
    kept = dict.fromkeys(KINDS, 0)
    for kind, _, size in sections(image):
        kept[kind] += size
    modules = defaultdict(lambda: dict.fromkeys(KINDS, 0))
    for module, size in text_by_module(image).items():
        modules[module]["text"] = size
    # Constants have no lines.
    modules["front end"]["text"] += kept["text"] - sum(module["text"] for module in modules.values())
    modules["front end"]["data"] = kept["data"]
    modules["front end"]["bss"] = kept["bss"]
    objects = probe(folder)
    # The objects are the front end's global: their memory is the modules'.
    modules["front end"]["bss"] -= sum(objects.values())
    for module, size in objects.items():
        modules[module]["bss"] += size
    index = modules.pop("identity index")["bss"]
    totals = {kind: sum(module[kind] for module in modules.values()) for kind in KINDS}
    lto = measure_lto(name, folder.with_name(f"{folder.name}-lto"), roots)
    return {**totals, "lto": lto, "identity_index": index, "modules": dict(modules)}


def measure_store(folder: Path) -> dict:
    libraries = [path for path in sorted(folder.glob("src/**/libpm_*.a")) if re.search(r"libpm_(zms|bm_zms)\.a", path.name)]
    image = link(folder, libraries, public_functions("include/sdk/bm/fs"))
    totals = dict.fromkeys(KINDS, 0)
    for kind, _, size in sections(image):
        totals[kind] += size
    return totals


def amount(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def row(*cells) -> str:
    return "| " + " | ".join(amount(c) if isinstance(c, int) or c is None else str(c) for c in cells) + " |"


def ratio(ours: int, theirs: int) -> str:
    return f"{ours / theirs:.2f}"


def report(configs: dict, store: dict, frames: list[str]) -> str:
    ram = {name: config["data"] + config["bss"] for name, config in configs.items()}
    lines = ["# Size on Cortex-M33", "", "Made by `./dev size`. " + " ".join(__doc__.split("\n\n")[2].split()), "",
             f"Compiler: {run(f'{PREFIX}gcc', '--version').splitlines()[0]}. Octets. Reference: Nordic's C Peer Manager "
             "(nRF Connect SDK Bare Metal, August 2026), from its own files one by one, -Os alone; both with -flto too.", ""]
    lines += ["| configuration | text | data | bss | reference | text, ratio | RAM, ratio | text with -flto | "
              "reference | ratio | identity index, RAM |", "|---" * 11 + "|"]
    for name, config in configs.items():
        theirs = REFERENCE[name]
        lines.append(row(f"{name}: {CONFIGURATIONS[name]}", *(config[kind] for kind in KINDS),
                         " / ".join(map(amount, theirs)), ratio(config["text"], theirs[0]),
                         ratio(ram[name], theirs[1] + theirs[2]), config["lto"], REFERENCE_LTO[name],
                         ratio(config["lto"], REFERENCE_LTO[name]), config["identity_index"]))
    lines += ["", "The identity index is ours alone, optional, and not in bss above: with it, identifying a peer reads no "
              "storage.", "", "## Configuration c by module", "",
              "| module | text | RAM | reference, text | reference, bss |", "|---|---|---|---|---|"]
    modules = configs["c"]["modules"]
    for module in sorted(modules, key=lambda m: -modules[m]["text"]):
        ours = modules[module]
        lines.append(row(module, ours["text"], ours["data"] + ours["bss"], *REFERENCE_MODULES.get(module, (None, None))))
    lines += ["", "## Store", "", "Linked in place of `bm_zms_*`; not in the figures above.", "",
              "| store | text | data | bss |", "|---|---|---|---|", row("ours, behind bm_zms_*", *(store[k] for k in KINDS)),
              row("reference, bm_zms", *REFERENCE_STORE), "", "## Stack", "", *frames]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build-dir", type=Path, required=True)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--table", type=Path, help="write the table there")
    where.add_argument("--check", type=Path, help="fail if that table differs")
    parser.add_argument("--json", type=Path, help="write the figures there")
    options = parser.parse_args()
    configs = {name: measure(name, options.build_dir / name) for name in CONFIGURATIONS}
    store = measure_store(options.build_dir / "a")
    depths = stack.measure(options.build_dir / stack.CONFIGURATION)
    text = report(configs, store, depths["lines"])
    if options.json:
        figures = {name: {key: config[key] for key in (*KINDS, "lto", "identity_index", "modules")}
                   for name, config in configs.items()}
        document = {"configs": figures, "store": store, "stack": depths["figures"]}
        options.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if options.check:
        if options.check.read_text(encoding="utf-8") != text:
            print(f"size.py: {options.check.name} is not what is measured: run './dev size'", file=sys.stderr)
            return 1
        return 0
    if options.table:
        options.table.write_text(text, encoding="utf-8")
    print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
