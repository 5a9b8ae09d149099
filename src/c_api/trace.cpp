// SPDX-License-Identifier: Apache-2.0
#include "c_api/trace.hpp"

#include <cstdarg>
#include <cstdio>

#include "c_api/globals.hpp"
#include "c_api/trace_names.hpp"
#include "pm/c_api/runtime.hpp"
#include "pm/ports/log.hpp"

namespace pm::c_api {

namespace {

/// JSON members in a fixed buffer; what does not fit is cut at its end.
class Line {
 public:
  [[gnu::format(printf, 2, 3)]] void add(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int size = std::vsnprintf(text_.data() + size_, text_.size() - size_, format, arguments);
    va_end(arguments);
    if (size > 0 && size_ + static_cast<size_t>(size) < text_.size()) {
      size_ += static_cast<size_t>(size);
    } else {
      text_[size_] = '\0';
    }
  }
  void write() const {
    if (runtime() != nullptr) {
      runtime()->trace(text_.data());
    }
  }

 private:
  std::array<char, 512> text_{};
  size_t size_ = 0;
};

void add_name(Line& line, const char* member, const char* name, unsigned number) {
  if (name != nullptr) {
    line.add(",\"%s\":\"%s\"", member, name);
  } else {
    line.add(",\"%s\":%u", member, number);
  }
}

void add_address(Line& line, const ble_gap_addr_t& address) {
  const uint8_t* a = address.addr;
  line.add(",\"address\":\"%02x:%02x:%02x:%02x:%02x:%02x\",\"address_type\":%u,\"identity\":%u",
           a[5], a[4], a[3], a[2], a[1], a[0], static_cast<unsigned>(address.addr_type),
           static_cast<unsigned>(address.addr_id_peer));
}

void add_gap_parameters(Line& line, uint16_t evt_id, const ble_gap_evt_t& event) {
  const auto& params = event.params;
  switch (evt_id) {
    case BLE_GAP_EVT_CONNECTED:
      line.add(",\"role\":\"%s\"",
               params.connected.role == BLE_GAP_ROLE_CENTRAL ? "central" : "peripheral");
      add_address(line, params.connected.peer_addr);
      break;
    case BLE_GAP_EVT_DISCONNECTED:
      line.add(",\"reason\":%u", params.disconnected.reason);
      break;
    case BLE_GAP_EVT_ADV_REPORT:
      add_address(line, params.adv_report.peer_addr);
      break;
    case BLE_GAP_EVT_PASSKEY_DISPLAY:
      // The six digits of a comparison are no secret, those of a passkey to be typed are.
      if (params.passkey_display.match_request) {
        line.add(",\"compare\":\"%.6s\"",
                 reinterpret_cast<const char*>(params.passkey_display.passkey));
      }
      break;
    case BLE_GAP_EVT_AUTH_STATUS:
      line.add(",\"status\":%u,\"source\":%u,\"bonded\":%u,\"lesc\":%u",
               params.auth_status.auth_status, params.auth_status.error_src,
               params.auth_status.bonded, params.auth_status.lesc);
      break;
    case BLE_GAP_EVT_CONN_SEC_UPDATE:
      line.add(",\"level\":%u,\"key_size\":%u", params.conn_sec_update.conn_sec.sec_mode.lv,
               params.conn_sec_update.conn_sec.encr_key_size);
      break;
    default:
      break;
  }
}

uint32_t fnv1a(Bytes bytes) {
  uint32_t hash = 0x811C9DC5;
  for (const uint8_t octet : bytes) {
    hash = (hash ^ octet) * 0x01000193;
  }
  return hash;
}

}  // namespace

void trace_ble_event(const ble_evt_t& event) {
  Line line;
  line.add("\"kind\":\"ble\"");
  add_name(line, "event", ble_event_name(event.header.evt_id), event.header.evt_id);
  line.add(",\"conn\":%u", event.evt.gap_evt.conn_handle);
  add_gap_parameters(line, event.header.evt_id, event.evt.gap_evt);
  if (event.header.evt_id == BLE_GATTC_EVT_HVX) {
    const ble_gattc_evt_hvx_t& hvx = event.evt.gattc_evt.params.hvx;
    line.add(",\"handle\":%u,\"type\":\"%s\",\"length\":%u", hvx.handle,
             hvx.type == BLE_GATT_HVX_INDICATION ? "indication" : "notification", hvx.len);
  }
  line.write();
}

void trace_pm_event(const pm_evt& event) {
  Line line;
  line.add("\"kind\":\"pm\"");
  add_name(line, "event", pm_event_name(event.evt_id), static_cast<unsigned>(event.evt_id));
  line.add(",\"conn\":%u,\"peer\":%u", event.conn_handle, event.peer_id);
  switch (event.evt_id) {
    case PM_EVT_CONN_SEC_START:
      add_name(line, "procedure", procedure_name(event.conn_sec_start.procedure),
               static_cast<unsigned>(event.conn_sec_start.procedure));
      break;
    case PM_EVT_CONN_SEC_SUCCEEDED:
      add_name(line, "procedure", procedure_name(event.conn_sec_succeeded.procedure),
               static_cast<unsigned>(event.conn_sec_succeeded.procedure));
      line.add(",\"data_stored\":%s", event.conn_sec_succeeded.data_stored ? "true" : "false");
      break;
    case PM_EVT_CONN_SEC_FAILED:
      add_name(line, "procedure", procedure_name(event.conn_sec_failed.procedure),
               static_cast<unsigned>(event.conn_sec_failed.procedure));
      line.add(",\"error\":%u,\"source\":%u", event.conn_sec_failed.error,
               event.conn_sec_failed.error_src);
      break;
    case PM_EVT_PEER_DATA_UPDATE_SUCCEEDED:
    case PM_EVT_PEER_DATA_UPDATE_FAILED: {
      const auto& update = event.peer_data_update_succeeded;
      add_name(line, "data", data_id_name(static_cast<unsigned>(update.data_id)),
               static_cast<unsigned>(update.data_id));
      line.add(",\"action\":\"%s\",\"token\":%u",
               update.action == PM_PEER_DATA_OP_UPDATE ? "update" : "delete",
               static_cast<unsigned>(update.token));
      break;
    }
    case PM_EVT_ERROR_UNEXPECTED:
      line.add(",\"error\":%u", static_cast<unsigned>(event.error_unexpected.error));
      break;
    default:
      break;
  }
  line.write();
}

void trace_call(const char* function, uint32_t result, const char* members) {
  Line line;
  line.add("\"kind\":\"call\",\"function\":\"%s\",\"result\":%u%s", function,
           static_cast<unsigned>(result), members);
  line.write();
}

void trace_record_call(const char* function, uint32_t result, uint16_t peer_id, uint16_t data_id,
                       Bytes content) {
  Line line;
  line.add("\"kind\":\"call\",\"function\":\"%s\",\"result\":%u,\"peer\":%u", function,
           static_cast<unsigned>(result), peer_id);
  add_name(line, "data", data_id_name(data_id), data_id);
  // A hash of a key would help to guess it.
  if (!content.empty() && data_id != PM_PEER_DATA_ID_BONDING) {
    line.add(",\"length\":%zu,\"hash\":\"%08x\"", content.size(),
             static_cast<unsigned>(fnv1a(content)));
  }
  line.write();
}

}  // namespace pm::c_api

extern "C" void pm_trace_event(const struct pm_evt* event) { pm::c_api::trace_pm_event(*event); }
