# SPDX-License-Identifier: Apache-2.0
"""What both sides recorded of HCI, told alike: our btsnoop files and those of BlueZ's btmon."""
import struct
from dataclasses import dataclass
from pathlib import Path

H4_DATALINK = 1002
MONITOR_DATALINK = 2001
COMMAND, ACL, EVENT = 1, 2, 4
# Opcodes of btmon's records: kind of packet, sent by the host or not.
MONITOR_KINDS = {2: (COMMAND, True), 3: (EVENT, False), 4: (ACL, True), 5: (ACL, False)}

ATT, SMP = 4, 6
FEATURES = (0x01, 0x02)  # Pairing Request and Response
PAIRING_CONFIRM = 0x03
PAIRING_FAILED = 0x05
SECURITY_REQUEST = 0x0B
NOTIFICATION, WRITE_REQUEST, WRITE_COMMAND = 0x1B, 0x12, 0x52


@dataclass(frozen=True)
class Entry:
    """kind 'pdu': channel, octets; 'connected': peer address type and address; 'encrypted': status; 'disconnected':
    reason."""
    kind: str
    sent: bool
    number: int = 0
    octets: bytes = b""


def packets(path: Path, controller: int = 0):
    """(kind, sent by the host, octets) of each packet of a controller."""
    data = path.read_bytes()
    if data[:8] != b"btsnoop\0":
        raise ValueError(f"{path} is no btsnoop file")
    datalink = struct.unpack(">I", data[12:16])[0]
    at = 16
    while at + 24 <= len(data):
        _, size, flags = struct.unpack(">III", data[at:at + 12])
        octets = data[at + 24:at + 24 + size]
        at += 24 + size
        if len(octets) < size:
            break  # the writer was killed
        if datalink == H4_DATALINK:
            yield octets[0], not flags & 1, octets[1:]
        elif datalink == MONITOR_DATALINK and flags >> 16 == controller and flags & 0xFFFF in MONITOR_KINDS:
            yield *MONITOR_KINDS[flags & 0xFFFF], octets


def address(octets: bytes) -> str:
    return ":".join(f"{octet:02X}" for octet in reversed(octets))


def read(path: Path, controller: int = 0) -> list[Entry]:
    entries = []
    pending: dict[tuple[bool, int], bytes] = {}
    for kind, sent, octets in packets(path, controller):
        if kind == ACL and len(octets) >= 4:
            handle, _ = struct.unpack("<HH", octets[:4])
            key = (sent, handle & 0x0FFF)
            first = handle >> 12 & 3 != 1
            pending[key] = (b"" if first else pending.get(key, b"")) + octets[4:]
            pdu = pending[key]
            if len(pdu) >= 4 and len(pdu) >= 4 + int.from_bytes(pdu[:2], "little"):
                entries.append(Entry("pdu", sent, int.from_bytes(pdu[2:4], "little"), pdu[4:]))
                del pending[key]
        elif kind == EVENT and octets[:1] == b"\x08":
            entries.append(Entry("encrypted", sent, octets[2]))
        elif kind == EVENT and octets[:1] == b"\x05":
            entries.append(Entry("disconnected", sent, octets[5]))
        elif kind == EVENT and octets[:1] == b"\x3e" and octets[2] in (0x01, 0x0A) and octets[3] == 0:
            entries.append(Entry("connected", sent, octets[7], octets[8:14]))
    return entries


def last_link(entries: list[Entry]) -> list[Entry]:
    """What happened since the last connection came up."""
    starts = [i for i, entry in enumerate(entries) if entry.kind == "connected"]
    return entries[starts[-1]:] if starts else []


def pdus(entries: list[Entry], channel: int) -> list[Entry]:
    return [entry for entry in entries if entry.kind == "pdu" and entry.number == channel and entry.octets]


def pairing_pdus(entries: list[Entry]) -> list[Entry]:
    """All that belongs to pairing; a Security Request may also ask for encryption with the stored key."""
    return [pdu for pdu in pdus(entries, SMP) if pdu.octets[0] != SECURITY_REQUEST]


def is_private_resolvable(octets: bytes) -> bool:
    return octets[5] >> 6 == 1
