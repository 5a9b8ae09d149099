// SPDX-License-Identifier: Apache-2.0
#include "host/gatt/database.hpp"

#include <algorithm>

namespace pm::host::gatt {

namespace {

constexpr uint32_t kAttributeCost = 8;
constexpr uint8_t kExtendedProperties = 0x80;  // Core, Vol 3, Part G, 3.3.1.1
constexpr uint8_t kNotifyOrIndicate = 0x30;
constexpr ble_gap_conn_sec_mode_t kOpen = {1, 1};
constexpr ble_gap_conn_sec_mode_t kNoAccess = {0, 0};
constexpr ble_gatts_attr_md_t kReadOnly = {kOpen, kNoAccess, 0, BLE_GATTS_VLOC_STACK, 0, 0};
constexpr ble_gatts_attr_md_t kReadWrite = {kOpen, kOpen, 0, BLE_GATTS_VLOC_STACK, 0, 0};

constexpr uint32_t cost_of(uint32_t value_octets) {
  return kAttributeCost + (value_octets + 3) / 4 * 4;
}

constexpr bool is_valid_permission(const ble_gap_conn_sec_mode_t& mode) {
  return (mode.sm == 0 && mode.lv == 0) || (mode.sm == 1 && mode.lv >= 1 && mode.lv <= 4);
}

constexpr bool is_declaration(const ble_uuid_t& uuid) {
  return uuid.type == BLE_UUID_TYPE_BLE && uuid.uuid >= BLE_UUID_SERVICE_PRIMARY &&
         uuid.uuid <= BLE_UUID_CHARACTERISTIC;
}

// Descriptors that only the stack may make, because it gives them a meaning.
constexpr bool is_stack_descriptor(const ble_uuid_t& uuid) {
  return uuid.type == BLE_UUID_TYPE_BLE && (uuid.uuid == BLE_UUID_DESCRIPTOR_CHAR_EXT_PROP ||
                                            uuid.uuid == BLE_UUID_DESCRIPTOR_CLIENT_CHAR_CONFIG ||
                                            uuid.uuid == BLE_UUID_DESCRIPTOR_SERVER_CHAR_CONFIG);
}

constexpr uint8_t properties_octet(const ble_gatt_char_props_t& p) {
  return static_cast<uint8_t>(p.broadcast | p.read << 1 | p.write_wo_resp << 2 | p.write << 3 |
                              p.notify << 4 | p.indicate << 5 | p.auth_signed_wr << 6);
}

}  // namespace

Status Database::reserve(uint32_t cost) {
  if (used_ + cost > config_.attr_table_size) {
    return Status::kNoMem;
  }
  used_ += cost;
  return Status::kOk;
}

Attribute& Database::append(AttributeKind kind, const ble_uuid_t& type,
                            const ble_gatts_attr_md_t& md) {
  Attribute attribute;
  attribute.handle = static_cast<uint16_t>(attributes_.size() + 1);
  attribute.kind = kind;
  attribute.type = type;
  attribute.md = md;
  attributes_.push_back(std::move(attribute));
  return attributes_.back();
}

Attribute& Database::append_value(AttributeKind kind, const ble_gatts_attr_t& attr) {
  Attribute& attribute = append(kind, *attr.p_uuid, *attr.p_attr_md);
  attribute.max_len = attr.max_len;
  attribute.len =
      attr.p_attr_md->vlen ? static_cast<uint16_t>(attr.init_offs + attr.init_len) : attr.max_len;
  if (attr.p_attr_md->vloc == BLE_GATTS_VLOC_USER) {
    attribute.user_value = attr.p_value;
    return attribute;
  }
  attribute.stack_value.resize(attr.max_len);
  if (attr.p_value != nullptr) {
    std::copy_n(attr.p_value, attr.init_len, attribute.stack_value.begin() + attr.init_offs);
  }
  return attribute;
}

uint16_t Database::append_cccd(const ble_gatts_attr_md_t& md) {
  Attribute& value = attributes_.back();
  const uint16_t value_handle = value.handle;
  const uint8_t properties = value.properties;
  Attribute& cccd =
      append(AttributeKind::kCccd, sig_uuid(BLE_UUID_DESCRIPTOR_CLIENT_CHAR_CONFIG), md);
  cccd.properties = properties;
  cccd.len = cccd.max_len = 2;
  cccd.related = value_handle;
  find(value_handle)->related = cccd.handle;
  return cccd.handle;
}

void Database::append_fixed(uint16_t type, const ble_gatts_attr_md_t& md, Bytes value,
                            uint16_t max_len) {
  Attribute& attribute = append(AttributeKind::kDescriptor, sig_uuid(type), md);
  attribute.len = md.vlen || !value.empty() ? static_cast<uint16_t>(value.size()) : max_len;
  attribute.max_len = max_len;
  attribute.stack_value.resize(max_len);
  std::copy(value.begin(), value.end(), attribute.stack_value.begin());
}

Attribute* Database::last_service() { return find(last_service_); }

Status Database::add_service(uint8_t type, const ble_uuid_t* uuid, uint16_t* handle) {
  if (uuid == nullptr || handle == nullptr) {
    return Status::kInvalidAddr;
  }
  if ((type != BLE_GATTS_SRVC_TYPE_PRIMARY && type != BLE_GATTS_SRVC_TYPE_SECONDARY) ||
      !uuids_.is_known(*uuid)) {
    return Status::kInvalidParam;
  }
  if (same_uuid(*uuid, sig_uuid(BLE_UUID_GAP)) || same_uuid(*uuid, sig_uuid(BLE_UUID_GATT))) {
    return Status::kForbidden;
  }
  PM_TRY(reserve(cost_of(sizeof(ble_uuid_t))));
  const uint16_t declaration =
      type == BLE_GATTS_SRVC_TYPE_PRIMARY ? BLE_UUID_SERVICE_PRIMARY : BLE_UUID_SERVICE_SECONDARY;
  Attribute& service = append(AttributeKind::kService, sig_uuid(declaration), kReadOnly);
  service.declared = *uuid;
  last_service_ = *handle = service.handle;
  last_value_ = 0;
  return Status::kOk;
}

Status Database::add_include(uint16_t service_handle, uint16_t included_handle, uint16_t* handle) {
  const bool last = service_handle == BLE_GATT_HANDLE_INVALID || service_handle == last_service_;
  if (handle == nullptr) {
    return Status::kInvalidAddr;
  }
  // Includes come directly after the declaration. Core, Vol 3, Part G, 3.2.
  if (last_service_ < first_user_handle_ || (last && last_value_ != 0)) {
    return Status::kInvalidState;
  }
  if (!last) {
    const Attribute* service = find(service_handle);
    return service != nullptr && service->is_service() ? Status::kNotSupported
                                                       : Status::kInvalidParam;
  }
  const Attribute* included = find(included_handle);
  if (included == nullptr || !included->is_service()) {
    return Status::kNotFound;
  }
  if (included_handle == last_service_) {
    return Status::kForbidden;
  }
  PM_TRY(reserve(cost_of(8)));
  Attribute& include =
      append(AttributeKind::kInclude, sig_uuid(BLE_UUID_SERVICE_INCLUDE), kReadOnly);
  include.related = included_handle;
  *handle = include.handle;
  return Status::kOk;
}

Status Database::check_attribute(const ble_gatts_attr_t* attr) const {
  if (attr == nullptr || attr->p_uuid == nullptr || attr->p_attr_md == nullptr) {
    return Status::kInvalidAddr;
  }
  const ble_gatts_attr_md_t& md = *attr->p_attr_md;
  if (!uuids_.is_known(*attr->p_uuid) || !is_valid_permission(md.read_perm) ||
      !is_valid_permission(md.write_perm) ||
      (md.vloc != BLE_GATTS_VLOC_STACK && md.vloc != BLE_GATTS_VLOC_USER)) {
    return Status::kInvalidParam;
  }
  if (is_declaration(*attr->p_uuid) || is_stack_descriptor(*attr->p_uuid)) {
    return Status::kForbidden;
  }
  const uint16_t limit = md.vlen ? BLE_GATTS_VAR_ATTR_LEN_MAX : BLE_GATTS_FIX_ATTR_LEN_MAX;
  if (attr->max_len > limit || attr->init_offs + attr->init_len > attr->max_len) {
    return Status::kDataSize;
  }
  if (md.vloc == BLE_GATTS_VLOC_USER && attr->p_value == nullptr && attr->max_len > 0) {
    return Status::kInvalidAddr;
  }
  return Status::kOk;
}

Status Database::add_characteristic(uint16_t service_handle, const ble_gatts_char_md_t* md,
                                    const ble_gatts_attr_t* value,
                                    ble_gatts_char_handles_t* handles) {
  if (md == nullptr || handles == nullptr) {
    return Status::kInvalidAddr;
  }
  PM_TRY(check_attribute(value));
  if (last_service_ < first_user_handle_) {
    return Status::kInvalidState;
  }
  if (service_handle != BLE_GATT_HANDLE_INVALID && service_handle != last_service_) {
    return Status::kInvalidParam;
  }
  const bool has_description = md->p_char_user_desc != nullptr;
  const ble_gatts_attr_md_t description_md =
      md->p_user_desc_md != nullptr ? *md->p_user_desc_md : kReadOnly;
  const ble_gatts_attr_md_t cccd_md = md->p_cccd_md != nullptr ? *md->p_cccd_md : kReadWrite;
  const ble_gatts_attr_md_t sccd_md = md->p_sccd_md != nullptr ? *md->p_sccd_md : kReadWrite;
  for (const ble_gatts_attr_md_t& each : {description_md, cccd_md, sccd_md}) {
    if (!is_valid_permission(each.read_perm) || !is_valid_permission(each.write_perm)) {
      return Status::kInvalidParam;
    }
  }
  if (has_description && (md->char_user_desc_size > md->char_user_desc_max_size ||
                          md->char_user_desc_max_size > BLE_GATTS_VAR_ATTR_LEN_MAX)) {
    return Status::kDataSize;
  }
  uint8_t properties = properties_octet(md->char_props);
  const bool has_extended = md->char_ext_props.reliable_wr || md->char_ext_props.wr_aux;
  if (has_extended) {
    properties |= kExtendedProperties;
  }
  const bool has_cccd = (properties & kNotifyOrIndicate) != 0;
  const bool in_stack = value->p_attr_md->vloc == BLE_GATTS_VLOC_STACK;
  PM_TRY(reserve(
      cost_of(8) + cost_of(in_stack ? value->max_len : 0) + (has_extended ? cost_of(2) : 0) +
      (has_description ? cost_of(md->char_user_desc_max_size) : 0) + (has_cccd ? cost_of(0) : 0) +
      (md->p_sccd_md != nullptr ? cost_of(2) : 0) + (md->p_char_pf != nullptr ? cost_of(7) : 0)));

  *handles = {};
  Attribute& declaration =
      append(AttributeKind::kCharacteristic, sig_uuid(BLE_UUID_CHARACTERISTIC), kReadOnly);
  declaration.declared = *value->p_uuid;
  declaration.properties = properties;
  Attribute& attribute = append_value(AttributeKind::kValue, *value);
  attribute.properties = properties;
  last_value_ = handles->value_handle = attribute.handle;
  if (has_cccd) {
    handles->cccd_handle = append_cccd(cccd_md);
  }
  if (has_extended) {
    const uint8_t bits[2] = {
        static_cast<uint8_t>(md->char_ext_props.reliable_wr | md->char_ext_props.wr_aux << 1), 0};
    append_fixed(BLE_UUID_DESCRIPTOR_CHAR_EXT_PROP, kReadOnly, bits, 2);
  }
  if (has_description) {
    append_fixed(BLE_UUID_DESCRIPTOR_CHAR_USER_DESC, description_md,
                 {md->p_char_user_desc, md->char_user_desc_size}, md->char_user_desc_max_size);
    handles->user_desc_handle = last_handle();
  }
  if (md->p_sccd_md != nullptr) {
    append_fixed(BLE_UUID_DESCRIPTOR_SERVER_CHAR_CONFIG, sccd_md, {}, 2);
    handles->sccd_handle = last_handle();
  }
  if (md->p_char_pf != nullptr) {
    uint8_t octets[7];
    ByteWriter writer(octets);
    writer.u8(md->p_char_pf->format);
    writer.u8(static_cast<uint8_t>(md->p_char_pf->exponent));
    writer.u16(md->p_char_pf->unit);
    writer.u8(md->p_char_pf->name_space);
    writer.u16(md->p_char_pf->desc);
    append_fixed(BLE_UUID_DESCRIPTOR_CHAR_PRESENTATION_FORMAT, kReadOnly, octets, 7);
  }
  return Status::kOk;
}

Status Database::add_descriptor(uint16_t characteristic_handle, const ble_gatts_attr_t* attr,
                                uint16_t* handle) {
  if (handle == nullptr) {
    return Status::kInvalidAddr;
  }
  PM_TRY(check_attribute(attr));
  if (last_value_ == 0) {
    return Status::kInvalidState;
  }
  if (characteristic_handle != BLE_GATT_HANDLE_INVALID && characteristic_handle != last_value_) {
    return Status::kInvalidParam;
  }
  const bool in_stack = attr->p_attr_md->vloc == BLE_GATTS_VLOC_STACK;
  PM_TRY(reserve(cost_of(in_stack ? attr->max_len : 0)));
  *handle = append_value(AttributeKind::kDescriptor, *attr).handle;
  return Status::kOk;
}

Attribute* Database::find(uint16_t handle) {
  return handle == 0 || handle > attributes_.size() ? nullptr : &attributes_[handle - 1u];
}

const Attribute* Database::find(uint16_t handle) const {
  return handle == 0 || handle > attributes_.size() ? nullptr : &attributes_[handle - 1u];
}

uint16_t Database::group_end(const Attribute& service) const {
  for (size_t i = service.handle; i < attributes_.size(); ++i) {
    if (attributes_[i].is_service()) {
      return static_cast<uint16_t>(i);
    }
  }
  return BLE_GATT_HANDLE_END;
}

bool Database::uses_base(uint8_t uuid_type) const {
  return std::any_of(attributes_.begin(), attributes_.end(), [uuid_type](const Attribute& a) {
    return a.type.type == uuid_type || a.declared.type == uuid_type;
  });
}

std::vector<uint8_t> Database::type_octets(const Attribute& attribute) const {
  return uuids_.encode(attribute.type);
}

bool Database::has_type(const Attribute& attribute, const Uuid128& type) const {
  return UuidTable::expand(type_octets(attribute)) == type;
}

std::vector<uint8_t> Database::value(const Attribute& attribute) const {
  switch (attribute.kind) {
    case AttributeKind::kService:
      return uuids_.encode(attribute.declared);
    case AttributeKind::kInclude: {
      const Attribute& service = *find(attribute.related);
      std::vector<uint8_t> octets(4);
      store_le16(&octets[0], service.handle);
      store_le16(&octets[2], group_end(service));
      // Only a 16-bit UUID has room here. Core, Vol 3, Part G, 3.2.
      const std::vector<uint8_t> uuid = uuids_.encode(service.declared);
      if (uuid.size() == 2) {
        octets.insert(octets.end(), uuid.begin(), uuid.end());
      }
      return octets;
    }
    case AttributeKind::kCharacteristic: {
      std::vector<uint8_t> octets(3);
      octets[0] = attribute.properties;
      store_le16(&octets[1], static_cast<uint16_t>(attribute.handle + 1));
      const std::vector<uint8_t> uuid = uuids_.encode(attribute.declared);
      octets.insert(octets.end(), uuid.begin(), uuid.end());
      return octets;
    }
    case AttributeKind::kValue:
    case AttributeKind::kDescriptor:
      return {attribute.data(), attribute.data() + attribute.len};
    case AttributeKind::kCccd:
      break;
  }
  return {};
}

bool Database::write(Attribute& attribute, uint16_t offset, Bytes data) {
  if (offset + data.size() > attribute.max_len) {
    return false;
  }
  std::copy(data.begin(), data.end(), attribute.data() + offset);
  if (attribute.md.vlen) {
    attribute.len = static_cast<uint16_t>(offset + data.size());
  }
  return true;
}

}  // namespace pm::host::gatt
