// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ble_gap.h"

namespace pm::host::smp {

/// Who this device is. Implemented by the part of the host that owns addresses and privacy.
class Identity {
 public:
  /// Device IRK and identity address, as they are distributed in bonding.
  virtual ble_gap_id_key_t own_identity() const = 0;
  /// The address that this device uses on air before a connection exists.
  virtual ble_gap_addr_t address_in_use() const = 0;

 protected:
  ~Identity() = default;
};

}  // namespace pm::host::smp
