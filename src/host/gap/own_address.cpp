// SPDX-License-Identifier: Apache-2.0
#include "host/gap/own_address.hpp"

#include <algorithm>

namespace pm::host::gap {

OwnAddress::OwnAddress(Controller& controller, Crypto& crypto, Timers& timers,
                       const Factory& factory, std::function<void()> expired)
    : controller_(controller),
      crypto_(crypto),
      timers_(timers),
      factory_(factory),
      expired_(std::move(expired)),
      identity_(factory.identity),
      irk_(factory.irk) {
  rotation_.expired = &OwnAddress::rotation_expired;
  rotation_.context = this;
}

OwnAddress::~OwnAddress() {
  timers_.stop(rotation_);
  wipe(irk_.irk);
  wipe(factory_.irk.irk);
}

void OwnAddress::rotation_expired(void* context) { static_cast<OwnAddress*>(context)->expired_(); }

Status OwnAddress::set_identity(const ble_gap_addr_t& address) {
  if (!is_identity_address(address)) {
    return Status::kGapInvalidBleAddr;
  }
  // HCI cannot change the public address: only the controller's own one can be on air.
  if (address.addr_type == BLE_GAP_ADDR_TYPE_PUBLIC &&
      hci_octets(address) != controller_.facts().public_address) {
    return Status::kGapInvalidBleAddr;
  }
  identity_ = address;
  identity_.addr_id_peer = 0;
  refresh();
  return Status::kOk;
}

Status OwnAddress::set_privacy(const ble_gap_privacy_params_t& params) {
  if (params.privacy_mode > BLE_GAP_PRIVACY_MODE_NETWORK_PRIVACY ||
      params.private_addr_cycle_s > BLE_GAP_MAX_PRIVATE_ADDR_CYCLE_INTERVAL_S) {
    return Status::kInvalidParam;
  }
  const bool is_off = params.privacy_mode == BLE_GAP_PRIVACY_MODE_OFF;
  if (!is_off && params.private_addr_type != BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE &&
      params.private_addr_type != BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_NON_RESOLVABLE) {
    return Status::kGapInvalidBleAddr;
  }
  if (params.p_device_irk != nullptr && is_all_zero(params.p_device_irk->irk)) {
    return Status::kGapZeroIrkNotAllowed;
  }
  mode_ = params.privacy_mode;
  if (!is_off) {
    private_type_ = params.private_addr_type;
  }
  cycle_s_ = params.private_addr_cycle_s != 0 ? params.private_addr_cycle_s
                                              : BLE_GAP_DEFAULT_PRIVATE_ADDR_CYCLE_INTERVAL_S;
  irk_ = params.p_device_irk != nullptr ? *params.p_device_irk : factory_.irk;
  refresh();
  return Status::kOk;
}

void OwnAddress::get_privacy(ble_gap_privacy_params_t& params) const {
  params.privacy_mode = mode_;
  params.private_addr_type = private_type_;
  params.private_addr_cycle_s = cycle_s_;
  if (params.p_device_irk != nullptr) {
    *params.p_device_irk = irk_;
  }
}

hci::OwnAddressType OwnAddress::type() const {
  return wanted_.addr_type == BLE_GAP_ADDR_TYPE_PUBLIC ? hci::OwnAddressType::kPublic
                                                       : hci::OwnAddressType::kRandom;
}

void OwnAddress::refresh() {
  ble_gap_addr_t next = identity_;
  if (is_private()) {
    const Status made = private_type_ == BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_RESOLVABLE
                            ? make_resolvable(crypto_, irk_.irk, next)
                            : make_non_resolvable(crypto_, next);
    timers_.start(rotation_, uint64_t{cycle_s_} * 1'000'000);
    if (!ok(made)) {
      // Without randomness the address of before is better than the identity.
      return;
    }
  } else {
    timers_.stop(rotation_);
  }
  const bool unchanged = same_address(next, wanted_);
  wanted_ = next;
  if (next.addr_type == BLE_GAP_ADDR_TYPE_PUBLIC) {
    confirmed_ = next;
    return;
  }
  if (unchanged) {
    return;
  }
  controller_.send(hci::LeSetRandomAddress{hci_octets(next)},
                   [this, next](hci::ErrorCode status, Bytes) {
                     if (status == hci::ErrorCode::kSuccess) {
                       confirmed_ = next;
                       return;
                     }
                     // Refused because something still uses the old address, which therefore stays
                     // in use.
                     if (same_address(wanted_, next)) {
                       wanted_ = confirmed_;
                     }
                   });
}

}  // namespace pm::host::gap
