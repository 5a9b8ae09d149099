# SPDX-License-Identifier: Apache-2.0
"""Our side: a process on the guest's second controller."""
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import bonds
import traces
from outcome import Failed


class Peer:
    def __init__(self, program: Path, options: list[str], controller: str, folder: Path):
        self.program, self.options, self.controller, self.folder = program, options, controller, folder
        self.flash = folder / "ours.flash"
        self.events_path = folder / "ours.jsonl"
        self.boot = 0
        self.process: subprocess.Popen | None = None
        self.events: list[dict] = []
        self.pending = b""
        self.file = None
        self.mark = 0

    def start(self, *more: str) -> None:
        self.boot += 1
        command = [str(self.program), *self.options, *more, "--controller", self.controller, "--flash", str(self.flash),
                   "--events", str(self.events_path), "--boot", str(self.boot), "--btsnoop", str(self.trace_path)]
        with (self.folder / "ours.out").open("ab") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output)
        self.mark = len(self.events)

    @property
    def trace_path(self) -> Path:
        return self.folder / f"ours-{self.boot}.btsnoop"

    def send(self, line: str) -> None:
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """SIGKILL, as a power cut would be."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()
        self.process = None

    def read_events(self) -> None:
        if self.file is None and self.events_path.exists():
            self.file = self.events_path.open("rb")
        if self.file is None:
            return
        *lines, self.pending = (self.pending + self.file.read()).split(b"\n")
        self.events += [json.loads(line) for line in lines if line]

    def expect(self, event: str, limit_s: float = 10, since: int | None = None, **members) -> dict:
        """The next event after the one that was expected last; by default of all later ones."""
        deadline = time.monotonic() + limit_s
        at = self.mark if since is None else since
        while True:
            self.read_events()
            while at < len(self.events):
                entry = self.events[at]
                at += 1
                if entry.get("event") == event and all(entry.get(name) == value for name, value in members.items()):
                    if since is None:
                        self.mark = at
                    return entry
            if self.process is not None and self.process.poll() is not None:
                raise Failed(f"our process ended with status {self.process.returncode}: {self.last_words()}")
            if time.monotonic() > deadline:
                wanted = " ".join([event, *[f"{name}={value}" for name, value in members.items()]])
                raise Failed(f"our side: no {wanted} within {limit_s:.0f} s")
            time.sleep(0.02)

    def expect_any(self, events: list[str], limit_s: float = 10) -> str:
        """The first of these that comes after the event that was expected last, which stays where it is."""
        deadline = time.monotonic() + limit_s
        while True:
            self.read_events()
            for entry in self.events[self.mark:]:
                if entry.get("event") in events:
                    return entry["event"]
            if time.monotonic() > deadline:
                raise Failed(f"our side: none of {', '.join(events)} within {limit_s:.0f} s")
            time.sleep(0.02)

    def expect_text(self, text: str, limit_s: float = 10) -> None:
        """A line of its log in the present boot."""
        deadline = time.monotonic() + limit_s
        while True:
            self.read_events()
            if any(entry.get("boot") == self.boot and text in entry.get("text", "") for entry in self.events):
                return
            if time.monotonic() > deadline:
                raise Failed(f"our side: no '{text}' in its log within {limit_s:.0f} s")
            time.sleep(0.02)

    def has(self, event: str, **members) -> bool:
        """Whether the present boot has had it."""
        self.read_events()
        return any(entry.get("event") == event and entry.get("boot") == self.boot and
                   all(entry.get(name) == value for name, value in members.items()) for entry in self.events)

    def last_words(self) -> str:
        lines = (self.folder / "ours.out").read_text(errors="replace").splitlines()
        return lines[-1] if lines else "it said nothing"

    def output(self) -> str:
        return (self.folder / "ours.out").read_text(errors="replace")

    def bond(self) -> bonds.Bond:
        found = bonds.ours(self.flash)
        if len(found) != 1:
            raise Failed(f"our flash file holds {len(found)} bonds, not 1")
        return found[0]

    def identity(self) -> tuple[str, bytes]:
        """Our own identity address and IRK."""
        octets = Path(f"{self.flash}.identity").read_bytes()
        return traces.address(octets[:6]), octets[6:22]

    def trace(self) -> list[traces.Entry]:
        return traces.read(self.trace_path)

    def close(self) -> None:
        self.kill()
        if self.file is not None:
            self.file.close()
            self.file = None
        for name in os.listdir(self.folder):
            # Keys: of no use to anybody but the case itself.
            if name.endswith(".flash.lock"):
                os.unlink(self.folder / name)
