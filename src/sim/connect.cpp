// SPDX-License-Identifier: Apache-2.0
#include "sim/controller_core.hpp"
#include "sim/link.hpp"

namespace pm::sim {

void tell_connection_complete(ControllerCore& core,
                              const hci::LeEnhancedConnectionComplete& complete) {
  // One of the two forms, never both. Core, Vol 4, Part E, 7.7.65.1.
  if (core.event_enabled(hci::EventCode::kLeMeta, hci::LeSubevent::kEnhancedConnectionComplete)) {
    core.emit(complete);
    return;
  }
  core.emit(hci::LeConnectionComplete{
      complete.status, complete.handle, complete.role, complete.peer_address_type,
      complete.peer_address, complete.interval, complete.latency, complete.supervision_timeout,
      complete.central_clock_accuracy});
}

namespace {

hci::LeEnhancedConnectionComplete describe(hci::Role role, uint16_t handle,
                                           const AddressBook::Peer& peer, const AirAddress& own,
                                           const ConnectionParameters& parameters) {
  return {.status = hci::ErrorCode::kSuccess,
          .handle = handle,
          .role = role,
          .peer_address_type = peer.reported_type(),
          .peer_address = peer.identity.octets,
          .local_rpa = AddressBook::is_rpa(own) ? own.octets : hci::BdAddr{},
          .peer_rpa = peer.reported_rpa(),
          .interval = parameters.interval,
          .latency = parameters.latency,
          .supervision_timeout = parameters.supervision_timeout,
          .central_clock_accuracy = 0};
}

}  // namespace

void connect(const NewConnection& connection) {
  ControllerCore& central = connection.central;
  ControllerCore& peripheral = connection.peripheral;
  peripheral.advertiser.stop();
  const uint16_t central_handle = central.links.free_handle();
  const uint16_t peripheral_handle = peripheral.links.free_handle();
  const auto link = central.medium().make_link();
  link->start({&central, central_handle, &peripheral, peripheral_handle, connection.parameters});
  central.links.add(central_handle, hci::Role::kCentral, connection.central_peer.identity, link);
  peripheral.links.add(peripheral_handle, hci::Role::kPeripheral,
                       connection.peripheral_peer.identity, link);
  if (AirTap* tap = central.medium().tap()) {
    tap->on_connection(central.clock().now_us(),
                       {link->number(), connection.central_own, connection.peripheral_own});
  }
  tell_connection_complete(central,
                           describe(hci::Role::kCentral, central_handle, connection.central_peer,
                                    connection.central_own, connection.parameters));
  tell_connection_complete(
      peripheral, describe(hci::Role::kPeripheral, peripheral_handle, connection.peripheral_peer,
                           connection.peripheral_own, connection.parameters));
  // A controller whose host wants longer PDUs asks for them itself. Core, Vol 6, Part B, 4.5.10.
  for (const hci::Role role : {hci::Role::kCentral, hci::Role::kPeripheral}) {
    const LinkTable& mine = role == hci::Role::kCentral ? central.links : peripheral.links;
    if (mine.default_tx_octets() != LinkTable::kMinDataOctets) {
      link->set_data_length(role, mine.default_tx_octets());
    }
  }
}

}  // namespace pm::sim
