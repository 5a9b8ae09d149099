# SPDX-License-Identifier: Apache-2.0
"""We are the sensor: BlueZ finds us, pairs, reads and subscribes."""
from collections.abc import Callable

import bonds
import btmon
import traces
from bluez import Bluez
from outcome import require, require_equal
from peer import Peer
from trial import (AUTHENTICATION_REQUIREMENTS, COMPARISON, JUST_WORKS, LOCATION, MEASUREMENT, PAIRING_NOT_SUPPORTED,
                   SHOWN_HERE, TYPED_HERE, WE_ARE_LEGACY, Case, Method, Stage, check_bond, check_bonded_at_bluez,
                   check_no_pairing, check_notified, check_pairing_traces, check_reconnection, pair, power_cut, soon)


# Core, Vol 1, Part F, 2.6.
HCI_KEY_MISSING = 0x06


def find_and_connect(bluez: Bluez, peer: Peer, name: str = "PM Peer") -> str:
    address = bluez.find(name, peer.advertise_anew)
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
                   in_guest: bool = False) -> tuple[Peer, Bluez, str]:
    own = program == "pm-interop-peer"
    options = (["--role", "sensor", *method.options()] if own else ["--resolve-in-host"]) + (more or [])
    peer = stage.our_device_in_guest(options) if in_guest else stage.our_device(options, program)
    bluez = stage.foreign_device(method.agent, before_daemon=peer.start, relay=not in_guest)
    address = find_and_connect(bluez, peer, "PM Peer" if own else "PM Heart Rate")
    bluez.expect("ServicesResolved: yes")
    bluez.send(f"pair {address}")
    pair(peer, bluez, method)
    bluez.expect("Pairing successful")
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_BONDING", since=0)
    soon(lambda: check_bond(peer, bluez, method))
    soon(lambda: check_pairing_traces(peer, bluez, method))
    return peer, bluez, address


def subscribe_and_return(stage: Stage, method: Method) -> None:
    """BlueZ subscribes; our process dies, and after its restart notifies over an encrypted link at once."""
    peer, bluez = stage.peer, stage.bluez
    read_and_subscribe(bluez)
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_GATT_LOCAL", since=0)
    power_cut(peer, bluez)
    # A daemon that has subscribed would do so again by itself: a new one knows only the bond.
    bluez.restart(before_daemon=peer.start)
    return_notifying(stage, method)


def return_notifying(stage: Stage, method: Method) -> None:
    peer, bluez = stage.peer, stage.bluez
    address = peer.identity()[0]
    bluez.connect(address)
    check_reconnection(peer, bluez, method.level)
    check_bonded_at_bluez(bluez, address)
    soon(lambda: check_notified(peer, bluez))


def sensor(method: Method, program: str = "pm-interop-peer") -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        bond_as_sensor(stage, method, program)
        subscribe_and_return(stage, method)
    return play


def check_refusal_traces(peer: Peer, bluez: Bluez) -> None:
    for name, trace, sent in (("our", peer.trace(), True), ("BlueZ's", bluez.trace(), False)):
        require_equal(pairing_failures(trace), [(AUTHENTICATION_REQUIREMENTS, sent)], f"Pairing Failed in {name} trace")
    told = btmon.said(bluez.decoded(), "SMP: Pairing Failed")
    require_equal([(block.head[0], block.value("Reason")) for block in told],
                  [(">", "Authentication requirements (0x03)")], "Pairing Failed, as btmon reads it")


def pairing_failures(trace: list[traces.Entry]) -> list[tuple[int, bool]]:
    """The reason of each, and whether it was sent."""
    return [(pdu.octets[1], pdu.sent) for pdu in traces.pdus(trace, traces.SMP)
            if pdu.octets[0] == traces.PAIRING_FAILED]


def demanding_sensor(stage: Stage) -> None:
    """A user who can neither see nor type cannot prove who is there: our side must refuse, and say why."""
    bluez = stage.foreign_device("NoInputNoOutput")
    peer = stage.our_device(["--role", "sensor", "--io", "display-yes-no", "--mitm"])
    peer.start()
    address = find_and_connect(bluez, peer)
    bluez.expect("ServicesResolved: yes")
    bluez.command(f"pair {address}", "Failed to pair: org.bluez.Error.AuthenticationFailed")
    peer.expect("BLE_GAP_EVT_AUTH_STATUS", status=AUTHENTICATION_REQUIREMENTS)
    peer.expect("PM_EVT_CONN_SEC_FAILED", error=AUTHENTICATION_REQUIREMENTS)
    soon(lambda: check_refusal_traces(peer, bluez))
    require_equal(bonds.ours(peer.flash), [], "bonds in our flash file")
    require_equal(bonds.of_bluez(bluez.info(peer.identity()[0])), {}, "keys that BlueZ has stored")


def private_sensor(stage: Stage) -> None:
    """Our address changes; after bonding BlueZ knows us by it all the same."""
    peer, bluez, first = bond_as_sensor(stage, COMPARISON, more=["--privacy"])
    require(first != peer.identity()[0], "our sensor did not use a private address")
    subscribe_and_return(stage, COMPARISON)
    link = traces.last_link(bluez.trace())
    second = traces.address(link[0].octets)
    require(second not in (first, peer.identity()[0]), f"our sensor came back as {second}, which is not new")
    require(traces.is_private_resolvable(link[0].octets), f"{second} is no resolvable private address")


def return_with_new_key(stage: Stage, old: bonds.Key) -> None:
    """After a second pairing: the new key counts, on both sides, and the link comes back with it."""
    peer, bluez = stage.peer, stage.bluez
    require(peer.bond().own != old, "our side still has the old key")
    soon(lambda: check_bond(peer, bluez, COMPARISON))
    power_cut(peer, bluez)
    peer.start()
    bluez.connect(peer.identity()[0])
    check_reconnection(peer, bluez, COMPARISON.level)
    soon(lambda: check_no_pairing(peer, bluez))


def forgotten_by_bluez_as_sensor(stage: Stage) -> None:
    """BlueZ's user removes us and pairs again. Only an application that consents lets the bond be replaced."""
    peer, bluez, address = bond_as_sensor(stage, COMPARISON)
    old = peer.bond().own
    bluez.command(f"remove {address}", "Device has been removed")
    peer.expect("BLE_GAP_EVT_DISCONNECTED")
    # Our Security Request asks for the old key; BlueZ has none and pairs at once. The link may end before BlueZ tells its
    # user of it.
    bluez.find("PM Peer", peer.advertise_anew)
    bluez.send(f"connect {address}")
    peer.expect("BLE_GAP_EVT_CONNECTED", role="peripheral")
    peer.expect("PM_EVT_CONN_SEC_CONFIG_REQ", peer=0)
    peer.expect("PM_EVT_CONN_SEC_FAILED", peer=0, error=PAIRING_NOT_SUPPORTED)
    bluez.expect("Connected: no|Failed to connect")
    soon(lambda: require_equal(pairing_failures(bluez.trace()), [(PAIRING_NOT_SUPPORTED, False)],
                               "Pairing Failed in BlueZ's trace"))
    require_equal(peer.bond().own, old, "our key after a pairing that nobody allowed")
    peer.expect("BLE_GAP_EVT_DISCONNECTED")
    peer.kill()
    bluez.command(f"remove {address}", "Device has been removed|not available")
    peer.start("--allow-repairing")
    find_and_connect(bluez, peer)
    pair(peer, bluez, COMPARISON)
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_BONDING")
    bluez.expect("Bonded: yes")
    return_with_new_key(stage, old)


def forgets_as_sensor(stage: Stage) -> None:
    """We forget: BlueZ's encryption fails, and its user pairs again."""
    peer, bluez, address = bond_as_sensor(stage, COMPARISON)
    old = peer.bond().own
    bluez.command("disconnect", "Successful disconnected")
    peer.expect("BLE_GAP_EVT_DISCONNECTED")
    peer.send("forget")
    peer.expect("PM_EVT_PEERS_DELETE_SUCCEEDED")
    require_equal(bonds.ours(peer.flash), [], "bonds in our flash file")
    bluez.send(f"connect {address}")
    peer.expect("BLE_GAP_EVT_SEC_INFO_REQUEST")
    bluez.expect("Connected: no|Failed to connect")
    soon(lambda: require(any(entry.kind == "encrypted" and entry.number == HCI_KEY_MISSING for entry in bluez.trace()),
                         "BlueZ's trace shows no encryption that failed for a missing key"))
    bluez.command(f"remove {address}", "Device has been removed")
    address = find_and_connect(bluez, peer)
    bluez.expect("ServicesResolved: yes")
    bluez.send(f"pair {address}")
    pair(peer, bluez, COMPARISON)
    bluez.expect("Pairing successful")
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_BONDING")
    return_with_new_key(stage, old)


def refusal_in_guest(stage: Stage, controller: str) -> str:
    """What our program says of a controller that it cannot have; it must say so with status 3."""
    said = stage.guest.run(
        f"pm-interop-peer --role sensor --controller {controller} --flash /tmp/refused.flash 2>&1; echo $?")
    require(said.endswith("\n3\n"), f"{controller}: {said}")
    require(stage.guest.run("ls /tmp/refused* 2>/dev/null", check=False) == "", f"{controller}: something was stored")
    return said


def user_channel(stage: Stage) -> None:
    """Our program drives the second controller through the kernel's user channel, without any relay."""
    before = stage.guest.run("cat /tmp/no_bluetooth.out")
    require("this kernel has no Bluetooth" in before and before.endswith("\n3\n"),
            f"a kernel without Bluetooth is told as: {before}")
    bond_as_sensor(stage, JUST_WORKS, in_guest=True)
    require("there is no hci9" in refusal_in_guest(stage, "user:hci9"), "a missing controller is told otherwise")
    require("in use" in refusal_in_guest(stage, "user:hci0"), "a controller that BlueZ uses is told otherwise")
    require("in use" in refusal_in_guest(stage, "user:hci1"), "a controller that we use is told otherwise")
    subscribe_and_return(stage, JUST_WORKS)


def unplugged(stage: Stage) -> None:
    """The controllers vanish under a link: that is told, and nothing is lost by it."""
    peer, bluez, _ = bond_as_sensor(stage, JUST_WORKS, in_guest=True)
    read_and_subscribe(bluez)
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_GATT_LOCAL", since=0)
    old = peer.bond()
    bluez.unplug()
    require_equal(peer.expect_end(), 3, "status of our process")
    require("controller user:hci1: the controller is gone" in peer.last_words(),
            f"the loss of the controller is told as: {peer.last_words()}")
    require(peer.has("BLE_GAP_EVT_DISCONNECTED"), "the end of the link is not told")
    require(any(entry["kind"] == "controller" and entry["state"] == "lost" for entry in peer.events),
            "the event log does not have the loss of the controller")
    require("there is no hci1" in refusal_in_guest(stage, "user:hci1"), "a vanished controller is told otherwise")
    bluez.plug_in(before_daemon=peer.start)
    return_notifying(stage, JUST_WORKS)
    require_equal(peer.bond(), old, "our bond")


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
    Case("user-channel-lost", "... whose controller is unplugged, and comes back", unplugged),
]
