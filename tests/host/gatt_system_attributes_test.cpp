// SPDX-License-Identifier: Apache-2.0
//
// CCCDs over reconnections, and who gets to see them before the link is encrypted.
#include "host/support/gatt_pair.hpp"

namespace pm::host::gatt::test {
namespace {

class SystemAttributes : public GattPair {
 protected:
  void SetUp() override { connect(); }

  Octets saved(uint32_t flags = 3) {
    uint16_t len = 0;
    EXPECT_EQ(gatts().gatts_sys_attr_get(kServerConn, nullptr, &len, flags), Status::kOk);
    Octets data(len);
    EXPECT_EQ(gatts().gatts_sys_attr_get(kServerConn, data.data(), &len, flags), Status::kOk);
    return data;
  }
  Status restore(const Octets& data, uint32_t flags = 3) {
    return gatts().gatts_sys_attr_set(kServerConn, data.data(), static_cast<uint16_t>(data.size()),
                                      flags);
  }
  Status notify(uint16_t handle) {
    return send_value(server(), handle, BLE_GATT_HVX_NOTIFICATION, {0, 60});
  }
  /// Service Changed and heart rate measurement enabled.
  Octets subscribed_data(const HeartRate& heart_rate) {
    EXPECT_EQ(initialise(server()), Status::kOk);
    EXPECT_EQ(ask({0x12, 11, 0, 2, 0}), std::vector<Octets>({{0x13}}));
    const auto cccd = static_cast<uint8_t>(heart_rate.measurement.cccd_handle);
    EXPECT_EQ(ask({0x12, cccd, 0, 1, 0}), std::vector<Octets>({{0x13}}));
    return saved();
  }
};

TEST_F(SystemAttributes, AccessWaitsUntilTheyAreThere) {
  HeartRate heart_rate(gatts());
  ASSERT_EQ(write_request(client(), 15, {1, 0}), Status::kOk);
  deliver();
  server().expect(BLE_GATTS_EVT_SYS_ATTR_MISSING);
  EXPECT_TRUE(client().is_quiet());
  EXPECT_EQ(gatts().gatts_sys_attr_set(kServerConn, nullptr, 0, 4), Status::kInvalidParam);
  ASSERT_EQ(initialise(server()), Status::kOk);
  deliver();
  EXPECT_EQ(client().expect(BLE_GATTC_EVT_WRITE_RSP).gattc().gatt_status, BLE_GATT_STATUS_SUCCESS);
  server().expect(BLE_GATTS_EVT_WRITE);
  EXPECT_EQ(notify(heart_rate.measurement.value_handle), Status::kOk);
}

TEST_F(SystemAttributes, ReadingACccdWaitsToo) {
  HeartRate heart_rate(gatts());
  EXPECT_TRUE(ask({0x0A, 0x0F, 0x00}).empty());
  server().expect(BLE_GATTS_EVT_SYS_ATTR_MISSING);
  ASSERT_EQ(initialise(server()), Status::kOk);
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x0B, 0, 0}}));
}

TEST_F(SystemAttributes, EncodingIsRecordsAndACrc) {
  HeartRate heart_rate(gatts());
  const Octets data = subscribed_data(heart_rate);
  // CRC-16/CCITT-FALSE of the twelve octets before it, computed by hand with a table of the
  // polynomial 0x1021.
  ASSERT_EQ(data.size(), 14u);
  EXPECT_EQ(data, (Octets{11, 0, 2, 0, 2, 0, 15, 0, 2, 0, 1, 0, 0xB8, 0xD0}));
  EXPECT_EQ(saved(BLE_GATTS_SYS_ATTR_FLAG_SYS_SRVCS).size(), 8u);
  EXPECT_EQ(saved(BLE_GATTS_SYS_ATTR_FLAG_USR_SRVCS).size(), 8u);
  uint16_t len = 13;
  uint8_t small[13];
  EXPECT_EQ(gatts().gatts_sys_attr_get(kServerConn, small, &len, 3), Status::kDataSize);
  EXPECT_EQ(len, 14);
}

TEST_F(SystemAttributes, SurviveReconnectionOfABond) {
  HeartRate heart_rate(gatts());
  const uint16_t handle = heart_rate.measurement.value_handle;
  const Octets data = subscribed_data(heart_rate);
  disconnect();
  // Readable for the handle that is gone, until somebody connects.
  EXPECT_EQ(saved(), data);
  EXPECT_EQ(restore(data), Status::kInvalidState);
  connect();
  uint16_t len = 0;
  EXPECT_EQ(gatts().gatts_sys_attr_get(kServerConn, nullptr, &len, 3), Status::kNotFound);
  EXPECT_EQ(notify(handle), Status::kGattsSysAttrMissing);
  secure(2, 16, true);
  ASSERT_EQ(restore(data), Status::kOk);
  EXPECT_EQ(notify(handle), Status::kOk);
  EXPECT_EQ(saved(), data);
}

// The state of a bond is for the peer of the bond: its address alone proves nothing.
TEST_F(SystemAttributes, RestoredOnAPlainLinkTheyAreHeldBack) {
  HeartRate heart_rate(gatts());
  const uint16_t handle = heart_rate.measurement.value_handle;
  const Octets data = subscribed_data(heart_rate);
  disconnect();
  connect();
  ASSERT_EQ(restore(data), Status::kOk);
  EXPECT_EQ(notify(handle), Status::kInvalidState);
  EXPECT_EQ(gatts().gatts_service_changed(kServerConn, 12, 0xFFFF), Status::kInvalidState);
  EXPECT_TRUE(server().links.outgoing.empty());
  // The peer sees a CCCD of its own; the application sees what was restored.
  EXPECT_EQ(ask({0x0A, 0x0F, 0x00}), std::vector<Octets>({{0x0B, 0, 0}}));
  EXPECT_EQ(local_value(server(), 15), (Octets{1, 0}));
  EXPECT_EQ(local_value(server(), 11), (Octets{2, 0}));
  EXPECT_EQ(saved(), data);

  // Encryption that is not the bond's (a pairing without bonding) opens nothing.
  secure(2, 16, false);
  EXPECT_EQ(notify(handle), Status::kInvalidState);
  secure(2, 16, true);
  EXPECT_EQ(notify(handle), Status::kOk);
  EXPECT_EQ(gatts().gatts_service_changed(kServerConn, 12, 0xFFFF), Status::kOk);
  EXPECT_EQ(ask({0x0A, 0x0F, 0x00}).back(), (Octets{0x0B, 1, 0}));
  // The peer has proved itself on this link: a later key does not take that back.
  secure(2, 16, false);
  EXPECT_EQ(notify(handle), Status::kOk);
}

TEST_F(SystemAttributes, SubscriptionMadeOnThisLinkIsNotHeldBack) {
  HeartRate heart_rate(gatts());
  const Octets data = subscribed_data(heart_rate);
  disconnect();
  connect();
  ASSERT_EQ(restore(data), Status::kOk);
  EXPECT_EQ(ask({0x12, 0x0F, 0x00, 0x01, 0x00}), std::vector<Octets>({{0x13}}));
  EXPECT_EQ(notify(heart_rate.measurement.value_handle), Status::kOk);
  EXPECT_EQ(gatts().gatts_service_changed(kServerConn, 12, 0xFFFF), Status::kInvalidState);
}

TEST_F(SystemAttributes, StrangerStartsWithDefaults) {
  HeartRate heart_rate(gatts());
  subscribed_data(heart_rate);
  disconnect();
  connect();
  ASSERT_EQ(initialise(server()), Status::kOk);
  EXPECT_EQ(local_value(server(), 15), (Octets{0, 0}));
  EXPECT_EQ(notify(heart_rate.measurement.value_handle), Status::kInvalidState);
}

TEST_F(SystemAttributes, ChangedDatabaseRefusesThem) {
  Octets data;
  {
    HeartRate heart_rate(gatts());
    data = subscribed_data(heart_rate);
  }
  boot();
  connect();
  Builder build(gatts());
  build.service(sig_uuid(0x180F));
  build.characteristic({.uuid = sig_uuid(0x2A19), .initial = {100}}, properties(kRead));
  build.characteristic({.uuid = sig_uuid(0x2A1B), .initial = {100}}, properties(kRead));
  EXPECT_EQ(restore(data), Status::kInvalidData);
  // The system services did not change, and can still be restored from the same data.
  EXPECT_EQ(restore(data, BLE_GATTS_SYS_ATTR_FLAG_SYS_SRVCS), Status::kOk);
  EXPECT_EQ(local_value(server(), 11), (Octets{2, 0}));
}

TEST_F(SystemAttributes, OneKindDoesNotTouchTheOther) {
  HeartRate heart_rate(gatts());
  const Octets data = subscribed_data(heart_rate);
  ASSERT_EQ(gatts().gatts_sys_attr_set(kServerConn, nullptr, 0, BLE_GATTS_SYS_ATTR_FLAG_USR_SRVCS),
            Status::kOk);
  EXPECT_EQ(local_value(server(), 15), (Octets{0, 0}));
  EXPECT_EQ(local_value(server(), 11), (Octets{2, 0}));
}

TEST_F(SystemAttributes, DamagedDataIsRefusedWhole) {
  HeartRate heart_rate(gatts());
  const Octets data = subscribed_data(heart_rate);
  disconnect();
  connect();
  for (size_t i = 0; i < data.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Octets damaged = data;
      damaged[i] ^= static_cast<uint8_t>(1 << bit);
      EXPECT_EQ(restore(damaged), Status::kInvalidData) << "octet " << i << " bit " << bit;
    }
    EXPECT_EQ(gatts().gatts_sys_attr_set(kServerConn, data.data(), static_cast<uint16_t>(i), 3),
              Status::kInvalidData)
        << "cut to " << i;
  }
  EXPECT_EQ(notify(heart_rate.measurement.value_handle), Status::kGattsSysAttrMissing);
  EXPECT_EQ(restore(data), Status::kOk);
}

TEST_F(SystemAttributes, UnknownLinksAreRefused) {
  uint16_t len = 0;
  EXPECT_EQ(gatts().gatts_sys_attr_set(99, nullptr, 0, 0), Status::kInvalidConnHandle);
  EXPECT_EQ(gatts().gatts_sys_attr_get(99, nullptr, &len, 0), Status::kInvalidConnHandle);
  EXPECT_EQ(gatts().gatts_sys_attr_get(kServerConn, nullptr, nullptr, 0), Status::kInvalidAddr);
}

// CRC-16/CCITT-FALSE, as the format says.
Octets with_crc(Octets records) {
  uint16_t crc = 0xFFFF;
  for (const uint8_t octet : records) {
    crc = static_cast<uint16_t>(crc ^ (octet << 8));
    for (int bit = 0; bit < 8; ++bit) {
      crc = static_cast<uint16_t>((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
    }
  }
  records.push_back(static_cast<uint8_t>(crc));
  records.push_back(static_cast<uint8_t>(crc >> 8));
  return records;
}

TEST_F(SystemAttributes, ReservedBitsAreNotKept) {
  HeartRate heart_rate(gatts());
  const auto cccd = static_cast<uint8_t>(heart_rate.measurement.cccd_handle);
  secure(2, 16, true);
  ASSERT_EQ(restore(with_crc({11, 0, 2, 0, 0x02, 0, cccd, 0, 2, 0, 0xFD, 0xFF})), Status::kOk);
  EXPECT_EQ(ask({0x0A, cccd, 0}), std::vector<Octets>({{0x0B, 1, 0}}));
  EXPECT_EQ(saved(), with_crc({11, 0, 2, 0, 0x02, 0, cccd, 0, 2, 0, 0x01, 0}));
}

TEST_F(SystemAttributes, ARequestOnADeadBearerIsNotResumed) {
  HeartRate heart_rate(gatts());
  const auto cccd = static_cast<uint8_t>(heart_rate.measurement.cccd_handle);
  EXPECT_TRUE(ask({0x12, cccd, 0, 1, 0}).empty());
  server().expect(BLE_GATTS_EVT_SYS_ATTR_MISSING);
  // A request of our own is never answered.
  ASSERT_EQ(gatts().gattc_read(kServerConn, 3, 0), Status::kOk);
  EXPECT_EQ(server_output().size(), 1u);
  timers().advance(30'000'000);
  server().expect(BLE_GATTC_EVT_TIMEOUT);
  ASSERT_EQ(initialise(server()), Status::kOk);
  EXPECT_TRUE(server_output().empty());
  EXPECT_TRUE(server().is_quiet()) << "nothing was written";
}

}  // namespace
}  // namespace pm::host::gatt::test
