// SPDX-License-Identifier: Apache-2.0
#include "host/gap/adv_rules.hpp"

#include "host/gap/address.hpp"

namespace pm::host::gap {
namespace {

// Legacy advertising. Core, Vol 4, Part E, 7.8.5.
constexpr uint32_t kIntervalMaxLegacy = 0x4000;

/// Looks at one block of AD structures. `flags` gets the value of the Flags structure if there is
/// one.
Status scan_ad_structures(Bytes data, bool flags_allowed, uint8_t& flags) {
  while (!data.empty()) {
    const size_t length = data[0];
    if (length == 0) {
      // Early termination: only zeros may follow.
      return is_all_zero(data) ? Status::kOk : Status::kInvalidData;
    }
    if (length >= data.size()) {
      return Status::kInvalidData;
    }
    if (data[1] == BLE_GAP_AD_TYPE_FLAGS) {
      if (!flags_allowed || length < 2) {
        return Status::kInvalidData;
      }
      flags = data[2];
    }
    data = data.subspan(1 + length);
  }
  return Status::kOk;
}

}  // namespace

bool is_directed(uint8_t adv_type) {
  return adv_type == BLE_GAP_ADV_TYPE_CONNECTABLE_NONSCANNABLE_DIRECTED || is_high_duty(adv_type);
}

bool is_high_duty(uint8_t adv_type) {
  return adv_type == BLE_GAP_ADV_TYPE_CONNECTABLE_NONSCANNABLE_DIRECTED_HIGH_DUTY_CYCLE;
}

bool is_connectable(uint8_t adv_type) {
  return adv_type == BLE_GAP_ADV_TYPE_CONNECTABLE_SCANNABLE_UNDIRECTED || is_directed(adv_type);
}

bool is_scannable(uint8_t adv_type) {
  return adv_type == BLE_GAP_ADV_TYPE_CONNECTABLE_SCANNABLE_UNDIRECTED ||
         adv_type == BLE_GAP_ADV_TYPE_NONCONNECTABLE_SCANNABLE_UNDIRECTED;
}

Status check_adv_params(const ble_gap_adv_params_t& params, bool whitelist_empty) {
  const uint8_t type = params.properties.type;
  if (type < BLE_GAP_ADV_TYPE_CONNECTABLE_SCANNABLE_UNDIRECTED ||
      type > BLE_GAP_ADV_TYPE_EXTENDED_NONCONNECTABLE_NONSCANNABLE_DIRECTED) {
    return Status::kInvalidParam;
  }
  if (type >= BLE_GAP_ADV_TYPE_EXTENDED_CONNECTABLE_NONSCANNABLE_UNDIRECTED ||
      params.properties.anonymous != 0 || params.properties.include_tx_power != 0) {
    return Status::kNotSupported;
  }
  if (is_directed(type)) {
    if (params.p_peer_addr == nullptr) {
      return Status::kInvalidParam;
    }
    if (params.p_peer_addr->addr_type > BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_NON_RESOLVABLE) {
      return Status::kGapInvalidBleAddr;
    }
  }
  if (is_high_duty(type)) {
    if (params.duration > BLE_GAP_ADV_TIMEOUT_HIGH_DUTY_MAX) {
      return Status::kInvalidParam;
    }
  } else if (params.interval < BLE_GAP_ADV_INTERVAL_MIN || params.interval > kIntervalMaxLegacy) {
    return Status::kInvalidParam;
  }
  if (params.filter_policy > BLE_GAP_ADV_FP_FILTER_BOTH ||
      (params.filter_policy != BLE_GAP_ADV_FP_ANY && whitelist_empty)) {
    return Status::kInvalidParam;
  }
  const bool no_primary_channel = (params.channel_mask[4] & 0xE0) == 0xE0;
  if (no_primary_channel || params.primary_phy > BLE_GAP_PHY_1MBPS) {
    return params.primary_phy == BLE_GAP_PHY_CODED ? Status::kNotSupported : Status::kInvalidParam;
  }
  return Status::kOk;
}

Status check_adv_data(Bytes adv_data, Bytes scan_rsp_data, const ble_gap_adv_params_t& params) {
  if (adv_data.size() > BLE_GAP_ADV_SET_DATA_SIZE_MAX ||
      scan_rsp_data.size() > BLE_GAP_ADV_SET_DATA_SIZE_MAX) {
    return Status::kInvalidLength;
  }
  const uint8_t type = params.properties.type;
  if ((is_directed(type) && !adv_data.empty()) || (!is_scannable(type) && !scan_rsp_data.empty())) {
    return Status::kInvalidParam;
  }
  uint8_t flags = 0;
  PM_TRY(scan_ad_structures(adv_data, true, flags));
  uint8_t unused = 0;
  PM_TRY(scan_ad_structures(scan_rsp_data, false, unused));
  const bool limited = (flags & BLE_GAP_ADV_FLAG_LE_LIMITED_DISC_MODE) != 0;
  const bool general = (flags & BLE_GAP_ADV_FLAG_LE_GENERAL_DISC_MODE) != 0;
  if (limited && general) {
    return Status::kInvalidFlags;
  }
  if ((limited || general) && (params.filter_policy & BLE_GAP_ADV_FP_FILTER_CONNREQ) != 0) {
    return Status::kGapDiscoverableWithWhitelist;
  }
  // Limited discoverable mode ends. Core, Vol 3, Part C, 9.2.3.2.
  if (limited && (params.duration == 0 || params.duration > BLE_GAP_ADV_TIMEOUT_LIMITED_MAX)) {
    return Status::kInvalidParam;
  }
  return Status::kOk;
}

}  // namespace pm::host::gap
