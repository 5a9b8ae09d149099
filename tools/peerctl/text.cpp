// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "report.hpp"

namespace peerctl {
namespace {

std::string plain(const Json& value) {
  if (value.is_string()) {
    return value.get<std::string>();
  }
  if (value.is_boolean()) {
    return value.get<bool>() ? "yes" : "no";
  }
  return value.dump();
}

std::string label(std::string name) {
  for (char& c : name) {
    c = c == '_' ? ' ' : c;
  }
  return name;
}

/// Members one a line, nested ones indented below their name.
void append_tree(std::string& out, const Json& value, size_t indent) {
  const std::string margin(indent, ' ');
  for (const auto& [name, member] : value.items()) {
    const std::string title = value.is_array() ? "-" : label(name) + ":";
    if (member.is_structured() && !member.empty()) {
      out += margin + title + "\n";
      append_tree(out, member, indent + 2);
      continue;
    }
    out += margin + title + " " + (member.is_structured() ? "none" : plain(member)) + "\n";
  }
}

std::string assumed(const Json& geometry, const char* name) {
  return geometry.at(std::string(name) + "_assumed").get<bool>() ? " (assumed)" : "";
}

void append_version(std::string& out, const Json& record, const std::string& title, size_t indent) {
  out += fmt::format("{}{} [{}, {} octets, sector {} slot 0x{:03x}]", std::string(indent, ' '),
                     title, record.at("key").get<std::string>(), record.at("length").dump(),
                     record.at("sector").dump(), record.at("slot").get<uint32_t>());
  if (record.contains("removed")) {
    out += ": removed\n";
    return;
  }
  const Json& value = record.at("value");
  if (!value.is_structured()) {
    out += ": " + plain(value) + "\n";
    return;
  }
  out += "\n";
  append_tree(out, value, indent + 2);
}

void append_record(std::string& out, const Json& record, const std::string& title) {
  append_version(out, record, title, 2);
  if (record.contains("older")) {
    for (const Json& older : record.at("older")) {
      append_version(out, older, "older", 4);
    }
  }
}

}  // namespace

std::string info_text(const Json& report) {
  const Json& geometry = report.at("geometry");
  std::string out = fmt::format(
      "geometry: {} sectors of {} octets{}, write unit {}{}, CRC of values {}{}\n",
      geometry.at("sector_count").dump(), geometry.at("sector_size").dump(),
      assumed(geometry, "sector_size"), geometry.at("write_unit").dump(),
      assumed(geometry, "write_unit"), geometry.at("data_crc").get<bool>() ? "on" : "off",
      assumed(geometry, "data_crc"));
  size_t number = 0;
  for (const Json& sector : report.at("sectors")) {
    out += fmt::format("sector {}: {}, cycle {}{}\n", number, sector.at("state").get<std::string>(),
                       sector.at("cycle").dump(),
                       report.at("current").get<size_t>() == number ? ", in use" : "");
    ++number;
  }
  out += fmt::format("next entry at 0x{:03x}, next value at 0x{:03x}; the next mount {}\n",
                     report.at("next_entry").get<uint32_t>(),
                     report.at("next_data").get<uint32_t>(), report.at("mount").get<std::string>());
  out += fmt::format("wear: highest cycle {} (counted modulo {})\n",
                     report.at("wear").at("highest_cycle").dump(),
                     report.at("wear").at("counted_modulo").dump());
  const Json& free = report.at("free");
  out += fmt::format(
      "free: {} octets by live values, {} as the reference counts, {} before the sector is "
      "closed\n",
      free.at("by_live_values").dump(), free.at("as_reference").dump(),
      free.at("active_sector").dump());
  out += fmt::format("records: {} live, {} entries, {} bonds\n", report.at("records").dump(),
                     report.at("entries").dump(), report.at("bonds").dump());
  return out;
}

std::string dump_text(const Json& report) {
  std::string out;
  for (const auto& [peer, records] : report.at("peers").items()) {
    out += "peer " + peer + "\n";
    for (const auto& [name, record] : records.items()) {
      append_record(out, record, label(name));
    }
  }
  if (!report.at("other_records").empty()) {
    out += "other records\n";
    for (const Json& record : report.at("other_records")) {
      append_record(out, record, "record");
    }
  }
  return out.empty() ? "no records\n" : out;
}

std::string check_text(const Json& report) {
  std::string out;
  for (const Json& finding : report.at("findings")) {
    const Json& key = finding.at("key");
    out += fmt::format("{}: {}: sector {} offset 0x{:03x}{}: {}\n",
                       finding.at("severity").get<std::string>(),
                       finding.at("kind").get<std::string>(), finding.at("sector").dump(),
                       finding.at("offset").get<uint32_t>(),
                       key.is_null() ? std::string() : ", key " + key.get<std::string>(),
                       finding.at("meaning").get<std::string>());
  }
  return out + report.at("verdict").get<std::string>() + "\n";
}

}  // namespace peerctl
