// SPDX-License-Identifier: Apache-2.0
#include "pm/sim/json_tap.hpp"

#include <algorithm>
#include <string>
#include <vector>

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

/// The payload, the keys that SMP distributes blanked: codes 0x06, 0x08 and 0x0A. Core, Vol 3, Part
/// H, 3.6.
std::vector<uint8_t> without_keys(const L2capSeen& seen) {
  constexpr uint16_t kSmpChannel = 0x0006;
  std::vector<uint8_t> payload(seen.payload.begin(), seen.payload.end());
  const bool has_key = seen.cid == kSmpChannel && !payload.empty() &&
                       (payload[0] == 0x06 || payload[0] == 0x08 || payload[0] == 0x0A);
  if (has_key) {
    std::fill(payload.begin() + 1, payload.end(), uint8_t{0});
  }
  return payload;
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

void JsonTap::write(uint64_t t_us, const std::string& members) {
  const std::string line = "{\"t_us\":" + std::to_string(t_us) + "," + members + "}";
  if (file_ != nullptr) {
    std::fprintf(file_, "%s\n", line.c_str());
    std::fflush(file_);
  }
  if (sink_) {
    sink_(line);
  }
}

void JsonTap::on_advertising(uint64_t t_us, const AdvertisingSeen& seen) {
  std::string members = R"("kind":"adv","addr":")" + to_text(seen.advertiser) + R"(","type":")" +
                        to_text(seen.type) + "\"";
  if (seen.type == hci::AdvertisingType::kDirectedHighDuty ||
      seen.type == hci::AdvertisingType::kDirectedLowDuty) {
    members += R"(,"target":")" + to_text(seen.target) + "\"";
  }
  write(t_us, members + R"(,"data":")" + hex(seen.data) + R"(","scan_rsp":")" +
                  hex(seen.scan_response) + "\"");
}

void JsonTap::on_connection(uint64_t t_us, const ConnectionSeen& seen) {
  write(t_us, R"("kind":"connect","link":)" + std::to_string(seen.link) + R"(,"central":")" +
                  to_text(seen.central) + R"(","peripheral":")" + to_text(seen.peripheral) + "\"");
}

void JsonTap::on_link_control(uint64_t t_us, const LinkControlSeen& seen) {
  std::string members = R"("kind":"ll","link":)" + std::to_string(seen.link) + R"(,"from":")" +
                        to_letter(seen.from) + R"(","op":")" + to_text(seen.what) + "\"";
  if (seen.reason != hci::ErrorCode::kSuccess) {
    members += ",\"reason\":" + std::to_string(static_cast<unsigned>(seen.reason));
  }
  write(t_us, members);
}

void JsonTap::on_l2cap(uint64_t t_us, const L2capSeen& seen) {
  std::string members = R"("kind":"l2cap","link":)" + std::to_string(seen.link) + R"(,"from":")" +
                        to_letter(seen.from) + R"(","cid":)" + std::to_string(seen.cid) +
                        ",\"enc\":" + (seen.encrypted ? "true" : "false") + R"(,"pdu":")" +
                        hex(without_keys(seen)) + "\"";
  if (seen.fault != nullptr) {
    members += R"(,"fault":")" + std::string(seen.fault) + "\"";
  }
  write(t_us, members);
}

}  // namespace pm::sim
