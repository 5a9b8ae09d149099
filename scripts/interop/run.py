#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plays our devices against BlueZ in a virtual machine, and tells how it went."""
import argparse
import re
import shutil
import signal
import sys
import time
import traceback
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import image
from collector_cases import COLLECTOR_CASES
from guest import Guest, GuestError
from outcome import Failed
from sensor_cases import SENSOR_CASES
from trial import Case, Stage


CASES = [*SENSOR_CASES, *COLLECTOR_CASES]

# A guest that dies in the middle of a case gets a successor, but not for ever.
MAX_BOOTS = 3


@dataclass(frozen=True)
class Outcome:
    problem: str  # why it failed, or nothing
    notes: list[str]
    took_s: float


def play(case: Case, guest: Guest, folder: Path, programs: Path) -> tuple[str, list[str]]:
    """Plays one case; why it failed, or nothing, and what BlueZ was forgiven."""
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
    try:
        if stage.peer is not None:
            stage.peer.close()
        while guest.bluetoothctl.pump(0):
            pass
        if stage.bluez is not None:
            stage.bluez.collect()
            stage.bluez.stop()
    except Exception as error:  # as above
        problem = problem or f"guest: {error}"
    (folder / "bluetoothctl.out").write_text(guest.bluetoothctl.text[said:], encoding="utf-8")
    if stage.notes:
        (folder / "notes").write_text("\n".join([*stage.notes, ""]), encoding="utf-8")
    return problem, stage.notes


def choose(pattern: str, parser: argparse.ArgumentParser) -> list[Case]:
    try:
        chosen = [case for case in CASES if re.search(pattern, case.name)]
    except re.error as error:
        parser.error(f"'{pattern}' is no regular expression: {error}")
    if not chosen:
        parser.error(f"no case has '{pattern}' in its name; --list shows them")
    return chosen


def absolute(path: str) -> Path:
    return Path(path).resolve()


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev interop bluez", description=__doc__)
    parser.add_argument("cases", nargs="?", default="", help="a regular expression: only cases whose names have it")
    parser.add_argument("--list", action="store_true", help="name the cases")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="play the whole table N times")
    parser.add_argument("--junit", type=absolute, help=argparse.SUPPRESS)
    parser.add_argument("--programs", type=absolute, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=absolute, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.repeat < 1:
        parser.error("--repeat: at least 1")
    chosen = choose(options.cases, parser)
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
    results: dict[str, list[Outcome]] = {case.name: [] for case in chosen}
    tables = []
    for turn in range(1, options.repeat + 1):
        begun = time.monotonic()
        play_table(chosen, kernel, disk, options, turn, results)
        tables.append(time.monotonic() - begun)
        if options.repeat > 1:
            failed = sum(bool(outcomes[-1].problem) for outcomes in results.values())
            print(f"[{turn}/{options.repeat}] table: {len(chosen) - failed} passed, {failed} failed, {tables[-1]:.0f} s",
                  flush=True)
    return tell(chosen, results, tables, options, time.monotonic() - started)


def tell(chosen: list[Case], results: dict[str, list[Outcome]], tables: list[float], options, took_s: float) -> int:
    """The table, and the exit status."""
    print()
    failed = 0
    for case in chosen:
        outcomes = results[case.name]
        passed = sum(not outcome.problem for outcome in outcomes)
        failed += options.repeat - passed
        seconds = sum(outcome.took_s for outcome in outcomes) / max(1, len(outcomes))
        verdict = "passed" if passed == options.repeat else "FAILED"
        count = f" {passed}/{options.repeat}" if options.repeat > 1 else ""
        notes = sum(len(outcome.notes) for outcome in outcomes)
        forgiven = f" [BlueZ forgiven {notes} times]" if notes else ""
        print(f"{case.name:24} {verdict}{count}  {seconds:5.1f} s  {case.text}{forgiven}")
    for name, outcomes in results.items():
        for turn, outcome in enumerate(outcomes, 1):
            for note in outcome.notes:
                print(f"forgiven: {f'[{turn}] ' if options.repeat > 1 else ''}{name}: {note}")
    if options.junit:
        write_junit(options.junit, results)
    if options.repeat > 1:
        print(f"seconds per table: {min(tables):.0f} to {max(tables):.0f}, mean {sum(tables) / len(tables):.0f}")
    print(f"traces of both sides: {options.out / 'traces'}; {took_s:.0f} s in all")
    print(f"{len(chosen) * options.repeat - failed} passed, {failed} failed")
    return 1 if failed else 0


def write_junit(path: Path, results: dict[str, list[Outcome]]) -> None:
    """As CTest writes it, for the summary of all tests."""
    suite = ElementTree.Element("testsuite", name="interop")
    for name, outcomes in results.items():
        for outcome in outcomes:
            case = ElementTree.SubElement(suite, "testcase", name=f"bluez.{name}", time=f"{outcome.took_s:.1f}",
                                          status="fail" if outcome.problem else "run")
            if outcome.problem:
                ElementTree.SubElement(case, "failure", message=outcome.problem)
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def play_table(chosen: list[Case], kernel: Path, disk: Path, options, turn: int, results) -> None:
    """One boot of the guest serves all cases; should it break, the next case gets a new one."""
    folder = options.out / "traces" / (f"{turn:02}" if options.repeat > 1 else "")
    guest = None
    boots = 0
    dead = ""
    try:
        for number, case in enumerate(chosen, 1):
            if guest is None and not dead:
                boots += 1
                machine = folder / f"guest-{boots}"
                machine.mkdir(parents=True)
                try:
                    guest = Guest(kernel, disk, machine)
                    print(f"guest is up after {guest.boot_s:.1f} s", flush=True)
                except GuestError as error:
                    # Waiting for the same again, case by case, helps nobody.
                    dead = str(error)
            if dead:
                results[case.name].append(Outcome(dead, [], 0))
                print(f"[{number}/{len(chosen)}] {case.name}: {dead}", flush=True)
                continue
            begun = time.monotonic()
            problem, notes = play(case, guest, folder / case.name, options.programs)
            took = time.monotonic() - begun
            results[case.name].append(Outcome(problem, notes, took))
            label = f"[{turn}/{options.repeat}] " if options.repeat > 1 else ""
            print(f"{label}[{number}/{len(chosen)}] {case.name}: {problem or 'ok'}, {took:.1f} s", flush=True)
            for note in notes:
                print(f"  {note}", flush=True)
            if problem.startswith(("guest:", "the trial itself")):
                guest.stop()
                guest = None
                dead = f"the guest broke {boots} times" if boots == MAX_BOOTS else ""
    finally:
        if guest is not None:
            guest.stop()


ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupted(number: int, _frame) -> None:
    # Leaves through every `finally`: no guest and no device of ours stays behind.
    sys.exit(128 + number)


if __name__ == "__main__":
    for one in ENDING:
        signal.signal(one, interrupted)
    sys.exit(main())
