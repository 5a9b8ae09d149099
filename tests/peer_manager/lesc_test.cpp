// SPDX-License-Identifier: Apache-2.0
//
// LE Secure Connections: DH keys in the main loop, with events in the middle.
#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

using ::testing::SizeIs;

class LescTest : public Device {
 protected:
  LescTest() {
    if (!ok(peer_.generate_key_pair(peer_key_.pk))) {
      ADD_FAILURE() << "no key pair for the peer";
    }
  }
  /// What a peer computes from our public key.
  ble_gap_lesc_dhkey_t dhkey_of(sim::SeededCrypto& peer) {
    ble_gap_lesc_dhkey_t dhkey{};
    EXPECT_EQ(peer.key_agreement(manager().lesc_public_key_get()->pk, dhkey.key), Status::kOk);
    return dhkey;
  }
  ble_gap_lesc_dhkey_t peers_dhkey() { return dhkey_of(peer_); }

  sim::SeededCrypto peer_{99};
  ble_gap_lesc_p256_pk_t peer_key_{};
};

TEST_F(LescTest, BothSidesComputeTheSameDhKey) {
  connect(kLink, kPeripheral, address(1));
  dhkey_request(kLink, peer_key_);
  EXPECT_THAT(soft_device.dhkey_replies, SizeIs(0)) << "not in the event";
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  ASSERT_THAT(soft_device.dhkey_replies, SizeIs(1));
  const auto& reply = soft_device.dhkey_replies[0];
  EXPECT_EQ(reply.sec_status, BLE_GAP_SEC_STATUS_SUCCESS);
  ASSERT_TRUE(reply.dhkey.has_value());
  const ble_gap_lesc_dhkey_t expected = peers_dhkey();
  EXPECT_TRUE(constant_time_equal(reply.dhkey->key, expected.key));
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  EXPECT_THAT(soft_device.dhkey_replies, SizeIs(1)) << "answered once";
}

TEST_F(LescTest, ThePairingIsGivenOurKeyAndMemoryForTheirs) {
  connect(kLink, kPeripheral, address(1));
  sec_params_request(kLink, bonding_params());
  const ble_gap_sec_keyset_t keyset = *soft_device.params_replies.back().keyset;
  EXPECT_EQ(keyset.keys_own.p_pk, manager().lesc_public_key_get());
  EXPECT_NE(keyset.keys_peer.p_pk, nullptr);
  connect(kOtherLink, kPeripheral, address(2));
  sec_params_request(kOtherLink, bonding_params());
  EXPECT_NE(soft_device.params_replies.back().keyset->keys_peer.p_pk, keyset.keys_peer.p_pk);
}

TEST_F(LescTest, OurOwnXIsRefusedAlsoMirrored) {
  connect(kLink, kPeripheral, address(1));
  ble_gap_lesc_p256_pk_t reflected = *manager().lesc_public_key_get();
  reflected.pk[40] ^= 0xFF;  // another Y
  dhkey_request(kLink, reflected);
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  ASSERT_THAT(soft_device.dhkey_replies, SizeIs(1));
  EXPECT_EQ(soft_device.dhkey_replies[0].sec_status, BLE_GAP_SEC_STATUS_DHKEY_FAILURE);
  EXPECT_FALSE(soft_device.dhkey_replies[0].dhkey.has_value());
  EXPECT_EQ(crypto.agreements, 0);
}

TEST_F(LescTest, PointsOffTheCurveAreRefused) {
  connect(kLink, kPeripheral, address(1));
  peer_key_.pk[40] ^= 0xFF;
  dhkey_request(kLink, peer_key_);
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk) << "not a failure of ours";
  ASSERT_THAT(soft_device.dhkey_replies, SizeIs(1));
  EXPECT_EQ(soft_device.dhkey_replies[0].sec_status, BLE_GAP_SEC_STATUS_DHKEY_FAILURE);
}

TEST_F(LescTest, AnOwedDhKeyHoldsTheKeyPair) {
  connect(kLink, kPeripheral, address(1));
  dhkey_request(kLink, peer_key_);
  const ble_gap_lesc_p256_pk_t before = *manager().lesc_public_key_get();
  EXPECT_EQ(manager().lesc_keypair_generate(), Status::kBusy);
  EXPECT_TRUE(constant_time_equal(manager().lesc_public_key_get()->pk, before.pk));
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  EXPECT_EQ(manager().lesc_keypair_generate(), Status::kOk);
  EXPECT_FALSE(constant_time_equal(manager().lesc_public_key_get()->pk, before.pk));
}

TEST_F(LescTest, DisconnectionDropsTheRequest) {
  connect(kLink, kPeripheral, address(1));
  dhkey_request(kLink, peer_key_);
  disconnect(kLink);
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  EXPECT_THAT(soft_device.dhkey_replies, SizeIs(0));
}

TEST_F(LescTest, DisconnectionDuringTheComputationDropsTheReply) {
  connect(kLink, kPeripheral, address(1));
  dhkey_request(kLink, peer_key_);
  crypto.inside_key_agreement = [this] { disconnect(kLink); };
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  EXPECT_THAT(soft_device.dhkey_replies, SizeIs(0));
}

TEST_F(LescTest, AnotherRequestDuringTheComputationIsAnsweredWithItsOwnKey) {
  connect(kLink, kPeripheral, address(1));
  dhkey_request(kLink, peer_key_);
  sim::SeededCrypto second_peer(5);
  ble_gap_lesc_p256_pk_t second_key{};
  ASSERT_EQ(second_peer.generate_key_pair(second_key.pk), Status::kOk);
  crypto.inside_key_agreement = [&] {
    crypto.inside_key_agreement = nullptr;
    disconnect(kLink);
    connect(kLink, kPeripheral, address(2));
    dhkey_request(kLink, second_key);
  };
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  EXPECT_THAT(soft_device.dhkey_replies, SizeIs(0)) << "the first result belongs to nobody";
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  ASSERT_THAT(soft_device.dhkey_replies, SizeIs(1));
  EXPECT_TRUE(
      constant_time_equal(soft_device.dhkey_replies[0].dhkey->key, dhkey_of(second_peer).key));
}

TEST_F(LescTest, TheNextPairingsKeyInTheSameMemoryIsNotTakenForTheFormerOne) {
  sim::SeededCrypto second_peer(5);
  ble_gap_lesc_p256_pk_t second_key{};
  ASSERT_EQ(second_peer.generate_key_pair(second_key.pk), Status::kOk);
  connect(kLink, kPeripheral, address(1));
  dhkey_request(kLink, peer_key_);
  crypto.inside_key_agreement = [&] {
    crypto.inside_key_agreement = nullptr;
    auth_failure(kLink, BLE_GAP_SEC_STATUS_TIMEOUT);
    sec_params_request(kLink, bonding_params());
    peer_key_ = second_key;
    dhkey_request(kLink, peer_key_);
  };
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  EXPECT_THAT(soft_device.dhkey_replies, SizeIs(0)) << "of one, of the other, or of both";
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  ASSERT_THAT(soft_device.dhkey_replies, SizeIs(1));
  EXPECT_TRUE(
      constant_time_equal(soft_device.dhkey_replies[0].dhkey->key, dhkey_of(second_peer).key));
}

TEST_F(LescTest, TheKeyPairIsNotReplacedUnderAComputation) {
  connect(kLink, kPeripheral, address(1));
  dhkey_request(kLink, peer_key_);
  crypto.inside_key_agreement = [this] {
    disconnect(kLink);
    EXPECT_EQ(manager().lesc_keypair_generate(), Status::kBusy);
  };
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
}

TEST_F(LescTest, SeveralLinksAreAnsweredInOneCall) {
  connect(kLink, kPeripheral, address(1));
  connect(kOtherLink, kPeripheral, address(2));
  dhkey_request(kOtherLink, peer_key_);
  dhkey_request(kLink, peer_key_);
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  ASSERT_THAT(soft_device.dhkey_replies, SizeIs(2));
  EXPECT_EQ(soft_device.dhkey_replies[0].conn_handle, kLink);
}

TEST_F(LescTest, TheFirstFailedReplyIsReturnedAndTheRestWaits) {
  connect(kLink, kPeripheral, address(1));
  connect(kOtherLink, kPeripheral, address(2));
  dhkey_request(kLink, peer_key_);
  dhkey_request(kOtherLink, peer_key_);
  soft_device.script("dhkey_reply", {Status::kInternal});
  EXPECT_EQ(manager().lesc_request_handler(), Status::kInternal);
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  EXPECT_THAT(soft_device.dhkey_replies, SizeIs(2));
}

// A peer that gives up while the key is computed must not hold up the others.
TEST_F(LescTest, AKeyThatComesTooLateIsNoFailureAndTheOthersAreAnswered) {
  connect(kLink, kPeripheral, address(1));
  connect(kOtherLink, kPeripheral, address(2));
  dhkey_request(kLink, peer_key_);
  dhkey_request(kOtherLink, peer_key_);
  soft_device.script("dhkey_reply", {Status::kInvalidState});
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  ASSERT_THAT(soft_device.dhkey_replies, SizeIs(2));
  EXPECT_EQ(soft_device.dhkey_replies[1].conn_handle, kOtherLink);
}

TEST_F(LescTest, WithoutAKeyPairThereIsNoReply) {
  connect(kLink, kPeripheral, address(1));
  crypto.generation_result = Status::kInternal;
  EXPECT_EQ(manager().lesc_keypair_generate(), Status::kInternal);
  EXPECT_EQ(manager().lesc_public_key_get(), nullptr);
  EXPECT_EQ(manager().lesc_own_oob_data_generate(), Status::kInvalidState);
  dhkey_request(kLink, peer_key_);
  EXPECT_EQ(manager().lesc_request_handler(), Status::kInternal);
  EXPECT_THAT(soft_device.dhkey_replies, SizeIs(0));
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk) << "the request is gone";
}

TEST_F(LescTest, OutOfBandDataIsSuppliedFromBothSides) {
  connect(kLink, kPeripheral, address(1));
  ble_gap_sec_params_t with_oob = bonding_params();
  with_oob.oob = 1;
  sec_params_request(kLink, with_oob);
  EXPECT_EQ(manager().lesc_own_oob_data_get(), nullptr);
  dhkey_request(kLink, peer_key_, true);
  EXPECT_FALSE(soft_device.had_own_oob || soft_device.had_peer_oob);
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  EXPECT_EQ(manager().lesc_own_oob_data_generate(), Status::kOk);
  ASSERT_NE(manager().lesc_own_oob_data_get(), nullptr);
  manager().lesc_peer_oob_data_handler_set([](uint16_t) {
    static ble_gap_lesc_oob_data_t data{};
    return &data;
  });
  dhkey_request(kLink, peer_key_, true);
  EXPECT_TRUE(soft_device.had_own_oob && soft_device.had_peer_oob);
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  EXPECT_EQ(manager().lesc_keypair_generate(), Status::kOk);
  EXPECT_EQ(manager().lesc_own_oob_data_get(), nullptr) << "they belong to the former pair";
}

TEST_F(LescTest, ARefusedOobPairingLeavesTheOthersWorking) {
  connect(kLink, kPeripheral, address(1));
  connect(kOtherLink, kPeripheral, address(2));
  for (const Status refusal :
       {Status::kInvalidAddr, Status::kInvalidState, Status::kInvalidConnHandle}) {
    soft_device.dhkey_replies.clear();
    soft_device.script("oob_data_set", {refusal});
    dhkey_request(kLink, peer_key_, true);
    dhkey_request(kOtherLink, peer_key_);
    EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
    ASSERT_THAT(soft_device.dhkey_replies, SizeIs(2));
    EXPECT_EQ(soft_device.dhkey_replies[0].sec_status, BLE_GAP_SEC_STATUS_DHKEY_FAILURE);
    EXPECT_FALSE(soft_device.dhkey_replies[0].dhkey.has_value());
    EXPECT_EQ(soft_device.dhkey_replies[1].sec_status, BLE_GAP_SEC_STATUS_SUCCESS);
  }
  dhkey_request(kLink, peer_key_);
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  EXPECT_EQ(soft_device.dhkey_replies.back().sec_status, BLE_GAP_SEC_STATUS_SUCCESS)
      << "the next pairing is another one";
}

TEST_F(LescTest, OwnOobDataGoOnlyToAPairingWhosePeerReceivedThem) {
  ASSERT_EQ(manager().lesc_own_oob_data_generate(), Status::kOk);
  connect(kLink, kPeripheral, address(1));
  sec_params_request(kLink, bonding_params());
  dhkey_request(kLink, peer_key_, true);
  EXPECT_FALSE(soft_device.had_own_oob);
  EXPECT_EQ(manager().lesc_request_handler(), Status::kOk);
  ble_gap_sec_params_t with_oob = bonding_params();
  with_oob.oob = 1;
  sec_params_request(kLink, with_oob);
  dhkey_request(kLink, peer_key_, true);
  EXPECT_TRUE(soft_device.had_own_oob);
}

TEST_F(LescTest, AParametersReplyWaitsForTheKeyPairBeingMade) {
  connect(kLink, kPeripheral, address(1));
  take_log();
  crypto.inside_generation = [this] {
    crypto.inside_generation = nullptr;
    sec_params_request(kLink, bonding_params());
    EXPECT_THAT(soft_device.params_replies, SizeIs(0));
  };
  EXPECT_EQ(manager().lesc_keypair_generate(), Status::kOk);
  any_event();
  ASSERT_THAT(soft_device.params_replies, SizeIs(1));
  EXPECT_EQ(soft_device.params_replies[0].keyset->keys_own.p_pk, manager().lesc_public_key_get());
  EXPECT_NE(soft_device.params_replies[0].keyset->keys_own.p_pk, nullptr);
  EXPECT_THAT(take_log(), ::testing::Not(::testing::Contains("ERROR_UNEXPECTED(0x3)")));
}

TEST_F(LescTest, APairingInTheMiddleOfMakingOobDataFindsTheFormerOnes) {
  ASSERT_EQ(manager().lesc_own_oob_data_generate(), Status::kOk);
  connect(kLink, kPeripheral, address(1));
  ble_gap_sec_params_t with_oob = bonding_params();
  with_oob.oob = 1;
  sec_params_request(kLink, with_oob);
  soft_device.inside_oob_data_get = [this] { dhkey_request(kLink, peer_key_, true); };
  EXPECT_EQ(manager().lesc_own_oob_data_generate(), Status::kOk);
  EXPECT_TRUE(soft_device.had_own_oob);
}

TEST_F(LescTest, FormerOutOfBandDataAreWiped) {
  ASSERT_EQ(manager().lesc_own_oob_data_generate(), Status::kOk);
  const ble_gap_lesc_oob_data_t* data = manager().lesc_own_oob_data_get();
  ASSERT_EQ(data->r[0], 0x77);
  ASSERT_EQ(manager().lesc_keypair_generate(), Status::kOk);
  EXPECT_EQ(data->r[0], 0);
}

TEST_F(LescTest, WithoutTheModuleItsCallsAreNotSupported) {
  NoLesc none(soft_device, crypto);
  EXPECT_EQ(none.keypair_generate(), Status::kNotSupported);
  EXPECT_EQ(none.own_oob_data_generate(), Status::kNotSupported);
  EXPECT_EQ(none.request_handler(), Status::kNotSupported);
  EXPECT_EQ(none.public_key(), nullptr);
  ble_gap_lesc_p256_pk_t key{};
  EXPECT_EQ(none.set_public_key(&key), Status::kOk);
  EXPECT_EQ(none.public_key(), &key);
}

TEST_F(LescTest, ToleratesCallsBeforeInit) {
  PeerManager fresh(soft_device, storage, clock, crypto);
  EXPECT_EQ(fresh.lesc_request_handler(), Status::kOk);
  EXPECT_EQ(fresh.lesc_public_key_get(), nullptr);
  EXPECT_EQ(fresh.lesc_own_oob_data_get(), nullptr);
  EXPECT_EQ(fresh.lesc_own_oob_data_generate(), Status::kInvalidState);
  fresh.lesc_peer_oob_data_handler_set(nullptr);
  EXPECT_EQ(fresh.lesc_public_key_set(nullptr), Status::kInvalidState);
  EXPECT_EQ(manager().lesc_public_key_set(nullptr), Status::kForbidden);
}

// The module alone, with renewal on whatever the configuration.
class Renewal : public LescTest {
 protected:
  Renewal() {
    lesc.set_renewal(true);
    EXPECT_EQ(lesc.init(), Status::kOk);
    soft_device.assign(kLink);
    soft_device.assign(kOtherLink);
  }
  void event(uint16_t id, uint16_t conn_handle) {
    ble_evt_t event{};
    event.header.evt_id = id;
    event.evt.gap_evt.conn_handle = conn_handle;
    if (id == BLE_GAP_EVT_LESC_DHKEY_REQUEST) {
      event.evt.gap_evt.params.lesc_dhkey_request.p_pk_peer = &peer_key_;
    }
    lesc.on_ble_event(event);
  }
  Lesc lesc{soft_device, crypto};
};

TEST_F(Renewal, EachPairingEndsWithANewKeyPair) {
  const int before = crypto.generated;
  event(BLE_GAP_EVT_AUTH_STATUS, kLink);
  EXPECT_EQ(crypto.generated, before + 1);
}

TEST_F(Renewal, D6_IsDeferredWhileAnotherLinkIsOwedItsDhKey) {
  const int before = crypto.generated;
  event(BLE_GAP_EVT_LESC_DHKEY_REQUEST, kOtherLink);
  event(BLE_GAP_EVT_AUTH_STATUS, kLink);
  EXPECT_EQ(crypto.generated, before);
  EXPECT_EQ(lesc.request_handler(), Status::kOk);
  EXPECT_EQ(soft_device.dhkey_replies.back().sec_status, BLE_GAP_SEC_STATUS_SUCCESS);
  EXPECT_EQ(crypto.generated, before + 1);
  EXPECT_EQ(lesc.request_handler(), Status::kOk) << "no error sticks";
  EXPECT_EQ(crypto.generated, before + 1);
}

TEST_F(Renewal, FailedPairingClosesItsRequest) {
  event(BLE_GAP_EVT_LESC_DHKEY_REQUEST, kLink);
  event(BLE_GAP_EVT_LESC_DHKEY_REQUEST, kOtherLink);
  event(BLE_GAP_EVT_AUTH_STATUS, kLink);
  EXPECT_EQ(lesc.request_handler(), Status::kOk);
  ASSERT_THAT(soft_device.dhkey_replies, SizeIs(1)) << "nobody asks for the other any more";
  EXPECT_EQ(soft_device.dhkey_replies[0].conn_handle, kOtherLink);
}

TEST_F(Renewal, IsDeferredWhileAKeyPairIsBeingMade) {
  const int before = crypto.generated;
  crypto.inside_generation = [this] {
    crypto.inside_generation = nullptr;
    event(BLE_GAP_EVT_AUTH_STATUS, kLink);
  };
  EXPECT_EQ(lesc.keypair_generate(), Status::kOk);
  EXPECT_EQ(crypto.generated, before + 1);
  EXPECT_EQ(lesc.request_handler(), Status::kOk);
  EXPECT_EQ(crypto.generated, before + 2);
}

TEST_F(Renewal, IsDeferredWhileOobDataAreBeingMade) {
  const int before = crypto.generated;
  soft_device.inside_oob_data_get = [this] { event(BLE_GAP_EVT_AUTH_STATUS, kLink); };
  EXPECT_EQ(lesc.own_oob_data_generate(), Status::kOk);
  EXPECT_EQ(crypto.generated, before) << "the data are of the present pair";
  EXPECT_EQ(lesc.request_handler(), Status::kOk);
  EXPECT_EQ(crypto.generated, before + 1);
  EXPECT_EQ(lesc.own_oob_data(), nullptr);
}

// Else whoever fails to pair, again and again, would also end everybody else's pairings.
TEST_F(Renewal, IsDeferredWhileAnotherLinkPairs) {
  const int before = crypto.generated;
  event(BLE_GAP_EVT_SEC_PARAMS_REQUEST, kOtherLink);
  event(BLE_GAP_EVT_SEC_PARAMS_REQUEST, kLink);
  event(BLE_GAP_EVT_AUTH_STATUS, kLink);
  EXPECT_EQ(lesc.request_handler(), Status::kOk);
  EXPECT_EQ(crypto.generated, before) << "the other peer may have this public key";
  event(BLE_GAP_EVT_LESC_DHKEY_REQUEST, kOtherLink);
  EXPECT_EQ(lesc.request_handler(), Status::kOk);
  ASSERT_THAT(soft_device.dhkey_replies, SizeIs(1));
  EXPECT_EQ(soft_device.dhkey_replies[0].sec_status, BLE_GAP_SEC_STATUS_SUCCESS);
  event(BLE_GAP_EVT_DISCONNECTED, kOtherLink);
  EXPECT_EQ(lesc.request_handler(), Status::kOk);
  EXPECT_EQ(crypto.generated, before + 1) << "that pairing ended with its link";
}

// A SoftDevice that was disabled does not tell of the ends of its links.
TEST_F(Renewal, InitForgetsPairingsOfLinksThatAreGone) {
  event(BLE_GAP_EVT_SEC_PARAMS_REQUEST, kOtherLink);
  soft_device.unassign(kOtherLink);
  EXPECT_EQ(lesc.init(), Status::kOk);
  const int before = crypto.generated;
  event(BLE_GAP_EVT_SEC_PARAMS_REQUEST, kLink);
  event(BLE_GAP_EVT_AUTH_STATUS, kLink);
  EXPECT_EQ(lesc.request_handler(), Status::kOk);
  EXPECT_EQ(crypto.generated, before + 1);
}

TEST_F(Renewal, AFailureDoesNotStick) {
  crypto.generation_result = Status::kInternal;
  event(BLE_GAP_EVT_AUTH_STATUS, kLink);
  EXPECT_EQ(lesc.request_handler(), Status::kInternal);
  EXPECT_EQ(lesc.public_key(), nullptr);
  crypto.generation_result = Status::kOk;
  EXPECT_EQ(lesc.request_handler(), Status::kOk);
  EXPECT_NE(lesc.public_key(), nullptr);
  event(BLE_GAP_EVT_LESC_DHKEY_REQUEST, kLink);
  EXPECT_EQ(lesc.request_handler(), Status::kOk);
  EXPECT_EQ(soft_device.dhkey_replies.back().sec_status, BLE_GAP_SEC_STATUS_SUCCESS);
}

}  // namespace
}  // namespace pm::test
