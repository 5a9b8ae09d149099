// SPDX-License-Identifier: Apache-2.0
//
// The file format as Wireshark and BlueZ document it: big endian, identification "btsnoop",
// version 1.
#include "pm/hci/btsnoop.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include "hci/octets.hpp"

namespace pm::hci {
namespace {

using testing::octets;

std::vector<uint8_t> contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(Btsnoop, HasHeaderAndRecordsAtOnce) {
  const std::string path =
      ::testing::TempDir() + "pm_btsnoop_test." + std::to_string(getpid()) + ".log";
  BtsnoopWriter writer;
  ASSERT_TRUE(writer.open(path.c_str()));
  std::vector<uint8_t> expected = octets("6274736e6f6f7000 00000001 000003ea");
  EXPECT_EQ(contents(path), expected);

  // 2000-01-01 00:00:00 UTC is 0x00E03AB44A676000 in such files.
  constexpr uint64_t k2000 = 946'684'800ull * 1'000'000;
  ASSERT_TRUE(writer.write(Direction::kHostToController, k2000, octets("01 03 0c 00")));
  for (const uint8_t octet :
       octets("00000004 00000004 00000002 00000000 00e03ab44a676000 01030c00")) {
    expected.push_back(octet);
  }
  EXPECT_EQ(contents(path), expected);

  ASSERT_TRUE(writer.write(Direction::kControllerToHost, k2000 + 1, octets("02 4020 0100 aa")));
  for (const uint8_t octet :
       octets("00000006 00000006 00000001 00000000 00e03ab44a676001 024020 0100aa")) {
    expected.push_back(octet);
  }
  EXPECT_EQ(contents(path), expected);
  std::remove(path.c_str());
}

TEST(Btsnoop, SaysWhenItCannotWrite) {
  BtsnoopWriter writer;
  EXPECT_FALSE(writer.open("/nonexistent-folder/file"));
  EXPECT_FALSE(writer.is_open());
  EXPECT_FALSE(writer.write(Direction::kHostToController, 0, octets("01 03 0c 00")));
}

}  // namespace
}  // namespace pm::hci
