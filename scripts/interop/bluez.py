# SPDX-License-Identifier: Apache-2.0
"""BlueZ in the guest: its controllers, its daemon and its user's hands (bluetoothctl)."""
import re
import time
from collections.abc import Callable
from pathlib import Path

import btmon
import traces
from guest import ESCAPES, Guest
from outcome import PATIENCE_S, Failed, require

# How long a scan is given before the device that it looks for advertises anew.
LOOK_S = 2.0
POWER_TRIES = 3
PROMPT = re.compile(r"\[[^\]\n]*\]#\s*")

START_CONTROLLERS = """
btvirt -L -l2 >/tmp/btvirt.log 2>&1 & echo $! >/tmp/btvirt.pid
i=0
while [ ! -e /sys/class/bluetooth/hci1 ]; do
  usleep 50000; i=$((i+1)); [ $i -le 600 ] || { cat /tmp/btvirt.log; exit 1; }
done
"""
# A log that is left of an earlier one would say at once that this one is ready.
START_RELAY = """
rm -f /tmp/relay.log
relay 1 /dev/ttyS1 >/tmp/relay.log 2>&1 & echo $! >/tmp/relay.pid
i=0
while ! grep -q ready /tmp/relay.log 2>/dev/null; do
  usleep 50000; i=$((i+1)); [ $i -le 600 ] || { cat /tmp/relay.log; exit 1; }
done
"""
START_MONITOR = """
rm -f /tmp/monitor.log
monitor /tmp/air.btsnoop >/tmp/monitor.log 2>&1 & echo $! >/tmp/monitor.pid
i=0
while ! grep -q ready /tmp/monitor.log 2>/dev/null; do
  usleep 20000; i=$((i+1)); [ $i -le 1500 ] || { cat /tmp/monitor.log; exit 1; }
done
"""
START_DAEMON = """
bluetoothd -n -d -f /tmp/main.conf >>/tmp/bluetoothd.log 2>&1 & echo $! >/tmp/bluetoothd.pid
i=0
while ! dbus-send --system --print-reply --dest=org.bluez / org.freedesktop.DBus.ObjectManager.GetManagedObjects \\
    2>/dev/null | grep -q org.bluez.Adapter1; do
  usleep 100000; i=$((i+1)); [ $i -le 300 ] || { tail -n 5 /tmp/bluetoothd.log; exit 1; }
done
"""
# It needs an open standard input, and ends by itself.
SWITCH_OFF_LESC = """
rm -f /tmp/btmgmt.fifo; mkfifo /tmp/btmgmt.fifo
exec 4<>/tmp/btmgmt.fifo
timeout 30 btmgmt --index 0 sc off <&4 2>&1
"""
START_USER = """
rm -f /tmp/user.fifo; mkfifo /tmp/user.fifo
exec 5<>/dev/vport0p2
cat <&5 >/tmp/user.fifo & echo $! >/tmp/user.pid
bluetoothctl --agent AGENT </tmp/user.fifo >&5 2>&1 & echo $! >>/tmp/user.pid
"""
STOP = """
for name in NAMES; do
  [ -e /tmp/$name.pid ] || continue
  for pid in $(cat /tmp/$name.pid); do
    kill $pid 2>/dev/null
    i=0; while [ -e /proc/$pid ]; do usleep 20000; i=$((i+1)); [ $i -le 100 ] || kill -9 $pid; done
  done
  rm /tmp/$name.pid
done
true
"""


class Bluez:
    """`agent`: what its user can do, as bluetoothctl names it."""

    def __init__(self, guest: Guest, folder: Path, agent: str, privacy: bool = False, relay: bool = True,
                 lesc: bool = True):
        self.guest, self.folder, self.agent, self.privacy, self.relay = guest, folder, agent, privacy, relay
        self.lesc = lesc
        self.mark = 0

    def start(self, before_daemon: Callable[[], None] = lambda: None) -> None:
        """`before_daemon`: what is to happen when there are controllers, and nobody has looked for them yet.

        bluetoothctl 5.66 may die of a second controller that comes, and takes the wrong one of two: one that is ours is
        taken before BlueZ looks, which does not see it then.
        """
        self.stop()
        # Controllers are powered by the user: the second one is ours.
        settings = "[General]\n" + ("Privacy = device\n" if self.privacy else "") + "[Policy]\nAutoEnable = false\n"
        self.guest.run("rm -rf /var/lib/bluetooth/* /tmp/bluetoothd.log\n"
                  f"cat >/tmp/main.conf <<'EOF'\n{settings}EOF\n"
                  + START_MONITOR + START_CONTROLLERS + (START_RELAY if self.relay else ""))
        before_daemon()
        self.guest.run(START_DAEMON)
        self.start_user()
        if not self.lesc:
            said = self.guest.run(SWITCH_OFF_LESC, check=False)
            require("Secure Connections complete" in said, f"BlueZ did not give up Secure Connections: {said}")

    def start_user(self) -> None:
        line = self.guest.bluetoothctl
        while line.pump(0):
            pass
        self.mark = len(line.text)
        self.guest.run(START_USER.replace("AGENT", self.agent))
        self.expect("Agent registered")
        self.command("power on", "Changing power on succeeded")

    def stop_user(self) -> None:
        self.guest.run(STOP.replace("NAMES", "user"))

    def restart(self, before_daemon: Callable[[], None] = lambda: None) -> None:
        """A new daemon and a new user: they know what was stored and nothing else."""
        self.stop_user()
        self.guest.run(STOP.replace("NAMES", "bluetoothd"))
        before_daemon()
        self.guest.run(START_DAEMON)
        self.start_user()

    def unplug(self) -> None:
        """Both controllers vanish, as a pulled adapter does."""
        self.guest.run(STOP.replace("NAMES", "btvirt"))

    def plug_in(self, before_daemon: Callable[[], None]) -> None:
        """The same two again, with the addresses that they had."""
        self.stop_user()
        self.guest.run(START_CONTROLLERS)
        self.restart(before_daemon)

    def stop(self) -> None:
        self.guest.run(STOP.replace("NAMES", "user bluetoothd monitor relay btvirt"))

    # --- the user ---

    def send(self, text: str) -> None:
        self.mark = len(self.guest.bluetoothctl.text)
        self.guest.bluetoothctl.send(text)

    def mark_now(self) -> None:
        """What is expected from here on must be new."""
        while self.guest.bluetoothctl.pump(0):
            pass
        self.mark = len(self.guest.bluetoothctl.text)

    def said(self) -> str:
        """What came since the last command, without prompts."""
        text = self.guest.bluetoothctl.text[self.mark:]
        return PROMPT.sub("", ESCAPES.sub("", text).replace("\r", "\n"))

    def expect(self, pattern: str, limit_s: float = PATIENCE_S) -> re.Match:
        deadline = time.monotonic() + limit_s
        while True:
            found = re.search(pattern, self.said())
            if found:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise Failed(f"BlueZ: no '{pattern}' within {limit_s:.0f} s")
            self.guest.bluetoothctl.pump(min(left, 0.5))

    def command(self, text: str, pattern: str, limit_s: float = PATIENCE_S) -> re.Match:
        self.send(text)
        return self.expect(pattern, limit_s)

    def find(self, name: str, advertise_anew: Callable[[], None]) -> str:
        """Scans until a device with this name is seen; its address.

        btvirt reports an advertiser once when scanning begins, mostly before the kernel heeds reports, and once when
        advertising begins: a device that is not seen has to begin again.
        """
        self.command("menu scan", "Menu scan")
        self.send("transport le")
        self.send("back")
        deadline = time.monotonic() + PATIENCE_S
        self.command("scan on", "Discovery started")
        while True:
            try:
                address = self.expect(rf"NEW\] Device ([0-9A-F:]{{17}}) {name}", LOOK_S)[1]
                break
            except Failed:
                if time.monotonic() > deadline:
                    raise
                advertise_anew()
        self.command("scan off", "Discovery stopped|SetDiscoveryFilter|Failed to stop")
        return address

    def connect(self, address: str, limit_s: float = PATIENCE_S) -> None:
        found = self.command(f"connect {address}", "Connection successful|Failed to connect: [^\n]*", limit_s)
        if "successful" not in found[0]:
            raise Failed(f"BlueZ: {found[0]}")

    def power_cycle(self) -> None:
        """A command that power-off has cut short can cost the kernel its first one after power-on: a user tries again."""
        self.command("power off", "Changing power off succeeded")
        for _ in range(POWER_TRIES):
            if "succeeded" in self.command("power on", "Changing power on succeeded|Failed to set power on")[0]:
                return
        raise Failed("BlueZ: its controller does not come up again")

    # --- what it keeps ---

    def info(self, address: str) -> str:
        return self.guest.run(f"cat /var/lib/bluetooth/*/{address}/info 2>/dev/null", check=False)

    def trace(self) -> list[traces.Entry]:
        """What its controller and host have said to each other until now."""
        target = self.folder / "bluez.btsnoop"
        self.guest.fetch("/tmp/air.btsnoop", target)
        return traces.read(target)

    def decoded(self) -> list[btmon.Block]:
        """The same as btmon reads it: of the trace that was fetched last."""
        return btmon.read(self.folder / "bluez.btsnoop")

    def count_in_log(self, text: str) -> int:
        """Lines of bluetoothd's log that have this text."""
        return int(self.guest.run(f"grep -c -F '{text}' /tmp/bluetoothd.log", check=False))

    def collect(self) -> None:
        """Keeps what there is to read after a case."""
        for name, path in (("bluez.btsnoop", "/tmp/air.btsnoop"), ("bluetoothd.log", "/tmp/bluetoothd.log")):
            self.guest.fetch(path, self.folder / name)
        state = self.guest.run("ps; dmesg | tail -n 20; tail -n 5 /tmp/btvirt.log /tmp/relay.log", check=False)
        (self.folder / "guest.state").write_text(state, encoding="utf-8")
        stored = self.guest.run("for file in /var/lib/bluetooth/*/*/info; do echo \"# $file\"; cat \"$file\"; done",
                                check=False)
        (self.folder / "bluez.info").write_text(stored, encoding="utf-8")
