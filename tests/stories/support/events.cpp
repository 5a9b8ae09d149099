// SPDX-License-Identifier: Apache-2.0
#include "stories/support/events.hpp"

#include <gtest/gtest.h>

#include <cstdarg>
#include <cstdio>

#include "pm/ports/log.hpp"

// What an image gives the library.
extern "C" {
void pm_log_write(int, const char*, const char*, ...) {}
void pm_trace_event(const pm_evt*) {}
void pm_assert_failed(const char* file, int line) { ADD_FAILURE_AT(file, line); }
}

namespace pm::test {

namespace {

[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...) {
  char text[128];
  std::va_list arguments;
  va_start(arguments, pattern);
  std::vsnprintf(text, sizeof text, pattern, arguments);
  va_end(arguments);
  return text;
}

char letter(pm_conn_sec_procedure procedure) { return "EBP"[procedure]; }

const char* name(pm_peer_data_id data) {
  switch (data) {
    case PM_PEER_DATA_ID_BONDING:
      return "BONDING";
    case PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING:
      return "SERVICE_CHANGED_PENDING";
    case PM_PEER_DATA_ID_GATT_LOCAL:
      return "GATT_LOCAL";
    case PM_PEER_DATA_ID_GATT_REMOTE:
      return "GATT_REMOTE";
    case PM_PEER_DATA_ID_PEER_RANK:
      return "PEER_RANK";
    case PM_PEER_DATA_ID_CENTRAL_ADDR_RES:
      return "CENTRAL_ADDR_RES";
    case PM_PEER_DATA_ID_APPLICATION:
      return "APPLICATION";
    default:
      return "?";
  }
}

bool is_about_security(const pm_evt& event) {
  switch (event.evt_id) {
    case PM_EVT_CONN_SEC_START:
    case PM_EVT_CONN_SEC_SUCCEEDED:
    case PM_EVT_CONN_SEC_FAILED:
    case PM_EVT_CONN_SEC_CONFIG_REQ:
    case PM_EVT_CONN_SEC_PARAMS_REQ:
    case PM_EVT_PERIPHERAL_SECURITY_REQ:
    case PM_EVT_STORAGE_FULL:
    case PM_EVT_ERROR_UNEXPECTED:
    case PM_EVT_PEER_DATA_UPDATE_FAILED:
    case PM_EVT_PEER_DELETE_FAILED:
    case PM_EVT_PEERS_DELETE_FAILED:
      return true;
    case PM_EVT_PEER_DATA_UPDATE_SUCCEEDED:
      return event.peer_data_update_succeeded.data_id == PM_PEER_DATA_ID_BONDING;
    default:
      return false;
  }
}

Log collect(const device::BareDevice& device, size_t from, bool (*wanted)(const pm_evt&)) {
  Log log;
  const auto& happenings = device.happenings();
  for (size_t i = from; i < happenings.size(); ++i) {
    if (happenings[i].kind == device::Happening::Kind::kPmEvent && wanted(happenings[i].pm)) {
      log.push_back(describe(happenings[i].pm));
    }
  }
  return log;
}

}  // namespace

std::string describe(const pm_evt& event) {
  const auto& update = event.peer_data_update_succeeded;
  // Only where there is one: other events have other members in its place.
  const auto operation = [&] {
    return update.action == PM_PEER_DATA_OP_UPDATE ? "UPDATE" : "DELETE";
  };
  switch (event.evt_id) {
    case PM_EVT_BONDED_PEER_CONNECTED:
      return format("BONDED_PEER_CONNECTED(%u)", event.peer_id);
    case PM_EVT_CONN_CONFIG_REQ:
      return "CONN_CONFIG_REQ";
    case PM_EVT_CONN_SEC_START:
      return format("SEC_START(%c)", letter(event.conn_sec_start.procedure));
    case PM_EVT_CONN_SEC_SUCCEEDED:
      return format("SEC_SUCCEEDED(%c%s)", letter(event.conn_sec_succeeded.procedure),
                    event.conn_sec_succeeded.data_stored ? ", stored" : "");
    case PM_EVT_CONN_SEC_FAILED:
      return format(
          "SEC_FAILED(%c, 0x%02X, %s)", letter(event.conn_sec_failed.procedure),
          event.conn_sec_failed.error,
          event.conn_sec_failed.error_src == BLE_GAP_SEC_STATUS_SOURCE_LOCAL ? "LOCAL" : "REMOTE");
    case PM_EVT_CONN_SEC_CONFIG_REQ:
      return "CONFIG_REQ";
    case PM_EVT_CONN_SEC_PARAMS_REQ:
      return "PARAMS_REQ";
    case PM_EVT_STORAGE_FULL:
      return format("STORAGE_FULL(%u)", event.peer_id);
    case PM_EVT_ERROR_UNEXPECTED:
      return format("ERROR_UNEXPECTED(0x%X)", event.error_unexpected.error);
    case PM_EVT_PEER_DATA_UPDATE_SUCCEEDED:
      return format("DATA_%s(%s)", operation(), name(update.data_id));
    case PM_EVT_PEER_DATA_UPDATE_FAILED:
      return format("DATA_%s_FAILED(%s, 0x%X)", operation(), name(update.data_id),
                    event.peer_data_update_failed.error);
    case PM_EVT_PEER_DELETE_SUCCEEDED:
      return format("PEER_DELETE_SUCCEEDED(%u)", event.peer_id);
    case PM_EVT_PEER_DELETE_FAILED:
      return format("PEER_DELETE_FAILED(%u)", event.peer_id);
    case PM_EVT_PEERS_DELETE_SUCCEEDED:
      return "PEERS_DELETE_SUCCEEDED";
    case PM_EVT_PEERS_DELETE_FAILED:
      return "PEERS_DELETE_FAILED";
    case PM_EVT_LOCAL_DB_CACHE_APPLIED:
      return "DB_APPLIED";
    case PM_EVT_LOCAL_DB_CACHE_APPLY_FAILED:
      return "DB_APPLY_FAILED";
    case PM_EVT_SERVICE_CHANGED_IND_SENT:
      return "SERVICE_CHANGED_IND_SENT";
    case PM_EVT_SERVICE_CHANGED_IND_CONFIRMED:
      return "SERVICE_CHANGED_IND_CONFIRMED";
    case PM_EVT_PERIPHERAL_SECURITY_REQ:
      return "PERIPHERAL_SECURITY_REQ";
    default:
      return format("EVENT %d", event.evt_id);
  }
}

Log pm_log(const device::BareDevice& device, size_t from) {
  return collect(device, from, [](const pm_evt&) { return true; });
}

Log security_log(const device::BareDevice& device, size_t from) {
  return collect(device, from, is_about_security);
}

}  // namespace pm::test
