# SPDX-License-Identifier: Apache-2.0
"""The trials with foreign stacks, where they need no guest: which kernel is taken, what is told when something is
missing, and that nothing is left behind."""
import os
import signal
import struct
import subprocess
import sys
import time
import unittest
from pathlib import Path

from support import ROOT, ScriptTest

sys.path.insert(0, str(ROOT / "scripts/interop"))

import btmon  # noqa: E402
import guest  # noqa: E402
import image  # noqa: E402

GOOD, OTHER, BAD = "6.1.0-50-amd64", "6.12.117+deb12-amd64", "6.1.0-56-amd64"


class WithTools(ScriptTest):
    """Tools of the test's own stand before the system's."""

    script = "interop/run.py"

    def setUp(self) -> None:
        super().setUp()
        path = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", path)
        (self.folder / "bin").mkdir()
        os.environ["PATH"] = f"{self.folder / 'bin'}:{path}"

    def tool(self, name: str, script: str) -> None:
        (self.write(f"bin/{name}", "#!/bin/sh\n" + script)).chmod(0o755)


class Kernel(WithTools):
    def archive(self, *versions: str, listed: tuple[str, ...] = ()) -> None:
        """An archive that has these kernels, and tells of those."""
        names = "".join(f"linux-image-{version} - Linux\n" for version in listed or versions)
        self.tool("apt-cache", f"printf '{names}'\n")
        self.tool("apt-get", f"""echo "$@" >>{self.folder}/asked
case "$1 $2" in update*) exit 0;; {'|'.join(f'"download linux-image-{version}"' for version in versions) or 'none'})
touch "$2.deb"; exit 0;; esac
echo "E: no $2" >&2; exit 100
""")
        self.tool("dpkg", "exit 0\n")

    def asked(self) -> str:
        return (self.folder / "asked").read_text(encoding="utf-8")

    def test_the_first_that_is_known_to_work(self):
        self.archive(BAD, OTHER, GOOD)
        self.assertEqual(image.kernel(self.folder)[1], GOOD)

    def test_the_next_when_that_is_gone(self):
        self.archive(BAD, OTHER)
        self.assertEqual(image.kernel(self.folder)[1], OTHER)

    def test_another_of_the_series_when_no_known_one_is_left_but_never_the_bad_one(self):
        self.archive(BAD, "6.1.0-57-amd64", listed=(BAD, "6.1.0-57-amd64", "6.1.0-57-rt-amd64", "6.1.0-55-amd64"))
        self.assertEqual(image.kernel(self.folder)[1], "6.1.0-57-amd64")
        self.assertNotIn(BAD, self.asked())

    def test_what_was_downloaded_is_kept(self):
        self.archive(GOOD)
        image.kernel(self.folder)
        self.archive()
        self.assertEqual(image.kernel(self.folder)[1], GOOD)

    def test_a_bad_one_that_was_downloaded_is_not_taken(self):
        self.write(f"kernel/{BAD}/complete", "")
        self.archive(GOOD)
        self.assertEqual(image.kernel(self.folder)[1], GOOD)

    def test_none_at_all_is_told_with_what_to_do(self):
        self.archive(BAD)
        with self.assertRaisesRegex(image.ImageError, r"(?s)run 'apt-get update'.*linux-image-6\.1\.0-50"):
            image.kernel(self.folder)
        self.assertNotIn(BAD, self.asked())


class Arguments(WithTools):
    def run_trials(self, *arguments: str) -> subprocess.CompletedProcess:
        return self.run_script("--programs", self.folder, "--out", self.folder / "out", *arguments)

    def test_the_list_names_every_case_once(self):
        listed = self.run_trials("--list")
        self.assert_accepted(listed)
        names = [line.split()[0] for line in listed.stdout.splitlines()]
        self.assertEqual(len(names), len(set(names)))
        self.assertIn("sensor-comparison", names)
        self.assertIn("collector-passkey-typed", names)

    def test_wrong_ones(self):
        for arguments, said in ((["nosuch"], "no case has 'nosuch'"), (["("], "regular expression"),
                                (["--repeat", "0"], "at least 1"), (["--repeat", "x"], "--repeat"), (["a", "b"], "b")):
            with self.subTest(arguments=arguments):
                refused = self.run_trials(*arguments)
                self.assertEqual(refused.returncode, 2)
                self.assert_refused(refused, said)
        self.assertFalse((self.folder / "out").exists())

    def test_a_missing_tool_is_told_before_anything_is_made(self):
        for tool in image.TOOLS:
            if tool != "qemu-system-x86_64":
                self.tool(tool, "exit 0\n")
        os.environ["PATH"] = str(self.folder / "bin")
        refused = self.run_trials()
        self.assert_refused(refused, "qemu-system-x86_64: not found", "./dev setup interop")
        self.assertFalse((self.folder / "out/cache").exists())


class Machine(WithTools):
    def test_one_that_does_not_start_is_told_at_once(self):
        self.tool("qemu-system-x86_64", "echo 'qemu: no such machine' >&2; exit 1\n")
        started = time.monotonic()
        with self.assertRaisesRegex(guest.GuestError, "no such machine"):
            guest.Guest(self.folder / "kernel", self.folder / "image", self.folder)
        self.assertLess(time.monotonic() - started, 30)

    def test_one_never_outlives_the_trials(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with self.subTest(signal=number):
                note = self.folder / f"pid-{number}"
                self.tool("qemu-system-x86_64", f"echo $$ >{note}.new; mv {note}.new {note}; exec sleep 600\n")
                trials = subprocess.Popen([sys.executable, "-B", "-c", (
                    "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import signal, guest, run\n"
                    "for one in run.ENDING: signal.signal(one, run.interrupted)\n"
                    "guest.Guest(Path('k'), Path('i'), Path(sys.argv[2]))"),
                    str(ROOT / "scripts/interop"), str(self.folder)], stderr=subprocess.DEVNULL)
                self.wait_until(note.exists)
                machine = int(note.read_text(encoding="utf-8"))
                trials.send_signal(number)
                trials.wait(timeout=30)
                self.wait_until(lambda: not is_running(machine))

    def wait_until(self, done) -> None:
        deadline = time.monotonic() + 30
        while not done():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def record(opcode: int, octets: bytes) -> bytes:
    return struct.pack(">IIIIQ", len(octets), len(octets), opcode, 0, 0) + octets


def acl(payload: bytes, first: bool = True) -> bytes:
    return struct.pack("<HH", 0x2A | (0 if first else 0x1000), len(payload)) + payload


class Btmon(unittest.TestCase):
    def test_gets_all_but_discovery(self):
        start = b"btsnoop\0" + struct.pack(">II", 1, 2001)
        event = record(3, b"\x08\x04\x00\x2a\x00\x01")
        smp = record(5, acl(b"\x07\x00\x06\x00\x02\x03\x00\x09\x10\x01\x02"))
        value = record(5, acl(b"\x05\x00\x04\x00\x1b\x10\x00\x00\x48"))
        # A response to discovery in two parts, and a packet in the other direction between them.
        discovered = record(5, acl(b"\x0b\x00\x04\x00\x09\x07\x02\x00\x02\x03", first=True))
        rest = record(5, acl(b"\x00\x00\x2a\x10\x00", first=False))
        asked = record(4, acl(b"\x02\x00\x04\x00\x0a\x03"))
        data = start + event + discovered + asked + rest + smp + value
        self.assertEqual(btmon.without_discovery(data), start + event + asked + smp + value)


if __name__ == "__main__":
    unittest.main()
