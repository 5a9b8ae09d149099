# SPDX-License-Identifier: Apache-2.0
"""A trace of BlueZ's as BlueZ's own tool, btmon, reads it."""
import re
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import traces
from outcome import Failed

# btmon 5.66 dies of GATT discovery (it looks for a database that it does not have): it gets the trace without that.
# Core, Vol 3, Part F, 3.4.8: Read By Type and Read By Group Type, requests and responses.
DISCOVERY = {0x08, 0x09, 0x10, 0x11}
MONITOR_ACL = {4, 5}


@dataclass(frozen=True)
class Block:
    """One packet: its first line, and what was made of it."""
    head: str
    body: str

    def value(self, name: str) -> str:
        found = re.search(rf"^ *{name}: (.*)$", self.body, re.MULTILINE)
        return found[1] if found else ""


def without_discovery(data: bytes) -> bytes:
    kept = bytearray(data[:16])
    dropped = set()
    at = 16
    while at + 24 <= len(data):
        _, size, flags = struct.unpack(">III", data[at:at + 12])
        record, octets = data[at:at + 24 + size], data[at + 24:at + 24 + size]
        at += 24 + size
        if flags & 0xFFFF in MONITOR_ACL and len(octets) > 4:
            line = flags, octets[0] | (octets[1] & 0x0F) << 8
            is_start = octets[1] >> 4 & 3 != 1
            if is_start:
                dropped.discard(line)
            if is_start and octets[6:8] == bytes((traces.ATT, 0)) and octets[8] in DISCOVERY:
                dropped.add(line)
            if line in dropped:
                continue
        kept += record
    return bytes(kept)


def read(path: Path, controller: int = 0) -> list[Block]:
    """What btmon says of this controller's packets. Its text stays beside the trace."""
    copy, text = path.with_suffix(".without-discovery"), path.with_suffix(".btmon")
    copy.write_bytes(without_discovery(path.read_bytes()))
    done = subprocess.run(["btmon", "-r", str(copy)], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    copy.unlink()
    text.write_bytes(done.stdout)
    if done.returncode != 0:
        raise Failed(f"btmon ended with status {done.returncode}; what it read is in {text}")
    blocks: list[list[str]] = []
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        if line[:2] in ("< ", "> ", "@ ", "= "):
            blocks.append([line])
        elif blocks:
            blocks[-1].append(line)
    return [Block(block[0], "\n".join(block[1:])) for block in blocks if f"[hci{controller}]" in block[0]]


def last_link(blocks: list[Block]) -> list[Block]:
    """What happened since the last connection came up."""
    starts = [i for i, block in enumerate(blocks)
              if re.search(r"LE (Enhanced )?Connection Complete \(", block.body) and block.head.startswith("> HCI Event")]
    return blocks[starts[-1]:] if starts else []


def said(blocks: list[Block], text: str) -> list[Block]:
    return [block for block in blocks if text in block.head or text in block.body]


def is_encryption_start(block: Block) -> bool:
    return block.head.startswith("> HCI Event: Encryption Change") and block.value("Status") == "Success (0x00)" and (
        block.value("Encryption").startswith("Enabled"))


def stored_keys(blocks: list[Block]) -> list[tuple[int, int, bytes]]:
    """(type, size, key) of each long-term key that the kernel gave to bluetoothd for storing."""
    keys = []
    for block in blocks:
        if block.head.startswith("@ MGMT Event: New Long Term Key"):
            kind = re.search(r"\(0x([0-9a-f]{2})\)", block.value("Key type"))
            keys.append((int(kind[1], 16), int(block.value("Encryption size")), bytes.fromhex(block.value("Key"))))
    return keys
