// SPDX-License-Identifier: Apache-2.0
//
// What happens when the SoftDevice or the store has no time, and when procedures fail.
#include "peer_manager/support/device.hpp"

namespace pm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Retries : public Device {};

// What is refused in an event is told with its code; only the call itself has a short list.
TEST_F(Retries, UnexpectedErrorsKeepTheirCode) {
  connect(kLink, kPeripheral, address(1));
  soft_device.script("sec_params_reply", {Status::kInvalidParam});
  take_log();
  sec_params_request(kLink, bonding_params());
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(B)", "PARAMS_REQ(peer)", "ERROR_UNEXPECTED(0x7)"));
  connect(kOtherLink, kCentral, address(2));
  soft_device.script("authenticate", {Status::kNotSupported});
  take_log();
  sec_request(kOtherLink, true, false, false);
  EXPECT_THAT(take_log(),
              ElementsAre("PARAMS_REQ", "ERROR_UNEXPECTED(0x6)", "PERIPHERAL_SECURITY_REQ"));
  // A retry is an event too.
  soft_device.script("authenticate", {Status::kBusy, Status::kForbidden});
  EXPECT_EQ(manager().conn_secure(kOtherLink, false), Status::kOk);
  take_log();
  any_event();
  EXPECT_THAT(take_log(), ElementsAre("PARAMS_REQ", "ERROR_UNEXPECTED(0xF)"));
}

struct StartResult {
  Status of_soft_device;
  Status of_call;
};
class StartResults : public Device, public ::testing::WithParamInterface<StartResult> {};

TEST_P(StartResults, AreMapped) {
  connect(kLink, kPeripheral, address(1));
  soft_device.always("authenticate", GetParam().of_soft_device);
  EXPECT_EQ(manager().conn_secure(kLink, false), GetParam().of_call);
}

INSTANTIATE_TEST_SUITE_P(All, StartResults,
                         ::testing::Values(StartResult{Status::kOk, Status::kOk},
                                           StartResult{Status::kBusy, Status::kOk},
                                           StartResult{Status::kNoMem, Status::kOk},
                                           StartResult{Status::kInvalidState, Status::kBusy},
                                           StartResult{Status::kTimeout, Status::kTimeout},
                                           StartResult{Status::kInvalidConnHandle,
                                                       Status::kInvalidConnHandle},
                                           StartResult{Status::kInvalidData, Status::kInvalidData},
                                           StartResult{Status::kNotSupported, Status::kInternal}));

TEST_F(Retries, SecureAnswersInTheOrderOfItsChecks) {
  PeerManager fresh(soft_device, storage, clock, crypto);
  EXPECT_EQ(fresh.conn_secure(kLink, false), Status::kInvalidState);
  ASSERT_EQ(fresh.init(), Status::kOk);
  EXPECT_EQ(fresh.conn_secure(kLink, false), Status::kNotFound) << "parameters were never given";
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kInvalidConnHandle);
  EXPECT_THAT(take_log(), ElementsAre("PARAMS_REQ")) << "asked before the handle is looked at";
}

TEST_F(Retries, BusyStartIsRepeatedAfterEachEventUntilItSucceeds) {
  connect(kLink, kCentral, address(1));
  take_log();
  soft_device.script("authenticate", {Status::kBusy, Status::kNoMem});
  EXPECT_EQ(manager().conn_secure(kLink, true), Status::kOk);
  any_event();
  any_event();
  any_event();
  EXPECT_THAT(take_log(), ElementsAre("PARAMS_REQ", "PARAMS_REQ", "PARAMS_REQ", "SEC_START(B)"));
}

TEST_F(Retries, BondNotYetWrittenCountsAsBusy) {
  put_bond(0, lesc_bond(address(1)));
  reboot();
  connect(kLink, kCentral, address(1));
  take_log();
  const auto record = storage.records.extract(FakeStorage::key(0, 7));
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  EXPECT_TRUE(soft_device.encrypts.empty());
  storage.records[FakeStorage::key(0, 7)] = record.mapped();
  any_event();
  EXPECT_EQ(soft_device.encrypts.size(), 1u);
  EXPECT_THAT(take_log(), ElementsAre("PARAMS_REQ", "PARAMS_REQ", "SEC_START(E)"));
}

TEST_F(Retries, UnreadableOrUnusableBondsAreTold) {
  put_bond(0, lesc_bond(address(1)));
  pm_peer_data_bonding unusable = lesc_bond(address(2));
  unusable.own_ltk = {};
  put_bond(1, unusable);
  reboot();
  connect(kLink, kCentral, address(1));
  connect(kOtherLink, kCentral, address(2));
  storage.read_errors[FakeStorage::key(0, 7)] = Status::kInternal;
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kInternal);
  EXPECT_EQ(manager().conn_secure(kOtherLink, false), Status::kInvalidData);
}

TEST_F(Retries, ParametersReplyWaitsForTheSoftDevice) {
  connect(kLink, kPeripheral, address(1));
  take_log();
  soft_device.script("sec_params_reply", {Status::kBusy, Status::kBusy});
  sec_params_request(kLink, bonding_params());
  EXPECT_EQ(soft_device.params_replies.size(), 2u) << "the event itself is a retry point";
  any_event();
  any_event();
  EXPECT_EQ(soft_device.params_replies.size(), 3u);
  EXPECT_THAT(take_log(),
              ElementsAre("SEC_START(B)", "PARAMS_REQ(peer)", "PARAMS_REQ", "PARAMS_REQ"));
}

TEST_F(Retries, ParametersReplyWaitsForAWriteBuffer) {
  // The store takes nothing: bonds of earlier pairings keep all buffers.
  storage.queue_size = 0;
  for (uint8_t i = 0; i < config::kFlashBuffers; ++i) {
    connect(kLink, kPeripheral, address(i));
    bond_as_peripheral(kLink, lesc_bond(address(i)));
    disconnect(kLink);
  }
  connect(kLink, kPeripheral, address(0x50));
  take_log();
  const size_t before = soft_device.params_replies.size();
  sec_params_request(kLink, bonding_params());
  EXPECT_EQ(soft_device.params_replies.size(), before);
  storage.queue_size = 17;
  // Any completed operation moves the queue.
  alignas(4) static const uint8_t data[4] = {};
  EXPECT_EQ(manager().peer_data_store(0, PM_PEER_DATA_ID_APPLICATION, data, 4, nullptr),
            Status::kOk);
  storage.run();
  EXPECT_EQ(soft_device.params_replies.size(), before + 1);
}

TEST_F(Retries, TimeoutInEventContextIsAFailedProcedure) {
  connect(kLink, kCentral, address(1));
  take_log();
  soft_device.always("authenticate", Status::kTimeout);
  sec_request(kLink, true, false, false);
  EXPECT_THAT(take_log(),
              ElementsAre("PARAMS_REQ", "SEC_FAILED(B,0x1101,LOCAL)", "PERIPHERAL_SECURITY_REQ"));
}

TEST_F(Retries, OtherErrorsInEventContextAreUnexpected) {
  connect(kLink, kPeripheral, address(1));
  take_log();
  soft_device.script("sec_params_reply", {Status::kNotSupported});
  sec_params_request(kLink, bonding_params());
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(B)", "PARAMS_REQ(peer)", "ERROR_UNEXPECTED(0x6)"));
}

TEST_F(Retries, InvalidStateOfAReplyIsIgnored) {
  connect(kLink, kPeripheral, address(1));
  take_log();
  soft_device.script("sec_params_reply", {Status::kInvalidState});
  sec_params_request(kLink, bonding_params());
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(B)", "PARAMS_REQ(peer)"));
  soft_device.script("sec_info_reply", {Status::kInvalidState});
  sec_info_request(kLink, {});
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(E)"));
  soft_device.script("sec_info_reply", {Status::kInvalidParam});
  sec_info_request(kLink, {});
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(E)", "ERROR_UNEXPECTED(0x7)"));
}

TEST_F(Retries, FailedPairingTellsStatusAndSource) {
  connect(kLink, kPeripheral, address(1));
  sec_params_request(kLink, pairing_params());
  take_log();
  auth_failure(kLink, BLE_GAP_SEC_STATUS_CONFIRM_VALUE, BLE_GAP_SEC_STATUS_SOURCE_REMOTE);
  EXPECT_THAT(take_log(), ElementsAre("SEC_FAILED(P,0x04,REMOTE)"));
  auth_failure(kLink, BLE_GAP_SEC_STATUS_CONFIRM_VALUE);
  EXPECT_THAT(take_log(), IsEmpty()) << "told once";
}

TEST_F(Retries, DisconnectionEndsAPairingAndReleasesItsBuffer) {
  for (int i = 0; i < 2 * static_cast<int>(config::kFlashBuffers); ++i) {
    connect(kLink, kPeripheral, address(1));
    sec_params_request(kLink, bonding_params());
    ASSERT_TRUE(soft_device.params_replies.back().keyset.has_value());
    take_log();
    disconnect(kLink);
    EXPECT_THAT(take_log(), ElementsAre("SEC_FAILED(B,0x1100,LOCAL)"));
  }
  EXPECT_EQ(soft_device.params_replies.size(), 2 * config::kFlashBuffers);
}

TEST_F(Retries, PendingStartsDieWithTheLink) {
  connect(kLink, kCentral, address(1));
  soft_device.always("authenticate", Status::kBusy);
  EXPECT_EQ(manager().conn_secure(kLink, false), Status::kOk);
  take_log();
  const size_t before = soft_device.authenticates.size();
  disconnect(kLink);
  any_event();
  EXPECT_EQ(soft_device.authenticates.size(), before);
  EXPECT_THAT(take_log(), IsEmpty());
}

TEST_F(Retries, NoFreePeerIdLosesTheBond) {
  for (unsigned peer = 0; peer < 256; ++peer) {
    pm_peer_data_bonding bond = lesc_bond(address(static_cast<uint8_t>(peer)));
    bond.peer_ble_id.id_addr_info.addr[1] = 1;
    put_bond(peer, bond);
  }
  reboot();
  connect(kLink, kPeripheral, address(7));
  take_log();
  bond_as_peripheral(kLink, lesc_bond(address(7)));
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(B)", "PARAMS_REQ(peer)", "ERROR_UNEXPECTED(0x4)",
                                      "SEC_SUCCEEDED(B)"));
}

TEST_F(Retries, RefusedWriteFreesTheNewPeerIdSilently) {
  connect(kLink, kPeripheral, address(7));
  take_log();
  storage.refusals = {Status::kInternal};
  bond_as_peripheral(kLink, lesc_bond(address(7)));
  EXPECT_THAT(take_log(), ElementsAre("SEC_START(B)", "PARAMS_REQ(peer)", "ERROR_UNEXPECTED(0x3)",
                                      "SEC_SUCCEEDED(B)"));
  EXPECT_EQ(manager().peer_count(), 0u);
  EXPECT_EQ(peer_of(kLink), PM_PEER_ID_INVALID);
}

TEST_F(Retries, FullQueueIsOnlyADelay) {
  storage.queue_size = 0;
  connect(kLink, kPeripheral, address(7));
  take_log();
  bond_as_peripheral(kLink, lesc_bond(address(7)));
  EXPECT_THAT(take_log(),
              ElementsAre("SEC_START(B)", "PARAMS_REQ(peer)", "SEC_SUCCEEDED(B,stored)"));
  EXPECT_EQ(storage.outstanding(), 0u);
}

}  // namespace
}  // namespace pm::test
