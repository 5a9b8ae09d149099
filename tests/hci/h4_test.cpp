// SPDX-License-Identifier: Apache-2.0
#include "pm/hci/h4.hpp"

#include <gtest/gtest.h>

#include "hci/octets.hpp"

namespace pm::hci {
namespace {

using testing::octets;
using testing::to_vector;
using Packets = std::vector<std::vector<uint8_t>>;

// Feeds `stream` in pieces of `step` octets.
Packets deframe(H4Deframer& deframer, Bytes stream, size_t step) {
  Packets packets;
  while (!stream.empty()) {
    Bytes piece = stream.first(std::min(step, stream.size()));
    stream = stream.subspan(piece.size());
    while (const auto packet = deframer.next(piece)) {
      packets.push_back(to_vector(*packet));
    }
  }
  return packets;
}

TEST(H4, FindsThePacketsHoweverTheStreamIsCut) {
  const Packets expected{octets("04 0e 04 01 030c 00"), octets("02 4020 0500 0100040003"),
                         octets("04 05 04 00 4000 13"), octets("04 ff 00"), octets("02 4010 0000")};
  std::vector<uint8_t> stream;
  for (const auto& packet : expected) {
    stream.insert(stream.end(), packet.begin(), packet.end());
  }
  for (size_t step = 1; step <= stream.size(); ++step) {
    H4Deframer deframer(H4Deframer::Reader::kHost);
    EXPECT_EQ(deframe(deframer, stream, step), expected) << "pieces of " << step;
    EXPECT_EQ(deframer.error(), H4Error::kNone);
  }
}

TEST(H4, TakesTheLongestPackets) {
  std::vector<uint8_t> command = octets("01 03 0c ff");
  command.resize(4 + 255, 0x5A);
  std::vector<uint8_t> data = octets("02 4000 0004");
  data.resize(5 + H4Deframer::kMaxAclData, 0xA5);
  std::vector<uint8_t> stream = command;
  stream.insert(stream.end(), data.begin(), data.end());
  H4Deframer deframer(H4Deframer::Reader::kController);
  EXPECT_EQ(deframe(deframer, stream, 7), (Packets{command, data}));
}

TEST(H4, RefusesDataLongerThanAnyBufferForGood) {
  H4Deframer deframer(H4Deframer::Reader::kHost);
  EXPECT_TRUE(deframe(deframer, octets("02 4020 0104"), 1).empty());
  EXPECT_EQ(deframer.error(), H4Error::kTooLong);
  EXPECT_TRUE(deframe(deframer, octets("04 ff 00"), 3).empty());
  EXPECT_EQ(deframer.error(), H4Error::kTooLong);
}

TEST(H4, RefusesWhatTheOtherSideMayNotSend) {
  for (const uint8_t indicator : octets("00 01 03 05 ff")) {
    H4Deframer deframer(H4Deframer::Reader::kHost);
    EXPECT_TRUE(deframe(deframer, std::vector<uint8_t>{indicator, 0, 0, 0}, 4).empty());
    EXPECT_EQ(deframer.error(), H4Error::kUnexpectedIndicator) << unsigned{indicator};
  }
  H4Deframer controller(H4Deframer::Reader::kController);
  EXPECT_TRUE(deframe(controller, octets("04 ff 00"), 1).empty());
  EXPECT_EQ(controller.error(), H4Error::kUnexpectedIndicator);
}

TEST(H4, KeepsWhatCameBeforeAnError) {
  H4Deframer deframer(H4Deframer::Reader::kHost);
  EXPECT_EQ(deframe(deframer, octets("04 ff 00 77"), 4), Packets{octets("04 ff 00")});
  EXPECT_EQ(deframer.error(), H4Error::kUnexpectedIndicator);
}

}  // namespace
}  // namespace pm::hci
