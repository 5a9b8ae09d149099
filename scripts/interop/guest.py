# SPDX-License-Identifier: Apache-2.0
"""A running guest: QEMU, the agent that runs commands in it, and the lines to its controller and to bluetoothctl.

Serial lines of the guest: 0 console, 1 a controller's H4. Virtual ports: 1 agent, 2 bluetoothctl. (Serial lines 2 and 3
share interrupts with 0 and 1 and lose some.)"""
import base64
import gzip
import os
import re
import select
import socket
import subprocess
import time
from pathlib import Path

from outcome import end_with_parent

BOOT_LIMIT_S = 120
COMMAND_LIMIT_S = 90
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|[\x01\x02]")


class GuestError(Exception):
    """The guest itself did not do what it was asked for."""


class Line:
    """A serial port of the guest as a stream of text, kept whole in a file."""

    def __init__(self, path: Path, log: Path, machine: subprocess.Popen):
        self.socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + COMMAND_LIMIT_S
        while True:
            try:
                self.socket.connect(str(path))
                break
            except OSError as error:
                if machine.poll() is not None or time.monotonic() > deadline:
                    self.socket.close()
                    raise GuestError(f"QEMU offers no {path.name}") from error
                time.sleep(0.05)
        self.log = log.open("ab", buffering=0)
        self.text = ""
        self.pending = b""

    def send(self, text: str) -> None:
        self.socket.sendall(text.encode() + b"\n")

    def pump(self, timeout_s: float) -> bool:
        """Takes what has come, waiting for it if need be. False: nothing came."""
        if not select.select([self.socket], [], [], max(0.0, timeout_s))[0]:
            return False
        octets = self.socket.recv(65536)
        if not octets:
            raise GuestError("the guest is gone")
        self.log.write(octets)
        self.text += octets.decode("utf-8", "replace")
        return True

    def close(self) -> None:
        self.socket.close()
        self.log.close()


class Guest:
    def __init__(self, kernel: Path, image: Path, folder: Path):
        self.folder = folder
        self.number = 0
        # Paths of unix sockets are short.
        self.sockets = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
        started = time.monotonic()
        command = ["qemu-system-x86_64", "-M", "pc,usb=off,vmport=off", "-nodefaults", "-display", "none", "-vga", "none",
                   "-net", "none", "-accel", "tcg,thread=multi", "-cpu", "qemu64", "-smp", "2", "-m", "384", "-no-reboot",
                   "-serial", f"file:{folder / 'console.log'}"]
        for name in ("controller", "agent", "bluetoothctl"):
            command += ["-chardev", f"socket,id={name},path={self.sockets / name},server=on,wait=off"]
        command += ["-serial", "chardev:controller", "-device", "virtio-serial-pci"]
        for name in ("agent", "bluetoothctl"):
            command += ["-device", f"virtserialport,chardev={name},name={name}"]
        command += ["-kernel", str(kernel), "-initrd", str(image), "-append",
                    "console=ttyS0 quiet mitigations=off nokaslr no_timer_check random.trust_cpu=on panic=-1"]
        with (folder / "qemu.log").open("wb") as log:
            # A group of its own: who interrupts the trials does not take the guest away under them.
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            preexec_fn=end_with_parent, process_group=0)
        try:
            self.agent = Line(self.sockets / "agent", folder / "agent.log", self.process)
            self.bluetoothctl = Line(self.sockets / "bluetoothctl", folder / "bluetoothctl.raw", self.process)
            self.wait_for_agent()
        except GuestError as error:
            self.stop()
            raise GuestError(f"{error}; QEMU says: {self.last_words()}") from error
        except BaseException:
            self.stop()
            raise
        self.boot_s = time.monotonic() - started

    def wait_for_agent(self) -> None:
        deadline = time.monotonic() + BOOT_LIMIT_S
        while "agent ready\n" not in self.agent.text.replace("\r", ""):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise GuestError(f"the guest did not start within {BOOT_LIMIT_S} s; see {self.folder / 'console.log'}")
            self.agent.pump(0.2)

    def last_words(self) -> str:
        lines = (self.folder / "qemu.log").read_text(errors="replace").splitlines()
        return lines[-1] if lines else "nothing"

    @property
    def controller(self) -> str:
        """Where our programs find the guest's second controller."""
        return f"unix:{self.sockets / 'controller'}"

    def run(self, script: str, limit_s: float = COMMAND_LIMIT_S, check: bool = True) -> str:
        """Output of a shell script in the guest."""
        self.number += 1
        self.agent.text = ""
        self.agent.send(f"{self.number} {base64.b64encode(script.encode()).decode()}")
        deadline = time.monotonic() + limit_s
        while True:
            text = self.agent.text.replace("\r", "")
            found = re.search(rf"answer {self.number} (\d+)\n((?:[^\n]+\n)*)\n", text)
            if found:
                break
            if time.monotonic() > deadline:
                raise GuestError(f"no answer within {limit_s:.0f} s to: {script}")
            self.agent.pump(0.5)
        output = base64.b64decode(found[2]).decode("utf-8", "replace")
        if check and found[1] != "0":
            raise GuestError(f"'{script}' failed with status {found[1]}: {output.strip()}")
        return output

    def fetch(self, path: str, target: Path) -> None:
        """Copies a file out of the guest."""
        packed = self.run(f"gzip -c {path} 2>/dev/null | base64 -w0", limit_s=COMMAND_LIMIT_S)
        try:
            target.write_bytes(gzip.decompress(base64.b64decode(packed, validate=True)))
        except (ValueError, EOFError, OSError) as error:
            raise GuestError(f"{path} came out of the guest damaged: {error}, {len(packed)} characters") from error

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for name in ("agent", "bluetoothctl"):
            if hasattr(self, name):
                getattr(self, name).close()
        for path in self.sockets.iterdir():
            path.unlink()
        os.rmdir(self.sockets)
