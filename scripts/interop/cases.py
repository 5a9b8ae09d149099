# SPDX-License-Identifier: Apache-2.0
"""The trials with BlueZ. Each begins with new controllers, a new BlueZ and a device that was never used."""
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import bonds
import traces
from bluez import Bluez
from guest import Guest
from outcome import Failed, require, require_equal
from peer import Peer

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
    notes: list[str] = field(default_factory=list)

    def our_device(self, options: list[str], program: str = "pm-interop-peer") -> Peer:
        self.peer = Peer(self.programs / program, options, self.guest.controller, self.folder)
        return self.peer

    def foreign_device(self, agent: str, **options) -> Bluez:
        self.bluez = Bluez(self.guest, self.folder, agent, **options)
        self.bluez.start()
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
    """Both HCI traces show this pairing: its features, and an encrypted link after it."""
    for name, trace in (("our", peer.trace()), ("BlueZ's", bluez.trace())):
        features = [pdu.octets for pdu in traces.pdus(trace, traces.SMP) if pdu.octets[0] in (0x01, 0x02)]
        require(len(features) >= 2, f"{name} trace has no feature exchange")
        # Core, Vol 3, Part H, 3.5.1: the flag of Secure Connections decides only if both have it.
        lesc = all(bool(pdu[3] & 0x08) for pdu in features[-2:])
        require_equal(lesc, method.lesc, f"Secure Connections in {name} trace")
        require(any(entry.kind == "encrypted" and entry.number == 0 for entry in trace),
                f"{name} trace shows no encryption")
        require(not any(pdu.octets[0] == traces.PAIRING_FAILED for pdu in traces.pdus(trace, traces.SMP)),
                f"{name} trace shows a failed pairing")


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


def check_reconnection_traces(peer: Peer, bluez: Bluez, notified_by_us: bool) -> None:
    check_no_pairing(peer, bluez)
    for name, trace, we in (("our", peer.trace(), True), ("BlueZ's", bluez.trace(), False)):
        link = traces.last_link(trace)
        encrypted = next(i for i, entry in enumerate(link) if entry.kind == "encrypted" and entry.number == 0)
        att = traces.pdus(link[encrypted:], traces.ATT)
        sent = we == notified_by_us
        notified = [i for i, pdu in enumerate(att) if pdu.octets[0] == traces.NOTIFICATION and pdu.sent == sent]
        require(bool(notified), f"{name} trace shows no notification over the encrypted link")
        # The descriptor that switches notifications on stands behind the value.
        descriptor = (int.from_bytes(att[notified[0]].octets[1:3], "little") + 1).to_bytes(2, "little")
        writes = [pdu for pdu in att[:notified[0]] if pdu.sent != sent and pdu.octets[1:3] == descriptor and
                  pdu.octets[0] in (traces.WRITE_REQUEST, traces.WRITE_COMMAND)]
        require_equal(len(writes), 0, f"subscriptions in {name} trace before the first notification")


# --- we are the sensor ---


def find_and_connect(bluez: Bluez, peer: Peer, name: str = "PM Peer") -> str:
    address = bluez.find(name)
    bluez.connect(address)
    peer.expect("BLE_GAP_EVT_CONNECTED", role="peripheral")
    return address


def read_and_subscribe(bluez: Bluez) -> None:
    bluez.command("menu gatt", "Menu gatt")
    bluez.send(f"select-attribute {LOCATION}")
    bluez.command("read", r"Value:\s+01\b")
    bluez.send(f"select-attribute {MEASUREMENT}")
    bluez.command("notify on", "Notify started")
    bluez.expect(r"Value:\s+00 [0-9a-f]{2}")
    bluez.command("back", "Menu main")


def bond_as_sensor(stage: Stage, method: Method, program: str = "pm-interop-peer", more: list[str] | None = None,
                   **foreign) -> tuple[Peer, Bluez, str]:
    bluez = stage.foreign_device(method.agent, lesc=method.legacy_side != "BlueZ", **foreign)
    own = program == "pm-interop-peer"
    options = ["--role", "sensor", *method.options()] if own else ["--resolve-in-host"]
    peer = stage.our_device(options + (more or []), program)
    peer.start()
    address = find_and_connect(bluez, peer, "PM Peer" if own else "PM Heart Rate")
    bluez.expect("ServicesResolved: yes", 20)
    bluez.send(f"pair {address}")
    pair(peer, bluez, method)
    bluez.expect("Pairing successful")
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_BONDING", since=0)
    check_bond(peer, bluez, method)
    check_pairing_traces(peer, bluez, method)
    return peer, bluez, address


def power_cut(peer: Peer, bluez: Bluez) -> None:
    """Our process dies without a word. This controller does not notice, so BlueZ's user ends the link."""
    peer.kill()
    bluez.command("disconnect", "Successful disconnected|Connected: no")


def sensor(method: Method, program: str = "pm-interop-peer") -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        peer, bluez, _ = bond_as_sensor(stage, method, program)
        read_and_subscribe(bluez)
        peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_GATT_LOCAL", since=0)
        power_cut(peer, bluez)
        # A daemon that has subscribed would do so again by itself: a new one knows only the bond.
        bluez.restart()
        peer.start()
        bluez.connect(peer.identity()[0])
        check_reconnection(peer, bluez, method.level)
        check_reconnection_traces_soon(peer, bluez, notified_by_us=True)
    return play


def check_reconnection_traces_soon(peer: Peer, bluez: Bluez, notified_by_us: bool) -> None:
    """Notifications come when they come: looks again until all is there."""
    for attempt in range(5):
        bluez.guest.run("usleep 300000")
        try:
            check_reconnection_traces(peer, bluez, notified_by_us)
            return
        except Failed:
            if attempt == 4:
                raise


def demanding_sensor(stage: Stage) -> None:
    """A user who can neither see nor type cannot prove who is there: our side must refuse, and say why."""
    bluez = stage.foreign_device("NoInputNoOutput")
    peer = stage.our_device(["--role", "sensor", "--io", "display-yes-no", "--mitm"])
    peer.start()
    address = find_and_connect(bluez, peer)
    bluez.expect("ServicesResolved: yes", 20)
    bluez.command(f"pair {address}", "Failed to pair: org.bluez.Error.AuthenticationFailed")
    peer.expect("BLE_GAP_EVT_AUTH_STATUS", status=AUTHENTICATION_REQUIREMENTS)
    peer.expect("PM_EVT_CONN_SEC_FAILED", error=AUTHENTICATION_REQUIREMENTS)
    for name, trace, sent in (("our", peer.trace(), True), ("BlueZ's", bluez.trace(), False)):
        failures = [pdu for pdu in traces.pdus(trace, traces.SMP) if pdu.octets[0] == traces.PAIRING_FAILED]
        require_equal([(pdu.octets[1], pdu.sent) for pdu in failures], [(0x03, sent)], f"Pairing Failed in {name} trace")
    require_equal(bonds.ours(peer.flash), [], "bonds in our flash file")
    require_equal(bonds.of_bluez(bluez.info(peer.identity()[0])), {}, "keys that BlueZ has stored")


def private_sensor(stage: Stage) -> None:
    """Our address changes; after bonding BlueZ knows us by it all the same."""
    peer, bluez, first = bond_as_sensor(stage, COMPARISON, more=["--privacy"])
    require(first != peer.identity()[0], "our sensor did not use a private address")
    read_and_subscribe(bluez)
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_GATT_LOCAL", since=0)
    power_cut(peer, bluez)
    bluez.restart()
    peer.start()
    bluez.connect(peer.identity()[0])
    check_reconnection(peer, bluez, COMPARISON.level)
    check_reconnection_traces_soon(peer, bluez, notified_by_us=True)
    link = traces.last_link(bluez.trace())
    second = traces.address(link[0].octets)
    require(second not in (first, peer.identity()[0]), f"our sensor came back as {second}, which is not new")
    require(traces.is_private_resolvable(link[0].octets), f"{second} is no resolvable private address")


def forgotten_by_bluez_as_sensor(stage: Stage) -> None:
    """BlueZ's user removes us and pairs again. Only an application that consents lets the bond be replaced."""
    peer, bluez, address = bond_as_sensor(stage, COMPARISON)
    old = peer.bond().own
    bluez.command(f"remove {address}", "Device has been removed")
    peer.expect("BLE_GAP_EVT_DISCONNECTED")
    find_and_connect(bluez, peer)
    # Our Security Request asks for the old key; BlueZ has none and pairs at once.
    peer.expect("PM_EVT_CONN_SEC_CONFIG_REQ", peer=0)
    peer.expect("PM_EVT_CONN_SEC_FAILED", peer=0, error=PAIRING_NOT_SUPPORTED)
    bluez.expect("Connected: no")
    failures = [pdu for pdu in traces.pdus(bluez.trace(), traces.SMP) if pdu.octets[0] == traces.PAIRING_FAILED]
    require_equal([(pdu.octets[1], pdu.sent) for pdu in failures], [(PAIRING_NOT_SUPPORTED, False)],
                  "Pairing Failed in BlueZ's trace")
    require_equal(peer.bond().own, old, "our key after a pairing that nobody allowed")
    peer.expect("BLE_GAP_EVT_DISCONNECTED")
    peer.kill()
    bluez.command(f"remove {address}", "Device has been removed|not available")
    peer.start("--allow-repairing")
    find_and_connect(bluez, peer)
    pair(peer, bluez, COMPARISON)
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_BONDING")
    bluez.expect("Bonded: yes")
    require(peer.bond().own != old, "our side still has the old key")
    check_bond(peer, bluez, COMPARISON)


def forgets_as_sensor(stage: Stage) -> None:
    """We forget: BlueZ's encryption fails, and its user pairs again."""
    peer, bluez, address = bond_as_sensor(stage, COMPARISON)
    bluez.command("disconnect", "Successful disconnected")
    peer.expect("BLE_GAP_EVT_DISCONNECTED")
    peer.send("forget")
    peer.expect("PM_EVT_PEERS_DELETE_SUCCEEDED")
    require_equal(bonds.ours(peer.flash), [], "bonds in our flash file")
    bluez.send(f"connect {address}")
    peer.expect("BLE_GAP_EVT_SEC_INFO_REQUEST")
    bluez.expect("Connected: no|Failed to connect", 15)
    # Core, Vol 1, Part F, 2.6: PIN or Key Missing.
    missing = [entry for entry in bluez.trace() if entry.kind == "encrypted" and entry.number == 0x06]
    require(bool(missing), "BlueZ's trace shows no encryption that failed for a missing key")
    bluez.command(f"remove {address}", "Device has been removed")
    address = find_and_connect(bluez, peer)
    bluez.expect("ServicesResolved: yes", 20)
    bluez.send(f"pair {address}")
    pair(peer, bluez, COMPARISON)
    bluez.expect("Pairing successful")
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_BONDING")
    check_bond(peer, bluez, COMPARISON)


# --- we are the collector ---


def offer_heart_rate(bluez: Bluez) -> None:
    """BlueZ's user builds a heart rate sensor and advertises it."""
    bluez.command("menu gatt", "Menu gatt")
    bluez.command(f"register-service {HEART_RATE}", "Primary")
    bluez.send("yes")
    bluez.command(f"register-characteristic {MEASUREMENT} notify,write", "Enter value")
    bluez.send("0x00 0x48")
    bluez.command("register-application", "Application registered")
    bluez.command("back", "Menu main")
    bluez.command("pairable on", "Changing pairable on succeeded")
    bluez.command("menu advertise", "Menu advertise")
    bluez.send("uuids 0x180d")
    bluez.send("discoverable on")
    bluez.command("back", "Menu main")
    bluez.command("advertise on", "Advertising object registered")


def notify(bluez: Bluez, peer: Peer) -> None:
    """BlueZ's tool notifies of a value when somebody has written it."""
    bluez.guest.run("usleep 300000")  # one request at a time: the Peer Manager has its own
    peer.send("write")
    peer.expect("BLE_GATTC_EVT_HVX", type="notification", length=2)


def bond_as_collector(stage: Stage, method: Method, program: str = "pm-interop-peer", **foreign) -> tuple[Peer, Bluez]:
    bluez = stage.foreign_device(method.agent, lesc=method.legacy_side != "BlueZ", **foreign)
    offer_heart_rate(bluez)
    own = program == "pm-interop-peer"
    peer = stage.our_device(["--role", "collector", *method.options()] if own else ["--resolve-in-host"], program)
    bluez.mark_now()
    peer.start()
    peer.expect("BLE_GAP_EVT_CONNECTED", role="central", limit_s=20)
    pair(peer, bluez, method)
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_BONDING", since=0)
    bluez.expect("Bonded: yes")
    check_bond(peer, bluez, method)
    check_pairing_traces(peer, bluez, method)
    return peer, bluez


def collector(method: Method, program: str = "pm-interop-peer") -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        peer, bluez = bond_as_collector(stage, method, program)
        peer.expect_text("Subscribed")
        peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_APPLICATION", since=0)
        if program == "pm-interop-peer":
            notify(bluez, peer)
        power_cut(peer, bluez)
        peer.start()
        peer.expect("BLE_GAP_EVT_CONNECTED", role="central", limit_s=20)
        check_reconnection(peer, bluez, method.level)
        peer.expect_text("Known sensor")
        if program == "pm-interop-peer":
            notify(bluez, peer)
            check_reconnection_traces_soon(peer, bluez, notified_by_us=False)
        else:
            check_no_pairing(peer, bluez)
    return play


def private_advertiser(stage: Stage) -> None:
    """BlueZ's address changes; after bonding we know it by it all the same."""
    peer, bluez = bond_as_collector(stage, COMPARISON, privacy=True)
    first = traces.last_link(peer.trace())[0].octets
    require(traces.is_private_resolvable(first), f"BlueZ advertised as {traces.address(first)}, which is not private")
    require(peer.bond().irk != bytes(16), "our side has stored no IRK of BlueZ")
    peer.expect_text("Subscribed")
    power_cut(peer, bluez)
    # Power makes a new address; what was registered stays.
    bluez.command("power off", "Changing power off succeeded")
    bluez.command("power on", "Changing power on succeeded")
    peer.start()
    peer.expect("BLE_GAP_EVT_CONNECTED", role="central", limit_s=20)
    check_reconnection(peer, bluez, COMPARISON.level)
    bluez.guest.run("usleep 300000")
    check_no_pairing(peer, bluez)
    second = traces.last_link(peer.trace())[0].octets
    require(traces.is_private_resolvable(second) and second != first,
            f"BlueZ came back as {traces.address(second)}, which is not a new private address")


def forgotten_by_bluez_as_collector(stage: Stage) -> None:
    """BlueZ's user removes us: our encryption fails for a missing key, and we pair again."""
    peer, bluez = bond_as_collector(stage, COMPARISON)
    old = peer.bond().own
    bluez.mark_now()
    bluez.send(f"remove {peer.identity()[0]}")
    peer.expect("BLE_GAP_EVT_DISCONNECTED")
    peer.expect("PM_EVT_CONN_SEC_FAILED", error=PIN_OR_KEY_MISSING, procedure=ENCRYPTION, limit_s=20)
    peer.expect("PM_EVT_PEER_DELETE_SUCCEEDED")
    pair(peer, bluez, COMPARISON)
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_BONDING")
    require(peer.bond().own != old, "our side still has the old key")
    check_bond(peer, bluez, COMPARISON)


def forgets_as_collector(stage: Stage) -> None:
    """We forget and pair again: BlueZ's user is asked, and the new key takes the old one's place."""
    peer, bluez = bond_as_collector(stage, COMPARISON)
    old = peer.bond().own
    bluez.mark_now()
    peer.send("disconnect")
    peer.send("forget")
    peer.expect("PM_EVT_PEERS_DELETE_SUCCEEDED")
    pair(peer, bluez, COMPARISON)
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_BONDING")
    require(peer.bond().own != old, "our side still has the old key")
    check_bond(peer, bluez, COMPARISON)


# --- our program inside the guest ---


def user_channel(stage: Stage) -> None:
    """Our program drives the second controller through the kernel's user channel, without any relay."""
    bluez = stage.foreign_device("NoInputNoOutput", relay=False)
    guest = stage.guest
    refused = guest.run("pm-interop-peer --role sensor --controller user:hci9 --flash /tmp/ours.flash 2>&1; echo $?")
    require("there is no hci9" in refused and refused.endswith("3\n"), f"a missing controller is told as: {refused}")
    busy = guest.run("pm-interop-peer --role sensor --controller user:hci0 --flash /tmp/ours.flash 2>&1; echo $?")
    require("in use" in busy and busy.endswith("3\n"), f"a controller that BlueZ uses is told as: {busy}")
    guest.run("rm -f /tmp/ours.*\n"
              "pm-interop-peer --role sensor --controller user:hci1 --flash /tmp/ours.flash --events /tmp/ours.jsonl "
              "--btsnoop /tmp/ours.btsnoop </dev/null >/tmp/ours.out 2>&1 & echo $! >/tmp/ours.pid")
    address = bluez.find("PM Peer")
    bluez.connect(address)
    bluez.expect("ServicesResolved: yes", 20)
    bluez.command(f"pair {address}", "Pairing successful")
    guest.run("usleep 500000; kill -9 $(cat /tmp/ours.pid); rm /tmp/ours.pid")
    for name in ("ours.flash", "ours.flash.identity", "ours.jsonl", "ours.btsnoop", "ours.out"):
        guest.fetch(f"/tmp/{name}", stage.folder / name)
    peer = stage.our_device([])
    check_bond(peer, bluez, JUST_WORKS)


CASES = [
    Case("sensor-just-works", "BlueZ bonds with our sensor: LE Secure Connections, Just Works", sensor(JUST_WORKS)),
    Case("sensor-comparison", "... Numeric Comparison", sensor(COMPARISON)),
    Case("sensor-passkey-shown", "... Passkey, shown by us, typed at BlueZ", sensor(SHOWN_HERE)),
    Case("sensor-passkey-typed", "... Passkey, shown by BlueZ, typed at us", sensor(TYPED_HERE)),
    Case("sensor-legacy", "... LE legacy pairing (we know no other), Just Works", sensor(WE_ARE_LEGACY)),
    Case("sensor-application", "... with the sensor application as it is, Numeric Comparison",
         sensor(COMPARISON, "heart_rate_sensor")),
    Case("sensor-refuses", "our sensor demands MITM, BlueZ's user has no input and output", demanding_sensor),
    Case("sensor-private", "BlueZ resolves our private address", private_sensor),
    Case("sensor-forgotten", "BlueZ forgets our sensor, and pairs again", forgotten_by_bluez_as_sensor),
    Case("sensor-forgets", "our sensor forgets BlueZ, and is paired again", forgets_as_sensor),
    Case("collector-just-works", "our collector bonds with BlueZ: LE Secure Connections, Just Works",
         collector(JUST_WORKS)),
    Case("collector-comparison", "... Numeric Comparison", collector(COMPARISON)),
    Case("collector-passkey-shown", "... Passkey, shown by us, typed at BlueZ", collector(SHOWN_HERE)),
    Case("collector-passkey-typed", "... Passkey, shown by BlueZ, typed at us", collector(TYPED_HERE)),
    Case("collector-legacy", "... LE legacy pairing (BlueZ has switched the other off), Just Works",
         collector(BLUEZ_IS_LEGACY)),
    Case("collector-application", "... with the collector application as it is, Numeric Comparison",
         collector(COMPARISON, "heart_rate_collector")),
    Case("collector-private", "our collector resolves BlueZ's private address", private_advertiser),
    Case("collector-forgotten", "BlueZ forgets our collector, which notices and pairs again",
         forgotten_by_bluez_as_collector),
    Case("collector-forgets", "our collector forgets BlueZ, and pairs again", forgets_as_collector),
    Case("user-channel", "our sensor as a program in the guest, on the kernel's user channel", user_channel),
]
