// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/lesc.hpp"

#include <cstring>

namespace pm {

namespace {
constexpr size_t kCoordinate = 32;
}

Status Lesc::init() {
  for (Request& request : requests_) {
    request.close();
  }
  return keypair_generate();
}

// While another link pairs, a pair is not renewed: its peer has been sent the public key, or will
// be.
Status Lesc::make_key_pair(bool is_renewal) {
  for (const Request& request : requests_) {
    if (request.is_open(request.number) || (is_renewal && request.is_pairing)) {
      return Status::kBusy;
    }
  }
  if (key_in_use_) {
    return Status::kBusy;
  }
  key_in_use_ = true;
  public_key_ = nullptr;
  renewal_due_ = false;
  own_oob_data_ = nullptr;
  wipe(&own_oob_, sizeof own_oob_);
  const Status status = crypto_->generate_key_pair(own_key_.pk);
  public_key_ = ok(status) ? &own_key_ : nullptr;
  key_in_use_ = false;
  return status;
}

Status Lesc::own_oob_data_generate() {
  if (key_in_use_) {
    return Status::kBusy;
  }
  key_in_use_ = true;
  if (public_key_ == nullptr) {
    key_in_use_ = false;
    return Status::kInvalidState;
  }
  // An event before or after that finds data that are as good, the former ones or these.
  const Status status =
      soft_device_->gap_lesc_oob_data_get(BLE_CONN_HANDLE_INVALID, own_key_, own_oob_);
  own_oob_data_ = ok(status) ? &own_oob_ : nullptr;
  if (!ok(status)) {
    wipe(&own_oob_, sizeof own_oob_);
  }
  key_in_use_ = false;
  return status;
}

[[gnu::noinline]] Lesc::Request* Lesc::request_of(uint16_t conn_handle) {
  const int index = soft_device_->link_index(conn_handle);
  return index >= 0 && index < config::kLinks ? &requests_[index] : nullptr;
}

void Lesc::on_ble_event(const ble_evt_t& event) {
  const ble_gap_evt_t& gap = event.evt.gap_evt;
  const unsigned id = event.header.evt_id;
  Request* request = request_of(gap.conn_handle);
  if (request == nullptr) {
    return;
  }
  if (id == BLE_GAP_EVT_AUTH_STATUS || id == BLE_GAP_EVT_DISCONNECTED) {
    // Over, however it ended: nobody asks for its DH key any more.
    request->close();
  }
  if (id == BLE_GAP_EVT_SEC_PARAMS_REQUEST) {
    request->peer_has_own_oob = gap.params.sec_params_request.peer_params.oob != 0;
    request->is_pairing = true;
  }
  if (id == BLE_GAP_EVT_LESC_DHKEY_REQUEST) {
    request->conn_handle = gap.conn_handle;
    request->peer_key = gap.params.lesc_dhkey_request.p_pk_peer;
    if (gap.params.lesc_dhkey_request.oobd_req != 0 && !supply_oob_data(*request)) {
      request->peer_key = nullptr;
    }
    request->number = (request->number + 1u) | 1u;
  }
  if (renews_ && id == BLE_GAP_EVT_AUTH_STATUS) {
    static_cast<void>(renew());
  }
}

// A peer may claim to have data that we never made: what the SoftDevice refuses ends that pairing,
// and must not touch any other.
bool Lesc::supply_oob_data(const Request& request) {
  const ble_gap_lesc_oob_data_t* peer =
      peer_oob_handler_ != nullptr ? peer_oob_handler_(request.conn_handle) : nullptr;
  return ok(soft_device_->gap_lesc_oob_data_set(
      request.conn_handle, request.peer_has_own_oob ? own_oob_data() : nullptr, peer));
}

// What cannot be done now the main loop does later.
Status Lesc::renew() {
  const Status status = make_key_pair(true);
  if (!ok(status)) {
    renewal_due_ = true;
  }
  return status == Status::kBusy ? Status::kOk : status;
}

Status Lesc::request_handler() {
  for (Request& request : requests_) {
    PM_TRY(answer(request));
  }
  return renews_ && renewal_due_ ? renew() : Status::kOk;
}

Status Lesc::answer(Request& request) {
  const uint32_t number = request.number;
  if (!request.is_open(number)) {
    return Status::kOk;
  }
  const uint16_t conn_handle = request.conn_handle;
  if (public_key_ == nullptr) {
    request.answered = number;
    return Status::kInternal;
  }
  const ble_gap_lesc_p256_pk_t* peer_key = request.peer_key;
  ble_gap_lesc_dhkey_t dhkey;
  key_in_use_ = true;
  // A peer that sends our own X back would know the DH key without any private key; comparing X
  // alone also catches the mirrored point. Both are public.
  const bool is_computed = peer_key != nullptr &&
                           std::memcmp(peer_key->pk, own_key_.pk, kCoordinate) != 0 &&
                           ok(crypto_->key_agreement(peer_key->pk, dhkey.key));
  key_in_use_ = false;
  Status status = Status::kInvalidState;
  // Only if this is still the request that was computed for: the link may have gone, or come back
  // with another.
  if (request.number == number) {
    request.answered = number;
    status = soft_device_->gap_lesc_dhkey_reply(
        conn_handle, is_computed ? BLE_GAP_SEC_STATUS_SUCCESS : BLE_GAP_SEC_STATUS_DHKEY_FAILURE,
        is_computed ? &dhkey : nullptr);
  }
  wipe(&dhkey, sizeof dhkey);
  // The pairing ended while its key was computed: no failure, and no reason to let others wait.
  return status == Status::kInvalidState ? Status::kOk : status;
}

}  // namespace pm
