// SPDX-License-Identifier: Apache-2.0
#include "decode.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace peerctl {
namespace {

/// With other options there may be more than 256 peers.
constexpr uint16_t kMaxPeer = 0xFFFE;
constexpr uint32_t kLocalGattHeader = 6;
/// Of a stored remote service: fixed part, and each characteristic.
constexpr uint32_t kServiceOctets = 10;
constexpr uint32_t kCharacteristicOctets = 18;
constexpr uint32_t kUsualCharacteristics = 6;
constexpr uint32_t kMaxCharacteristics = 64;

constexpr std::array<const char*, 10> kNames = {"obsolete_bonding",
                                                "service_changed_pending",
                                                "obsolete_local_gatt",
                                                "obsolete_remote_gatt",
                                                "application_data",
                                                "remote_database",
                                                "rank",
                                                "bonding",
                                                "local_gatt",
                                                "central_address_resolution"};

bool is_zero(Octets octets) {
  return std::all_of(octets.begin(), octets.end(), [](uint8_t octet) { return octet == 0; });
}

Json secret(Octets octets, const char* kind, const ShownKeys& shown) {
  if (is_zero(octets)) {
    return "none";
  }
  if (!shown.contains(kind)) {
    return fmt::format("hidden (--show-keys {})", kind);
  }
  return to_hex(octets);
}

Json undecoded(Octets value, std::string why, bool may_hold_keys, const ShownKeys& shown) {
  Json out;
  out["problem"] = std::move(why);
  if (!may_hold_keys || (shown.contains("ltk") && shown.contains("irk"))) {
    out["octets"] = to_hex(value);
  } else {
    out["octets"] = "hidden (--show-keys ltk,irk)";
  }
  return out;
}

Json address_type(uint8_t type) {
  switch (type) {
    case 0:
      return "public";
    case 1:
      return "random static";
    case 2:
      return "random private resolvable";
    case 3:
      return "random private non-resolvable";
    case 0x7F:
      return "anonymous";
    default:
      return type;
  }
}

std::string address_text(Octets lsb_first) {
  return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", lsb_first[5], lsb_first[4],
                     lsb_first[3], lsb_first[2], lsb_first[1], lsb_first[0]);
}

/// 28 octets: key 16, flags 1, padding 1, EDIV 2, Rand 8.
Json decode_ltk(Octets octets, const ShownKeys& shown) {
  Json out;
  out["ltk"] = secret(octets.first(16), "ltk", shown);
  out["size"] = octets[16] >> 2;
  out["lesc"] = (octets[16] & 1) != 0;
  out["authenticated"] = (octets[16] & 2) != 0;
  out["ediv"] = fmt::format("0x{:04x}", get16(octets, 18));
  out["rand"] = to_hex(octets.subspan(20, 8));
  return out;
}

Json decode_bonding(Octets value, const ShownKeys& shown) {
  Json out;
  const uint8_t role = value[0];
  out["own_role"] = role == 1   ? Json("peripheral")
                    : role == 2 ? Json("central")
                                : Json(fmt::format("invalid ({})", role));
  out["address"] = address_text(value.subspan(18, 6));
  out["address_type"] = address_type(value[17] >> 1);
  out["address_is_identity"] = (value[17] & 1) != 0;
  out["irk"] = secret(value.subspan(1, 16), "irk", shown);
  out["peer_ltk"] = decode_ltk(value.subspan(24, 28), shown);
  out["own_ltk"] = decode_ltk(value.subspan(52, 28), shown);
  return out;
}

/// The CCCDs of our own host's encoding; null for another's, which is opaque.
Json decode_cccds(Octets attributes) {
  if (attributes.size() < 2 ||
      crc16(attributes.first(attributes.size() - 2)) != get16(attributes, attributes.size() - 2)) {
    return nullptr;
  }
  Octets rest = attributes.first(attributes.size() - 2);
  Json out = Json::array();
  while (!rest.empty()) {
    if (rest.size() < 4 || get16(rest, 2) != 2 || rest.size() < 6) {
      return nullptr;
    }
    const uint16_t value = get16(rest, 4);
    Json cccd;
    cccd["handle"] = get16(rest, 0);
    cccd["value"] = value;
    cccd["notifications"] = (value & 1) != 0;
    cccd["indications"] = (value & 2) != 0;
    out.push_back(std::move(cccd));
    rest = rest.subspan(6);
  }
  return out;
}

Json decode_local_gatt(Octets value, const ShownKeys& shown) {
  if (value.size() < kLocalGattHeader || value.size() - kLocalGattHeader != get16(value, 4)) {
    return undecoded(value, "its length is not that of its header", false, shown);
  }
  const uint32_t flags = get32(value, 0);
  Json out;
  out["system_services"] = (flags & 1) != 0;
  out["user_services"] = (flags & 2) != 0;
  const Octets attributes = value.subspan(kLocalGattHeader);
  Json cccds = decode_cccds(attributes);
  if (cccds.is_null()) {
    out["system_attributes"] = to_hex(attributes);
  } else {
    out["cccds"] = std::move(cccds);
  }
  return out;
}

Json decode_uuid(Octets octets) {
  Json out;
  out["uuid"] = fmt::format("0x{:04x}", get16(octets, 0));
  out["uuid_type"] = octets[2];
  return out;
}

std::string properties_text(uint8_t bits) {
  constexpr std::array<const char*, 8> kProperties = {
      "broadcast", "read",     "write without response", "write",
      "notify",    "indicate", "signed write",           "extended"};
  std::vector<const char*> set;
  for (size_t i = 0; i < 7; ++i) {
    if ((bits & (1u << i)) != 0) {
      set.push_back(kProperties[i]);
    }
  }
  return fmt::format("{}", fmt::join(set, ", "));
}

Json decode_characteristic(Octets octets) {
  Json out = decode_uuid(octets);
  out["properties"] = properties_text(octets[4]);
  out["extended_properties"] = (octets[5] & 1) != 0;
  constexpr std::array<const char*, 6> kHandles = {
      "declaration",      "value",           "cccd", "extended_properties",
      "user_description", "report_reference"};
  Json handles;
  for (size_t i = 0; i < kHandles.size(); ++i) {
    const uint16_t handle = get16(octets, 6 + 2 * i);
    if (handle != 0) {
      handles[kHandles[i]] = handle;
    }
  }
  out["handles"] = std::move(handles);
  return out;
}

bool are_services(Octets value, uint32_t capacity) {
  const uint32_t size = kServiceOctets + capacity * kCharacteristicOctets;
  if (value.empty() || value.size() % size != 0) {
    return false;
  }
  for (size_t at = 0; at < value.size(); at += size) {
    if (value[at + 4] > capacity || get16(value, at + 6) > get16(value, at + 8)) {
      return false;
    }
  }
  return true;
}

/// How many characteristics a stored service has room for, an option of the application; 0: no
/// services.
uint32_t find_capacity(Octets value) {
  if (are_services(value, kUsualCharacteristics)) {
    return kUsualCharacteristics;
  }
  for (uint32_t capacity = 1; capacity <= kMaxCharacteristics; ++capacity) {
    if (are_services(value, capacity)) {
      return capacity;
    }
  }
  return 0;
}

Json decode_remote_database(Octets value, const ShownKeys& shown) {
  const uint32_t capacity = find_capacity(value);
  if (capacity == 0) {
    return undecoded(value, "it is no array of services", false, shown);
  }
  Json services = Json::array();
  const uint32_t size = kServiceOctets + capacity * kCharacteristicOctets;
  for (size_t at = 0; at < value.size(); at += size) {
    const Octets octets = value.subspan(at, size);
    Json service = decode_uuid(octets);
    service["start_handle"] = get16(octets, 6);
    service["end_handle"] = get16(octets, 8);
    Json characteristics = Json::array();
    for (uint32_t i = 0; i < octets[4]; ++i) {
      characteristics.push_back(decode_characteristic(
          octets.subspan(kServiceOctets + i * kCharacteristicOctets, kCharacteristicOctets)));
    }
    service["characteristics"] = std::move(characteristics);
    services.push_back(std::move(service));
  }
  return services;
}

}  // namespace

std::string to_hex(Octets octets) { return fmt::format("{:02x}", fmt::join(octets, "")); }

std::string key_text(uint32_t key) { return fmt::format("0x{:08x}", key); }

const char* record_name(uint32_t key) {
  if (peer_of(key) > kMaxPeer || data_of(key) >= kNames.size()) {
    return nullptr;
  }
  return kNames[data_of(key)];
}

uint32_t fixed_length(uint32_t key) {
  if (record_name(key) == nullptr) {
    return 0;
  }
  switch (data_of(key)) {
    case data_id::kBonding:
      return kBondingOctets;
    case data_id::kServiceChangedPending:
    case data_id::kRank:
    case data_id::kCentralAddressResolution:
      return 4;
    default:
      return 0;
  }
}

bool is_bonding(uint32_t key, Octets value) {
  return record_name(key) != nullptr && data_of(key) == data_id::kBonding &&
         value.size() == kBondingOctets && (value[0] == 1 || value[0] == 2) &&
         (value[40] >> 2) <= 16 && (value[68] >> 2) <= 16 &&
         (value[17] >> 1 <= 3 || value[17] >> 1 == 0x7F);
}

Json decode(uint32_t key, Octets value, const ShownKeys& shown) {
  if (record_name(key) == nullptr) {
    return to_hex(value);
  }
  const uint32_t length = fixed_length(key);
  const uint16_t id = data_of(key);
  if (length != 0 && value.size() != length) {
    return undecoded(value, fmt::format("{} octets instead of {}", value.size(), length),
                     id == data_id::kBonding, shown);
  }
  switch (id) {
    case data_id::kBonding:
      return decode_bonding(value, shown);
    case data_id::kRank:
      return get32(value, 0);
    case data_id::kServiceChangedPending:
    case data_id::kCentralAddressResolution:
      // Only the least significant octet counts.
      return value[0] != 0;
    case data_id::kLocalGatt:
      return decode_local_gatt(value, shown);
    case data_id::kRemoteDatabase:
      return decode_remote_database(value, shown);
    case data_id::kApplication:
      return to_hex(value);
    default:
      return undecoded(value, "a kind that is no longer in use", true, shown);
  }
}

}  // namespace peerctl
