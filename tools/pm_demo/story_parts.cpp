// SPDX-License-Identifier: Apache-2.0
//
// What the steps of the story are made of: deeds of the user, and what must be seen.
#include <fmt/format.h>

#include <algorithm>

#include "story.hpp"

namespace pm::demo {

namespace {

constexpr unsigned kButtonYes = 0;
constexpr unsigned kButtonNo = 1;

// ATT opcodes. Core, Vol 3, Part F, 3.4.7.
constexpr int kNotification = 0x1B;
constexpr int kIndication = 0x1D;
constexpr int kConfirmation = 0x1E;

}  // namespace

void Story::boot(Source device, const std::set<unsigned>& held_buttons) {
  std::string held;
  for (const unsigned button : held_buttons) {
    held += fmt::format(", button {} held", button);
  }
  tell(fmt::format("{} starts{}", to_text(device), held));
  stage_.boot(device, held_buttons);
}

void Story::kill_both() {
  stage_.kill(Source::kCollector);
  stage_.kill(Source::kSensor);
}

void Story::compare_numbers(size_t from, bool user_agrees) {
  const auto& records = stage_.trace().records();
  std::string shown[2];
  const Source devices[2] = {Source::kSensor, Source::kCollector};
  for (int i = 0; i < 2; ++i) {
    const size_t at = expect(from, stack_event(devices[i], "BLE_GAP_EVT_PASSKEY_DISPLAY"),
                             fmt::format("a number to compare at the {}", to_text(devices[i])));
    shown[i] = records[at].json.value("compare", "");
    tell(records[at], fmt::format("shows {}", shown[i]));
  }
  if (shown[0].size() != 6 || shown[0] != shown[1]) {
    throw NotObserved{
        fmt::format("the same six digits on both ('{}' and '{}')", shown[0], shown[1])};
  }
  tell(user_agrees ? "the user sees the same digits on both and presses button 0 twice"
                   : "the user presses button 1: the digits differ");
  stage_.press(Source::kSensor, kButtonYes);
  stage_.press(Source::kCollector, user_agrees ? kButtonYes : kButtonNo);
  for (const Source device : devices) {
    const size_t at = expect(
        from,
        stack_event(device, "BLE_GAP_EVT_AUTH_STATUS", {{"status", 0}, {"bonded", 1}, {"lesc", 1}}),
        fmt::format("the end of an LE Secure Connections bonding at the {}", to_text(device)));
    tell(records[at], "paired: LE Secure Connections, bonded");
    expect(from,
           stack_event(device, "BLE_GAP_EVT_CONN_SEC_UPDATE", {{"level", 4}, {"key_size", 16}}),
           fmt::format("security level 4 at the {}", to_text(device)));
  }
}

void Story::expect_pairing_pdus(size_t from) {
  // Core, Vol 3, Part H, 2.3.5.6.2 and Appendix C: features, public keys, the responder's confirm,
  // randoms, checks; then encryption; then the responder's identity, the initiator's identity.
  struct Pdu {
    const char* from;
    int code;
    bool encrypted;
  };
  static constexpr Pdu kSequence[] = {
      {"C", 0x01, false}, {"P", 0x02, false}, {"C", 0x0C, false}, {"P", 0x0C, false},
      {"P", 0x03, false}, {"C", 0x04, false}, {"P", 0x04, false}, {"C", 0x0D, false},
      {"P", 0x0D, false}, {"P", 0x08, true},  {"P", 0x09, true},  {"C", 0x08, true},
      {"C", 0x09, true},
  };
  const auto& records = stage_.trace().records();
  size_t seen = 0;
  (void)stage_.wait_until([&] {
    seen = static_cast<size_t>(
        std::count_if(records.begin() + static_cast<long>(from), records.end(), is_pairing));
    return seen >= std::size(kSequence);
  });
  seen = 0;
  for (size_t i = from; i < records.size(); ++i) {
    if (!is_pairing(records[i])) {
      continue;
    }
    if (seen == std::size(kSequence)) {
      throw NotObserved{"a pairing without further PDUs"};
    }
    const Pdu& wanted = kSequence[seen];
    if (opcode(records[i]) != wanted.code || records[i].json.value("from", "") != wanted.from ||
        records[i].json.value("enc", false) != wanted.encrypted) {
      throw NotObserved{fmt::format("SMP PDU {} of the specification's sequence", seen + 1)};
    }
    ++seen;
  }
  if (seen != std::size(kSequence)) {
    throw NotObserved{
        fmt::format("all {} SMP PDUs of the sequence (seen: {})", std::size(kSequence), seen)};
  }
  tell(fmt::format("on air: the {} SMP PDUs of the specification's sequence, no other", seen));
}

void Story::expect_new_bond(size_t from) {
  const auto& records = stage_.trace().records();
  for (const Source source : {Source::kSensor, Source::kCollector}) {
    size_t at =
        expect(from,
               pm_event(source, "PM_EVT_CONN_SEC_SUCCEEDED",
                        {{"procedure", "PM_CONN_SEC_PROCEDURE_BONDING"}, {"data_stored", true}}),
               fmt::format("PM_EVT_CONN_SEC_SUCCEEDED (bonding) at the {}", to_text(source)));
    const auto peer = records[at].json.value("peer", 0xFFFFu);
    (source == Source::kSensor ? sensor_peer_ : collector_peer_) = peer;
    at = expect(from,
                pm_event(source, "PM_EVT_PEER_DATA_UPDATE_SUCCEEDED",
                         {{"data", "PM_PEER_DATA_ID_BONDING"}, {"peer", peer}}),
                fmt::format("the bond in flash at the {}", to_text(source)));
    tell(records[at], fmt::format("bond stored as peer {}", peer));
  }
}

void Story::expect_notifications(size_t from, size_t count) {
  const auto& records = stage_.trace().records();
  const auto on_air_so_far = [&] {
    return static_cast<size_t>(std::count_if(
        records.begin() + static_cast<long>(from), records.end(), [](const Record& record) {
          return is_encrypted_att(record, kNotification, "P") && !record.json.contains("fault");
        }));
  };
  const Pattern received =
      stack_event(Source::kCollector, "BLE_GATTC_EVT_HVX", {{"type", "notification"}});
  const auto received_so_far = [&] {
    return static_cast<size_t>(
        std::count_if(records.begin() + static_cast<long>(from), records.end(),
                      [&](const Record& record) { return received.matches(record); }));
  };
  if (!stage_.wait_until([&] { return on_air_so_far() >= count && received_so_far() >= count; })) {
    throw NotObserved{
        fmt::format("{} measurements over the encrypted link (on air: {}, received: {})", count,
                    on_air_so_far(), received_so_far())};
  }
  tell(fmt::format("{} measurements notified over the encrypted link, and received", count));
}

void Story::expect_service_changed(size_t from) {
  const auto& records = stage_.trace().records();
  size_t at = expect(from, pm_event(Source::kSensor, "PM_EVT_SERVICE_CHANGED_IND_SENT"),
                     "PM_EVT_SERVICE_CHANGED_IND_SENT at the sensor");
  tell(records[at], "Service Changed is indicated");
  at = expect(from, stack_event(Source::kCollector, "BLE_GATTC_EVT_HVX", {{"type", "indication"}}),
              "the indication at the collector");
  tell(records[at], "Service Changed arrives");
  at = expect(from, pm_event(Source::kSensor, "PM_EVT_SERVICE_CHANGED_IND_CONFIRMED"),
              "PM_EVT_SERVICE_CHANGED_IND_CONFIRMED at the sensor");
  tell(records[at], "confirmed");
  // The tap is another file: it may come later than what the devices say.
  const auto confirmed_on_air = [&] {
    bool indicated = false;
    for (size_t i = from; i < records.size(); ++i) {
      indicated = indicated || is_encrypted_att(records[i], kIndication, "P");
      if (indicated && is_encrypted_att(records[i], kConfirmation, "C")) {
        return true;
      }
    }
    return false;
  };
  if (!stage_.wait_until(confirmed_on_air)) {
    throw NotObserved{"indication and confirmation on air, encrypted"};
  }
  // The collector looks at the database again and stores it, before the story goes on.
  at = expect(at, stored(Source::kCollector, "PM_PEER_DATA_ID_GATT_REMOTE"),
              "the new database stored at the collector");
  tell(records[at], "the new database is stored");
}

size_t Story::expect(size_t from, const Pattern& pattern, const std::string& what) {
  const auto& records = stage_.trace().records();
  size_t at = from;
  const bool found = stage_.wait_until([&] {
    while (at < records.size() && !pattern.matches(records[at])) {
      ++at;
    }
    return at < records.size();
  });
  if (!found) {
    throw NotObserved{what};
  }
  return at;
}

void Story::expect_none(size_t from, const std::string& what,
                        const std::function<bool(const Record&)>& unwanted) {
  // The air's and the devices' records arrive on different ways: give the last ones time to come.
  stage_.wait_a_little();
  const auto& records = stage_.trace().records();
  for (size_t i = from; i < records.size(); ++i) {
    if (unwanted(records[i])) {
      throw NotObserved{fmt::format("{} (there is: {})", what, records[i].json.dump())};
    }
  }
  tell(what);
}

void Story::tell(const Record& record, const std::string& text) {
  if (start_us_ == 0) {
    start_us_ = record.t_us;
  }
  const double seconds =
      record.t_us < start_us_ ? 0 : static_cast<double>(record.t_us - start_us_) / 1'000'000;
  fmt::print("  {:9.3f} s  {:9}  {}\n", seconds, to_text(record.source), text);
  std::fflush(stdout);
}

void Story::tell(const std::string& text) {
  fmt::print("  {:>11}  {:9}  {}\n", "", "", text);
  std::fflush(stdout);
}

}  // namespace pm::demo
