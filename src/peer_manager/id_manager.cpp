// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/id_manager.hpp"

#include <cstring>

namespace pm {

namespace {

bool is_identity_address(const ble_gap_addr_t& address) {
  return address.addr_type == BLE_GAP_ADDR_TYPE_PUBLIC ||
         address.addr_type == BLE_GAP_ADDR_TYPE_RANDOM_STATIC;
}

bool is_private_address(const ble_gap_addr_t& address) {
  return address.addr_type == BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE ||
         address.addr_type == BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_NON_RESOLVABLE;
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
  return a.ediv == b.ediv && std::memcmp(a.rand, b.rand, sizeof a.rand) == 0;
}

bool is_zero(const ble_gap_master_id_t& id) { return id.ediv == 0 && is_all_zero(id.rand); }

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
  if (!index_.has_place_for(peer)) {
    return;
  }
  PeerFlags flags{};
  if (read_flags(peer, flags)) {
    index_.put(peer, identity, flags);
  } else {
    index_.remove(peer);
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
  if (peer == kInvalidPeer) {
    return;
  }
  pm_evt event = make_event(PM_EVT_BONDED_PEER_CONNECTED, conn_handle, peer);
  router_->from_id_manager(event);
}

void IdManager::on_database_event(const pm_evt& event) {
  const PeerId peer{event.peer_id};
  if (event.evt_id == PM_EVT_PEER_DELETE_SUCCEEDED) {
    index_.remove(peer);
    forget_peer(peer);
    return;
  }
  const bool is_update = event.evt_id == PM_EVT_PEER_DATA_UPDATE_SUCCEEDED;
  const auto data = event.peer_data_update_succeeded.data_id;
  // A deletion may fail after the bond is gone.
  if (event.evt_id == PM_EVT_PEER_DELETE_FAILED || (is_update && data == PM_PEER_DATA_ID_BONDING)) {
    read_identity(peer);
    return;
  }
  const bool is_flag =
      data == PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING || data == PM_PEER_DATA_ID_CENTRAL_ADDR_RES;
  if (const IdentityIndex::Entry* known = index_.find(peer); is_update && is_flag && known) {
    ble_gap_id_key_t identity;
    copy_octets(&identity, &known->identity, sizeof identity);
    remember(peer, identity);
    wipe(&identity, sizeof identity);
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

bool IdManager::read_flags(PeerId peer, PeerFlags& flags) const {
  flags = {};
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
  return pending_read != Status::kInternal && read != Status::kInternal;
}

// Of a peer being deleted only storage knows what still exists.
const IdentityIndex::Entry* IdManager::indexed(PeerId peer) const {
  return pool_->is_active(peer) ? index_.find(peer) : nullptr;
}

PeerFlags IdManager::flags_of(PeerId peer) const {
  const IdentityIndex::Entry* known = indexed(peer);
  PeerFlags flags{};
  static_cast<void>(known != nullptr || read_flags(peer, flags));
  return known != nullptr ? known->flags : flags;
}

PeerId IdManager::peer_of(uint16_t conn_handle) const {
  const Link* link = states_->find(conn_handle);
  return link != nullptr ? link->peer : kInvalidPeer;
}

uint16_t IdManager::connection_of(PeerId peer) const {
  if (peer == kInvalidPeer) {
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

const ble_gap_addr_t* IdManager::address_of(uint16_t conn_handle) const {
  const Link* link = states_->find(conn_handle);
  return link != nullptr ? &link->address : nullptr;
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

// A peer being deleted still counts while its bond exists.
PeerId IdManager::identify(const ble_gap_addr_t& address) const {
  if (!is_identity_address(address) &&
      address.addr_type != BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE) {
    return kInvalidPeer;
  }
  ble_gap_id_key_t identity{};
  PeerId found = kInvalidPeer;
  for (const IdentityIndex::Entry& entry : index_.entries()) {
    if (is_same_device(entry.identity, address) && ok(identity_of(entry.peer, identity))) {
      found = entry.peer;
      break;
    }
  }
  size_t unindexed = pool_->count() - index_.entries().size();
  for (uint16_t id = 0; id < kPeerIds && unindexed > 0 && found == kInvalidPeer; ++id) {
    const PeerId peer{id};
    if (!pool_->is_used(peer) || index_.find(peer) != nullptr) {
      continue;
    }
    --unindexed;
    if (ok(identity_of(peer, identity)) && is_same_device(identity, address)) {
      found = peer;
    }
  }
  wipe(&identity, sizeof identity);
  return found;
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
  if (names_key_of(likely)) {
    return likely;
  }
  PeerId peer = pool_->next(kInvalidPeer);
  while (peer != kInvalidPeer && !names_key_of(peer)) {
    peer = pool_->next(peer);
  }
  return peer;
}

PeerId IdManager::find_duplicate(const pm_peer_data_bonding& bonding, PeerId except) const {
  for (PeerId peer = pool_->next(kInvalidPeer); peer != kInvalidPeer; peer = pool_->next(peer)) {
    if (peer == except) {
      continue;
    }
    // A device may bond again before its first bond is stored.
    ble_gap_id_key_t stored{};
    const pm_peer_data_bonding* unstored = database_->unstored_bond(peer);
    const ble_gap_id_key_t& identity = unstored != nullptr ? unstored->peer_ble_id : stored;
    const bool is_match = (unstored != nullptr || ok(identity_of(peer, stored))) &&
                          is_duplicate(identity, bonding.peer_ble_id);
    wipe(&stored, sizeof stored);
    if (is_match) {
      return peer;
    }
  }
  return kInvalidPeer;
}

bool IdManager::resolves(const ble_gap_addr_t& address, const ble_gap_irk_t& irk) const {
  if (address.addr_type != BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE) {
    return false;
  }
  // ah() works on most significant octet first; prand is the upper half of the address.
  std::array<uint8_t, 16> key;
  for (size_t i = 0; i < key.size(); ++i) {
    key[i] = irk.irk[key.size() - 1 - i];
  }
  std::array<uint8_t, 16> clear{};
  clear[13] = address.addr[5];
  clear[14] = address.addr[4];
  clear[15] = address.addr[3];
  std::array<uint8_t, 16> cipher{};
  const Status status = crypto_->aes128(key, clear, cipher);
  wipe(key);
  return ok(status) && cipher[15] == address.addr[0] && cipher[14] == address.addr[1] &&
         cipher[13] == address.addr[2];
}

}  // namespace pm
