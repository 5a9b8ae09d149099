# SPDX-License-Identifier: Apache-2.0
"""What the trials have in common: how two sides pair, and what must hold afterwards."""
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import bonds
import btmon
import traces
from bluez import Bluez
from guest import Guest
from outcome import PATIENCE_S, Failed, require, require_equal
from peer import GuestPeer, Peer

HEART_RATE = "0000180d-0000-1000-8000-00805f9b34fb"
MEASUREMENT = "00002a37-0000-1000-8000-00805f9b34fb"
LOCATION = "00002a38-0000-1000-8000-00805f9b34fb"

BONDING = "PM_CONN_SEC_PROCEDURE_BONDING"
ENCRYPTION = "PM_CONN_SEC_PROCEDURE_ENCRYPTION"
PIN_OR_KEY_MISSING = 0x1006
# Core, Vol 3, Part H, 3.5.5.
AUTHENTICATION_REQUIREMENTS = 0x03
PAIRING_NOT_SUPPORTED = 0x05


@dataclass(frozen=True)
class Method:
    """How two sides pair. `io` and `mitm` are ours, `agent` is BlueZ's; `user`: what the users do."""
    io: str
    agent: str
    mitm: bool = False
    legacy_side: str = "neither"
    user: str = "nothing"

    @property
    def lesc(self) -> bool:
        return self.legacy_side == "neither"

    @property
    def level(self) -> int:
        """Security level of mode 1 that the link must have. Core, Vol 3, Part C, 10.2.1."""
        if not self.mitm:
            return 2
        return 4 if self.lesc else 3

    @property
    def confirms(self) -> int:
        """Pairing Confirm PDUs of both sides. Core, Vol 3, Part H, 2.3.5.5 and 2.3.5.6.2 and .3: a passkey is proven
        bit by bit; otherwise only the responder commits itself."""
        if not self.lesc:
            return 2
        return 40 if self.user in ("BlueZ types", "we type") else 1

    def options(self) -> list[str]:
        return ["--io", self.io] + (["--mitm"] if self.mitm else []) + (
            ["--legacy"] if self.legacy_side == "we" else [])


JUST_WORKS = Method("none", "NoInputNoOutput")
COMPARISON = Method("display-yes-no", "DisplayYesNo", mitm=True, user="both compare")
SHOWN_HERE = Method("display", "KeyboardOnly", mitm=True, user="BlueZ types")
TYPED_HERE = Method("keyboard", "DisplayOnly", mitm=True, user="we type")
WE_ARE_LEGACY = Method("none", "NoInputNoOutput", legacy_side="we")
BLUEZ_IS_LEGACY = Method("none", "NoInputNoOutput", legacy_side="BlueZ")


@dataclass
class Stage:
    """What a case plays with."""
    guest: Guest
    folder: Path
    programs: Path
    peer: Peer | None = None
    bluez: Bluez | None = None
    # What BlueZ was forgiven.
    notes: list[str] = field(default_factory=list)

    def our_device(self, options: list[str], program: str = "pm-interop-peer") -> Peer:
        self.peer = Peer(self.programs / program, options, self.guest.controller, self.folder)
        return self.peer

    def our_device_in_guest(self, options: list[str]) -> Peer:
        self.peer = GuestPeer(self.guest, options, "user:hci1", self.folder)
        return self.peer

    def foreign_device(self, agent: str, before_daemon: Callable[[], None] = lambda: None, **options) -> Bluez:
        self.bluez = Bluez(self.guest, self.folder, agent, **options)
        self.bluez.start(before_daemon)
        return self.bluez


@dataclass(frozen=True)
class Case:
    name: str
    text: str
    play: Callable[[Stage], None]


# --- pairing, whoever started it ---


def pair(peer: Peer, bluez: Bluez, method: Method) -> None:
    """Plays the users until both sides say that they have a bond."""
    if method.user == "nothing" and "collector" in peer.options:
        # A user who has started nothing is asked, whatever can be shown.
        bluez.expect("Accept pairing")
        bluez.send("yes")
    if method.user == "both compare":
        theirs = bluez.expect(r"Confirm passkey (\d{6})")[1]
        ours = peer.expect("BLE_GAP_EVT_PASSKEY_DISPLAY")["compare"]
        require_equal(ours, theirs, "the six digits of our side")
        bluez.send("yes")
        # Button 0 of the applications says the same.
        peer.send("confirm" if peer.program.name == "pm-interop-peer" else "press 0")
    elif method.user == "BlueZ types":
        bluez.expect("Enter passkey")
        peer.expect("BLE_GAP_EVT_PASSKEY_DISPLAY")
        bluez.send(re.findall(r"Passkey: (\d{6})", peer.output())[-1])
    elif method.user == "we type":
        passkey = bluez.expect(r"Passkey: (?:\x1b\S*?)*(\d{6})")[1]
        peer.expect("BLE_GAP_EVT_AUTH_KEY_REQUEST")
        peer.send(f"passkey {passkey}")
    peer.expect("BLE_GAP_EVT_CONN_SEC_UPDATE", level=method.level, key_size=16)
    peer.expect("BLE_GAP_EVT_AUTH_STATUS", status=0, bonded=1, lesc=int(method.lesc))


def check_bond(peer: Peer, bluez: Bluez, method: Method) -> None:
    """Both sides must have stored the same key, and think the same of it."""
    bond = peer.bond()
    info = bluez.info(peer.identity()[0])
    theirs = bonds.of_bluez(info)
    ours = {"own": bond.own}
    if not method.lesc:
        # Legacy: each side makes a key for when it is the peripheral.
        ours["peer"] = bond.peer
    require(bool(theirs), f"BlueZ has stored no key for {peer.identity()[0]}")
    for name, key in ours.items():
        require_equal((key.lesc, key.authenticated, key.size), (method.lesc, method.mitm, 16), f"our {name} key")
        require(any(key == other for other in theirs.values()), f"BlueZ has not stored the same key as our {name} key")
    for section, key in theirs.items():
        require_equal(key.type_of_bluez, bond.own.type_of_bluez, f"Authenticated of BlueZ's {section}")
        require_equal(key.size, 16, f"EncSize of BlueZ's {section}")
    require_equal(bonds.irk_of_bluez(info), peer.identity()[1], "our IRK, as BlueZ stored it")


def check_pairing_traces(peer: Peer, bluez: Bluez, method: Method) -> None:
    """Both HCI traces show this pairing: its features, its way of authentication, and an encrypted link after it."""
    for name, trace, we in (("our", peer.trace(), True), ("BlueZ's", bluez.trace(), False)):
        smp = traces.pdus(trace, traces.SMP)
        features = [pdu for pdu in smp if pdu.octets[0] in traces.FEATURES]
        require_equal(len(features), 2, f"PDUs of the feature exchange in {name} trace")
        # Core, Vol 3, Part H, 3.5.1: the flag of Secure Connections decides only if both have it.
        lesc = all(bool(pdu.octets[3] & 0x08) for pdu in features)
        require_equal(lesc, method.lesc, f"Secure Connections in {name} trace")
        ours = next(pdu.octets for pdu in features if pdu.sent == we)
        require_equal(bool(ours[3] & 0x04), method.mitm, f"our demand for MITM protection in {name} trace")
        confirms = [pdu for pdu in smp if pdu.octets[0] == traces.PAIRING_CONFIRM]
        require_equal(len(confirms), method.confirms, f"Pairing Confirm PDUs in {name} trace")
        require(any(entry.kind == "encrypted" and entry.number == 0 for entry in trace),
                f"{name} trace shows no encryption")
        require(not any(pdu.octets[0] == traces.PAIRING_FAILED for pdu in smp), f"{name} trace shows a failed pairing")
    check_pairing_by_btmon(peer, bluez, method)


def check_pairing_by_btmon(peer: Peer, bluez: Bluez, method: Method) -> None:
    seen = bluez.decoded()
    require(any(btmon.is_encryption_start(block) for block in seen), "btmon shows no encryption")
    for pdu in ("Pairing Request", "Pairing Response"):
        require(bool(btmon.said(seen, f"SMP: {pdu} (0x")), f"btmon shows no {pdu}")
    require_equal(bool(btmon.said(seen, "SMP: Pairing DHKey Check")), method.lesc, "DHKey Check, as btmon reads it")
    # The kernel hands over what is to be stored.
    bond = peer.bond()
    keys = btmon.stored_keys(seen)
    for name, key in (("own", bond.own),) if method.lesc else (("own", bond.own), ("peer", bond.peer)):
        require((key.type_of_bluez, key.size, key.octets) in keys, f"btmon shows no New Long Term Key like our {name} key")


def check_reconnection(peer: Peer, bluez: Bluez, level: int) -> None:
    """The last link was encrypted with the stored key, and nothing else was asked again."""
    peer.expect("PM_EVT_BONDED_PEER_CONNECTED", peer=0)
    peer.expect("PM_EVT_CONN_SEC_SUCCEEDED", peer=0, procedure=ENCRYPTION)
    require(peer.has("BLE_GAP_EVT_CONN_SEC_UPDATE", level=level, key_size=16), f"our side: the link has not level {level}")
    require(not peer.has("BLE_GAP_EVT_SEC_PARAMS_REQUEST"), "our side was asked to pair again")


def check_no_pairing(peer: Peer, bluez: Bluez) -> None:
    for name, trace in (("our", peer.trace()), ("BlueZ's", bluez.trace())):
        link = traces.last_link(trace)
        require_equal(len(traces.pairing_pdus(link)), 0, f"pairing PDUs in {name} trace after the restart")
        require(any(entry.kind == "encrypted" and entry.number == 0 for entry in link),
                f"{name} trace shows no encryption after the restart")
    seen = btmon.last_link(bluez.decoded())
    require(any(btmon.is_encryption_start(block) for block in seen), "btmon shows no encryption after the restart")
    require_equal(len(btmon.said(seen, "SMP: Pairing")), 0, "pairing PDUs that btmon shows after the restart")


def check_notified(peer: Peer, bluez: Bluez) -> None:
    """The sensor has notified over the last link once that was encrypted, and nobody had subscribed before on it."""
    check_no_pairing(peer, bluez)
    by_us = "collector" not in peer.options
    for name, trace, we in (("our", peer.trace(), True), ("BlueZ's", bluez.trace(), False)):
        link = traces.last_link(trace)
        encrypted = next(i for i, entry in enumerate(link) if entry.kind == "encrypted" and entry.number == 0)
        att = traces.pdus(link[encrypted:], traces.ATT)
        sent = we == by_us
        notified = [i for i, pdu in enumerate(att) if pdu.octets[0] == traces.NOTIFICATION and pdu.sent == sent]
        require(bool(notified), f"{name} trace shows no notification over the encrypted link")
        # The descriptor that switches notifications on stands behind the value.
        descriptor = (int.from_bytes(att[notified[0]].octets[1:3], "little") + 1).to_bytes(2, "little")
        before = traces.pdus(link[:encrypted], traces.ATT)
        require(not any(pdu.octets[0] == traces.NOTIFICATION for pdu in before),
                f"{name} trace shows a notification before encryption")
        writes = [pdu for pdu in before + att[:notified[0]] if pdu.sent != sent and pdu.octets[1:3] == descriptor and
                  pdu.octets[0] in (traces.WRITE_REQUEST, traces.WRITE_COMMAND)]
        require_equal(len(writes), 0, f"subscriptions in {name} trace before the first notification")
    require(bool(btmon.said(btmon.last_link(bluez.decoded()), "ATT: Handle Value Notification")),
            "btmon shows no notification over the last link")


def soon(check: Callable[[], None]) -> None:
    """Traces and BlueZ's files are written when they are written: looks again until all is there."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            check()
            return
        except Failed:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)


def check_bonded_at_bluez(bluez: Bluez, address: str) -> None:
    """What BlueZ's user is told of us."""
    for line in ("Paired: yes", "Bonded: yes", "Connected: yes"):
        bluez.command(f"info {address}", line)


def power_cut(peer: Peer, bluez: Bluez) -> None:
    """Our process dies without a word. This controller does not notice, so BlueZ's user ends the link."""
    if bluez.relay:
        peer.kill()
        bluez.command("disconnect", "Successful disconnected|Connected: no")
        return
    # The controller that it has is BlueZ's as well when it dies, and bluetoothctl may die of that: it must be gone.
    bluez.command("disconnect", "Successful disconnected|Connected: no")
    bluez.stop_user()
    peer.kill()
