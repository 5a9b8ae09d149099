// SPDX-License-Identifier: Apache-2.0
#include "pm/sim/json_tap.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace pm::sim {
namespace {

using nlohmann::json;

class JsonTapFile : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(tap.open(path.c_str())); }
  void TearDown() override { std::remove(path.c_str()); }
  /// The last line, as it is in the file while the tap is still open.
  json last() const {
    std::ifstream file(path);
    std::string line;
    std::string latest;
    while (std::getline(file, line)) {
      latest = line;
    }
    return json::parse(latest);
  }

  // Each test of a suite is a process of its own, and they run side by side.
  const std::string path =
      ::testing::TempDir() + "pm_json_tap_test." + std::to_string(getpid()) + ".jsonl";
  JsonTap tap;
};

TEST_F(JsonTapFile, AdvertisingHasAddressAndData) {
  const std::vector<uint8_t> data{0x02, 0x01, 0x06};
  tap.on_advertising(12, {{hci::AddressType::kRandom, {1, 2, 3, 4, 5, 0xC6}},
                          hci::AdvertisingType::kConnectable,
                          {},
                          data,
                          {}});
  EXPECT_EQ(last(), json::parse(R"({"t_us":12,"kind":"adv","addr":"c6:05:04:03:02:01/random",
      "type":"ADV_IND","data":"020106","scan_rsp":""})"));
}

TEST_F(JsonTapFile, LinkControlHasItsReasonIfThereIsOne) {
  tap.on_link_control(1, {3, hci::Role::kPeripheral, LinkControl::kEncryptionFailed,
                          hci::ErrorCode::kPinOrKeyMissing});
  EXPECT_EQ(
      last(),
      json::parse(R"({"t_us":1,"kind":"ll","link":3,"from":"P","op":"enc_fail","reason":6})"));
  tap.on_link_control(
      2, {3, hci::Role::kCentral, LinkControl::kEncryptionOn, hci::ErrorCode::kSuccess});
  EXPECT_EQ(last(), json::parse(R"({"t_us":2,"kind":"ll","link":3,"from":"C","op":"enc_on"})"));
}

TEST_F(JsonTapFile, PdusAreShownButNoDistributedKey) {
  const std::vector<uint8_t> request{0x01, 0x03, 0x00, 0x01, 0x10, 0x00, 0x01};
  tap.on_l2cap(5, {1, hci::Role::kCentral, 6, false, request, nullptr});
  EXPECT_EQ(last(), json::parse(R"({"t_us":5,"kind":"l2cap","link":1,"from":"C","cid":6,"enc":false,
      "pdu":"01030001100001"})"));
  std::vector<uint8_t> identity(17, 0x77);
  identity[0] = 0x08;
  tap.on_l2cap(6, {1, hci::Role::kCentral, 6, true, identity, "drop"});
  EXPECT_EQ(last()["pdu"], "08" + std::string(32, '0'));
  EXPECT_EQ(last()["fault"], "drop");
  EXPECT_EQ(last()["enc"], true);
}

TEST(JsonTap, SaysWhenItCannotWrite) {
  JsonTap tap;
  EXPECT_FALSE(tap.open("/nonexistent-folder/tap"));
}

}  // namespace
}  // namespace pm::sim
