// SPDX-License-Identifier: Apache-2.0
//
// Two processes bond, over a unix socket and over TCP, and leave no key in any trace.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "bm/bluetooth/peer_manager/peer_manager_types.h"
#include "device/support/bench.hpp"
#include "pm/adapters/linux/file_flash.hpp"
#include "pm/zms/store.hpp"

namespace pm::test {
namespace {

namespace fs = std::filesystem;

using Key = std::string;  // 16 octets

class NoSink final : public StorageSink {
 public:
  void on_storage_event(const StorageEvent&) override {}
};

class TwoProcesses : public Bench {
 protected:
  std::vector<std::string> traced(const char* program, const std::string& name,
                                  const std::string& controller) const {
    return {program,
            "--controller",
            controller,
            "--flash",
            folder.file(name + ".flash"),
            "--events",
            folder.file(name + ".jsonl"),
            "--btsnoop",
            folder.file(name + ".btsnoop")};
  }

  /// They meet, both users find the numbers equal, and measurements come.
  void bond(const std::string& controller) {
    sensor.emplace(traced(kSensor, "sensor", controller));
    ASSERT_TRUE(sensor->wait_for_output("Advertising as")) << sensor->error();
    collector.emplace(traced(kCollector, "collector", controller));
    ASSERT_TRUE(sensor->wait_for_output("Button 0")) << sensor->error();
    ASSERT_TRUE(collector->wait_for_output("Button 0")) << collector->error();
    EXPECT_EQ(passkey(*sensor), passkey(*collector));
    sensor->write("press 0\nrelease 0\n");
    collector->write("press 0\nrelease 0\n");
    // The first that is stored is the bonding record.
    ASSERT_TRUE(sensor->wait_for_output("peer data updated")) << sensor->output();
    ASSERT_TRUE(collector->wait_for_output("Heart rate")) << collector->output();
  }

  static std::string passkey(const Process& process) {
    const std::string label = "Passkey: ";
    const size_t at = process.output().find(label);
    return at == std::string::npos ? "" : process.output().substr(at + label.size(), 6);
  }

  /// The bonding record of the first peer, as it lies in the file.
  pm_peer_data_bonding bonding(const std::string& name) const {
    pm_peer_data_bonding record = {};
    std::string error;
    const auto flash = adapters::FileFlash::open(
        folder.file(name + ".flash"), {}, [](std::function<void()>) {}, error);
    EXPECT_NE(flash, nullptr) << error;
    if (flash == nullptr) {
      return record;
    }
    zms::Store store(*flash, {.sector_size = CONFIG_PM_BM_ZMS_SECTOR_SIZE});
    NoSink nobody;
    EXPECT_EQ(store.init(nobody), Status::kOk);
    EXPECT_EQ(store.wait_ready(), Status::kOk);
    size_t length = 0;
    // Peer 0, data ID 7.
    EXPECT_EQ(store.read(0x0000'0007,
                         MutableBytes(reinterpret_cast<uint8_t*>(&record), sizeof(record)), length),
              Status::kOk)
        << name << " has no bond";
    EXPECT_EQ(length, sizeof(record));
    return record;
  }

  static Key key(const uint8_t (&octets)[16]) { return {std::begin(octets), std::end(octets)}; }

  std::optional<Process> sensor;
  std::optional<Process> collector;
};

std::string hex(const std::string& octets, const char* digits) {
  std::string text;
  for (const char c : octets) {
    text += digits[static_cast<uint8_t>(c) >> 4];
    text += digits[static_cast<uint8_t>(c) & 15];
  }
  return text;
}

/// The key in every way that a trace could tell it.
std::vector<std::string> spellings(const Key& key) {
  const Key reversed(key.rbegin(), key.rend());
  std::vector<std::string> all;
  for (const Key& order : {key, reversed}) {
    all.push_back(order);
    all.push_back(hex(order, "0123456789abcdef"));
    all.push_back(hex(order, "0123456789ABCDEF"));
    for (const char* separator : {" ", ":", ", 0x"}) {
      std::string spread;
      for (const char c : order) {
        spread += (spread.empty() ? "" : separator) + hex(std::string(1, c), "0123456789abcdef");
      }
      all.push_back(spread);
    }
  }
  return all;
}

TEST_F(TwoProcesses, NoTraceHasAKey) {
  start_air({"--tap", folder.file("air.jsonl")});
  ASSERT_NO_FATAL_FAILURE(bond(socket_address()));
  sensor->kill();
  collector->kill();
  air->kill();

  const pm_peer_data_bonding at_sensor = bonding("sensor");
  const pm_peer_data_bonding at_collector = bonding("collector");
  const Key ltk = key(at_sensor.own_ltk.enc_info.ltk);
  EXPECT_EQ(ltk, key(at_collector.own_ltk.enc_info.ltk)) << "one LE Secure Connections key";
  const Key sensor_irk = read_file(folder.file("sensor.flash.identity")).substr(6);
  const Key collector_irk = read_file(folder.file("collector.flash.identity")).substr(6);
  // Each has the other's: the keys searched for are the ones that went over the link.
  EXPECT_EQ(key(at_sensor.peer_ble_id.id_info.irk), collector_irk);
  EXPECT_EQ(key(at_collector.peer_ble_id.id_info.irk), sensor_irk);

  write_file(folder.file("sensor.out"), sensor->output() + sensor->error());
  write_file(folder.file("collector.out"), collector->output() + collector->error());
  write_file(folder.file("air.out"), air->output() + air->error());
  const std::vector<Key> keys = {ltk, sensor_irk, collector_irk};
  for (const Key& secret : keys) {
    ASSERT_EQ(secret.size(), 16u);
    ASSERT_GT(std::count_if(secret.begin(), secret.end(), [](char c) { return c != 0; }), 8);
  }
  size_t traces = 0;
  size_t files_of_keys = 0;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file()) {
      continue;
    }
    const std::string content = read_file(entry.path().string());
    if (name.ends_with(".flash") || name.ends_with(".identity")) {
      // The search itself: it finds what is there.
      const bool has_key = std::any_of(keys.begin(), keys.end(), [&](const Key& secret) {
        return content.find(secret) != std::string::npos;
      });
      EXPECT_TRUE(has_key) << name;
      ++files_of_keys;
      continue;
    }
    ++traces;
    if (name != "air.out") {
      EXPECT_GT(content.size(), 200u) << name;
    }
    for (const Key& secret : keys) {
      for (const std::string& spelling : spellings(secret)) {
        EXPECT_EQ(content.find(spelling), std::string::npos) << "a key is in " << name;
      }
    }
  }
  EXPECT_EQ(files_of_keys, 4u);
  EXPECT_EQ(traces, 8u) << "two event logs, two btsnoop files, the tap, three outputs";
}

TEST_F(TwoProcesses, EveryLineOfTheTracesIsJson) {
  start_air({"--tap", folder.file("air.jsonl")});
  ASSERT_NO_FATAL_FAILURE(bond(socket_address()));
  sensor->kill();
  collector->kill();
  air->kill();
  for (const char* name : {"sensor.jsonl", "collector.jsonl", "air.jsonl"}) {
    std::string content = read_file(folder.file(name));
    EXPECT_TRUE(content.ends_with('\n')) << name;
    size_t lines = 0;
    uint64_t before = 0;
    for (size_t at = 0; at < content.size(); ++lines) {
      const size_t end = std::min(content.find('\n', at), content.size());
      const std::string line = content.substr(at, end - at);
      at = end + 1;
      const auto object = nlohmann::json::parse(line, nullptr, false);
      ASSERT_TRUE(object.is_object()) << name << ": " << line;
      const uint64_t t_us = object.value("t_us", uint64_t{0});
      EXPECT_GE(t_us, before) << name << ": " << line;
      before = t_us;
    }
    EXPECT_GT(lines, 10u) << name;
  }
}

TEST_F(TwoProcesses, BondOverTcp) {
  air.emplace(std::vector<std::string>{kAir, "--tcp", "127.0.0.1:0"});
  ASSERT_TRUE(air->wait_for_output("\n")) << air->error();
  // "pm-air: listening on tcp 127.0.0.1:PORT, seed 1"
  const std::string place = "127.0.0.1:";
  const size_t at = air->output().find(place);
  ASSERT_NE(at, std::string::npos) << air->output();
  const std::string port =
      air->output().substr(at + place.size(), air->output().find(',', at) - at - place.size());
  ASSERT_NE(port, "0");
  ASSERT_NO_FATAL_FAILURE(bond("tcp:" + place + port));
  sensor->kill();
  collector->kill();
  EXPECT_EQ(key(bonding("sensor").own_ltk.enc_info.ltk),
            key(bonding("collector").own_ltk.enc_info.ltk));
  // Known again after a restart: no comparison, the subscription is there.
  sensor.emplace(traced(kSensor, "sensor", "tcp:" + place + port));
  collector.emplace(traced(kCollector, "collector", "tcp:" + place + port));
  EXPECT_TRUE(collector->wait_for_output("Known sensor")) << collector->output();
  EXPECT_TRUE(collector->wait_for_output("Heart rate")) << collector->output();
  EXPECT_EQ(passkey(*collector), "");
  EXPECT_EQ(passkey(*sensor), "");
  // The controllers vanish: the end of the link is told, then the loss, and that is the end.
  air->kill();
  for (const char* name : {"sensor", "collector"}) {
    SCOPED_TRACE(name);
    expect_refusal(name == std::string("sensor") ? *sensor : *collector, 3,
                   {"controller tcp:", "closed the connection", "bonds are safe in"});
    const std::string events = read_file(folder.file(std::string(name) + ".jsonl"));
    const size_t end = events.rfind("BLE_GAP_EVT_DISCONNECTED");
    const size_t lost = events.find(R"("kind":"controller","state":"lost","reason":)");
    ASSERT_NE(end, std::string::npos);
    EXPECT_GT(end, events.rfind("BLE_GAP_EVT_CONNECTED"));
    ASSERT_NE(lost, std::string::npos);
    EXPECT_GT(lost, end);
    EXPECT_EQ(events.find('\n', lost), events.size() - 1) << "the last line";
  }
}

}  // namespace
}  // namespace pm::test
