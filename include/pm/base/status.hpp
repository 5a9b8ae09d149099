// SPDX-License-Identifier: Apache-2.0
//
// The one result type of calls. Its values are the numbers of the SoftDevice interface
// (NRF_ERROR_*, BLE_ERROR_*), so that the C edge is a cast. What a peer or controller said is never
// a Status: it travels inside events.
#pragma once

#include <cstdint>

namespace pm {

enum class [[nodiscard]] Status : uint32_t {
  kOk = 0,
  kInternal = 3,
  kNoMem = 4,
  kNotFound = 5,
  kNotSupported = 6,
  kInvalidParam = 7,
  kInvalidState = 8,
  kInvalidLength = 9,
  kInvalidFlags = 10,
  kInvalidData = 11,
  kDataSize = 12,
  kTimeout = 13,
  kNull = 14,
  kForbidden = 15,
  kInvalidAddr = 16,
  kBusy = 17,
  kConnCount = 18,
  kResources = 19,
  kNotEnabled = 0x3001,
  kInvalidConnHandle = 0x3002,
  kInvalidAttrHandle = 0x3003,
  kInvalidAdvHandle = 0x3004,
  kInvalidRole = 0x3005,
  kBlockedByOtherLinks = 0x3006,
  kUnsupportedRemoteFeature = 0x3007,
  kGapUuidListMismatch = 0x3200,
  kGapDiscoverableWithWhitelist = 0x3201,
  kGapInvalidBleAddr = 0x3202,
  kGapWhitelistInUse = 0x3203,
  kGapDeviceIdentitiesInUse = 0x3204,
  kGapDeviceIdentitiesDuplicate = 0x3205,
  kGapZeroIrkNotAllowed = 0x3206,
  kGattcProcNotPermitted = 0x3300,
  kGattsInvalidAttrType = 0x3400,
  kGattsSysAttrMissing = 0x3401,
};

constexpr uint32_t to_code(Status status) { return static_cast<uint32_t>(status); }
constexpr bool ok(Status status) { return status == Status::kOk; }

}  // namespace pm

/// Returns early with the status of `expression` unless it is kOk.
#define PM_TRY(expression)                                                                       \
  do {                                                                                           \
    if (const ::pm::Status pm_try_status_ = (expression); pm_try_status_ != ::pm::Status::kOk) { \
      return pm_try_status_;                                                                     \
    }                                                                                            \
  } while (false)
