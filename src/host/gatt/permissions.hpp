// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ble_gap.h"
#include "host/att/pdu.hpp"
#include "host/links.hpp"

namespace pm::host::gatt {

/// A level 4 key always has its full length. Core, Vol 3, Part C, 10.2.1.
inline constexpr uint8_t kFullKeySize = 16;

/// Whether a link is secure enough for a permission: kNone, or the answer to the peer. `if_closed`
/// is the answer where the permission gives no access at all. Core, Vol 3, Part C, 10.3.1,
/// table 10.2, with the SoftDevice's reading of it: a plain link gets Insufficient Authentication,
/// whether or not there is a stored key for the peer, which only the application knows.
constexpr att::Error check_security(const ble_gap_conn_sec_mode_t& permission, uint8_t link_level,
                                    uint8_t key_size, att::Error if_closed) {
  if (permission.sm != 1 || permission.lv == 0) {
    return if_closed;
  }
  if (link_level < permission.lv) {
    return att::Error::kInsufficientAuthentication;
  }
  if (permission.lv == 4 && key_size < kFullKeySize) {
    return att::Error::kEncryptionKeySizeTooShort;
  }
  return att::Error::kNone;
}

constexpr att::Error check_read(const ble_gap_conn_sec_mode_t& permission, const Link& link) {
  return check_security(permission, link.security_level, link.key_size,
                        att::Error::kReadNotPermitted);
}

constexpr att::Error check_write(const ble_gap_conn_sec_mode_t& permission, const Link& link) {
  return check_security(permission, link.security_level, link.key_size,
                        att::Error::kWriteNotPermitted);
}

}  // namespace pm::host::gatt
