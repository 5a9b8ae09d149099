// SPDX-License-Identifier: Apache-2.0
//
// Expected octets are put together by hand from Core, Vol 4, Part E, 7.7.
#include "pm/hci/events.hpp"

#include <gtest/gtest.h>

#include "hci/octets.hpp"
#include "pm/hci/commands.hpp"
#include "pm/hci/packet.hpp"

namespace pm::hci {
namespace {

using testing::octets;
using testing::to_vector;

template <class Event>
std::vector<uint8_t> event_octets(const Event& event) {
  EventBuffer buffer;
  return to_vector(encode_event(event, buffer));
}

template <class Event>
std::optional<Event> decoded_event(const std::vector<uint8_t>& packet) {
  const auto view = parse_event(packet);
  return view ? decode<Event>(*view) : std::nullopt;
}

TEST(Events, DisconnectionCompleteIsStatusHandleReason) {
  const auto packet = octets("04 05 04 00 4000 08");
  const auto event = decoded_event<DisconnectionComplete>(packet);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->handle, 0x0040);
  EXPECT_EQ(event->reason, ErrorCode::kConnectionTimeout);
  EXPECT_EQ(event_octets(*event), packet);
}

TEST(Events, EncryptionChangeAndKeyRefreshAreToldApart) {
  EXPECT_EQ(event_octets(EncryptionChange{ErrorCode::kPinOrKeyMissing, 0x0001, 0}),
            octets("04 08 04 06 0100 00"));
  EXPECT_EQ(event_octets(EncryptionKeyRefreshComplete{ErrorCode::kSuccess, 0x0001}),
            octets("04 30 03 00 0100"));
  EXPECT_FALSE(decoded_event<EncryptionChange>(octets("04 30 03 00 0100")));
}

TEST(Events, ConnectionCompleteHasEighteenOctetsAfterItsSubevent) {
  const auto packet = octets("04 3e 13 01 00 4000 01 01 6655443322d1 1800 0400 f401 05");
  const auto event = decoded_event<LeConnectionComplete>(packet);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->handle, 0x0040);
  EXPECT_EQ(event->role, Role::kPeripheral);
  EXPECT_EQ(event->peer_address_type, AddressType::kRandom);
  EXPECT_EQ(event->interval, 24);
  EXPECT_EQ(event->latency, 4);
  EXPECT_EQ(event->supervision_timeout, 500);
  EXPECT_EQ(event->central_clock_accuracy, 5);
  EXPECT_EQ(event_octets(*event), packet);
}

TEST(Events, EnhancedConnectionCompleteHasBothPrivateAddresses) {
  const auto packet =
      octets("04 3e 1f 0a 00 4000 00 03 6655443322d1 010203040546 060708090a4b 1800 0000 f401 00");
  const auto event = decoded_event<LeEnhancedConnectionComplete>(packet);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->peer_address_type, AddressType::kRandomIdentity);
  EXPECT_EQ(event->local_rpa, (BdAddr{1, 2, 3, 4, 5, 0x46}));
  EXPECT_EQ(event->peer_rpa, (BdAddr{6, 7, 8, 9, 10, 0x4B}));
  EXPECT_EQ(event_octets(*event), packet);
  EXPECT_FALSE(decoded_event<LeConnectionComplete>(packet));
}

TEST(Events, AdvertisingReportsStandOneAfterTheOther) {
  const auto packet = octets(
      "04 3e 19 02 02 "
      "00 01 0102030405c6 03 020106 c5 "
      "04 00 111213141516 00 7f");
  const auto event = decoded_event<LeAdvertisingReport>(packet);
  ASSERT_TRUE(event);
  ASSERT_EQ(event->reports.size(), 2u);
  EXPECT_EQ(event->reports[0].type, ReportType::kConnectable);
  EXPECT_EQ(to_vector(event->reports[0].data.octets), octets("020106"));
  EXPECT_EQ(event->reports[0].rssi, -59);
  EXPECT_EQ(event->reports[1].type, ReportType::kScanResponse);
  EXPECT_TRUE(event->reports[1].data.octets.empty());
  EXPECT_EQ(event->reports[1].rssi, 127);
  EXPECT_EQ(event_octets(*event), packet);
}

TEST(Events, AdvertisingReportsThatLieAboutTheirNumberOrLengthAreRefused) {
  EXPECT_FALSE(
      decoded_event<LeAdvertisingReport>(octets("04 3e 0d 02 02 00 01 0102030405c6 01 02 c5")));
  EXPECT_FALSE(
      decoded_event<LeAdvertisingReport>(octets("04 3e 0d 02 01 00 01 0102030405c6 ff 02 c5")));
  std::vector<uint8_t> many = octets("04 3e 02 02 ff");
  for (int i = 0; i < 25; ++i) {
    const auto report = octets("00 01 010203040506 00 00");
    many.insert(many.end(), report.begin(), report.end());
  }
  many[2] = static_cast<uint8_t>(many.size() - 3);
  EXPECT_FALSE(decoded_event<LeAdvertisingReport>(many));
  many[4] = 25;
  EXPECT_TRUE(decoded_event<LeAdvertisingReport>(many));
}

TEST(Events, LongTermKeyRequestCarriesRandAndEdiv) {
  const auto packet = octets("04 3e 0d 05 4000 9078563412efcdab 7424");
  const auto event = decoded_event<LeLongTermKeyRequest>(packet);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->ediv, 0x2474);
  EXPECT_EQ(event->rand[0], 0x90);
  EXPECT_EQ(event_octets(*event), packet);
}

TEST(Events, NumberOfCompletedPacketsListsLinks) {
  const auto packet = octets("04 13 09 02 4000 0100 4100 0300");
  const auto event = decoded_event<NumberOfCompletedPackets>(packet);
  ASSERT_TRUE(event);
  ASSERT_EQ(event->entries.size(), 2u);
  EXPECT_EQ(event->entries[1].handle, 0x0041);
  EXPECT_EQ(event->entries[1].packets, 3);
  EXPECT_EQ(event_octets(*event), packet);
}

TEST(Events, WhoseHeaderLiesAreNotParsed) {
  EXPECT_FALSE(parse_event(octets("04 05")));
  EXPECT_FALSE(parse_event(octets("04 05 04 00 4000")));
  EXPECT_FALSE(parse_event(octets("04 05 02 00 4000 08")));
  EXPECT_FALSE(parse_event(octets("04 3e 00")));
}

TEST(CommandCompletes, CarryReturnParameters) {
  EventBuffer buffer;
  const auto packet =
      to_vector(encode_command_complete<LeReadBufferSize>({ErrorCode::kSuccess, 251, 8}, buffer));
  EXPECT_EQ(packet, octets("04 0e 07 01 0220 00 fb00 08"));
  const auto event = decoded_event<CommandComplete>(packet);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->credits, 1);
  const auto returned = decode_return<LeReadBufferSize>(*event);
  ASSERT_TRUE(returned);
  EXPECT_EQ(returned->acl_length, 251);
  EXPECT_EQ(returned->acl_count, 8);
  EXPECT_FALSE(decode_return<LeRand>(*event));
}

TEST(CommandCompletes, MayBeLongerButNotShorter) {
  EXPECT_TRUE(decode_return<LeReadFilterAcceptListSize>(octets("00 10 99")));
  EXPECT_TRUE(decode_return<LeReadFilterAcceptListSize>(octets("00 10")));
  EXPECT_FALSE(decode_return<LeReadFilterAcceptListSize>(octets("00")));
  EXPECT_FALSE(decode_return<LeReadFilterAcceptListSize>(octets("")));
}

TEST(CommandCompletes, OfAFailureMayBeTheStatusAlone) {
  const auto returned = decode_return<LeRand>(octets("0c"));
  ASSERT_TRUE(returned);
  EXPECT_EQ(returned->status, ErrorCode::kCommandDisallowed);
}

TEST(CommandStatuses, AreStatusCreditsOpcode) {
  EXPECT_EQ(event_octets(CommandStatus{ErrorCode::kUnknownCommand, 1, Opcode::kLeSetPhy}),
            octets("04 0f 04 01 01 3220"));
}

}  // namespace
}  // namespace pm::hci
