#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays our devices against BlueZ in a virtual machine, and tells how it went."""
import argparse
import re
import shutil
import sys
import time
import traceback
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import image
from collector_cases import COLLECTOR_CASES
from guest import Guest, GuestError
from outcome import Failed
from sensor_cases import SENSOR_CASES
from trial import Case, Stage


CASES = [*SENSOR_CASES, *COLLECTOR_CASES]


def play(case: Case, guest: Guest, folder: Path, programs: Path) -> str:
    """Plays one case; why it failed, or nothing."""
    folder.mkdir(parents=True)
    stage = Stage(guest, folder, programs)
    said = len(guest.bluetoothctl.text)
    problem = ""
    try:
        case.play(stage)
    except Failed as error:
        problem = str(error)
    except GuestError as error:
        problem = f"guest: {error}"
    except Exception:  # whatever it is: the others are still to be played, and the guest stopped
        problem = "the trial itself failed: " + traceback.format_exc(limit=-2)
    if stage.peer is not None:
        stage.peer.close()
    try:
        while guest.bluetoothctl.pump(0):
            pass
        if stage.bluez is not None:
            stage.bluez.collect()
            stage.bluez.stop()
    except (GuestError, OSError) as error:
        problem = problem or f"guest: {error}"
    (folder / "bluetoothctl.out").write_text(guest.bluetoothctl.text[said:], encoding="utf-8")
    return problem


def choose(pattern: str) -> list[Case]:
    try:
        chosen = [case for case in CASES if re.search(pattern, case.name)]
    except re.error as error:
        sys.exit(f"'{pattern}' is no regular expression: {error}")
    if not chosen:
        sys.exit(f"no case has '{pattern}' in its name; --list shows them")
    return chosen


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev interop bluez", description=__doc__)
    parser.add_argument("cases", nargs="?", default="", help="a regular expression: only cases whose names have it")
    parser.add_argument("--list", action="store_true", help="name the cases")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="play the whole table N times")
    parser.add_argument("--junit", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--programs", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.repeat < 1:
        parser.error("--repeat: at least 1")
    chosen = choose(options.cases)
    if options.list:
        for case in chosen:
            print(f"{case.name:24} {case.text}")
        return 0

    shutil.rmtree(options.out / "traces", ignore_errors=True)
    started = time.monotonic()
    print("Preparing the guest", flush=True)
    try:
        kernel, disk = image.build(options.out / "cache", {"pm-interop-peer": options.programs / "pm-interop-peer"})
    except image.ImageError as error:
        print(f"the guest could not be made: {error}")
        return 2
    results: dict[str, list[tuple[str, float]]] = {case.name: [] for case in chosen}
    for turn in range(1, options.repeat + 1):
        play_table(chosen, kernel, disk, options, turn, results)

    print()
    for case in chosen:
        outcomes = results[case.name]
        passed = sum(not problem for problem, _ in outcomes)
        seconds = sum(took for _, took in outcomes) / max(1, len(outcomes))
        verdict = "passed" if passed == options.repeat else "FAILED"
        count = f" {passed}/{options.repeat}" if options.repeat > 1 else ""
        print(f"{case.name:24} {verdict}{count}  {seconds:5.1f} s  {case.text}")
    if options.junit:
        write_junit(options.junit, results)
    failed = sum(options.repeat - sum(not problem for problem, _ in results[case.name]) for case in chosen)
    print(f"traces of both sides: {options.out / 'traces'}; {time.monotonic() - started:.0f} s in all")
    print(f"{len(chosen) * options.repeat - failed} passed, {failed} failed")
    return 1 if failed else 0


def write_junit(path: Path, results: dict[str, list[tuple[str, float]]]) -> None:
    """As CTest writes it, for the summary of all tests."""
    suite = ElementTree.Element("testsuite", name="interop")
    for name, outcomes in results.items():
        for problem, took in outcomes:
            case = ElementTree.SubElement(suite, "testcase", name=f"bluez.{name}", time=f"{took:.1f}",
                                          status="fail" if problem else "run")
            if problem:
                ElementTree.SubElement(case, "failure", message=problem)
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def play_table(chosen: list[Case], kernel: Path, disk: Path, options, turn: int, results) -> None:
    """One boot of the guest serves all cases; should it break, the next case gets a new one."""
    folder = options.out / "traces" / (f"{turn:02}" if options.repeat > 1 else "")
    guest = None
    boots = 0
    try:
        for number, case in enumerate(chosen, 1):
            begun = time.monotonic()
            if guest is None:
                boots += 1
                machine = folder / f"guest-{boots}"
                machine.mkdir(parents=True)
                try:
                    guest = Guest(kernel, disk, machine)
                except GuestError as error:
                    print(f"  {error}", flush=True)
                    results[case.name].append((str(error), 0))
                    continue
                print(f"guest is up after {guest.boot_s:.1f} s", flush=True)
            begun = time.monotonic()
            problem = play(case, guest, folder / case.name, options.programs)
            took = time.monotonic() - begun
            results[case.name].append((problem, took))
            label = f"[{turn}/{options.repeat}] " if options.repeat > 1 else ""
            print(f"{label}[{number}/{len(chosen)}] {case.name}: {problem or 'ok'}, {took:.1f} s", flush=True)
            if problem.startswith(("guest:", "the trial itself")):
                guest.stop()
                guest = None
    finally:
        if guest is not None:
            guest.stop()


if __name__ == "__main__":
    sys.exit(main())
