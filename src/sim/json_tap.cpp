// SPDX-License-Identifier: Apache-2.0
#include "pm/sim/json_tap.hpp"

#include <cinttypes>
#include <string>

namespace pm::sim {

namespace {

std::string hex(Bytes octets) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(octets.size() * 2);
  for (const uint8_t octet : octets) {
    text += kDigits[octet >> 4];
    text += kDigits[octet & 0x0F];
  }
  return text;
}

std::string to_text(const AirAddress& address) {
  std::string text;
  for (size_t i = address.octets.size(); i > 0; --i) {
    text += hex(Bytes(&address.octets[i - 1], 1));
    text += i > 1 ? ":" : "";
  }
  return text + (address.type == hci::AddressType::kPublic ? "/public" : "/random");
}

const char* to_text(hci::AdvertisingType type) {
  switch (type) {
    case hci::AdvertisingType::kConnectable:
      return "ADV_IND";
    case hci::AdvertisingType::kDirectedHighDuty:
      return "ADV_DIRECT_IND_HIGH";
    case hci::AdvertisingType::kScannable:
      return "ADV_SCAN_IND";
    case hci::AdvertisingType::kNonConnectable:
      return "ADV_NONCONN_IND";
    case hci::AdvertisingType::kDirectedLowDuty:
      return "ADV_DIRECT_IND_LOW";
  }
  return "?";
}

const char* to_text(LinkControl what) {
  switch (what) {
    case LinkControl::kEncryptionStart:
      return "enc_start";
    case LinkControl::kEncryptionOn:
      return "enc_on";
    case LinkControl::kEncryptionFailed:
      return "enc_fail";
    case LinkControl::kEncryptionPause:
      return "enc_pause";
    case LinkControl::kTerminate:
      return "terminate";
    case LinkControl::kSupervisionTimeout:
      return "timeout";
    case LinkControl::kConnectionUpdate:
      return "conn_update";
  }
  return "?";
}

char to_letter(hci::Role role) { return role == hci::Role::kCentral ? 'C' : 'P'; }

}  // namespace

bool JsonTap::open(const char* path) {
  close();
  file_ = std::fopen(path, "w");
  return file_ != nullptr;
}

void JsonTap::close() {
  if (file_ != nullptr) {
    std::fclose(file_);
    file_ = nullptr;
  }
}

void JsonTap::on_advertising(uint64_t t_us, const AdvertisingSeen& seen) {
  if (file_ == nullptr) {
    return;
  }
  std::fprintf(file_, "{\"t_us\":%" PRIu64 ",\"kind\":\"adv\",\"addr\":\"%s\",\"type\":\"%s\"",
               t_us, to_text(seen.advertiser).c_str(), to_text(seen.type));
  if (seen.type == hci::AdvertisingType::kDirectedHighDuty ||
      seen.type == hci::AdvertisingType::kDirectedLowDuty) {
    std::fprintf(file_, ",\"target\":\"%s\"", to_text(seen.target).c_str());
  }
  std::fprintf(file_, ",\"data\":\"%s\",\"scan_rsp\":\"%s\"}\n", hex(seen.data).c_str(),
               hex(seen.scan_response).c_str());
  std::fflush(file_);
}

void JsonTap::on_connection(uint64_t t_us, const ConnectionSeen& seen) {
  if (file_ == nullptr) {
    return;
  }
  std::fprintf(file_,
               "{\"t_us\":%" PRIu64
               ",\"kind\":\"connect\",\"link\":%u,\"central\":\"%s\",\"peripheral\":\"%s\"}\n",
               t_us, seen.link, to_text(seen.central).c_str(), to_text(seen.peripheral).c_str());
  std::fflush(file_);
}

void JsonTap::on_link_control(uint64_t t_us, const LinkControlSeen& seen) {
  if (file_ == nullptr) {
    return;
  }
  std::fprintf(file_,
               "{\"t_us\":%" PRIu64 ",\"kind\":\"ll\",\"link\":%u,\"from\":\"%c\",\"op\":\"%s\"",
               t_us, seen.link, to_letter(seen.from), to_text(seen.what));
  if (seen.reason != hci::ErrorCode::kSuccess) {
    std::fprintf(file_, ",\"reason\":%u", static_cast<unsigned>(seen.reason));
  }
  std::fputs("}\n", file_);
  std::fflush(file_);
}

void JsonTap::on_l2cap(uint64_t t_us, const L2capSeen& seen) {
  if (file_ == nullptr) {
    return;
  }
  std::fprintf(
      file_,
      "{\"t_us\":%" PRIu64
      ",\"kind\":\"l2cap\",\"link\":%u,\"from\":\"%c\",\"cid\":%u,\"enc\":%s,\"pdu\":\"%s\"",
      t_us, seen.link, to_letter(seen.from), seen.cid, seen.encrypted ? "true" : "false",
      hex(seen.payload).c_str());
  if (seen.fault != nullptr) {
    std::fprintf(file_, ",\"fault\":\"%s\"", seen.fault);
  }
  std::fputs("}\n", file_);
  std::fflush(file_);
}

}  // namespace pm::sim
