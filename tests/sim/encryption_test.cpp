// SPDX-License-Identifier: Apache-2.0
//
// Link-layer encryption as both hosts see it. Core, Vol 6, Part B, 5.1.3.
#include "sim/raw_host.hpp"

namespace pm::sim::testing {
namespace {

using hci::ErrorCode;

class Encryption : public TwoHosts {
 protected:
  static Key128 key(uint8_t fill) {
    std::array<uint8_t, 16> octets;
    octets.fill(fill);
    return Key128(octets);
  }
  void start(const Key128& ltk) {
    central.succeed(hci::LeEnableEncryption{central_handle, {1, 2, 3, 4, 5, 6, 7, 8}, 0x1234, ltk});
    const auto request = peripheral.wait<hci::LeLongTermKeyRequest>();
    ASSERT_TRUE(request);
    EXPECT_EQ(request->handle, peripheral_handle);
    EXPECT_EQ(request->ediv, 0x1234);
    EXPECT_EQ(request->rand[7], 8);
  }
  void encrypt(uint8_t fill) {
    start(key(fill));
    peripheral.succeed(hci::LeLtkRequestReply{peripheral_handle, key(fill)});
    const auto here = central.wait<hci::EncryptionChange>();
    const auto there = peripheral.wait<hci::EncryptionChange>();
    ASSERT_TRUE(here && there);
    EXPECT_EQ(here->status, ErrorCode::kSuccess);
    EXPECT_EQ(here->enabled, 1);
    EXPECT_EQ(there->status, ErrorCode::kSuccess);
    EXPECT_EQ(there->enabled, 1);
  }
};

TEST_F(Encryption, WithOneKeyIsOnAtBothEnds) {
  connect();
  encrypt(0x11);
  central.send_l2cap(central_handle, 4, {1});
  peripheral.send_l2cap(peripheral_handle, 4, {2});
  clock.run_for(kSecond);
  ASSERT_EQ(tap.pdus.size(), 2u);
  EXPECT_TRUE(tap.pdus[0].encrypted);
  EXPECT_TRUE(tap.pdus[1].encrypted);
}

TEST_F(Encryption, HoldsBackDataUntilItIsOn) {
  connect();
  start(key(0x11));
  central.send_l2cap(central_handle, 4, {1});
  peripheral.send_l2cap(peripheral_handle, 4, {2});
  clock.run_for(kSecond);
  EXPECT_TRUE(tap.pdus.empty());
  peripheral.succeed(hci::LeLtkRequestReply{peripheral_handle, key(0x11)});
  clock.run_for(kSecond);
  ASSERT_EQ(tap.pdus.size(), 2u);
  EXPECT_TRUE(tap.pdus[0].encrypted && tap.pdus[1].encrypted);
  // Each host learns of the encryption before the first data that it protects.
  for (RawHost* host : {&central, &peripheral}) {
    size_t change = 0;
    size_t data = 0;
    for (size_t i = 0; i < host->packets.size(); ++i) {
      change = host->packets[i][0] == 0x04 && host->packets[i][1] == 0x08 ? i : change;
      data = host->packets[i][0] == 0x02 ? i : data;
    }
    EXPECT_LT(change, data);
  }
}

TEST_F(Encryption, WithDifferentKeysIsAMicFailureAtBothEnds) {
  connect();
  start(key(0x11));
  peripheral.succeed(hci::LeLtkRequestReply{peripheral_handle, key(0x12)});
  const auto here = central.wait<hci::DisconnectionComplete>();
  const auto there = peripheral.wait<hci::DisconnectionComplete>();
  ASSERT_TRUE(here && there);
  EXPECT_EQ(here->reason, ErrorCode::kMicFailure);
  EXPECT_EQ(there->reason, ErrorCode::kMicFailure);
  EXPECT_FALSE(central.take<hci::EncryptionChange>());
  EXPECT_FALSE(peripheral.take<hci::EncryptionChange>());
}

TEST_F(Encryption, WithoutAKeyFailsAtTheCentralAndTheLinkGoesOn) {
  connect();
  start(key(0x11));
  peripheral.succeed(hci::LeLtkRequestNegativeReply{peripheral_handle});
  const auto here = central.wait<hci::EncryptionChange>();
  ASSERT_TRUE(here);
  EXPECT_EQ(here->status, ErrorCode::kPinOrKeyMissing);
  EXPECT_EQ(here->enabled, 0);
  clock.run_for(kSecond);
  EXPECT_FALSE(peripheral.take<hci::EncryptionChange>());
  peripheral.send_l2cap(peripheral_handle, 4, {2});
  clock.run_for(kSecond);
  ASSERT_EQ(tap.pdus.size(), 1u);
  EXPECT_FALSE(tap.pdus[0].encrypted);
  encrypt(0x22);
}

TEST_F(Encryption, WhoseKeyRequestIsMaskedFailsAsIfThereWereNoKey) {
  connect();
  peripheral.succeed(hci::LeSetEventMask{~(uint64_t{1} << 4)});
  central.succeed(hci::LeEnableEncryption{central_handle, {}, 0, key(1)});
  const auto here = central.wait<hci::EncryptionChange>();
  ASSERT_TRUE(here);
  EXPECT_EQ(here->status, ErrorCode::kPinOrKeyMissing);
}

TEST_F(Encryption, CanBeRefreshedWithAnotherKey) {
  connect();
  encrypt(0x11);
  start(key(0x33));
  peripheral.succeed(hci::LeLtkRequestReply{peripheral_handle, key(0x33)});
  EXPECT_TRUE(central.wait<hci::EncryptionKeyRefreshComplete>());
  EXPECT_TRUE(peripheral.wait<hci::EncryptionKeyRefreshComplete>());
  EXPECT_FALSE(central.take<hci::EncryptionChange>());
  central.send_l2cap(central_handle, 4, {1});
  clock.run_for(kSecond);
  ASSERT_EQ(tap.pdus.size(), 1u);
  EXPECT_TRUE(tap.pdus[0].encrypted);
  EXPECT_EQ(tap.controls, (std::vector{LinkControl::kEncryptionStart, LinkControl::kEncryptionOn,
                                       LinkControl::kEncryptionPause, LinkControl::kEncryptionStart,
                                       LinkControl::kEncryptionOn}));
}

TEST_F(Encryption, WhoseRefreshFindsNoKeyEndsTheLink) {
  connect();
  encrypt(0x11);
  start(key(0x33));
  peripheral.succeed(hci::LeLtkRequestNegativeReply{peripheral_handle});
  const auto here = central.wait<hci::DisconnectionComplete>();
  ASSERT_TRUE(here);
  EXPECT_EQ(here->reason, ErrorCode::kPinOrKeyMissing);
  EXPECT_TRUE(peripheral.wait<hci::DisconnectionComplete>());
  EXPECT_TRUE(tap.pdus.empty());
}

TEST_F(Encryption, ThatIsNeverAnsweredTimesOutAfterFortySeconds) {
  connect();
  start(key(0x11));
  const uint64_t start_us = clock.now_us();
  const auto here = central.wait<hci::DisconnectionComplete>(60 * kSecond);
  ASSERT_TRUE(here);
  EXPECT_EQ(here->reason, ErrorCode::kLlResponseTimeout);
  EXPECT_NEAR(static_cast<double>(clock.now_us() - start_us), 40e6, 1e5);
  const auto there = peripheral.wait<hci::DisconnectionComplete>();
  ASSERT_TRUE(there);
  EXPECT_EQ(there->reason, ErrorCode::kConnectionTimeout);
}

TEST_F(Encryption, BelongsToTheCentralAndToOneProcedureAtATime) {
  connect();
  EXPECT_EQ(peripheral.command(hci::LeEnableEncryption{peripheral_handle, {}, 0, key(1)}),
            ErrorCode::kCommandDisallowed);
  EXPECT_EQ(peripheral.command(hci::LeLtkRequestReply{peripheral_handle, key(1)}),
            ErrorCode::kCommandDisallowed);
  start(key(0x11));
  EXPECT_EQ(central.command(hci::LeEnableEncryption{central_handle, {}, 0, key(1)}),
            ErrorCode::kCommandDisallowed);
  EXPECT_EQ(central.command(hci::LeLtkRequestReply{central_handle, key(1)}),
            ErrorCode::kCommandDisallowed);
}

TEST_F(Encryption, CanBeInterruptedByDisconnecting) {
  connect();
  start(key(0x11));
  central.send_l2cap(central_handle, 4, {1});
  peripheral.succeed(hci::Disconnect{peripheral_handle, ErrorCode::kRemoteUserTerminated});
  const auto here = central.wait<hci::DisconnectionComplete>(kSecond);
  ASSERT_TRUE(here);
  EXPECT_EQ(here->reason, ErrorCode::kRemoteUserTerminated);
  EXPECT_EQ(peripheral.command(hci::LeLtkRequestReply{peripheral_handle, key(0x11)}),
            ErrorCode::kUnknownConnectionId);
}

}  // namespace
}  // namespace pm::sim::testing
