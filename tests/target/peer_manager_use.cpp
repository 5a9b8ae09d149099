// SPDX-License-Identifier: Apache-2.0
//
// The whole public interface of the core.
#include <new>

#include "pm/peer_manager/peer_manager.hpp"
#include "pm/peer_manager/standard_handlers.hpp"
#include "target/stand_ins.hpp"

namespace link_check {
namespace {

alignas(pm::PeerManager) unsigned char manager_memory[sizeof(pm::PeerManager)];
alignas(pm::StandardHandlers) unsigned char handlers_memory[sizeof(pm::StandardHandlers)];

void on_event(const pm_evt* event) { use(event->evt_id); }

ble_gap_lesc_oob_data_t* peer_oob_data(uint16_t conn_handle) {
  use(conn_handle);
  return any<ble_gap_lesc_oob_data_t>();
}

uint16_t number() { return static_cast<uint16_t>(any_value); }
pm_peer_data_id data_id() { return static_cast<pm_peer_data_id>(any_value); }

void use_life_cycle(pm::PeerManager& manager) {
  use(manager.init());
  use(manager.is_initialized());
  use(manager.register_handler(on_event));
  manager.on_ble_event_first(*any<ble_evt_t>());
  manager.on_ble_event(*any<ble_evt_t>());
}

void use_security(pm::PeerManager& manager) {
  use(manager.sec_params_set(any<ble_gap_sec_params_t>()));
  use(manager.conn_secure(number(), any_value != 0));
  use(manager.conn_exclude(number(), any<void>()));
  manager.conn_sec_config_reply(number(), any<pm_conn_sec_config>());
  use(manager.conn_sec_params_reply(number(), any<ble_gap_sec_params_t>(), any<void>()));
  use(manager.conn_sec_status_get(number(), any<pm_conn_sec_status>()));
  use(manager.sec_is_sufficient(number(), any<pm_conn_sec_status>()));
  use(manager.lesc_public_key_set(any<ble_gap_lesc_p256_pk_t>()));
}

void use_lists(pm::PeerManager& manager) {
  use(manager.allow_list_set(any<uint16_t>(), any_value));
  use(manager.allow_list_get(any<ble_gap_addr_t>(), any<uint32_t>(), any<ble_gap_irk_t>(),
                             any<uint32_t>()));
  use(manager.device_identities_list_set(any<uint16_t>(), any_value));
  use(manager.id_addr_set(any<ble_gap_addr_t>()));
  use(manager.id_addr_get(any<ble_gap_addr_t>()));
  use(manager.privacy_set(any<ble_gap_privacy_params_t>()));
  use(manager.privacy_get(any<ble_gap_privacy_params_t>()));
  use(manager.address_resolve(any<ble_gap_addr_t>(), any<ble_gap_irk_t>()));
  use(manager.conn_handle_get(number(), any<uint16_t>()));
  use(manager.peer_id_get(number(), any<uint16_t>()));
  use(manager.peer_id_list(any<uint16_t>(), any<uint32_t>(), number(), any_value));
  use(manager.next_peer_id_get(number()));
  use(manager.peer_count());
}

void use_data(pm::PeerManager& manager) {
  use(manager.peer_data_load(number(), data_id(), any<void>(), any<uint32_t>()));
  use(manager.peer_data_store(number(), data_id(), any<void>(), any_value, any<uint32_t>()));
  use(manager.peer_data_delete(number(), data_id()));
  use(manager.peer_new(any<uint16_t>(), any<pm_peer_data_bonding>(), any<uint32_t>()));
  use(manager.peer_delete(number()));
  use(manager.peers_delete());
  use(manager.peer_ranks_get(any<uint16_t>(), any<uint32_t>(), any<uint16_t>(), any<uint32_t>()));
  use(manager.peer_rank_highest(number()));
  manager.local_database_has_changed();
}

void use_lesc(pm::PeerManager& manager) {
  use(manager.lesc_init());
  use(manager.lesc_keypair_generate());
  use(manager.lesc_own_oob_data_generate());
  any_pointer = manager.lesc_public_key_get();
  any_pointer = manager.lesc_own_oob_data_get();
  manager.lesc_peer_oob_data_handler_set(peer_oob_data);
  use(manager.lesc_request_handler());
  manager.lesc_on_ble_event(*any<ble_evt_t>());
}

void use_handlers(pm::StandardHandlers& handlers) {
  handlers.on_pm_evt(*any<pm_evt>());
  handlers.pm_evt_log(*any<pm_evt>());
  handlers.flash_clean(*any<pm_evt>());
  handlers.flash_clean_on_return();
  handlers.disconnect_on_sec_failure(*any<pm_evt>());
  handlers.disconnect_on_insufficient_sec(*any<pm_evt>(), *any<pm_conn_sec_status>());
  handlers.secure_on_connection(*any<ble_evt_t>());
  handlers.secure_on_error(*any<ble_evt_t>());
}

}  // namespace

void use_peer_manager() {
  StandInSoftDevice soft_device;
  StandInStorage storage;
  StandInTimers timers;
  StandInCrypto crypto;
  auto& manager = *new (manager_memory) pm::PeerManager(soft_device, storage, timers, crypto);
  use_life_cycle(manager);
  use_security(manager);
  use_lists(manager);
  use_data(manager);
  use_lesc(manager);
  use_handlers(*new (handlers_memory)
                   pm::StandardHandlers(manager, soft_device, timers, any_value));
}

}  // namespace link_check
