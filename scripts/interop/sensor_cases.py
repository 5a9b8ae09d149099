# SPDX-License-Identifier: Apache-2.0
"""We are the sensor: BlueZ finds us, pairs, reads and subscribes."""
from collections.abc import Callable

import bonds
import traces
from bluez import Bluez
from outcome import require, require_equal
from peer import Peer
from trial import (AUTHENTICATION_REQUIREMENTS, COMPARISON, JUST_WORKS, LOCATION, MEASUREMENT, PAIRING_NOT_SUPPORTED,
                   SHOWN_HERE, TYPED_HERE, WE_ARE_LEGACY, Case, Method, Stage, check_bond, check_pairing_traces,
                   check_reconnection, check_reconnection_traces_soon, pair, power_cut)


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


SENSOR_CASES = [
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
    Case("user-channel", "our sensor as a program in the guest, on the kernel's user channel", user_channel),
]
