// SPDX-License-Identifier: Apache-2.0
//
// Faults at the air: what may happen to a whole L2CAP PDU between two hosts. Rules are data, so
// that tests loop over them and a command line can say them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pm/sim/air_tap.hpp"

namespace pm::sim {

enum class FaultAction : uint8_t {
  kNone,
  /// The sender's controller says it was delivered; it was not.
  kDrop,
  /// One bit of the payload is flipped, chosen by the seed.
  kCorrupt,
  kDuplicate,
  /// Comes `delay_us` later; what was sent after it overtakes it.
  kDelay,
  /// The radio link breaks before the PDU arrives: both hosts see kConnectionTimeout.
  kDisconnect,
};

/// "drop", "corrupt", ...; nullptr for kNone.
const char* to_text(FaultAction action);

struct FaultRule {
  FaultAction action = FaultAction::kDrop;
  /// Empty: any.
  std::optional<uint32_t> link;
  std::optional<hci::Role> from;
  std::optional<uint16_t> cid;
  /// The first octet of the payload: the opcode of ATT, SMP and signalling.
  std::optional<uint8_t> opcode;
  /// The first matching PDU that is hit, counted from 1 ...
  uint32_t nth = 1;
  /// ... and how many from there on; 0: all.
  uint32_t count = 1;
  /// Of kDelay.
  uint64_t delay_us = 100'000;

  bool matches(const L2capSeen& pdu) const;
};

/// Reads a rule: ACTION[,KEY=VALUE]..., keys link, from (C or P), cid, opcode, nth, count,
/// delay_ms; numbers decimal or 0x hexadecimal. Example: "drop,from=P,cid=6,opcode=0x0d,nth=2".
/// nullopt: `error` says what is wrong.
std::optional<FaultRule> parse_fault_rule(std::string_view text, std::string& error);

/// All rules of an air, with their counts. The first rule that hits decides; every matching rule
/// counts.
class FaultPlan {
 public:
  struct Verdict {
    FaultAction action = FaultAction::kNone;
    uint64_t delay_us = 0;
  };
  /// Asked for each whole PDU when no rule has hit.
  using Hook = std::function<Verdict(const L2capSeen&)>;

  void add(const FaultRule& rule) { rules_.push_back({rule, 0}); }
  void set_hook(Hook hook) { hook_ = std::move(hook); }
  /// Removes all rules and the hook.
  void clear();
  bool empty() const { return rules_.empty() && !hook_; }

  Verdict judge(const L2capSeen& pdu);

 private:
  struct Counted {
    FaultRule rule;
    uint64_t seen;
  };
  std::vector<Counted> rules_;
  Hook hook_;
};

}  // namespace pm::sim
