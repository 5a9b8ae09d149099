// SPDX-License-Identifier: Apache-2.0
//
// Expected octets are put together by hand from Core, Vol 4, Part E: opcode, length, parameters in
// their order.
#include "pm/hci/commands.hpp"

#include <gtest/gtest.h>

#include "hci/octets.hpp"
#include "pm/hci/acl.hpp"
#include "pm/hci/packet.hpp"

namespace pm::hci {
namespace {

using testing::octets;
using testing::to_vector;

template <class Command>
std::vector<uint8_t> encoded(const Command& command) {
  CommandBuffer buffer;
  return to_vector(encode_command(command, buffer));
}

template <class Command>
std::optional<Command> decoded(const std::vector<uint8_t>& packet) {
  const auto view = parse_command(packet);
  return view ? decode<Command>(*view) : std::nullopt;
}

TEST(Commands, WithoutParametersAreTheirHeader) {
  EXPECT_EQ(encoded(Reset{}), octets("01 03 0c 00"));
  EXPECT_EQ(encoded(LeRand{}), octets("01 18 20 00"));
  EXPECT_EQ(encoded(LeCreateConnectionCancel{}), octets("01 0e 20 00"));
}

TEST(Commands, DisconnectGivesHandleAndReason) {
  EXPECT_EQ(encoded(Disconnect{0x0041, ErrorCode::kRemoteUserTerminated}),
            octets("01 06 04 03 41 00 13"));
}

TEST(Commands, CreateConnectionHasTwentyFiveOctetsInOrder) {
  const LeCreateConnection command{.scan_interval = 0x0060,
                                   .scan_window = 0x0030,
                                   .filter_policy = 0,
                                   .peer_address_type = AddressType::kRandom,
                                   .peer_address = {0x66, 0x55, 0x44, 0x33, 0x22, 0xD1},
                                   .own_address_type = OwnAddressType::kResolvableOrRandom,
                                   .interval_min = 0x0018,
                                   .interval_max = 0x0028,
                                   .latency = 0x0004,
                                   .supervision_timeout = 0x01F4,
                                   .ce_length_min = 0x0001,
                                   .ce_length_max = 0x0002};
  const auto expected =
      octets("01 0d 20 19 6000 3000 00 01 6655443322d1 03 1800 2800 0400 f401 0100 0200");
  EXPECT_EQ(encoded(command), expected);
  const auto back = decoded<LeCreateConnection>(expected);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->supervision_timeout, 500);
  EXPECT_EQ(back->own_address_type, OwnAddressType::kResolvableOrRandom);
  EXPECT_EQ(encoded(*back), expected);
}

TEST(Commands, AdvertisingParametersHaveFifteenOctetsInOrder) {
  const auto expected = octets("01 06 20 0f a000 f000 01 02 01 0102030405c6 07 03");
  const auto command = decoded<LeSetAdvertisingParameters>(expected);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->interval_min, 0x00A0);
  EXPECT_EQ(command->interval_max, 0x00F0);
  EXPECT_EQ(command->type, AdvertisingType::kDirectedHighDuty);
  EXPECT_EQ(command->own_address_type, OwnAddressType::kResolvableOrPublic);
  EXPECT_EQ(command->peer_address_type, AddressType::kRandom);
  EXPECT_EQ(command->peer_address, (BdAddr{1, 2, 3, 4, 5, 0xC6}));
  EXPECT_EQ(command->channel_map, 7);
  EXPECT_EQ(command->filter_policy, 3);
  EXPECT_EQ(encoded(*command), expected);
}

TEST(Commands, AdvertisingDataIsAlwaysThirtyOneOctetsLong) {
  LeSetAdvertisingData command{.length = 3, .data = {0x02, 0x01, 0x06}};
  const auto packet = encoded(command);
  ASSERT_EQ(packet.size(), 4u + 32u);
  EXPECT_EQ(to_vector(Bytes(packet).first(8)), octets("01 08 20 20 03 020106"));
}

TEST(Commands, EnableEncryptionCarriesRandEdivAndKeyLeastSignificantOctetFirst) {
  // Key and numbers of Core, Vol 6, Part C, 1: LTK 0x4C68384139F574D836BCF34E9DFB01BF, EDIV 0x2474,
  // Rand 0xABCDEF1234567890.
  const auto ltk = octets("bf01fb9d4ef3bc36d874f5394138684c");
  const LeEnableEncryption command{.handle = 0x0001,
                                   .rand = {0x90, 0x78, 0x56, 0x34, 0x12, 0xEF, 0xCD, 0xAB},
                                   .ediv = 0x2474,
                                   .ltk = Key128(std::span<const uint8_t, 16>(ltk.data(), 16))};
  EXPECT_EQ(encoded(command),
            octets("01 19 20 1c 0100 90785634 12efcdab 7424 bf01fb9d4ef3bc36d874f5394138684c"));
}

TEST(Commands, ResolvingListEntryIsPeerThenOwnKey) {
  const auto expected = octets(
      "01 27 20 27 01 0102030405c6 000102030405060708090a0b0c0d0e0f "
      "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  const auto command = decoded<LeAddToResolvingList>(expected);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->peer_irk.expose()[1], 0x01);
  EXPECT_EQ(command->local_irk.expose()[0], 0xF0);
  EXPECT_EQ(encoded(*command), expected);
}

TEST(Commands, OfTheWrongLengthAreRefused) {
  EXPECT_TRUE(decoded<Disconnect>(octets("01 06 04 03 41 00 13")));
  EXPECT_FALSE(decoded<Disconnect>(octets("01 06 04 02 41 00")));
  EXPECT_FALSE(decoded<Disconnect>(octets("01 06 04 04 41 00 13 00")));
  EXPECT_FALSE(decoded<Reset>(octets("01 03 0c 01 00")));
}

TEST(Commands, WithAnotherOpcodeAreRefused) {
  EXPECT_FALSE(decoded<LeClearResolvingList>(octets("01 10 20 00")));
}

TEST(Commands, WhoseHeaderLiesAreNotParsed) {
  EXPECT_FALSE(parse_command(octets("")));
  EXPECT_FALSE(parse_command(octets("01 03 0c")));
  EXPECT_FALSE(parse_command(octets("01 03 0c 01")));
  EXPECT_FALSE(parse_command(octets("01 03 0c 00 00")));
  EXPECT_FALSE(parse_command(octets("04 03 0c 00")));
}

TEST(Commands, DoNotFitIntoASmallBuffer) {
  std::array<uint8_t, 6> buffer;
  EXPECT_TRUE(encode_command(Disconnect{}, buffer).empty());
  std::array<uint8_t, 3> tiny;
  EXPECT_TRUE(encode_command(Reset{}, tiny).empty());
}

TEST(AclData, HasHandleAndBoundaryInOneField) {
  std::array<uint8_t, 32> buffer;
  const auto data = octets("07 00 06 00");
  EXPECT_EQ(to_vector(encode_acl(0x0EFF, PacketBoundary::kContinuing, data, buffer)),
            octets("02 ff1e 0400 07000600"));
  const auto packet = octets("02 4020 0300 aabbcc");
  const auto view = parse_acl(packet);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->handle, 0x0040);
  EXPECT_EQ(view->boundary, PacketBoundary::kFirstFlushable);
  EXPECT_EQ(view->broadcast, 0);
  EXPECT_EQ(to_vector(view->data), octets("aabbcc"));
}

TEST(AclData, WhoseLengthLiesIsNotParsed) {
  EXPECT_FALSE(parse_acl(octets("02 4020 0400 aabbcc")));
  EXPECT_FALSE(parse_acl(octets("02 4020 0200 aabbcc")));
  EXPECT_FALSE(parse_acl(octets("02 4020 03")));
  EXPECT_FALSE(parse_acl(octets("04 4020 0300 aabbcc")));
}

}  // namespace
}  // namespace pm::hci
