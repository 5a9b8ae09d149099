# SPDX-License-Identifier: Apache-2.0
"""Our side: a process on the guest's second controller, outside the guest or in it."""
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import bonds
import traces
from guest import Guest
from outcome import PATIENCE_S, Failed, end_with_parent


class Peer:
    """Outside the guest."""
    # Between two looks at the event log.
    pause_s = 0.02

    def __init__(self, program: Path, options: list[str], controller: str, folder: Path):
        self.program, self.options, self.controller, self.folder = program, options, controller, folder
        self.flash = folder / "ours.flash"
        self.events_path = folder / "ours.jsonl"
        self.boot = 0
        self.process: subprocess.Popen | None = None
        self.events: list[dict] = []
        self.pending = b""
        self.taken = 0
        self.mark = 0

    # --- the process ---

    def start(self, *more: str) -> None:
        self.boot += 1
        command = [str(self.program), *self.options, *more, "--controller", self.controller, "--flash", str(self.flash),
                   "--events", str(self.events_path), "--boot", str(self.boot), "--btsnoop", str(self.trace_path)]
        with (self.folder / "ours.out").open("ab") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output,
                                            preexec_fn=end_with_parent)
        self.mark = len(self.events)

    @property
    def trace_path(self) -> Path:
        return self.folder / f"ours-{self.boot}.btsnoop"

    def send(self, line: str) -> None:
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def advertise_anew(self) -> None:
        """Its user sees that nobody finds it. An application has no button for that, but a power switch."""
        if self.program.name == "pm-interop-peer":
            self.send("advertise")
            return
        self.kill()
        self.start()

    def ended(self) -> int | None:
        """The status that it ended with by itself, if it did."""
        return None if self.process is None else self.process.poll()

    def kill(self) -> None:
        """SIGKILL, as a power cut would be."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()
        self.process = None

    def new_events(self) -> bytes:
        """What the event log has got since the last look."""
        if not self.events_path.exists():
            return b""
        with self.events_path.open("rb") as file:
            file.seek(self.taken)
            return file.read()

    def output(self) -> str:
        return (self.folder / "ours.out").read_text(errors="replace")

    def last_words(self) -> str:
        lines = self.output().splitlines()
        return lines[-1] if lines else "it said nothing"

    # --- what it says ---

    def read_events(self) -> None:
        octets = self.new_events()
        self.taken += len(octets)
        *lines, self.pending = (self.pending + octets).split(b"\n")
        self.events += [json.loads(line) for line in lines if line]

    def expect(self, event: str, limit_s: float = PATIENCE_S, since: int | None = None, **members) -> dict:
        """The next event after the one that was expected last; by default of all later ones."""
        deadline = time.monotonic() + limit_s
        at = self.mark if since is None else since
        while True:
            status = self.ended()
            self.read_events()
            while at < len(self.events):
                entry = self.events[at]
                at += 1
                if entry.get("event") == event and all(entry.get(name) == value for name, value in members.items()):
                    if since is None:
                        self.mark = at
                    return entry
            if status is not None:
                raise Failed(f"our process ended with status {status}: {self.last_words()}")
            if time.monotonic() > deadline:
                wanted = " ".join([event, *[f"{name}={value}" for name, value in members.items()]])
                raise Failed(f"our side: no {wanted} within {limit_s:.0f} s")
            time.sleep(self.pause_s)

    def expect_any(self, events: list[str], limit_s: float = PATIENCE_S) -> str:
        """The first of these that comes after the event that was expected last, which stays where it is."""
        deadline = time.monotonic() + limit_s
        while True:
            self.read_events()
            for entry in self.events[self.mark:]:
                if entry.get("event") in events:
                    return entry["event"]
            if time.monotonic() > deadline:
                raise Failed(f"our side: none of {', '.join(events)} within {limit_s:.0f} s")
            time.sleep(self.pause_s)

    def expect_text(self, text: str, limit_s: float = PATIENCE_S, since: int = 0) -> None:
        """A line of its log in the present boot."""
        deadline = time.monotonic() + limit_s
        while True:
            self.read_events()
            if any(entry.get("boot") == self.boot and text in entry.get("text", "") for entry in self.events[since:]):
                return
            if time.monotonic() > deadline:
                raise Failed(f"our side: no '{text}' in its log within {limit_s:.0f} s")
            time.sleep(self.pause_s)

    def expect_boot(self, limit_s: float = PATIENCE_S) -> None:
        """It has its controller."""
        deadline = time.monotonic() + limit_s
        while not any(entry["kind"] == "boot" and entry["boot"] == self.boot for entry in self.events):
            if self.ended() is not None or time.monotonic() > deadline:
                raise Failed(f"our process did not start: {self.last_words()}")
            self.read_events()
            time.sleep(self.pause_s)

    def expect_end(self, limit_s: float = PATIENCE_S) -> int:
        """It ends by itself; the status."""
        deadline = time.monotonic() + limit_s
        while self.ended() is None:
            if time.monotonic() > deadline:
                raise Failed(f"our process did not end within {limit_s:.0f} s")
            time.sleep(self.pause_s)
        self.read_events()
        return self.ended()

    def has(self, event: str, **members) -> bool:
        """Whether the present boot has had it."""
        self.read_events()
        return any(entry.get("event") == event and entry.get("boot") == self.boot and
                   all(entry.get(name) == value for name, value in members.items()) for entry in self.events)

    # --- what it keeps ---

    def stored(self) -> list[bonds.Bond]:
        return bonds.ours(self.flash)

    def bond(self) -> bonds.Bond:
        found = self.stored()
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
        for name in os.listdir(self.folder):
            # Keys: of no use to anybody but the case itself.
            if name.endswith(".flash.lock"):
                os.unlink(self.folder / name)


START = """
cd /tmp
[ -p ours.in ] || mkfifo ours.in
{ COMMAND <>ours.in >>ours.out 2>&1 & echo $! >ours.pid; wait $!; echo $? >ours.status; } &
i=0
while [ ! -s ours.pid ]; do usleep 20000; i=$((i+1)); [ $i -le 1500 ] || exit 1; done
"""
KILL = """
[ ! -e /tmp/ours.pid ] || [ -e /tmp/ours.status ] || kill -9 $(cat /tmp/ours.pid)
i=0
while [ -e /tmp/ours.pid ] && [ ! -e /tmp/ours.status ]; do usleep 20000; i=$((i+1)); [ $i -le 1500 ] || exit 1; done
rm -f /tmp/ours.pid /tmp/ours.status
"""


class GuestPeer(Peer):
    """In the guest, on the kernel's user channel."""
    pause_s = 0.1

    def __init__(self, guest: Guest, options: list[str], controller: str, folder: Path):
        super().__init__(Path("pm-interop-peer"), options, controller, folder)
        self.guest = guest
        self.guest.run(KILL + "rm -f /tmp/ours*")

    def start(self, *more: str) -> None:
        self.kill()
        self.boot += 1
        command = [str(self.program), *self.options, *more, "--controller", self.controller, "--flash", "ours.flash",
                   "--events", "ours.jsonl", "--boot", str(self.boot), "--btsnoop", self.trace_path.name]
        self.guest.run(START.replace("COMMAND", " ".join(command)))
        self.mark = len(self.events)
        # From then on the controller is its own.
        self.expect_boot()

    def send(self, line: str) -> None:
        self.guest.run(f"echo '{line}' >/tmp/ours.in")

    def ended(self) -> int | None:
        status = self.guest.run("cat /tmp/ours.status 2>/dev/null", check=False).strip()
        return int(status) if status else None

    def kill(self) -> None:
        self.guest.run(KILL)

    def new_events(self) -> bytes:
        return self.guest.run(f"tail -c +{self.taken + 1} /tmp/ours.jsonl 2>/dev/null", check=False).encode()

    def fetch(self, *names: str) -> None:
        for name in names:
            self.guest.fetch(f"/tmp/{name}", self.folder / name)

    def output(self) -> str:
        self.fetch("ours.out")
        return super().output()

    def stored(self) -> list[bonds.Bond]:
        self.fetch("ours.flash")
        return super().stored()

    def identity(self) -> tuple[str, bytes]:
        self.fetch("ours.flash.identity")
        return super().identity()

    def trace(self) -> list[traces.Entry]:
        self.fetch(self.trace_path.name)
        return super().trace()

    def close(self) -> None:
        self.kill()
        if self.boot > 0:
            self.fetch("ours.out", "ours.jsonl", "ours.flash", self.trace_path.name)
