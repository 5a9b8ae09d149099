// SPDX-License-Identifier: Apache-2.0
#include "host/gap/advertiser.hpp"

#include <algorithm>

#include "host/gap/adv_rules.hpp"

namespace pm::host::gap {
namespace {

// High duty cycle directed advertising lasts 1.28 s. Core, Vol 6, Part B, 4.4.2.4.2.
constexpr uint64_t kHighDutyUs = 1'280'000;
// Some controllers never end it themselves; they get a moment more than the time.
constexpr uint64_t kHighDutyMarginUs = 20'000;
constexpr uint64_t kAdvDelayMaxUs = 10'000;

hci::AdvertisingType hci_advertising_type(uint8_t type) {
  switch (type) {
    case BLE_GAP_ADV_TYPE_CONNECTABLE_NONSCANNABLE_DIRECTED_HIGH_DUTY_CYCLE:
      return hci::AdvertisingType::kDirectedHighDuty;
    case BLE_GAP_ADV_TYPE_CONNECTABLE_NONSCANNABLE_DIRECTED:
      return hci::AdvertisingType::kDirectedLowDuty;
    case BLE_GAP_ADV_TYPE_NONCONNECTABLE_SCANNABLE_UNDIRECTED:
      return hci::AdvertisingType::kScannable;
    case BLE_GAP_ADV_TYPE_NONCONNECTABLE_NONSCANNABLE_UNDIRECTED:
      return hci::AdvertisingType::kNonConnectable;
    default:
      return hci::AdvertisingType::kConnectable;
  }
}

Bytes view(const ble_data_t& data) {
  return data.p_data == nullptr ? Bytes() : Bytes(data.p_data, data.len);
}

}  // namespace

Advertiser::Advertiser(Controller& controller, OwnAddress& own, DeviceLists& lists, Timers& timers,
                       EventQueue& events)
    : controller_(controller), own_(own), lists_(lists), timers_(timers), events_(events) {
  limit_timer_.expired = &Advertiser::limit_reached;
  limit_timer_.context = this;
}

Status Advertiser::configure(uint8_t* handle, const ble_gap_adv_data_t* data,
                             const ble_gap_adv_params_t* params) {
  if (handle == nullptr) {
    return Status::kInvalidAddr;
  }
  const bool is_new = *handle == BLE_GAP_ADV_SET_HANDLE_NOT_SET;
  if (is_new && configured_) {
    return Status::kNoMem;
  }
  if (!is_new && (*handle != kHandle || !configured_)) {
    return Status::kInvalidAdvHandle;
  }
  if (is_new && params == nullptr) {
    return Status::kInvalidAddr;
  }
  if (active_ && params != nullptr) {
    return Status::kInvalidState;
  }
  if (params != nullptr) {
    PM_TRY(check_adv_params(*params, lists_.whitelist_empty()));
  }
  const ble_gap_adv_params_t& applied = params != nullptr ? *params : params_;
  const Bytes adv_data = data != nullptr ? view(data->adv_data) : Bytes(adv_data_);
  const Bytes scan_rsp_data = data != nullptr ? view(data->scan_rsp_data) : Bytes(scan_rsp_data_);
  PM_TRY(check_adv_data(adv_data, scan_rsp_data, applied));
  if (active_ && data != nullptr) {
    const bool same_adv = data->adv_data.p_data != nullptr && data->adv_data.p_data == adv_buffer_;
    const bool same_scan_rsp =
        data->scan_rsp_data.p_data != nullptr && data->scan_rsp_data.p_data == scan_rsp_buffer_;
    // The buffers in use belong to the stack until new ones are given.
    if (same_adv || same_scan_rsp) {
      return Status::kInvalidParam;
    }
  }

  if (params != nullptr) {
    params_ = *params;
    params_.p_peer_addr = nullptr;
    peer_ = is_directed(params->properties.type) ? *params->p_peer_addr : ble_gap_addr_t{};
  }
  if (data != nullptr) {
    adv_data_.assign(adv_data.begin(), adv_data.end());
    scan_rsp_data_.assign(scan_rsp_data.begin(), scan_rsp_data.end());
    adv_buffer_ = data->adv_data.p_data;
    scan_rsp_buffer_ = data->scan_rsp_data.p_data;
  }
  configured_ = true;
  *handle = kHandle;
  if (active_) {
    program_data();
  }
  return Status::kOk;
}

Status Advertiser::check_start(uint8_t handle, bool link_free) const {
  if (handle != kHandle) {
    return Status::kInvalidAdvHandle;
  }
  if (!configured_ || active_) {
    return Status::kInvalidState;
  }
  if (params_.filter_policy != BLE_GAP_ADV_FP_ANY && lists_.whitelist_empty()) {
    return Status::kInvalidParam;
  }
  if (is_connectable(params_.properties.type) && !link_free) {
    return Status::kConnCount;
  }
  return Status::kOk;
}

Status Advertiser::check_active(uint8_t handle) const {
  if (handle != kHandle || !configured_) {
    return Status::kInvalidAdvHandle;
  }
  return active_ ? Status::kOk : Status::kInvalidState;
}

void Advertiser::start() {
  active_ = true;
  program_params();
  if (!is_directed(params_.properties.type)) {
    program_data();
  }
  enable();
  start_limit_timer();
}

Status Advertiser::stop(uint8_t handle) {
  PM_TRY(check_active(handle));
  active_ = false;
  timers_.stop(limit_timer_);
  disable();
  return Status::kOk;
}

void Advertiser::program_params() {
  // Decided when its turn comes: whether the controller resolves is known only after the lists were
  // programmed.
  controller_.send_if<hci::LeSetAdvertisingParameters>(
      [this]() -> std::optional<hci::LeSetAdvertisingParameters> {
        if (!active_) {
          return std::nullopt;
        }
        hci::LeSetAdvertisingParameters command;
        command.interval_min = static_cast<uint16_t>(params_.interval);
        command.interval_max = static_cast<uint16_t>(params_.interval);
        command.type = hci_advertising_type(params_.properties.type);
        command.own_address_type = own_.type();
        command.channel_map = static_cast<uint8_t>(~(params_.channel_mask[4] >> 5) & 0x07);
        command.filter_policy = lists_.controller_filters() ? params_.filter_policy : uint8_t{0};
        if (is_directed(params_.properties.type)) {
          command.peer_address_type = hci_type(peer_);
          command.peer_address = hci_octets(peer_);
          // The peer shows private addresses: only the controller can make one to direct to.
          if (lists_.controller_resolves() && lists_.in_identities(peer_)) {
            command.own_address_type = own_.type() == hci::OwnAddressType::kPublic
                                           ? hci::OwnAddressType::kResolvableOrPublic
                                           : hci::OwnAddressType::kResolvableOrRandom;
          }
        }
        if (is_high_duty(params_.properties.type)) {
          // Ignored by specification, but checked by some controllers.
          command.interval_min = BLE_GAP_ADV_INTERVAL_MIN;
          command.interval_max = BLE_GAP_ADV_INTERVAL_MIN;
        }
        return command;
      });
}

void Advertiser::program_data() {
  hci::LeSetAdvertisingData data;
  data.length = static_cast<uint8_t>(adv_data_.size());
  std::copy(adv_data_.begin(), adv_data_.end(), data.data.begin());
  controller_.send(data);
  if (!is_scannable(params_.properties.type)) {
    return;
  }
  hci::LeSetScanResponseData response;
  response.length = static_cast<uint8_t>(scan_rsp_data_.size());
  std::copy(scan_rsp_data_.begin(), scan_rsp_data_.end(), response.data.begin());
  controller_.send(response);
}

void Advertiser::enable() {
  controller_.send_if<hci::LeSetAdvertisingEnable>(
      [this]() -> std::optional<hci::LeSetAdvertisingEnable> {
        if (!active_ || on_air_) {
          return std::nullopt;
        }
        on_air_ = true;
        return hci::LeSetAdvertisingEnable{1};
      },
      [this](hci::ErrorCode status, Bytes) {
        // "Disallowed" is also the answer to enabling what is enabled.
        if (status == hci::ErrorCode::kSuccess || status == hci::ErrorCode::kCommandDisallowed) {
          return;
        }
        on_air_ = false;
        if (active_) {
          terminate(BLE_GAP_EVT_ADV_SET_TERMINATED_REASON_TIMEOUT, 0);
        }
      });
}

void Advertiser::disable() {
  controller_.send_if<hci::LeSetAdvertisingEnable>(
      [this]() -> std::optional<hci::LeSetAdvertisingEnable> {
        if (!on_air_) {
          return std::nullopt;
        }
        on_air_ = false;
        return hci::LeSetAdvertisingEnable{0};
      });
}

void Advertiser::suspend() {
  if (active_) {
    disable();
  }
}

void Advertiser::resume() {
  if (active_) {
    program_params();
    enable();
  }
}

void Advertiser::start_limit_timer() {
  uint64_t limit_us = uint64_t{params_.duration} * 10'000;
  limit_reason_ = BLE_GAP_EVT_ADV_SET_TERMINATED_REASON_TIMEOUT;
  if (is_high_duty(params_.properties.type)) {
    const uint64_t end_us = kHighDutyUs + kHighDutyMarginUs;
    limit_us = limit_us == 0 ? end_us : std::min(limit_us, end_us);
  } else if (params_.max_adv_evts != 0) {
    // Legacy advertising does not count events for the host: it is the time that they take.
    const uint64_t events_us =
        params_.max_adv_evts * (uint64_t{params_.interval} * 625 + kAdvDelayMaxUs / 2);
    if (limit_us == 0 || events_us < limit_us) {
      limit_us = events_us;
      limit_reason_ = BLE_GAP_EVT_ADV_SET_TERMINATED_REASON_LIMIT_REACHED;
    }
  }
  if (limit_us != 0) {
    timers_.start(limit_timer_, limit_us);
  }
}

void Advertiser::limit_reached(void* context) {
  auto& self = *static_cast<Advertiser*>(context);
  self.disable();
  const bool counted = self.limit_reason_ == BLE_GAP_EVT_ADV_SET_TERMINATED_REASON_LIMIT_REACHED;
  self.terminate(self.limit_reason_, counted ? self.params_.max_adv_evts : uint8_t{0});
}

void Advertiser::terminate(uint8_t reason, uint8_t events) {
  active_ = false;
  timers_.stop(limit_timer_);
  events_.raise(BLE_GAP_EVT_ADV_SET_TERMINATED, BLE_CONN_HANDLE_INVALID,
                kGapEvtLen<ble_gap_evt_adv_set_terminated_t>, [&](ble_evt_t& evt) {
                  auto& terminated = evt.evt.gap_evt.params.adv_set_terminated;
                  terminated.reason = reason;
                  terminated.adv_handle = kHandle;
                  terminated.num_completed_adv_events = events;
                });
}

bool Advertiser::admits(const ble_gap_addr_t& peer, const ble_gap_addr_t& peer_on_air) const {
  if (is_directed(params_.properties.type)) {
    return true;
  }
  return (params_.filter_policy & BLE_GAP_ADV_FP_FILTER_CONNREQ) == 0 ||
         lists_.in_whitelist(peer) || lists_.in_whitelist(peer_on_air);
}

void Advertiser::on_connected() {
  active_ = false;
  on_air_ = false;
  timers_.stop(limit_timer_);
}

void Advertiser::on_refused_connection() {
  on_air_ = false;
  enable();
}

void Advertiser::on_directed_timeout() {
  on_air_ = false;
  if (active_) {
    terminate(BLE_GAP_EVT_ADV_SET_TERMINATED_REASON_TIMEOUT, 0);
  }
}

void Advertiser::abandon() {
  active_ = false;
  on_air_ = false;
  timers_.stop(limit_timer_);
}

}  // namespace pm::host::gap
