// SPDX-License-Identifier: Apache-2.0
#include "trace.hpp"

#include <charconv>

namespace pm::demo {

using nlohmann::json;

const char* to_text(Source source) {
  switch (source) {
    case Source::kAir:
      return "air";
    case Source::kSensor:
      return "sensor";
    case Source::kCollector:
      return "collector";
  }
  return "";
}

void Trace::add(Source source, std::string_view line) {
  json object = json::parse(line, nullptr, false);
  if (!object.is_object() || !object.contains("t_us") || !object["t_us"].is_number_unsigned()) {
    ++unreadable_;
    return;
  }
  const auto t_us = object["t_us"].get<uint64_t>();
  records_.push_back({source, t_us, std::move(object)});
}

bool Pattern::matches(const Record& record) const {
  if (record.source != source) {
    return false;
  }
  for (const auto& [name, value] : members.items()) {
    const auto found = record.json.find(name);
    if (found == record.json.end() || *found != value) {
      return false;
    }
  }
  return true;
}

namespace {

Pattern pattern(Source source, json members, const json& more) {
  if (more.is_object()) {
    members.update(more);
  }
  return {source, std::move(members)};
}

}  // namespace

Pattern stack_event(Source source, const char* event, json members) {
  return pattern(source, {{"kind", "ble"}, {"event", event}}, members);
}

Pattern pm_event(Source source, const char* event, json members) {
  return pattern(source, {{"kind", "pm"}, {"event", event}}, members);
}

Pattern call(Source source, const char* function, json members) {
  return pattern(source, {{"kind", "call"}, {"function", function}}, members);
}

Pattern on_air(const char* kind, json members) {
  return pattern(Source::kAir, {{"kind", kind}}, members);
}

bool is_pdu(const Record& record, int cid) {
  return on_air("l2cap", {{"cid", cid}}).matches(record);
}

int opcode(const Record& record) {
  const auto pdu = record.json.find("pdu");
  if (pdu == record.json.end() || !pdu->is_string()) {
    return -1;
  }
  const auto& hex = pdu->get_ref<const std::string&>();
  int value = -1;
  if (hex.size() >= 2) {
    std::from_chars(hex.data(), hex.data() + 2, value, 16);
  }
  return value;
}

bool is_pairing(const Record& record) {
  // Core, Vol 3, Part H, 3.6.7.
  constexpr int kSecurityRequest = 0x0B;
  return is_pdu(record, kSmp) && opcode(record) != kSecurityRequest;
}

bool is_encrypted_att(const Record& record, int code, const char* from) {
  return is_pdu(record, kAtt) && opcode(record) == code && record.json.value("from", "") == from &&
         record.json.value("enc", false);
}

Pattern stored(Source source, const char* data) {
  return pm_event(source, "PM_EVT_PEER_DATA_UPDATE_SUCCEEDED",
                  {{"data", data}, {"action", "update"}});
}

}  // namespace pm::demo
