// SPDX-License-Identifier: Apache-2.0
//
// The event log of a device on a PC: each stack event, each Peer Manager event and the calls that
// change or show what is stored, as JSON members. Keys and passkeys to be typed are never in it.
// The target has none of this.
#pragma once

#include "ble.h"
#include "bm/bluetooth/peer_manager/peer_manager_types.h"
#include "pm/base/bytes.hpp"

namespace pm::c_api {

#ifdef PM_EVENT_LOG

void trace_ble_event(const ble_evt_t& event);
void trace_pm_event(const pm_evt& event);

/// One call of an application: its name, what it returned, and further members ("" for none).
void trace_call(const char* function, uint32_t result, const char* members);

/// As above for a call about one record of a peer; of the content, when given, length and FNV-1a
/// hash are told.
void trace_record_call(const char* function, uint32_t result, uint16_t peer_id, uint16_t data_id,
                       Bytes content);

#else

constexpr void trace_call(const char*, uint32_t, const char*) {}
constexpr void trace_record_call(const char*, uint32_t, uint16_t, uint16_t, Bytes) {}

#endif

}  // namespace pm::c_api
