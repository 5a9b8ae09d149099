// SPDX-License-Identifier: Apache-2.0
//
// A SoftDevice without a radio: does what it is told, remembers what it was asked, and answers as
// scripted.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pm/base/config.hpp"
#include "pm/ports/soft_device.hpp"

namespace pm::test {

class FakeSoftDevice final : public SoftDevice {
 public:
  struct ParamsReply {
    uint16_t conn_handle;
    uint8_t sec_status;
    std::optional<ble_gap_sec_params_t> params;
    std::optional<ble_gap_sec_keyset_t> keyset;
  };
  struct Authenticate {
    uint16_t conn_handle;
    std::optional<ble_gap_sec_params_t> params;
  };
  struct Encrypt {
    uint16_t conn_handle;
    ble_gap_master_id_t master_id;
    ble_gap_enc_info_t enc_info;
  };
  struct InfoReply {
    uint16_t conn_handle;
    std::optional<ble_gap_enc_info_t> enc_info;
  };
  struct DhKeyReply {
    uint16_t conn_handle;
    uint8_t sec_status;
    std::optional<ble_gap_lesc_dhkey_t> dhkey;
  };
  struct SysAttrSet {
    uint16_t conn_handle;
    std::vector<uint8_t> data;
    uint32_t flags;
    friend bool operator==(const SysAttrSet&, const SysAttrSet&) = default;
  };

  FakeSoftDevice() { links_.fill(BLE_CONN_HANDLE_INVALID); }

  // Script: the next calls of a function give these results, then kOk again.
  void script(const std::string& function, std::initializer_list<Status> results) {
    auto& queue = results_[function];
    queue.insert(queue.end(), results);
  }
  void forget_script() { results_.clear(); }
  void always(const std::string& function, Status result) { always_[function] = result; }

  void assign(uint16_t conn_handle) {
    *std::ranges::find(links_, uint16_t{BLE_CONN_HANDLE_INVALID}) = conn_handle;
  }
  void unassign(uint16_t conn_handle) {
    std::ranges::replace(links_, conn_handle, uint16_t{BLE_CONN_HANDLE_INVALID});
  }

  // Record.
  std::vector<Authenticate> authenticates;
  std::vector<ParamsReply> params_replies;
  std::vector<Encrypt> encrypts;
  std::vector<InfoReply> info_replies;
  std::vector<DhKeyReply> dhkey_replies;
  std::vector<std::pair<uint16_t, uint8_t>> disconnects;
  std::vector<SysAttrSet> sys_attr_sets;
  std::vector<std::pair<uint16_t, uint16_t>> service_changed;  // link, start handle
  std::vector<uint16_t> uuid_reads;
  std::vector<std::pair<uint16_t, uint16_t>> reads;
  std::vector<ble_gap_addr_t> whitelist;
  int whitelist_sets = 0;
  std::vector<ble_gap_id_key_t> identities;
  std::function<void()> inside_oob_data_get;
  bool had_own_oob = false;
  bool had_peer_oob = false;

  // State.
  std::map<uint16_t, std::vector<uint8_t>> sys_attrs;
  uint16_t initial_user_handle = 10;
  std::map<uint16_t, uint16_t> attributes;      // handle -> 16-bit UUID
  std::set<uint16_t> vendor_attributes;         // handles of UUIDs of 128 bits
  std::map<uint16_t, uint16_t> attribute_cccd;  // handle -> value
  ble_gap_addr_t own_address{};

  int link_index(uint16_t conn_handle) const override {
    const auto found = std::ranges::find(links_, conn_handle);
    return conn_handle == BLE_CONN_HANDLE_INVALID || found == links_.end()
               ? -1
               : static_cast<int>(found - links_.begin());
  }
  uint16_t link_handle(int index) const override { return links_[index]; }

  Status gap_addr_set(const ble_gap_addr_t& addr) override {
    own_address = addr;
    return result("addr_set");
  }
  Status gap_addr_get(ble_gap_addr_t& addr) override {
    addr = own_address;
    return result("addr_get");
  }
  Status gap_privacy_set(const ble_gap_privacy_params_t&) override { return result("privacy_set"); }
  Status gap_privacy_get(ble_gap_privacy_params_t&) override { return result("privacy_get"); }
  Status gap_whitelist_set(const ble_gap_addr_t* const* addrs, uint8_t count) override {
    ++whitelist_sets;
    whitelist.clear();
    for (uint8_t i = 0; i < count; ++i) {
      whitelist.push_back(*addrs[i]);
    }
    return result("whitelist_set");
  }
  Status gap_device_identities_set(const ble_gap_id_key_t* const* id_keys,
                                   const ble_gap_irk_t* const*, uint8_t count) override {
    identities.clear();
    for (uint8_t i = 0; i < count; ++i) {
      identities.push_back(*id_keys[i]);
    }
    return result("device_identities_set");
  }

  Status gap_authenticate(uint16_t conn_handle, const ble_gap_sec_params_t* params) override {
    authenticates.push_back({conn_handle, optional(params)});
    return result("authenticate");
  }
  Status gap_sec_params_reply(uint16_t conn_handle, uint8_t sec_status,
                              const ble_gap_sec_params_t* params,
                              const ble_gap_sec_keyset_t* keyset) override {
    params_replies.push_back({conn_handle, sec_status, optional(params), optional(keyset)});
    return result("sec_params_reply");
  }
  Status gap_lesc_dhkey_reply(uint16_t conn_handle, uint8_t sec_status,
                              const ble_gap_lesc_dhkey_t* dhkey) override {
    dhkey_replies.push_back({conn_handle, sec_status, optional(dhkey)});
    return result("dhkey_reply");
  }
  Status gap_lesc_oob_data_get(uint16_t, const ble_gap_lesc_p256_pk_t&,
                               ble_gap_lesc_oob_data_t& own) override {
    own = {};
    own.r[0] = 0x77;
    if (inside_oob_data_get) {
      inside_oob_data_get();
    }
    return result("oob_data_get");
  }
  Status gap_lesc_oob_data_set(uint16_t, const ble_gap_lesc_oob_data_t* own,
                               const ble_gap_lesc_oob_data_t* peer) override {
    had_own_oob = own != nullptr;
    had_peer_oob = peer != nullptr;
    return result("oob_data_set");
  }
  Status gap_encrypt(uint16_t conn_handle, const ble_gap_master_id_t& master_id,
                     const ble_gap_enc_info_t& enc_info) override {
    encrypts.push_back({conn_handle, master_id, enc_info});
    return result("encrypt");
  }
  Status gap_sec_info_reply(uint16_t conn_handle, const ble_gap_enc_info_t* enc_info) override {
    info_replies.push_back({conn_handle, optional(enc_info)});
    return result("sec_info_reply");
  }
  Status gap_disconnect(uint16_t conn_handle, uint8_t reason) override {
    disconnects.push_back({conn_handle, reason});
    return result("disconnect");
  }

  Status gatts_sys_attr_set(uint16_t conn_handle, const uint8_t* data, uint16_t len,
                            uint32_t flags) override {
    sys_attr_sets.push_back({conn_handle, std::vector<uint8_t>(data, data + len), flags});
    return result("sys_attr_set");
  }
  Status gatts_sys_attr_get(uint16_t conn_handle, uint8_t* data, uint16_t& len, uint32_t) override {
    const Status scripted = result("sys_attr_get");
    if (!ok(scripted)) {
      return scripted;
    }
    const auto& attrs = sys_attrs[conn_handle];
    if (attrs.empty()) {
      return Status::kNotFound;
    }
    if (attrs.size() > len) {
      return Status::kDataSize;
    }
    std::copy(attrs.begin(), attrs.end(), data);
    len = static_cast<uint16_t>(attrs.size());
    return Status::kOk;
  }
  Status gatts_service_changed(uint16_t conn_handle, uint16_t start_handle, uint16_t) override {
    const Status status = result("service_changed");
    if (ok(status)) {
      service_changed.push_back({conn_handle, start_handle});
    }
    return status;
  }
  Status gatts_initial_user_handle_get(uint16_t& handle) override {
    handle = initial_user_handle;
    return Status::kOk;
  }
  Status gatts_attr_get(uint16_t handle, ble_uuid_t* uuid, ble_gatts_attr_md_t*) override {
    *uuid = {attributes.contains(handle) ? attributes[handle] : uint16_t{0x2800},
             vendor_attributes.contains(handle) ? uint8_t{BLE_UUID_TYPE_VENDOR_BEGIN}
                                                : uint8_t{BLE_UUID_TYPE_BLE}};
    return Status::kOk;
  }
  Status gatts_value_get(uint16_t, uint16_t handle, ble_gatts_value_t& value) override {
    value.p_value[0] = static_cast<uint8_t>(attribute_cccd[handle]);
    value.p_value[1] = 0;
    return result("value_get");
  }
  Status gattc_char_value_by_uuid_read(uint16_t conn_handle, const ble_uuid_t&,
                                       const ble_gattc_handle_range_t&) override {
    const Status status = result("uuid_read");
    if (ok(status)) {
      uuid_reads.push_back(conn_handle);
    }
    return status;
  }
  Status gattc_read(uint16_t conn_handle, uint16_t handle, uint16_t) override {
    const Status status = result("read");
    if (ok(status)) {
      reads.push_back({conn_handle, handle});
    }
    return status;
  }

 private:
  template <class T>
  static std::optional<T> optional(const T* value) {
    return value != nullptr ? std::optional<T>(*value) : std::nullopt;
  }
  Status result(const std::string& function) {
    auto& queue = results_[function];
    if (!queue.empty()) {
      const Status status = queue.front();
      queue.pop_front();
      return status;
    }
    const auto found = always_.find(function);
    return found != always_.end() ? found->second : Status::kOk;
  }

  std::array<uint16_t, config::kLinks> links_{};
  std::map<std::string, std::deque<Status>> results_;
  std::map<std::string, Status> always_;
};

}  // namespace pm::test
