// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "host/gatt/config.hpp"
#include "host/gatt/uuid_table.hpp"

namespace pm::host::gatt {

enum class AttributeKind : uint8_t {
  kService,
  kInclude,
  kCharacteristic,
  kValue,
  kCccd,  ///< the value belongs to a client, not to the table
  kDescriptor,
};

struct Attribute {
  uint16_t handle = 0;
  AttributeKind kind = AttributeKind::kDescriptor;
  ble_uuid_t type = {};
  ble_gatts_attr_md_t md = {};
  /// kService, kCharacteristic: the UUID declared.
  ble_uuid_t declared = {};
  /// kCharacteristic, kValue, kCccd: properties octet of the declaration.
  uint8_t properties = 0;
  /// kCccd: the value it is about. kValue: its CCCD, 0 when there is none. kInclude: the included
  /// service.
  uint16_t related = 0;
  uint16_t len = 0;
  uint16_t max_len = 0;
  std::vector<uint8_t> stack_value;
  uint8_t* user_value = nullptr;

  bool is_service() const { return kind == AttributeKind::kService; }
  uint8_t* data() { return user_value != nullptr ? user_value : stack_value.data(); }
  const uint8_t* data() const { return user_value != nullptr ? user_value : stack_value.data(); }
};

/// The attribute table: the built-in GAP and GATT services, then what the application adds, in
/// handle order without gaps. Core, Vol 3, Part G, 3; Part C, 12.
class Database {
 public:
  Database(const Config& config, UuidTable& uuids);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Definition. Results as sd_ble_gatts_*_add().
  Status add_service(uint8_t type, const ble_uuid_t* uuid, uint16_t* handle);
  Status add_include(uint16_t service_handle, uint16_t included_handle, uint16_t* handle);
  Status add_characteristic(uint16_t service_handle, const ble_gatts_char_md_t* md,
                            const ble_gatts_attr_t* value, ble_gatts_char_handles_t* handles);
  Status add_descriptor(uint16_t characteristic_handle, const ble_gatts_attr_t* attr,
                        uint16_t* handle);

  // Lookup.
  Attribute* find(uint16_t handle);
  const Attribute* find(uint16_t handle) const;
  const std::vector<Attribute>& attributes() const { return attributes_; }
  uint16_t last_handle() const { return static_cast<uint16_t>(attributes_.size()); }
  uint16_t first_user_handle() const { return first_user_handle_; }
  bool is_user_handle(uint16_t handle) const { return handle >= first_user_handle_; }
  /// 0 when not configured.
  uint16_t service_changed_handle() const { return service_changed_handle_; }
  /// Last handle of the group that a service declaration opens; the last service extends to 0xFFFF.
  uint16_t group_end(const Attribute& service) const;
  bool uses_base(uint8_t uuid_type) const;
  /// The type as on air, 2 or 16 octets.
  std::vector<uint8_t> type_octets(const Attribute& attribute) const;
  bool has_type(const Attribute& attribute, const Uuid128& type) const;

  // Values. Not for a CCCD, whose value is per client.
  std::vector<uint8_t> value(const Attribute& attribute) const;
  /// Writes at an offset; a variable-length value ends where the data ends. False: it does not fit.
  static bool write(Attribute& attribute, uint16_t offset, Bytes data);

  // The GAP service.
  Status set_device_name(const ble_gap_conn_sec_mode_t& write_perm, Bytes name);
  Bytes device_name() const;
  void set_appearance(uint16_t appearance);
  uint16_t appearance() const;
  Status set_preferred_parameters(const ble_gap_conn_params_t& params);
  ble_gap_conn_params_t preferred_parameters() const;

 private:
  void add_built_in_services();
  uint16_t add_built_in(uint16_t uuid, uint8_t properties, uint16_t max_len, Bytes value);
  Attribute& append(AttributeKind kind, const ble_uuid_t& type, const ble_gatts_attr_md_t& md);
  Attribute& append_value(AttributeKind kind, const ble_gatts_attr_t& attr);
  uint16_t append_cccd(const ble_gatts_attr_md_t& md);
  void append_fixed(uint16_t type, const ble_gatts_attr_md_t& md, Bytes value, uint16_t max_len);
  Status check_attribute(const ble_gatts_attr_t* attr) const;
  Status reserve(uint32_t cost);
  Attribute* last_service();

  const Config config_;
  UuidTable& uuids_;
  std::vector<Attribute> attributes_;
  uint32_t used_ = 0;
  uint16_t first_user_handle_ = 0;
  uint16_t last_service_ = 0;
  uint16_t last_value_ = 0;  ///< value handle of the last characteristic of the last service
  uint16_t device_name_handle_ = 0;
  uint16_t appearance_handle_ = 0;
  uint16_t ppcp_handle_ = 0;
  uint16_t service_changed_handle_ = 0;
};

}  // namespace pm::host::gatt
