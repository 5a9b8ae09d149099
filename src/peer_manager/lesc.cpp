// SPDX-License-Identifier: Apache-2.0
#include "pm/peer_manager/detail/lesc.hpp"

#include <algorithm>

namespace pm {

namespace {
constexpr size_t kCoordinate = 32;
}

Status Lesc::init() {
  for (Request& request : requests_) {
    request.is_pairing = false;
    request.word.store(closed(request.word.load()));
  }
  renewal_due_ = false;
  return keypair_generate();
}

bool Lesc::has_open_request() const {
  for (const Request& request : requests_) {
    if (is_open(request.word.load())) {
      return true;
    }
  }
  return false;
}

Status Lesc::keypair_generate() {
  if (has_open_request() || key_in_use_.exchange(true)) {
    return Status::kBusy;
  }
  own_key_valid_ = false;
  own_oob_valid_ = false;
  wipe(&own_oob_, sizeof own_oob_);
  ble_gap_lesc_p256_pk_t fresh;
  const Status status = crypto_->generate_key_pair(fresh.pk);
  if (ok(status)) {
    copy_octets(&own_key_, &fresh, sizeof fresh);
    own_key_valid_ = true;
  }
  key_in_use_ = false;
  return ok(status) ? Status::kOk : Status::kInternal;
}

Status Lesc::own_oob_data_generate() {
  if (key_in_use_.exchange(true)) {
    return Status::kBusy;
  }
  Status status = Status::kInvalidState;
  // An event in the middle finds the former data, which are as good.
  ble_gap_lesc_oob_data_t fresh{};
  if (own_key_valid_) {
    status = soft_device_->gap_lesc_oob_data_get(BLE_CONN_HANDLE_INVALID, own_key_, fresh);
  }
  own_oob_valid_ = false;
  copy_octets(&own_oob_, &fresh, sizeof fresh);
  own_oob_valid_ = ok(status);
  wipe(&fresh, sizeof fresh);
  key_in_use_ = false;
  return status;
}

ble_gap_lesc_p256_pk_t* Lesc::public_key() { return own_key_valid_ ? &own_key_ : nullptr; }

ble_gap_lesc_oob_data_t* Lesc::own_oob_data() { return own_oob_valid_ ? &own_oob_ : nullptr; }

void Lesc::on_ble_event(const ble_evt_t& event) {
  const ble_gap_evt_t& gap = event.evt.gap_evt;
  switch (event.header.evt_id) {
    case BLE_GAP_EVT_DISCONNECTED:
      close_request(gap.conn_handle);
      break;
    case BLE_GAP_EVT_SEC_PARAMS_REQUEST:
      if (Request* request = request_of(gap.conn_handle)) {
        request->peer_has_own_oob = gap.params.sec_params_request.peer_params.oob != 0;
        request->is_pairing = true;
      }
      break;
    case BLE_GAP_EVT_LESC_DHKEY_REQUEST:
      on_dhkey_request(gap.conn_handle, gap.params.lesc_dhkey_request);
      break;
    case BLE_GAP_EVT_AUTH_STATUS:
      // Over, however it ended: nobody asks for its DH key any more.
      close_request(gap.conn_handle);
      if (renews_) {
        static_cast<void>(renew());
      }
      break;
    default:
      break;
  }
}

Lesc::Request* Lesc::request_of(uint16_t conn_handle) {
  const int index = soft_device_->link_index(conn_handle);
  return index >= 0 && index < config::kLinks ? &requests_[index] : nullptr;
}

void Lesc::close_request(uint16_t conn_handle) {
  if (Request* request = request_of(conn_handle)) {
    request->is_pairing = false;
    request->word.store(closed(request->word.load()));
  }
}

void Lesc::on_dhkey_request(uint16_t conn_handle, const ble_gap_evt_lesc_dhkey_request_t& request) {
  Request* open = request_of(conn_handle);
  if (open == nullptr) {
    return;
  }
  open->is_refused = request.oobd_req != 0 && !supply_oob_data(conn_handle, open->peer_has_own_oob);
  open->conn_handle = conn_handle;
  copy_octets(&open->peer_key, request.p_pk_peer, sizeof open->peer_key);
  open->word.store(opened(open->word.load()));
}

// A peer may claim to have data that we never made: what the SoftDevice refuses ends that pairing,
// and must not touch any other.
bool Lesc::supply_oob_data(uint16_t conn_handle, bool peer_has_ours) {
  const ble_gap_lesc_oob_data_t* peer =
      peer_oob_handler_ != nullptr ? peer_oob_handler_(conn_handle) : nullptr;
  return ok(soft_device_->gap_lesc_oob_data_set(conn_handle,
                                                peer_has_ours ? own_oob_data() : nullptr, peer));
}

// While another link pairs the pair is still needed: its peer has been sent the public key, or will
// be. Then the main loop renews it later, as it does when there was none to be had.
Status Lesc::renew() {
  renewal_due_ = false;
  Status status = Status::kBusy;
  if (std::ranges::none_of(requests_, &Request::is_pairing)) {
    status = keypair_generate();
  }
  if (!ok(status)) {
    renewal_due_ = true;
  }
  return status == Status::kBusy ? Status::kOk : status;
}

Status Lesc::request_handler() {
  for (Request& request : requests_) {
    PM_TRY(answer(request));
  }
  return renewal_due_ ? renew() : Status::kOk;
}

// Only if this is still the request that was computed for: the link may have gone, or come back
// with another. Out of line, because the compiler writes out one exchange for each way to it.
[[gnu::noinline]] bool Lesc::close_unchanged(Request& request, uint32_t word) {
  return request.word.compare_exchange_strong(word, closed(word));
}

Status Lesc::answer(Request& request) {
  uint32_t word = 0;
  bool is_refused = false;
  ble_gap_lesc_p256_pk_t peer_key;
  // An event in the middle of the copy changes the word: copy again.
  do {
    word = request.word.load();
    if (!is_open(word)) {
      return Status::kOk;
    }
    copy_octets(&peer_key, &request.peer_key, sizeof peer_key);
    is_refused = request.is_refused;
  } while (request.word.load() != word);

  const bool has_key = own_key_valid_;
  ble_gap_lesc_dhkey_t dhkey{};
  const bool is_computed = has_key && !is_refused && compute(peer_key, dhkey);
  const uint16_t conn_handle = request.conn_handle;
  Status status = Status::kOk;
  if (close_unchanged(request, word)) {
    status = !has_key && !is_refused
                 ? Status::kInternal
                 : soft_device_->gap_lesc_dhkey_reply(
                       conn_handle,
                       is_computed ? BLE_GAP_SEC_STATUS_SUCCESS : BLE_GAP_SEC_STATUS_DHKEY_FAILURE,
                       is_computed ? &dhkey : nullptr);
  }
  wipe(&dhkey, sizeof dhkey);
  // The pairing ended while its key was computed: no failure, and no reason to let others wait.
  return status == Status::kInvalidState ? Status::kOk : status;
}

// False: the peer's key is none.
bool Lesc::compute(const ble_gap_lesc_p256_pk_t& peer_key, ble_gap_lesc_dhkey_t& dhkey) {
  key_in_use_ = true;
  // A peer that sends our own X back would know the DH key without any private key; comparing X
  // alone also catches the mirrored point.
  const bool is_own_key = constant_time_equal(std::span(peer_key.pk).first<kCoordinate>(),
                                              std::span(own_key_.pk).first<kCoordinate>());
  const bool is_computed = !is_own_key && ok(crypto_->key_agreement(peer_key.pk, dhkey.key));
  key_in_use_ = false;
  return is_computed;
}

}  // namespace pm
