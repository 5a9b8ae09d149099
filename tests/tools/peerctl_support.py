# SPDX-License-Identifier: Apache-2.0
"""What the tests of peerctl share: the program, the golden images with their manifest, entries. A test is called with
PATH_OF_PEERCTL PATH_OF_GOLDEN_IMAGES.
"""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

GOLDEN = Path(sys.argv.pop(2))
PEERCTL = sys.argv.pop(1)
MANIFEST = json.loads((GOLDEN / "manifest.json").read_text(encoding="utf-8"))
IMAGES = {**MANIFEST["images"], **MANIFEST["peer_manager"]}


def run(command, path, *options):
    done = subprocess.run([PEERCTL, "image", command, *options, str(path)], capture_output=True, timeout=60,
                          check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def run_json(command, path, *options):
    code, out, error = run(command, path, "--json", *options)
    assert error == "", error
    return code, json.loads(out)


def findings_of(path, *options):
    code, report = run_json("check", path, *options)
    return code, report["findings"]


def records_of(report):
    """Key to the record of a dump."""
    records = {record["key"]: record for record in report["other_records"]}
    for kinds in report["peers"].values():
        records.update({record["key"]: record for record in kinds.values()})
    return records


def with_sum(entry):
    """The 16 octets of an entry, with their right CRC-8."""
    crc = 0xFF
    for octet in entry[1:]:
        crc ^= octet
        for _ in range(8):
            crc = ((crc << 1) ^ 7) & 0xFF if crc & 0x80 else crc << 1
    entry[0] = crc
    return entry


def find_entry(memory, key):
    """Place of an entry of that key."""
    return next(at for at in range(len(memory) - 16, 0, -16)
                if memory[at + 4:at + 8] == key.to_bytes(4, "little") and with_sum(memory[at:at + 16])[0] == memory[at])


def find_last_entry(memory):
    """Place of the newest entry of the first sector of 1024 octets."""
    at = 1024 - 48
    while with_sum(memory[at - 16:at])[0] == memory[at - 16] and memory[at - 15] == memory[1009]:
        at -= 16
    return at


class ScratchTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, octets, name="image.bin"):
        path = self.folder / name
        path.write_bytes(octets)
        return path
