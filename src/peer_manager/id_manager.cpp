// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/id_manager.hpp"

#include <cstring>
#include <type_traits>

namespace pm {

namespace {

bool is_identity_address(const ble_gap_addr_t& address) {
  static_assert(BLE_GAP_ADDR_TYPE_PUBLIC == 0 && BLE_GAP_ADDR_TYPE_RANDOM_STATIC == 1);
  return address.addr_type <= BLE_GAP_ADDR_TYPE_RANDOM_STATIC;
}

bool is_private_address(const ble_gap_addr_t& address) {
  return address.addr_type == BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE ||
         address.addr_type == BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_NON_RESOLVABLE;
}

uint32_t load_be32(const uint8_t* p) {
  return static_cast<uint32_t>(p[0]) << 24 | static_cast<uint32_t>(p[1]) << 16 |
         static_cast<uint32_t>(p[2]) << 8 | p[3];
}

// Whether there is one is no secret.
bool has_irk(const ble_gap_id_key_t& identity) {
  for (const uint8_t octet : identity.id_info.irk) {
    if (octet != 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool are_equal(const ble_gap_addr_t& a, const ble_gap_addr_t& b) {
  return a.addr_type == b.addr_type && std::memcmp(a.addr, b.addr, sizeof a.addr) == 0;
}

bool are_equal(const ble_gap_master_id_t& a, const ble_gap_master_id_t& b) {
  static_assert(std::has_unique_object_representations_v<ble_gap_master_id_t>);
  return std::memcmp(&a, &b, sizeof a) == 0;
}

bool is_zero(const ble_gap_master_id_t& id) { return are_equal(id, ble_gap_master_id_t{}); }

bool is_duplicate(const ble_gap_id_key_t& a, const ble_gap_id_key_t& b) {
  if (!is_private_address(a.id_addr_info) && !is_private_address(b.id_addr_info)) {
    return are_equal(a.id_addr_info, b.id_addr_info);
  }
  return has_irk(a) && constant_time_equal(a.id_info.irk, b.id_info.irk);
}

void IdManager::reset() {
  index_.reset();
  allow_list_size_ = 0;
}

void IdManager::remember(PeerId peer, const ble_gap_id_key_t& identity) {
  if (IdentityIndex::Entry* entry = index_.add(peer); entry != nullptr) {
    copy_octets(&entry->identity, &identity, sizeof identity);
    update_flags(*entry);
  }
}

void IdManager::update_flags(IdentityIndex::Entry& entry) {
  entry.flags = read_flags(entry.peer);
  if (entry.flags.is_unreadable) {
    index_.remove(entry.peer);
  }
}

void IdManager::on_ble_event(const ble_evt_t& event) {
  if (event.header.evt_id == BLE_GAP_EVT_CONNECTED) {
    on_connected(event.evt.gap_evt.conn_handle);
  }
}

void IdManager::on_connected(uint16_t conn_handle) {
  Link* link = states_->find(conn_handle);
  if (link == nullptr) {
    return;
  }
  const PeerId peer = identify(link->address);
  link->peer = peer;
  if (!is_peer_id(peer)) {
    return;
  }
  pm_evt event = make_event(PM_EVT_BONDED_PEER_CONNECTED, conn_handle, peer);
  router_->from_id_manager(event);
}

void IdManager::on_database_event(const pm_evt& event) {
  const PeerId peer{event.peer_id};
  switch (event.evt_id) {
    case PM_EVT_PEER_DELETE_SUCCEEDED:
      forget_peer(peer);
      read_identity(peer);
      break;
    case PM_EVT_PEER_DELETE_FAILED:
      // The bond may be gone.
      read_identity(peer);
      break;
    case PM_EVT_PEER_DATA_UPDATE_SUCCEEDED:
      switch (event.peer_data_update_succeeded.data_id) {
        case PM_PEER_DATA_ID_BONDING:
          read_identity(peer);
          break;
        case PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING:
        case PM_PEER_DATA_ID_CENTRAL_ADDR_RES:
          if (IdentityIndex::Entry* known = index_.find(peer); known != nullptr) {
            update_flags(*known);
          }
          break;
        default:
          break;
      }
      break;
    default:
      break;
  }
}

void IdManager::read_identity(PeerId peer) {
  pm_peer_data_bonding bonding;
  if (ok(database_->load_bonding(peer, bonding))) {
    remember(peer, bonding.peer_ble_id);
  } else {
    index_.remove(peer);
  }
  wipe(&bonding, sizeof bonding);
}

PeerFlags IdManager::read_flags(PeerId peer) const {
  PeerFlags flags{};
  Status pending_read = Status::kNotFound;
  if constexpr (config::kServiceChanged) {
    uint8_t pending = 0;
    size_t length = sizeof pending;
    pending_read = database_->load(key_of(peer, kServiceChangedPendingData), &pending, length);
    flags.service_changed_pending = ok(pending_read) && pending == 1;
  }
  size_t length = 0;
  const Status read = database_->load(key_of(peer, kCentralAddrResData), nullptr, length);
  flags.address_resolution_stored = ok(read);
  flags.is_unreadable = pending_read == Status::kInternal || read == Status::kInternal;
  return flags;
}

// Of a peer being deleted only storage knows what still exists.
const IdentityIndex::Entry* IdManager::indexed(PeerId peer) const {
  return pool_->is_active(peer) ? index_.find(peer) : nullptr;
}

PeerFlags IdManager::flags_of(PeerId peer) const {
  const IdentityIndex::Entry* known = indexed(peer);
  return known != nullptr ? known->flags : read_flags(peer);
}

PeerId IdManager::peer_of(uint16_t conn_handle) const {
  const Link* link = states_->find(conn_handle);
  return link != nullptr ? link->peer : kInvalidPeer;
}

uint16_t IdManager::connection_of(PeerId peer) const {
  if (!is_peer_id(peer)) {
    return BLE_CONN_HANDLE_INVALID;
  }
  for (const Link& link : states_->links()) {
    if (link.has(LinkFlag::kValid) && link.peer == peer) {
      const uint16_t conn_handle = states_->handle_at(states_->index_of(link));
      if (conn_handle != BLE_CONN_HANDLE_INVALID) {
        return conn_handle;
      }
    }
  }
  return BLE_CONN_HANDLE_INVALID;
}

void IdManager::set_peer(uint16_t conn_handle, PeerId peer) {
  if (Link* link = states_->find(conn_handle); link != nullptr) {
    link->peer = peer;
  }
}

void IdManager::forget_peer(PeerId peer) {
  for (Link& link : states_->links()) {
    if (link.peer == peer) {
      link.peer = kInvalidPeer;
    }
  }
}

Status IdManager::identity_of(PeerId peer, ble_gap_id_key_t& out) const {
  const IdentityIndex::Entry* known = indexed(peer);
  if (known != nullptr) {
    copy_octets(&out, &known->identity, sizeof out);
    return Status::kOk;
  }
  pm_peer_data_bonding bonding;
  const Status status = database_->load_bonding(peer, bonding);
  if (ok(status)) {
    copy_octets(&out, &bonding.peer_ble_id, sizeof out);
  }
  wipe(&bonding, sizeof bonding);
  return status;
}

bool IdManager::is_same_device(const ble_gap_id_key_t& identity,
                               const ble_gap_addr_t& address) const {
  if (is_identity_address(address)) {
    return are_equal(identity.id_addr_info, address);
  }
  // Without this, an address made with an all-zero IRK would be every peer that never gave one.
  return has_irk(identity) && resolves(address, identity.id_info);
}

PeerId IdManager::identify(const ble_gap_addr_t& address) const {
  ble_gap_id_key_t memory;
  const PeerId found = search(address, memory);
  wipe(&memory, sizeof memory);
  return found;
}

// A peer being deleted still counts while its bond exists.
PeerId IdManager::search(const ble_gap_addr_t& address, ble_gap_id_key_t& memory) const {
  // What follows tells nothing of who it is.
  static_assert(BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE == BLE_GAP_ADDR_TYPE_RANDOM_STATIC + 1);
  if (address.addr_type > BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE) {
    return kInvalidPeer;
  }
  const IdentityIndex::Entry* entry = index_.first();
  size_t left = pool_->count();
  for (unsigned id = 0; left > 0; ++id) {
    const PeerId peer{static_cast<uint16_t>(id)};
    bool is_found = false;
    if (entry->peer == peer) {
      is_found = is_same_device(entry->identity, address) && ok(identity_of(peer, memory));
      ++entry;
    } else if (pool_->is_used(peer)) {
      is_found = ok(identity_of(peer, memory)) && is_same_device(memory, address);
    } else {
      continue;
    }
    if (is_found) {
      return peer;
    }
    --left;
  }
  return kInvalidPeer;
}

PeerId IdManager::find_by_master_id(const ble_gap_master_id_t& master_id, PeerId likely,
                                    pm_peer_data_bonding& bonding) const {
  if (is_zero(master_id)) {
    return kInvalidPeer;
  }
  const auto names_key_of = [&](PeerId peer) {
    // A peer being deleted gets nothing any more.
    return pool_->is_active(peer) && ok(database_->load_bonding(peer, bonding)) &&
           (are_equal(bonding.own_ltk.master_id, master_id) ||
            are_equal(bonding.peer_ltk.master_id, master_id));
  };
  PeerId previous = kInvalidPeer;
  PeerId peer = likely;
  while (!names_key_of(peer)) {
    peer = pool_->next(previous);
    if (!is_peer_id(peer)) {
      break;
    }
    previous = peer;
  }
  return peer;
}

PeerId IdManager::find_duplicate(const pm_peer_data_bonding& bonding, PeerId except) const {
  PeerId peer = kInvalidPeer;
  do {
    peer = pool_->next(peer);
  } while (is_peer_id(peer) && (peer == except || !is_bond_of(peer, bonding.peer_ble_id)));
  return peer;
}

bool IdManager::is_bond_of(PeerId peer, const ble_gap_id_key_t& identity) const {
  ble_gap_id_key_t known;
  Status status = Status::kOk;
  // A device may bond again before its first bond is stored.
  if (const pm_peer_data_bonding* unstored = database_->unstored_bond(peer); unstored != nullptr) {
    copy_octets(&known, &unstored->peer_ble_id, sizeof known);
  } else {
    status = identity_of(peer, known);
  }
  const bool is_match = ok(status) && is_duplicate(known, identity);
  wipe(&known, sizeof known);
  return is_match;
}

bool IdManager::resolves(const ble_gap_addr_t& address, const ble_gap_irk_t& irk) const {
  if (address.addr_type != BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE) {
    return false;
  }
  // ah() works on most significant octet first; prand is the upper half of the address.
  nrf_ecb_hal_data_t ah{};
  for (unsigned i = 0; i < sizeof irk.irk; ++i) {
    ah.key[i] = irk.irk[15 - i];
  }
  for (unsigned i = 0; i < 3; ++i) {
    ah.cleartext[15 - i] = address.addr[3 + i];
  }
  const Status status = crypto_->aes128(ah);
  const uint32_t difference = load_be32(&ah.ciphertext[12]) ^ load_le32(&address.addr[0]);
  const bool is_resolved = ok(status) && (difference & 0xFFFFFFu) == 0;
  wipe(&ah, sizeof ah);
  return is_resolved;
}

}  // namespace pm
