// SPDX-License-Identifier: Apache-2.0
#include "pm/sim/faults.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace pm::sim {

namespace {

constexpr std::array kActions{FaultAction::kDrop, FaultAction::kCorrupt, FaultAction::kDuplicate,
                              FaultAction::kDelay, FaultAction::kDisconnect};

std::optional<uint64_t> parse_number(std::string_view text, uint64_t max) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (failure != std::errc{} || end != text.data() + text.size() || value > max) {
    return std::nullopt;
  }
  return value;
}

bool apply(FaultRule& rule, std::string_view key, std::string_view value) {
  if (key == "from") {
    if (value != "C" && value != "P") {
      return false;
    }
    rule.from = value == "C" ? hci::Role::kCentral : hci::Role::kPeripheral;
    return true;
  }
  const uint64_t max = key == "cid" ? 0xFFFF : key == "opcode" ? 0xFF : 0xFFFFFFFF;
  const auto number = parse_number(value, max);
  if (!number) {
    return false;
  }
  if (key == "link") {
    rule.link = static_cast<uint32_t>(*number);
  } else if (key == "cid") {
    rule.cid = static_cast<uint16_t>(*number);
  } else if (key == "opcode") {
    rule.opcode = static_cast<uint8_t>(*number);
  } else if (key == "nth" && *number > 0) {
    rule.nth = static_cast<uint32_t>(*number);
  } else if (key == "count") {
    rule.count = static_cast<uint32_t>(*number);
  } else if (key == "delay_ms") {
    rule.delay_us = *number * 1000;
  } else {
    return false;
  }
  return true;
}

std::string_view cut(std::string_view& text, char separator) {
  const size_t end = text.find(separator);
  const std::string_view piece = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return piece;
}

}  // namespace

const char* to_text(FaultAction action) {
  switch (action) {
    case FaultAction::kNone:
      return nullptr;
    case FaultAction::kDrop:
      return "drop";
    case FaultAction::kCorrupt:
      return "corrupt";
    case FaultAction::kDuplicate:
      return "duplicate";
    case FaultAction::kDelay:
      return "delay";
    case FaultAction::kDisconnect:
      return "disconnect";
  }
  return nullptr;
}

bool FaultRule::matches(const L2capSeen& pdu) const {
  return (!link || *link == pdu.link) && (!from || *from == pdu.from) &&
         (!cid || *cid == pdu.cid) &&
         (!opcode || (!pdu.payload.empty() && pdu.payload[0] == *opcode));
}

std::optional<FaultRule> parse_fault_rule(std::string_view text, std::string& error) {
  FaultRule rule;
  rule.action = FaultAction::kNone;
  std::string_view rest = text;
  const std::string_view name = cut(rest, ',');
  for (const FaultAction action : kActions) {
    if (name == to_text(action)) {
      rule.action = action;
    }
  }
  if (rule.action == FaultAction::kNone) {
    error = "unknown action '" + std::string(name) +
            "'; use drop, corrupt, duplicate, delay or disconnect";
    return std::nullopt;
  }
  while (!rest.empty()) {
    std::string_view value = cut(rest, ',');
    const std::string_view whole = value;
    const std::string_view key = cut(value, '=');
    if (!apply(rule, key, value)) {
      error = "cannot use '" + std::string(whole) +
              "'; use link=N, from=C|P, cid=N, opcode=N, nth=N (from 1), count=N (0: all), "
              "delay_ms=N";
      return std::nullopt;
    }
  }
  return rule;
}

void FaultPlan::clear() {
  rules_.clear();
  hook_ = nullptr;
}

FaultPlan::Verdict FaultPlan::judge(const L2capSeen& pdu) {
  Verdict verdict;
  for (Counted& counted : rules_) {
    const FaultRule& rule = counted.rule;
    if (!rule.matches(pdu)) {
      continue;
    }
    ++counted.seen;
    const bool hit =
        counted.seen >= rule.nth && (rule.count == 0 || counted.seen - rule.nth < rule.count);
    if (hit && verdict.action == FaultAction::kNone) {
      verdict = {rule.action, rule.delay_us};
    }
  }
  if (verdict.action == FaultAction::kNone && hook_) {
    return hook_(pdu);
  }
  return verdict;
}

}  // namespace pm::sim
