// SPDX-License-Identifier: Apache-2.0
#include "story.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pm::demo {

using nlohmann::json;

namespace {

// Held at the start of the sensor; the second may be pressed at any time.
constexpr unsigned kButtonForget = 1;
constexpr unsigned kButtonChange = 2;

// HCI error and Peer Manager error.
constexpr int kPinOrKeyMissing = 0x06;
constexpr int kErrorPinOrKeyMissing = 0x1006;
constexpr int kSourceLocal = 0;
constexpr int kSourceRemote = 1;

// ATT opcodes. Core, Vol 3, Part F, 3.4.
constexpr int kFindInformation = 0x04;
constexpr int kFindByTypeValue = 0x06;
constexpr int kReadByType = 0x08;
constexpr int kReadByGroupType = 0x10;
constexpr int kWriteRequest = 0x12;
constexpr int kWriteCommand = 0x52;

bool is_discovery(const Record& record) {
  const int code = opcode(record);
  return is_pdu(record, kAtt) && (code == kFindInformation || code == kFindByTypeValue ||
                                  code == kReadByType || code == kReadByGroupType);
}

bool is_write(const Record& record) {
  const int code = opcode(record);
  return is_pdu(record, kAtt) && (code == kWriteRequest || code == kWriteCommand);
}

}  // namespace

struct Story::Step {
  const char* name;
  const char* title;
  void (Story::*play)();
  /// How the air breaks this step on purpose; nullptr when the story does it in another way.
  const char* fault;
};

const std::vector<Story::Step>& Story::steps() {
  static const std::vector<Step> kSteps = {
      {"connect", "The sensor advertises, the collector finds it and connects", &Story::connect,
       nullptr},
      {"pair", "They pair: LE Secure Connections, numbers compared", &Story::pair, nullptr},
      {"bond", "Both sides store the bond", &Story::bond, nullptr},
      {"subscribe", "The collector subscribes; measurements come over the encrypted link",
       &Story::subscribe, "drop,from=P,cid=4,opcode=0x1b,count=0"},
      {"kill", "Both are killed with SIGKILL", &Story::kill, nullptr},
      {"reconnect", "Started again, they know each other: stored key, no pairing, no discovery",
       &Story::reconnect, nullptr},
      {"resume", "Measurements flow without a new subscription; application data is there",
       &Story::resume, "drop,link=2,from=P,cid=4,opcode=0x1b,count=0"},
      {"change-connected", "The sensor's database changes: the connected collector is told at once",
       &Story::change_connected, nullptr},
      {"change-disconnected", "It changes while the collector is away: told after reconnection",
       &Story::change_disconnected, nullptr},
      {"forget", "The sensor forgets the bond while disconnected", &Story::forget, nullptr},
      {"key-missing", "The collector's encryption attempt fails: the key is missing",
       &Story::key_missing, nullptr},
      {"recover", "The collector deletes its half, and they pair again", &Story::recover, nullptr},
  };
  return kSteps;
}

Story::Story(Stage& stage, std::string sabotage) : stage_(stage), sabotage_(std::move(sabotage)) {}

std::vector<std::string> Story::step_names() {
  std::vector<std::string> names;
  for (const Step& step : steps()) {
    names.emplace_back(step.name);
  }
  return names;
}

std::string Story::fault_for(const std::string& sabotage) {
  for (const Step& step : steps()) {
    if (sabotage == step.name && step.fault != nullptr) {
      return step.fault;
    }
  }
  return {};
}

bool Story::play() {
  size_t number = 0;
  for (const Step& step : steps()) {
    ++number;
    current_ = step.name;
    fmt::print("\n[{:2}/{}] {} ({})\n", number, steps().size(), step.title, step.name);
    std::fflush(stdout);
    try {
      (this->*step.play)();
    } catch (const NotObserved& failure) {
      fmt::print("\nFAILED at step '{}': not observed: {}\n", current_, failure.what);
      if (!sabotage_.empty()) {
        fmt::print("(step '{}' was broken on purpose)\n", sabotage_);
      }
      return false;
    }
  }
  if (stage_.trace().unreadable() > 0) {
    fmt::print("\nFAILED: {} lines of the traces could not be read\n", stage_.trace().unreadable());
    return false;
  }
  fmt::print("\nAll {} steps observed.\n", steps().size());
  return true;
}

void Story::connect() {
  const size_t from = here();
  if (!sabotaged("connect")) {
    boot(Source::kSensor);
  }
  boot(Source::kCollector);
  size_t at = expect(from, on_air("adv", {{"type", "ADV_IND"}}), "connectable advertising");
  tell(stage_.trace().records()[at], "the sensor advertises");
  at = expect(from, on_air("connect"), "a connection on air");
  const Record& link = stage_.trace().records()[at];
  tell(link, fmt::format("link {}: {} connects to {}", link.json.value("link", 0),
                         link.json.value("central", ""), link.json.value("peripheral", "")));
  expect(from, stack_event(Source::kSensor, "BLE_GAP_EVT_CONNECTED", {{"role", "peripheral"}}),
         "BLE_GAP_EVT_CONNECTED at the sensor");
  expect(from, stack_event(Source::kCollector, "BLE_GAP_EVT_CONNECTED", {{"role", "central"}}),
         "BLE_GAP_EVT_CONNECTED at the collector");
}

void Story::pair() {
  compare_numbers(boot_mark_, !sabotaged("pair"));
  expect_pairing_pdus(boot_mark_);
}

void Story::bond() {
  if (sabotaged("bond")) {
    // The sensor does not come back and the collector's flash is empty: there is no bond to be
    // seen.
    kill_both();
    stage_.erase_flash(Source::kCollector);
    boot_mark_ = here();
    boot(Source::kCollector);
  }
  expect_new_bond(boot_mark_);
}

void Story::subscribe() {
  const size_t from = boot_mark_;
  const auto& records = stage_.trace().records();
  expect(from, stack_event(Source::kCollector, "BLE_GATTC_EVT_WRITE_RSP"),
         "an answer to the subscription");
  const auto is_subscription = [](const Record& record) {
    return is_encrypted_att(record, kWriteRequest, "C");
  };
  // The tap is another file: it may come later than what the devices say.
  if (!stage_.wait_until([&] {
        return std::any_of(records.begin() + static_cast<long>(from), records.end(),
                           is_subscription);
      })) {
    throw NotObserved{"a subscription over the encrypted link"};
  }
  for (size_t i = from; i < records.size(); ++i) {
    if (is_subscription(records[i])) {
      tell(records[i], "the collector subscribes over the encrypted link");
    }
  }
  expect_notifications(from, 3);
  for (const char* data : {"PM_PEER_DATA_ID_GATT_REMOTE", "PM_PEER_DATA_ID_APPLICATION"}) {
    const size_t at = expect(from, stored(Source::kCollector, data),
                             fmt::format("{} stored at the collector", data));
    tell(records[at], fmt::format("stored: {}", data));
  }
  const size_t at = expect(from, stored(Source::kSensor, "PM_PEER_DATA_ID_GATT_LOCAL"),
                           "the subscription stored at the sensor");
  tell(records[at], "stored: PM_PEER_DATA_ID_GATT_LOCAL (the subscription)");
  const size_t label = expect(from,
                              call(Source::kCollector, "pm_peer_data_store",
                                   {{"data", "PM_PEER_DATA_ID_APPLICATION"}, {"result", 0}}),
                              "the store of application data");
  label_hash_ = records[label].json.value("hash", "");
}

void Story::kill() {
  const size_t from = here();
  if (!sabotaged("kill")) {
    kill_both();
  }
  // A radio that is gone is noticed by nobody but the air, since both ends are gone.
  for (const Source device : {Source::kSensor, Source::kCollector}) {
    const size_t at = expect(from, Pattern{device, {{"kind", "killed"}}},
                             fmt::format("the death of the {}", to_text(device)));
    tell(stage_.trace().records()[at], "killed");
  }
}

void Story::reconnect() {
  if (sabotaged("reconnect")) {
    stage_.erase_flash(Source::kCollector);
  }
  boot_mark_ = here();
  boot(Source::kSensor);
  boot(Source::kCollector);
  const auto& records = stage_.trace().records();

  expect(boot_mark_, on_air("connect"), "a connection on air");
  for (const auto& [source, peer] :
       {std::pair(Source::kSensor, sensor_peer_), std::pair(Source::kCollector, collector_peer_)}) {
    size_t at =
        expect(boot_mark_, pm_event(source, "PM_EVT_BONDED_PEER_CONNECTED", {{"peer", peer}}),
               fmt::format("peer {} recognised at the {}", peer, to_text(source)));
    tell(records[at], fmt::format("recognised as peer {}, the one it bonded with", peer));
    at = expect(boot_mark_,
                pm_event(source, "PM_EVT_CONN_SEC_SUCCEEDED",
                         {{"procedure", "PM_CONN_SEC_PROCEDURE_ENCRYPTION"}, {"peer", peer}}),
                fmt::format("encryption with the stored key at the {}", to_text(source)));
    tell(records[at], "encrypted with the stored key");
    expect(boot_mark_, stack_event(source, "BLE_GAP_EVT_CONN_SEC_UPDATE", {{"level", 4}}),
           fmt::format("security level 4 at the {}", to_text(source)));
  }
  const size_t at = expect(boot_mark_, on_air("ll", {{"op", "enc_on"}}), "encryption on air");
  tell(records[at], "the link is encrypted");
  expect_none(boot_mark_, "no pairing PDU on the link", is_pairing);
  expect_none(boot_mark_, "no discovery PDU on the link", is_discovery);
}

void Story::resume() {
  const auto& records = stage_.trace().records();
  expect_notifications(boot_mark_, 2);
  expect_none(boot_mark_, "no new subscription on the link", is_write);
  expect_none(boot_mark_, "no pairing PDU on the link", is_pairing);
  expect_none(boot_mark_, "no discovery PDU on the link", is_discovery);
  const size_t at =
      expect(boot_mark_,
             call(Source::kCollector, "pm_peer_data_load",
                  {{"data", "PM_PEER_DATA_ID_APPLICATION"}, {"result", 0}, {"hash", label_hash_}}),
             "the application data as it was stored");
  tell(records[at],
       fmt::format("application data loaded, the same as stored (hash {})", label_hash_));
}

void Story::change_connected() {
  const size_t from = here();
  if (!sabotaged("change-connected")) {
    stage_.press(Source::kSensor, kButtonChange);
  }
  const size_t at = expect(from, call(Source::kSensor, "pm_local_database_has_changed"),
                           "the sensor's call of pm_local_database_has_changed()");
  tell(stage_.trace().records()[at], "the database changes");
  expect_service_changed(from);
  expect_none(from, "the same connection all the time", [](const Record& record) {
    return on_air("connect").matches(record) || on_air("ll", {{"op", "terminate"}}).matches(record);
  });
}

void Story::change_disconnected() {
  kill_both();
  boot_mark_ = here();
  std::set<unsigned> held;
  if (!sabotaged("change-disconnected")) {
    held.insert(kButtonChange);
  }
  boot(Source::kSensor, held);
  const auto& records = stage_.trace().records();
  size_t at = expect(
      boot_mark_,
      pm_event(Source::kSensor, "PM_EVT_PEER_DATA_UPDATE_SUCCEEDED",
               {{"data", "PM_PEER_DATA_ID_SERVICE_CHANGED_PENDING"}, {"peer", sensor_peer_}}),
      "the change noted for the absent collector");
  tell(records[at], fmt::format("the change is noted for peer {}", sensor_peer_));
  expect_none(boot_mark_, "nobody connected meanwhile",
              [](const Record& record) { return on_air("connect").matches(record); });
  boot(Source::kCollector);
  at = expect(boot_mark_,
              pm_event(Source::kCollector, "PM_EVT_CONN_SEC_SUCCEEDED",
                       {{"procedure", "PM_CONN_SEC_PROCEDURE_ENCRYPTION"}}),
              "the collector's return with the stored key");
  tell(records[at], "back, encrypted with the stored key");
  expect_service_changed(boot_mark_);
}

void Story::forget() {
  kill_both();
  boot_mark_ = here();
  std::set<unsigned> held;
  if (!sabotaged("forget")) {
    held.insert(kButtonForget);
  }
  boot(Source::kSensor, held);
  const auto& records = stage_.trace().records();
  size_t at =
      expect(boot_mark_,
             pm_event(Source::kSensor, "PM_EVT_PEER_DELETE_SUCCEEDED", {{"peer", sensor_peer_}}),
             "the deletion of the sensor's bond");
  tell(records[at], fmt::format("peer {} is forgotten", sensor_peer_));
  at = expect(boot_mark_, pm_event(Source::kSensor, "PM_EVT_PEERS_DELETE_SUCCEEDED"),
              "PM_EVT_PEERS_DELETE_SUCCEEDED at the sensor");
  expect_none(boot_mark_, "nobody connected meanwhile",
              [](const Record& record) { return on_air("connect").matches(record); });
}

void Story::key_missing() {
  const auto& records = stage_.trace().records();
  if (sabotaged("key-missing")) {
    stage_.erase_flash(Source::kCollector);
  }
  boot(Source::kCollector);
  size_t at = expect(boot_mark_, on_air("ll", {{"op", "enc_fail"}, {"reason", kPinOrKeyMissing}}),
                     "the refusal of encryption on air (PIN or key missing)");
  tell(records[at], "encryption refused: PIN or key missing");
  at = expect(boot_mark_,
              pm_event(Source::kCollector, "PM_EVT_CONN_SEC_FAILED",
                       {{"error", kErrorPinOrKeyMissing},
                        {"source", kSourceRemote},
                        {"procedure", "PM_CONN_SEC_PROCEDURE_ENCRYPTION"},
                        {"peer", collector_peer_}}),
              "PM_EVT_CONN_SEC_FAILED, PIN_OR_KEY_MISSING, at the collector");
  tell(records[at], "PM_EVT_CONN_SEC_FAILED: PIN_OR_KEY_MISSING");
  expect(boot_mark_,
         pm_event(Source::kSensor, "PM_EVT_CONN_SEC_FAILED",
                  {{"error", kErrorPinOrKeyMissing}, {"source", kSourceLocal}}),
         "PM_EVT_CONN_SEC_FAILED at the sensor");
}

void Story::recover() {
  const auto& records = stage_.trace().records();
  size_t at = expect(
      boot_mark_,
      pm_event(Source::kCollector, "PM_EVT_PEER_DELETE_SUCCEEDED", {{"peer", collector_peer_}}),
      "the deletion of the collector's half");
  tell(records[at], fmt::format("peer {} deleted", collector_peer_));
  at = expect(at, on_air("connect"), "a new connection");
  const size_t from = at;
  compare_numbers(from, !sabotaged("recover"));
  expect_pairing_pdus(from);
  expect_new_bond(from);
  expect_notifications(from, 2);
}

}  // namespace pm::demo
