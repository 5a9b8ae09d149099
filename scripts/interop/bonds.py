# SPDX-License-Identifier: Apache-2.0
"""Bonds as both sides keep them: our flash file, BlueZ's info file."""
import configparser
from dataclasses import dataclass
from pathlib import Path

SECTOR = 1024
ATE = 16
BONDING = 7
EMPTY_LENGTH = 0xFFFF
TYPES_OF_BLUEZ = {False: {False: 0, True: 1}, True: {False: 2, True: 3}}


@dataclass(frozen=True)
class Key:
    """A long-term key; octets least significant first."""
    octets: bytes
    lesc: bool
    authenticated: bool
    size: int
    ediv: int
    rand: int

    @property
    def type_of_bluez(self) -> int:
        """The number that the kernel has for it: legacy 0 and 1, Secure Connections 2 and 3."""
        return TYPES_OF_BLUEZ[self.lesc][self.authenticated]


@dataclass(frozen=True)
class Bond:
    peer_id: int
    address_type: int
    address: str
    irk: bytes
    peer: Key
    own: Key


def crc8(octets: bytes) -> int:
    crc = 0xFF
    for octet in octets:
        crc ^= octet
        for _ in range(8):
            crc = (crc << 1 ^ (0x07 if crc & 0x80 else 0)) & 0xFF
    return crc


def entries(image: bytes):
    """(number, value) of each valid entry, oldest sector first, oldest entry first. An empty value: deleted."""
    sectors = []
    for start in range(0, len(image), SECTOR):
        empty = image[start + SECTOR - ATE:start + SECTOR]
        if empty[0] == crc8(empty[1:]) and int.from_bytes(empty[2:4], "little") == EMPTY_LENGTH:
            sectors.append((start, empty[1]))
    # Closed sectors have a valid entry in their second-last place; the open one follows them.
    closed = [is_valid(image, start + SECTOR - 2 * ATE, cycle) for start, cycle in sectors]
    if False in closed:
        first = (closed.index(False) + 1) % len(sectors)
        sectors = sectors[first:] + sectors[:first]
    for start, cycle in sectors:
        for at in range(start + SECTOR - 3 * ATE, start - 1, -ATE):
            if not is_valid(image, at, cycle):
                continue
            size = int.from_bytes(image[at + 2:at + 4], "little")
            number = int.from_bytes(image[at + 4:at + 8], "little")
            if size <= 8:
                value = image[at + 8:at + 8 + size]
            else:
                offset = int.from_bytes(image[at + 8:at + 12], "little")
                value = image[start + offset:start + offset + size]
            if number != 0xFFFFFFFF:
                yield number, value


def is_valid(image: bytes, at: int, cycle: int) -> bool:
    return image[at] == crc8(image[at + 1:at + ATE]) and image[at + 1] == cycle


def key(octets: bytes) -> Key:
    flags = octets[16]
    return Key(octets[:16], bool(flags & 1), bool(flags & 2), flags >> 2, int.from_bytes(octets[18:20], "little"),
               int.from_bytes(octets[20:28], "little"))


def ours(flash: Path) -> list[Bond]:
    """The bonds in a flash file, by peer ID."""
    newest = dict(entries(flash.read_bytes()))
    bonds = []
    for number, value in sorted(newest.items()):
        if number & 0xFFFF == BONDING and len(value) == 80:
            address = ":".join(f"{octet:02X}" for octet in reversed(value[18:24]))
            bonds.append(Bond(number >> 16, value[17] >> 1, address, value[1:17], key(value[24:52]), key(value[52:80])))
    return bonds


def of_bluez(info: str) -> dict[str, Key]:
    """The long-term keys in an info file, by the name of their section."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read_string(info)
    keys = {}
    for section in parser.sections():
        if section.endswith("LongTermKey"):
            kind = parser.getint(section, "Authenticated")
            keys[section] = Key(bytes.fromhex(parser[section]["Key"]), kind >= 2, kind % 2 == 1,
                                parser.getint(section, "EncSize"), parser.getint(section, "EDiv"),
                                parser.getint(section, "Rand"))
    return keys


def irk_of_bluez(info: str) -> bytes:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read_string(info)
    return bytes.fromhex(parser.get("IdentityResolvingKey", "Key", fallback=""))
