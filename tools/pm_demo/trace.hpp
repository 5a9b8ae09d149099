// SPDX-License-Identifier: Apache-2.0
//
// Everything that was observed: what went over the air, and the event logs of both devices.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

namespace pm::demo {

enum class Source { kAir, kSensor, kCollector };

const char* to_text(Source source);

struct Record {
  Source source;
  uint64_t t_us;
  nlohmann::json json;
};

/// All records in the order in which they became known.
class Trace {
 public:
  /// Takes one line. Lines that are no JSON objects with a time are counted as unreadable.
  void add(Source source, std::string_view line);

  const std::vector<Record>& records() const { return records_; }
  size_t size() const { return records_.size(); }
  size_t unreadable() const { return unreadable_; }

 private:
  std::vector<Record> records_;
  size_t unreadable_ = 0;
};

/// What to look for in a record: its source, and members with their values.
struct Pattern {
  Source source;
  nlohmann::json members;

  bool matches(const Record& record) const;
};

// Patterns of the common kinds; `members` adds to them.
Pattern stack_event(Source source, const char* event, nlohmann::json members = {});
Pattern pm_event(Source source, const char* event, nlohmann::json members = {});
Pattern call(Source source, const char* function, nlohmann::json members = {});
Pattern on_air(const char* kind, nlohmann::json members = {});

/// An L2CAP PDU on air.
inline constexpr int kAtt = 4;
inline constexpr int kSmp = 6;
bool is_pdu(const Record& record, int cid);
/// First octet of an L2CAP payload; -1 when the record is none, or the payload empty.
int opcode(const Record& record);
/// An SMP PDU other than a Security Request, which asks for the link to be secured by pairing or by
/// the stored key.
bool is_pairing(const Record& record);
/// An ATT PDU with this opcode over an encrypted link, from "C" (central) or "P" (peripheral).
bool is_encrypted_att(const Record& record, int code, const char* from);
/// A record of peer data written to flash.
Pattern stored(Source source, const char* data);

}  // namespace pm::demo
