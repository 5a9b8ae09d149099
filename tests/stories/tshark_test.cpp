// SPDX-License-Identifier: Apache-2.0
//
// The devices' HCI traces, read by a dissector that nobody here wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "stories/support/program.hpp"

namespace pm::test {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;

/// Records of a btsnoop file, counted without our own code. Header: identification (8 octets),
/// version, datalink; a record: original length, included length, flags, drops (4 octets each),
/// time (8 octets), packet. All big-endian. RFC 1761 is its model.
size_t records_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string octets((std::istreambuf_iterator<char>(file)), {});
  constexpr size_t kFileHeader = 16;
  constexpr size_t kRecordHeader = 24;
  EXPECT_EQ(octets.substr(0, 8), std::string("btsnoop\0", 8)) << path;
  size_t records = 0;
  size_t at = kFileHeader;
  while (at + kRecordHeader <= octets.size()) {
    size_t included = 0;
    for (size_t i = 4; i < 8; ++i) {
      included = included << 8 | static_cast<uint8_t>(octets[at + i]);
    }
    at += kRecordHeader + included;
    ++records;
  }
  EXPECT_EQ(at, octets.size()) << path << " ends in the middle of a record";
  return records;
}

class Traces : public testing::Test {
 protected:
  void SetUp() override {
    const Ran demo = run(PM_DEMO_PROGRAM, {"--air", "sim", "--seed", "1", "--out", folder_.path()});
    ASSERT_EQ(demo.status, 0) << demo.out << demo.err;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (entry.path().extension() == ".btsnoop") {
        files.push_back(entry.path());
      }
    }
    // Both devices are started four times.
    ASSERT_EQ(files.size(), 8u);
  }

  /// One line for each packet that passes the filter, fields separated by blanks.
  static std::vector<std::string> dissect(const std::string& file, const std::string& filter,
                                          const std::vector<std::string>& fields) {
    std::vector<std::string> arguments = {"-r", file,     "-Y", filter,
                                          "-T", "fields", "-E", "separator=/s"};
    for (const std::string& field : fields) {
      arguments.insert(arguments.end(), {"-e", field});
    }
    const Ran tshark = run("tshark", arguments);
    EXPECT_EQ(tshark.status, 0) << "tshark (./dev setup test installs it): " << tshark.err;
    return lines(tshark.out);
  }

  TemporaryFolder folder_;
  std::vector<std::string> files;
};

TEST_F(Traces, AreWellFormedToTheLastPacket) {
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    // 0x00800000: PI_ERROR.
    EXPECT_THAT(dissect(file, "_ws.malformed || _ws.expert.severity == 0x00800000",
                        {"frame.number", "_ws.expert.message"}),
                IsEmpty());
    EXPECT_EQ(dissect(file, "bthci_cmd || bthci_evt || bthci_acl", {"frame.number"}).size(),
              records_of(file));
  }
}

// Direction ("0x00": host to controller) and code, as Core, Vol 3, Part H, 2.3.5.6.2, figure
// C.3 and 3.6.1 have them: features; public keys; Numeric Comparison, in which the responder
// commits itself first; checks; the responder's keys; the initiator's keys.
constexpr const char* kAtTheInitiator[] = {
    "0x00 0x01", "0x01 0x02", "0x00 0x0c", "0x01 0x0c", "0x01 0x03", "0x00 0x04", "0x01 0x04",
    "0x00 0x0d", "0x01 0x0d", "0x01 0x08", "0x01 0x09", "0x00 0x08", "0x00 0x09",
};
constexpr const char* kAtTheResponder[] = {
    "0x01 0x01", "0x00 0x02", "0x01 0x0c", "0x00 0x0c", "0x00 0x03", "0x01 0x04", "0x00 0x04",
    "0x01 0x0d", "0x00 0x0d", "0x00 0x08", "0x00 0x09", "0x01 0x08", "0x01 0x09",
};

TEST_F(Traces, ShowTheSequenceOfNumericComparison) {
  const std::vector<std::string> fields = {"hci_h4.direction", "btsmp.opcode"};
  EXPECT_THAT(dissect(folder_.path() + "/collector-1.btsnoop", "btsmp", fields),
              ElementsAreArray(kAtTheInitiator));
  EXPECT_THAT(dissect(folder_.path() + "/sensor-1.btsnoop", "btsmp", fields),
              ElementsAreArray(kAtTheResponder));
}

TEST_F(Traces, ShowNoPairingWhenTheyMeetAgain) {
  for (const char* name : {"/collector-2.btsnoop", "/sensor-2.btsnoop"}) {
    // A Security Request asks for the stored key as well.
    EXPECT_THAT(dissect(folder_.path() + name, "btsmp && btsmp.opcode != 0x0b", {"btsmp.opcode"}),
                IsEmpty());
  }
  // LE Enable Encryption before anything but the connection.
  const auto sent =
      dissect(folder_.path() + "/collector-2.btsnoop",
              "hci_h4.direction == 0x00 && (bthci_cmd || bthci_acl)", {"bthci_cmd.opcode"});
  const auto connected = std::find(sent.begin(), sent.end(), "0x200d");
  ASSERT_LT(connected, sent.end() - 1);
  EXPECT_EQ(*(connected + 1), "0x2019");
}

TEST_F(Traces, ShowNoKey) {
  // LE Enable Encryption and LE Long Term Key Request Reply, at each of five encryptions at least;
  // and both IRKs, in each of two pairings, at both devices.
  size_t link_keys = 0;
  size_t identity_keys = 0;
  for (const std::string& file : files) {
    for (const std::string& key :
         dissect(file, "bthci_cmd.le_long_term_key", {"bthci_cmd.le_long_term_key"})) {
      EXPECT_THAT(key, testing::MatchesRegex("[0:]+")) << file;
      ++link_keys;
    }
    for (const std::string& key :
         dissect(file, "btsmp.id_resolving_key", {"btsmp.id_resolving_key"})) {
      EXPECT_THAT(key, testing::MatchesRegex("[0:]+")) << file;
      ++identity_keys;
    }
  }
  EXPECT_GE(link_keys, 9u) << "one attempt is answered without a key";
  EXPECT_EQ(identity_keys, 8u);
}

}  // namespace
}  // namespace pm::test
