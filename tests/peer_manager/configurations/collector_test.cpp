// SPDX-License-Identifier: Apache-2.0
#include "c_api/return_codes/face.hpp"

namespace pm::test {
namespace {

class CollectorConfiguration : public Face {};

TEST_F(CollectorConfiguration, OneHandler) {
  EXPECT_EQ(pm_register([](const pm_evt*) {}), NRF_ERROR_NO_MEM) << "the fixture's is there";
}

TEST_F(CollectorConfiguration, EveryLinkIsACentrals) {
  bonds(1);
  connect(kLink, kPeripheral, address(0));
  EXPECT_EQ(pm_conn_secure(kLink, false), NRF_SUCCESS);
  EXPECT_EQ(soft_device.encrypts.size(), 1u) << "no Security Request";
  EXPECT_TRUE(soft_device.authenticates.empty());
}

TEST_F(CollectorConfiguration, TheIndexKeepsOneIdentity) {
  bonds(2);
  storage.reads = 0;
  connect(kLink, kCentral, address(99));
  EXPECT_EQ(storage.reads, 1) << "of the bond that has no place in it";
}

TEST_F(CollectorConfiguration, DatabasesOfPeersAreSmall) {
  // 4 octets of UUID, 1 of count, 1 between, 4 of handles; each characteristic 18.
  EXPECT_EQ(sizeof(ble_gatt_db_srv), 10u + 2 * 18);
}

}  // namespace
}  // namespace pm::test
