// SPDX-License-Identifier: Apache-2.0
//
// Phase 3: which keys, in which order, and what is refused. Core, Vol 3, Part H, 3.6.
#include <algorithm>

#include "host/support/smp_pair.hpp"

namespace pm::host::test {
namespace {

using testing::ElementsAre;

class Distribution : public SmpPair {
 protected:
  // Opcodes of phase 3 that a side has sent.
  static std::string phase3(const Device& device) {
    std::string all;
    for (const std::string& pdu : device.links.sent) {
      if (pdu >= "06" && pdu < "0a") {
        all += pdu.substr(0, 2) + " ";
      }
    }
    return all;
  }
  // The peripheral up to the moment when it waits for the central's keys; the test plays the
  // central from there.
  void peripheral_waits_for_keys(bool lesc) {
    both(bonding_params(lesc, BLE_GAP_IO_CAPS_NONE, false));
    ASSERT_EQ(central.authenticate(), Status::kOk);
    clock.run_until([this] { return peripheral.links.link.security_level > 1; }, 1'000'000);
    central.smp.link_down(kConn);
    run();
    peripheral.links.sent.clear();
    peripheral.take_log();
  }
};

TEST_F(Distribution, EveryLegacyChoice) {
  for (unsigned bits = 0; bits < 16; ++bits) {
    SCOPED_TRACE(bits);
    reconnect();
    ble_gap_sec_params_t params = bonding_params(false, BLE_GAP_IO_CAPS_NONE, false);
    params.kdist_own = {static_cast<uint8_t>(bits & 1), static_cast<uint8_t>((bits >> 1) & 1)};
    params.kdist_peer = {static_cast<uint8_t>((bits >> 2) & 1),
                         static_cast<uint8_t>((bits >> 3) & 1)};
    central.params = params;
    peripheral.params = bonding_params(false, BLE_GAP_IO_CAPS_NONE, false);
    pair();
    const std::string expected_central =
        std::string(bits & 1 ? "06 07 " : "") + (bits & 2 ? "08 09 " : "");
    const std::string expected_peripheral =
        std::string(bits & 4 ? "06 07 " : "") + (bits & 8 ? "08 09 " : "");
    EXPECT_EQ(phase3(central), expected_central);
    EXPECT_EQ(phase3(peripheral), expected_peripheral);
    EXPECT_EQ(central.take_log().back().substr(0, 23), "AUTH_STATUS ok bonded=1");
    EXPECT_EQ(peripheral.take_log().back().substr(0, 23), "AUTH_STATUS ok bonded=1");
  }
}

TEST_F(Distribution, ResponderGivesTheSubsetThatItWants) {
  both(bonding_params(false, BLE_GAP_IO_CAPS_NONE, false));
  peripheral.params.kdist_own = {1, 0};
  peripheral.params.kdist_peer = {0, 1};
  pair();
  EXPECT_EQ(peripheral.links.sent.front(), "02030001100201");
  EXPECT_EQ(phase3(central), "08 09 ");
  EXPECT_EQ(phase3(peripheral), "06 07 ");
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS ok bonded=1 lesc=0 own=id peer=enc");
}

TEST_F(Distribution, ResponderGoesFirst) {
  pair();
  const auto first = [](const std::vector<std::string>& pdus, const char* opcode) {
    return std::find_if(pdus.begin(), pdus.end(),
                        [&](const std::string& pdu) { return pdu.starts_with(opcode); }) -
           pdus.begin();
  };
  EXPECT_EQ(first(central.links.received, "08"), 5);
  EXPECT_EQ(central.links.sent.size(), 6u);
}

TEST_F(Distribution, BondIsReportedOnlyWhenTheLastKeyHasArrived) {
  central.links.hold_acknowledgements = true;
  pair();
  EXPECT_EQ(central.take_log().back(), "CONN_SEC_UPDATE level=2 size=16");
  EXPECT_TRUE(is_all_zero(central.own_enc.enc_info.ltk)) << "nothing is stored before";
  for (size_t i = 0; i < central.links.sent.size(); ++i) {
    EXPECT_THAT(central.take_log(), testing::IsEmpty());
    central.smp.on_pdu_sent(kConn);
  }
  EXPECT_EQ(central.take_log().back(), "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id");
}

// The controller's report of the last acknowledgement may come after the peer's first use of the
// key.
TEST_F(Distribution, EncryptionProvesTheLastAcknowledgement) {
  both(bonding_params(false, BLE_GAP_IO_CAPS_NONE, false));
  central.params.kdist_own = {0, 0};
  peripheral.links.hold_acknowledgements = true;
  peripheral.stored_key = &peripheral.own_enc.enc_info;
  pair();
  peripheral.take_log();
  ASSERT_EQ(central.smp.encrypt(kConn, central.peer_enc.master_id, central.peer_enc.enc_info),
            Status::kOk);
  run();
  const auto log = peripheral.take_log();
  EXPECT_EQ(log.front(), "AUTH_STATUS ok bonded=1 lesc=0 own=enc+id peer=none");
  EXPECT_EQ(log.back(), "CONN_SEC_UPDATE level=2 size=16");
}

TEST_F(Distribution, PermutedLegacyKeysAreRefused) {
  std::vector<std::string> order{"06" + std::string(32, '1'), "07" + std::string(20, '2'),
                                 "08" + std::string(32, '3'), "0901c1c1c1c1c1c1"};
  const std::vector<std::string> right = order;
  do {
    SCOPED_TRACE(order[0].substr(0, 2) + order[1].substr(0, 2) + order[2].substr(0, 2));
    for (Device* device : {&central, &peripheral}) {
      device->keyset.keys_own = {&device->own_enc, &device->own_id, &device->own_pk};
    }
    reconnect();
    peripheral.peer_id = {};
    peripheral_waits_for_keys(false);
    for (const std::string& pdu : order) {
      peripheral.inject(pdu);
    }
    const auto log = peripheral.take_log();
    ASSERT_EQ(log.size(), 1u);
    if (order == right) {
      EXPECT_EQ(log[0], "AUTH_STATUS ok bonded=1 lesc=0 own=enc+id peer=enc+id");
      continue;
    }
    EXPECT_EQ(log[0], "AUTH_STATUS 08 local");
    EXPECT_THAT(peripheral.links.sent, ElementsAre("0508")) << "one answer, however many follow";
    EXPECT_TRUE(is_all_zero(peripheral.peer_id.id_info.irk));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(Distribution, SecureConnectionsTakesNoLegacyKeys) {
  for (const std::string& pdu :
       {"06" + std::string(32, '1'), "07" + std::string(20, '2'), "0a" + std::string(32, '3')}) {
    reconnect();
    peripheral_waits_for_keys(true);
    peripheral.inject(pdu);
    EXPECT_THAT(peripheral.take_log(), ElementsAre("AUTH_STATUS 08 local")) << pdu;
  }
}

TEST_F(Distribution, IdentityAddressHasToBeOne) {
  const struct {
    const char* address;
    const char* verdict;
  } cases[] = {
      {"09000102030405c1", "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id"},  // public
      {"09010102030405c1", "AUTH_STATUS ok bonded=1 lesc=1 own=enc+id peer=id"},  // static
      {"0901010203040541", "AUTH_STATUS 0f local"},                               // resolvable
      {"0901010203040501", "AUTH_STATUS 0f local"},                               // non-resolvable
      {"0901010203040581", "AUTH_STATUS 0f local"},                               // reserved kind
      {"09020102030405c1", "AUTH_STATUS 0a local"},                               // unknown type
      {"09ff0102030405c1", "AUTH_STATUS 0a local"},
      {"0901c2c2c2c2c2c2", "AUTH_STATUS 0f local"},  // the device's own
  };
  for (const auto& c : cases) {
    reconnect();
    peripheral_waits_for_keys(true);
    peripheral.inject("08" + std::string(32, '3'));
    peripheral.inject(c.address);
    EXPECT_THAT(peripheral.take_log(), ElementsAre(c.verdict)) << c.address;
  }
}

using SmpKeyDistribution = Distribution;

// The random bits of a static address are neither all 1 nor all 0. Core, Vol 6, Part B, 1.3.2.1.
TEST_F(SmpKeyDistribution, DegenerateStaticIdentityIsRejected) {
  for (const char* address : {"0901ffffffffffff", "09010000000000c0"}) {
    reconnect();
    peripheral_waits_for_keys(true);
    peripheral.inject("08" + std::string(32, '3'));
    peripheral.inject(address);
    EXPECT_THAT(peripheral.take_log(), ElementsAre("AUTH_STATUS 0f local")) << address;
    EXPECT_THAT(peripheral.links.sent, testing::Contains("050f"));
  }
}

TEST_F(Distribution, PeerRejectsOurKeys) {
  peripheral_waits_for_keys(true);
  peripheral.own_enc = {};
  peripheral.inject("050f");
  EXPECT_THAT(peripheral.take_log(), ElementsAre("AUTH_STATUS 0f remote"));
  EXPECT_TRUE(is_all_zero(peripheral.own_enc.enc_info.ltk)) << "nothing is stored";
  EXPECT_FALSE(peripheral.links.link.encrypted_with_bond);
}

TEST_F(Distribution, NothingNamedZeroIsDistributed) {
  both(bonding_params(false, BLE_GAP_IO_CAPS_NONE, false));
  // Confirm, then LTK, then EDIV and Rand of the peripheral.
  peripheral.crypto.next_random(Octets(16, 0x11));
  peripheral.crypto.next_random(Octets(16, 0x22));
  peripheral.crypto.next_random(Octets(10, 0x00));
  pair();
  EXPECT_EQ(peripheral.own_enc.master_id.ediv, 1);
  EXPECT_EQ(central.peer_enc.master_id.ediv, 1);
}

}  // namespace
}  // namespace pm::host::test
