#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Instructions and storage operations of the library, beside those of Nordic's C Peer Manager.

usage: work.py --build-dir DIR [--table FILE] [--json FILE]

The target's library (libpeer_manager.a) is compiled for i386 with -Os in the configurations configs/bench*.conf, and
runs under callgrind. Instructions are the library's own and those of libc that it calls. SoftDevice, timers,
cryptography and, but for the rows that say so, the store are stand-ins in memory, which are not counted.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import callgrind

ROOT = Path(__file__).resolve().parent.parent
FLAGS = "-m32"
OPTIMISATION = "-Os -g1"
PROGRAMS = ("pm-bench-work", "pm-bench-work-store")
# Index on and off: the first is the one that rows are named after.
CONFIGURATIONS = {"index": "bench", "no index": "bench_no_index"}
BONDS = (1, 16, 100, 256)

# Nordic's: instructions with 1, 16, 100, 256 bonds; reads of N bonds.
REFERENCE = {
    "initialise": ("initialise", (8800, 11700, 28000, 58700), "256"),
    "connect_public_last": ("connect, public address, last peer", (7500, 13900, 49700, 116000), "2N+3"),
    "connect_public_unknown": ("connect, public address, unknown", (7800, 11400, 31000, 68000), "256"),
    "connect_private_last": ("connect, private address, last peer", (7700, 16800, 68000, 163000), "2N+3"),
    "connect_private_unknown": ("connect, private address, unknown", (8000, 14300, 49700, 115000), "256"),
    "encrypt": ("encrypt with the stored key, as peripheral", (None,) * 4, None),
    "iterate_all": ("iterate all peers", (4200, 6300, 18000, 41000), "0"),
    "ranks": ("find highest and lowest rank", (4300, 6700, 20500, 46000), "N"),
    "reconnect": ("reconnect, encrypt, same CCCDs, rank again, disconnect", (None,) * 4, None),
    "delete_all": ("delete all", (22000, 154000, 1420000, None), "71N, and 4N deletions"),
}
INITIALISE_0 = 8600
# On the store: instructions, device reads, device writes, octets.
REFERENCE_STORE = {
    "store_initialise_14": ("initialise, 14 bonds", 3500000, 17290, None, None),
    "store_connect_unknown_14": ("connect, unknown, 14 bonds", 3500000, 17217, None, None),
    "store_bonding_14": ("one bonding, 14 bonds before", 7000000, 34584, None, None),
    "store_reconnect_14": ("reconnection and disconnection, 14 bonds", 3600000, 17820, 0, 0),
    "store_bonding_0": ("one bonding, first", None, None, 10, 254),
}


def run(*command: str, **options) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if result.returncode != 0:
        sys.exit(f"work.py: {' '.join(command[:3])} ... failed:\n{result.stdout[-3000:]}{result.stderr[-3000:]}")
    return result.stdout


def build(configuration: str, folder: Path) -> None:
    languages = ("C", "CXX")
    launcher = [f"-DCMAKE_{lang}_COMPILER_LAUNCHER=ccache" for lang in languages] if shutil.which("ccache") else []
    flags = [f"-DCMAKE_{lang}_FLAGS={FLAGS}" for lang in languages]
    flags += [f"-DCMAKE_{lang}_FLAGS_WORK={OPTIMISATION}" for lang in languages]
    run("cmake", "-S", str(ROOT), "-B", str(folder), "-G", "Ninja", "-DPM_TESTS=OFF", "-DPM_NORDIC=ON",
        "-DCMAKE_BUILD_TYPE=Work", "-DCMAKE_C_COMPILER=gcc", "-DCMAKE_CXX_COMPILER=g++",
        f"-DPM_KCONFIG_CONFIG={ROOT}/configs/{configuration}.conf", *flags, *launcher)
    run("cmake", "--build", str(folder), "-j", os.environ.get("PM_JOBS", "2"), "--target", *PROGRAMS)


def measure(program: Path, dumps: Path) -> dict[str, dict]:
    """Rows by name."""
    shutil.rmtree(dumps, ignore_errors=True)
    dumps.mkdir(parents=True)
    # Else the dynamic linker does its work within the rows.
    environment = {**os.environ, "LD_BIND_NOW": "1"}
    printed = run("valgrind", *callgrind.OPTIONS, f"--callgrind-out-file={dumps}/out.%p", str(program), env=environment)
    instructions = {}
    for dump in dumps.glob("out.*.1"):
        name, costs = callgrind.functions(dump)
        instructions[name] = sum(costs.values())
    rows = {}
    for line in printed.splitlines():
        name, reads, writes, octets = line.split()
        rows[name] = {"name": name, "instructions": instructions[name], "storage_reads": int(reads),
                      "storage_writes": int(writes), "bytes_written": int(octets)}
    return rows


def amount(number: int | None) -> str:
    return "-" if number is None else f"{number:,}"


def ratio(ours: int, theirs: int | None) -> str:
    return "-" if theirs is None else f"{ours / theirs:.2f}"


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def report_work(rows: dict, without: dict) -> list[str]:
    lines = ["## Instructions", "",
             "With the identity index (a place for every peer), and without (`CONFIG_PM_IDENTITY_INDEX_SIZE=0`); the ratio is "
             "that with the index to the reference.", "",
             row("operation", "bonds", "reference", "ours", "ratio", "no index"), "|---|---|---|---|---|---|"]

    def line(what: str, name: str, bonds: int, theirs: int | None) -> str:
        ours = rows[name]["instructions"]
        return row(what, str(bonds), amount(theirs), amount(ours), ratio(ours, theirs),
                   amount(without[name]["instructions"]))

    lines.append(line("initialise", "initialise_0", 0, INITIALISE_0))
    for key, (what, theirs, _) in REFERENCE.items():
        for bonds, number in zip(BONDS, theirs):
            lines.append(line(what, f"{key}_{bonds}", bonds, number))
    lines.append(line("one bonding: LESC, new peer, three times CCCDs, CAR, rank", "bonding_0", 0, None))
    return lines


def report_storage(rows: dict, without: dict) -> list[str]:
    lines = ["## Records read and written", "",
             "The store is one of records that cannot list its keys, as the SDK's: the start asks for 256 bonds. The index "
             "also knows two flags of each peer, which are two reads a bond at the start and none later. Deletions count "
             "as writes; a dash: not measured.", "",
             row("operation", "bonds", "reference, reads", "ours, reads / writes / octets", "no index, reads"),
             "|---|---|---|---|---|"]

    def line(what: str, name: str, bonds: int, theirs: str | None) -> str:
        ours = " / ".join(amount(rows[name][key]) for key in ("storage_reads", "storage_writes", "bytes_written"))
        return row(what, str(bonds), theirs or "-", ours, amount(without[name]["storage_reads"]))

    lines.append(line("initialise", "initialise_0", 0, "256"))
    for key, (what, _, reads) in REFERENCE.items():
        for bonds in BONDS:
            lines.append(line(what, f"{key}_{bonds}", bonds, reads))
    lines.append(line("one bonding", "bonding_0", 0, "- (6 records, 166 octets written)"))
    return lines


def report_store(rows: dict) -> list[str]:
    lines = ["## On a memory of 4 KiB", "",
             "The reference on its bm_zms without look-up cache, ours on our own bm_zms with its index; instructions are those "
             "of the Peer Manager and of the store.", "",
             row("operation", "instructions, reference", "ours", "ratio", "device reads, reference", "ours",
                 "device writes / octets, reference", "ours"), "|---|---|---|---|---|---|---|---|"]
    for name, (what, instructions, reads, writes, octets) in REFERENCE_STORE.items():
        ours = rows[name]
        lines.append(row(what, amount(instructions), amount(ours["instructions"]),
                         ratio(ours["instructions"], instructions), amount(reads), amount(ours["storage_reads"]),
                         f"{amount(writes)} / {amount(octets)}",
                         f"{amount(ours['storage_writes'])} / {amount(ours['bytes_written'])}"))
    return lines


def report(rows: dict, without: dict) -> str:
    compiler = run("g++", "--version").splitlines()[0]
    head = ["# What the library does", "", "Made by `./dev bench work`. " + " ".join(__doc__.split("\n\n")[2].split()) +
            " It repeats exactly.", "",
            f"Compiler: {compiler}, with its defaults (position independent). Configuration: both roles, 2 links, Service "
            "Changed, ranks, LE Secure Connections, protection against repeated attempts; no logging. Reference: Nordic's C "
            "Peer Manager (nRF Connect SDK Bare Metal, August 2026), -Os for i386 too; its figures are rounded. A dash: not "
            "measured. Each bond has its keys, CCCDs (26 octets), rank and Central Address Resolution.", ""]
    parts = [head, report_work(rows, without), [""], report_storage(rows, without), [""], report_store(rows)]
    return "\n".join(line for part in parts for line in part) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build-dir", type=Path, required=True)
    parser.add_argument("--table", type=Path, help="write the table there")
    parser.add_argument("--json", type=Path, help="write the rows there")
    options = parser.parse_args()

    measured = {}
    for name, configuration in CONFIGURATIONS.items():
        folder = options.build_dir / configuration
        build(configuration, folder)
        measured[name] = {}
        for program in PROGRAMS if name == "index" else PROGRAMS[:1]:
            measured[name].update(measure(folder / "bin" / program, folder / "dumps" / program))
    text = report(measured["index"], measured["no index"])
    if options.json:
        rows = list(measured["index"].values())
        rows += [{**row, "name": f"{row['name']}_no_index"} for row in measured["no index"].values()]
        options.json.write_text(json.dumps({"rows": rows}, indent=1) + "\n", encoding="utf-8")
    if options.table:
        options.table.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
