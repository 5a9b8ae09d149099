# SPDX-License-Identifier: Apache-2.0
"""We are the collector: BlueZ advertises a heart rate service, and we pair with it."""
from collections.abc import Callable

import bonds
import traces
from bluez import Bluez
from outcome import require
from peer import Peer
from trial import (BLUEZ_IS_LEGACY, COMPARISON, HEART_RATE, JUST_WORKS, MEASUREMENT, PIN_OR_KEY_MISSING, ENCRYPTION,
                   SHOWN_HERE, TYPED_HERE, Case, Method, Stage, check_bond, check_bonded_at_bluez, check_no_pairing,
                   check_notified, check_pairing_traces, check_reconnection, pair, power_cut, soon)


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
    """BlueZ's tool notifies of a value when somebody has written it, and cannot be asked to otherwise. The application
    as it is writes nothing."""
    if peer.program.name == "pm-interop-peer":
        peer.send("write")
        peer.expect("BLE_GATTC_EVT_HVX", type="notification", length=2)


# Of bluetoothd's log.
LOST_RACE = "bt_io_set: setsockopt(BT_SECURITY): Invalid argument"
# On a busy machine it loses one of three.
LINKS = 6


def return_encrypted(stage: Stage, level: int) -> None:
    """Our collector comes back to BlueZ, and BlueZ is there to be talked to.

    bluetoothd 5.66 loses a race when the central encrypts at once (device_attach_att() asks for a level of security that
    the channel has got since it looked, and the kernel tells it EINVAL): it lets the channel lie until the kernel ends
    the link with 0x13, 4 s later. Our side has to come back from that by itself. Nothing else is forgiven: the link must
    have been encrypted, and bluetoothd must have said that it lost its race.
    """
    peer, bluez = stage.peer, stage.bluez
    for _ in range(LINKS):
        peer.expect("BLE_GAP_EVT_CONNECTED", role="central")
        connected = peer.mark
        check_reconnection(peer, bluez, level)
        peer.mark = connected
        if peer.expect_any(["BLE_GATTS_EVT_EXCHANGE_MTU_REQUEST", "BLE_GAP_EVT_DISCONNECTED"]).endswith("REQUEST"):
            return
        peer.expect("BLE_GAP_EVT_DISCONNECTED", reason=0x13)
        stage.notes.append("bluetoothd lost its race for BT_SECURITY and dropped an encrypted link; we came back")
        # The log begins with the case: one line for each that was forgiven in it.
        require(bluez.count_in_log(LOST_RACE) >= len(stage.notes),
                "BlueZ has ended an encrypted link, and its log does not have the fault that it is known for")
    require(False, f"BlueZ has dropped {LINKS} links that were encrypted")


def bond_as_collector(stage: Stage, method: Method, program: str = "pm-interop-peer", **foreign) -> tuple[Peer, Bluez]:
    bluez = stage.foreign_device(method.agent, lesc=method.legacy_side != "BlueZ", **foreign)
    offer_heart_rate(bluez)
    own = program == "pm-interop-peer"
    peer = stage.our_device(["--role", "collector", *method.options()] if own else ["--resolve-in-host"], program)
    bluez.mark_now()
    peer.start()
    peer.expect("BLE_GAP_EVT_CONNECTED", role="central")
    pair(peer, bluez, method)
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_BONDING", since=0)
    bluez.expect("Bonded: yes")
    soon(lambda: check_bond(peer, bluez, method))
    soon(lambda: check_pairing_traces(peer, bluez, method))
    return peer, bluez


def collector(method: Method, program: str = "pm-interop-peer") -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        peer, bluez = bond_as_collector(stage, method, program)
        peer.expect_text("Subscribed")
        peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_APPLICATION", since=0)
        notify(bluez, peer)
        power_cut(peer, bluez)
        peer.start()
        return_encrypted(stage, method.level)
        peer.expect_text("Known sensor")
        notify(bluez, peer)
        check_bonded_at_bluez(bluez, peer.identity()[0])
        soon(lambda: (check_notified if program == "pm-interop-peer" else check_no_pairing)(peer, bluez))
    return play


def return_with_new_key(stage: Stage, old: bonds.Key) -> None:
    """After a second pairing: the new key counts, on both sides, and the link comes back with it."""
    peer, bluez = stage.peer, stage.bluez
    require(peer.bond().own != old, "our side still has the old key")
    soon(lambda: check_bond(peer, bluez, COMPARISON))
    # Otherwise what is discovered next is not there yet.
    peer.expect_text("Subscribed", since=peer.mark)
    power_cut(peer, bluez)
    peer.start()
    return_encrypted(stage, COMPARISON.level)
    soon(lambda: check_no_pairing(peer, bluez))


def private_advertiser(stage: Stage) -> None:
    """BlueZ's address changes; after bonding we know it by it all the same."""
    peer, bluez = bond_as_collector(stage, COMPARISON, privacy=True)
    first = traces.last_link(peer.trace())[0].octets
    require(traces.is_private_resolvable(first), f"BlueZ advertised as {traces.address(first)}, which is not private")
    require(peer.bond().irk != bytes(16), "our side has stored no IRK of BlueZ")
    peer.expect_text("Subscribed")
    power_cut(peer, bluez)
    # Power makes a new address; what was registered stays.
    bluez.power_cycle()
    peer.start()
    return_encrypted(stage, COMPARISON.level)
    soon(lambda: check_no_pairing(peer, bluez))
    second = traces.last_link(peer.trace())[0].octets
    require(traces.is_private_resolvable(second) and second != first,
            f"BlueZ came back as {traces.address(second)}, which is not a new private address")


def forgotten_by_bluez_as_collector(stage: Stage) -> None:
    """BlueZ's user removes us: our encryption fails for a missing key, and we pair again."""
    peer, bluez = bond_as_collector(stage, COMPARISON)
    old = peer.bond().own
    peer.expect_text("Subscribed")
    bluez.mark_now()
    bluez.send(f"remove {peer.identity()[0]}")
    peer.expect("BLE_GAP_EVT_DISCONNECTED")
    peer.expect("PM_EVT_CONN_SEC_FAILED", error=PIN_OR_KEY_MISSING, procedure=ENCRYPTION)
    peer.expect("PM_EVT_PEER_DELETE_SUCCEEDED")
    pair(peer, bluez, COMPARISON)
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_BONDING")
    return_with_new_key(stage, old)


def forgets_as_collector(stage: Stage) -> None:
    """We forget and pair again: BlueZ's user is asked, and the new key takes the old one's place."""
    peer, bluez = bond_as_collector(stage, COMPARISON)
    old = peer.bond().own
    # bluetoothd dies of a link that ends while it handles the subscription.
    peer.expect_text("Subscribed")
    bluez.mark_now()
    peer.send("disconnect")
    peer.send("forget")
    peer.expect("PM_EVT_PEERS_DELETE_SUCCEEDED")
    pair(peer, bluez, COMPARISON)
    peer.expect("PM_EVT_PEER_DATA_UPDATE_SUCCEEDED", data="PM_PEER_DATA_ID_BONDING")
    return_with_new_key(stage, old)


COLLECTOR_CASES = [
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
]
