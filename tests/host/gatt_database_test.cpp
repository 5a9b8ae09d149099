// SPDX-License-Identifier: Apache-2.0
//
// Defining the attribute table, local values, UUID bases.
#include "host/support/gatt_pair.hpp"

namespace pm::host::gatt::test {
namespace {

class DatabaseTest : public GattPair {};

TEST_F(DatabaseTest, ReservedServicesAndBadUuidsAreRefused) {
  const ble_uuid_t gap = sig_uuid(0x1800);
  const ble_uuid_t gatt = sig_uuid(0x1801);
  const ble_uuid_t unknown = {0x1815, 2};
  const ble_uuid_t good = sig_uuid(0x1815);
  uint16_t handle = 0;
  EXPECT_EQ(gatts().gatts_service_add(1, &gap, &handle), Status::kForbidden);
  EXPECT_EQ(gatts().gatts_service_add(1, &gatt, &handle), Status::kForbidden);
  EXPECT_EQ(gatts().gatts_service_add(1, &unknown, &handle), Status::kInvalidParam);
  EXPECT_EQ(gatts().gatts_service_add(3, &good, &handle), Status::kInvalidParam);
  EXPECT_EQ(gatts().gatts_service_add(1, nullptr, &handle), Status::kInvalidAddr);
  EXPECT_EQ(gatts().gatts_service_add(1, &good, &handle), Status::kOk);
  EXPECT_EQ(handle, 12);
}

TEST_F(DatabaseTest, CharacteristicsNeedAServiceAndGoodValues) {
  Value value = {.uuid = sig_uuid(0x2A57), .initial = {1}};
  ble_gatts_attr_md_t md = {level(1), kNoAccess, 1, BLE_GATTS_VLOC_STACK, 0, 0};
  ble_gatts_attr_t attr = Builder::attribute(value, md);
  ble_gatts_char_md_t char_md{};
  ble_gatts_char_handles_t handles{};
  const auto add = [&](uint16_t service = 0) {
    return gatts().gatts_characteristic_add(service, &char_md, &attr, &handles);
  };
  EXPECT_EQ(add(), Status::kInvalidState);
  const uint16_t first = Builder(gatts()).service(sig_uuid(0x1815));
  const uint16_t second = Builder(gatts()).service(sig_uuid(0x1816));
  EXPECT_EQ(add(first), Status::kInvalidParam);
  EXPECT_EQ(add(second), Status::kOk);
  attr.max_len = 513;
  EXPECT_EQ(add(), Status::kDataSize);
  attr.max_len = 512;
  EXPECT_EQ(add(), Status::kOk);
  md.vlen = 0;
  EXPECT_EQ(add(), Status::kDataSize);
  attr.max_len = 510;
  EXPECT_EQ(add(), Status::kOk);
  EXPECT_EQ(add(), Status::kNoMem);  // of 1408 octets
  attr.max_len = 1;
  attr.init_offs = 1;
  EXPECT_EQ(add(), Status::kDataSize);
  attr.init_offs = 0;
  md.vloc = BLE_GATTS_VLOC_INVALID;
  EXPECT_EQ(add(), Status::kInvalidParam);
  md.vloc = BLE_GATTS_VLOC_STACK;
  md.read_perm = {1, 5};
  EXPECT_EQ(add(), Status::kInvalidParam);
  md.read_perm = level(1);
  value.uuid = sig_uuid(0x2803);
  EXPECT_EQ(add(), Status::kForbidden);
  value.uuid = sig_uuid(0x2902);
  EXPECT_EQ(add(), Status::kForbidden);
  EXPECT_EQ(gatts().gatts_characteristic_add(0, nullptr, &attr, &handles), Status::kInvalidAddr);
  EXPECT_EQ(gatts().gatts_characteristic_add(0, &char_md, nullptr, &handles), Status::kInvalidAddr);
}

TEST_F(DatabaseTest, DescriptorsBelongToTheLastCharacteristic) {
  Builder build(gatts());
  build.service(sig_uuid(0x1812));
  Value reference = {.uuid = sig_uuid(0x2908), .initial = {1, 2}};
  const ble_gatts_attr_md_t md = {level(1), kNoAccess, 0, BLE_GATTS_VLOC_STACK, 0, 0};
  ble_gatts_attr_t attr = Builder::attribute(reference, md);
  uint16_t handle = 0;
  EXPECT_EQ(gatts().gatts_descriptor_add(0, &attr, &handle), Status::kInvalidState);
  const auto report =
      build.characteristic({.uuid = sig_uuid(0x2A4D), .initial = {0}}, properties(kRead | kNotify));
  EXPECT_EQ(gatts().gatts_descriptor_add(12, &attr, &handle), Status::kInvalidParam);
  ASSERT_EQ(gatts().gatts_descriptor_add(report.value_handle, &attr, &handle), Status::kOk);
  EXPECT_EQ(handle, 16);
  EXPECT_EQ(local_value(server(), handle), (Octets{1, 2}));
  reference.uuid = sig_uuid(0x2902);
  EXPECT_EQ(gatts().gatts_descriptor_add(0, &attr, &handle), Status::kForbidden);
}

TEST_F(DatabaseTest, IncludesComeBeforeCharacteristics) {
  Builder build(gatts());
  uint16_t handle = 0;
  EXPECT_EQ(gatts().gatts_include_add(0, 1, &handle), Status::kInvalidState);
  const uint16_t first = build.service(sig_uuid(0x1815));
  const uint16_t second = build.service(sig_uuid(0x1816));
  EXPECT_EQ(gatts().gatts_include_add(first, second, &handle), Status::kNotSupported);
  EXPECT_EQ(gatts().gatts_include_add(second, second, &handle), Status::kForbidden);
  EXPECT_EQ(gatts().gatts_include_add(second, 2, &handle), Status::kNotFound);
  EXPECT_EQ(gatts().gatts_include_add(second, first, &handle), Status::kOk);
  build.characteristic({.uuid = sig_uuid(0x2A57), .initial = {0}}, properties(kRead));
  EXPECT_EQ(gatts().gatts_include_add(second, first, &handle), Status::kInvalidState);
}

class SmallTable : public GattPair {
 protected:
  SmallTable() : GattPair(config()) {}
  static Config config() {
    Config small;
    small.attr_table_size = BLE_GATTS_ATTR_TAB_SIZE_MIN;
    small.central_role = true;
    return small;
  }
};

TEST_F(SmallTable, HoldsTheBuiltInServicesAndThenIsFull) {
  uint16_t first = 0;
  ASSERT_EQ(gatts().gatts_initial_user_handle_get(&first), Status::kOk);
  EXPECT_EQ(first, 14);
  const ble_uuid_t uuid = sig_uuid(0x1815);
  uint16_t handle = 0;
  Status status = Status::kOk;
  int added = 0;
  while ((status = gatts().gatts_service_add(1, &uuid, &handle)) == Status::kOk) {
    ++added;
  }
  EXPECT_EQ(status, Status::kNoMem);
  EXPECT_GT(added, 0);
  EXPECT_EQ(gatts().gatts_attr_get(static_cast<uint16_t>(first + added), nullptr, nullptr),
            Status::kInvalidParam);
  ble_uuid_t type{};
  EXPECT_EQ(gatts().gatts_attr_get(static_cast<uint16_t>(first + added), &type, nullptr),
            Status::kNotFound);
}

TEST_F(DatabaseTest, ServiceChangedAndItsCccdAreFoundByWalking) {
  ble_uuid_t uuid{};
  ASSERT_EQ(gatts().gatts_attr_get(10, &uuid, nullptr), Status::kOk);
  EXPECT_EQ(uuid.uuid, BLE_UUID_GATT_CHARACTERISTIC_SERVICE_CHANGED);
  ble_gatts_attr_md_t md{};
  ASSERT_EQ(gatts().gatts_attr_get(11, &uuid, &md), Status::kOk);
  EXPECT_EQ(uuid.uuid, BLE_UUID_DESCRIPTOR_CLIENT_CHAR_CONFIG);
  EXPECT_EQ(md.write_perm.lv, 1);
  EXPECT_EQ(gatts().gatts_attr_get(0, &uuid, &md), Status::kNotFound);
  EXPECT_EQ(gatts().gatts_attr_get(12, &uuid, &md), Status::kNotFound);
}

TEST_F(DatabaseTest, LocalValues) {
  HeartRate heart_rate(gatts());
  const uint16_t handle = heart_rate.measurement.value_handle;
  uint8_t data[] = {1, 2, 3, 4};
  ble_gatts_value_t value = {4, 1, data};
  ASSERT_EQ(gatts().gatts_value_set(BLE_CONN_HANDLE_INVALID, handle, &value), Status::kOk);
  EXPECT_EQ(local_value(server(), handle), (Octets{0, 1, 2, 3, 4}));
  value.offset = 6;
  EXPECT_EQ(gatts().gatts_value_set(BLE_CONN_HANDLE_INVALID, handle, &value),
            Status::kInvalidParam);
  value = {21, 0, data};
  EXPECT_EQ(gatts().gatts_value_set(BLE_CONN_HANDLE_INVALID, handle, &value), Status::kDataSize);
  value = {1, 0, data};
  EXPECT_EQ(gatts().gatts_value_set(BLE_CONN_HANDLE_INVALID, 13, &value), Status::kForbidden);
  EXPECT_EQ(gatts().gatts_value_set(BLE_CONN_HANDLE_INVALID, 3, &value), Status::kForbidden);
  EXPECT_EQ(gatts().gatts_value_set(BLE_CONN_HANDLE_INVALID, 99, &value), Status::kNotFound);
  EXPECT_EQ(gatts().gatts_value_set(BLE_CONN_HANDLE_INVALID, 15, &value),
            Status::kInvalidConnHandle);

  // The length that comes back counts from the offset, whatever fitted.
  uint8_t out[2] = {};
  value = {2, 1, out};
  ASSERT_EQ(gatts().gatts_value_get(BLE_CONN_HANDLE_INVALID, handle, &value), Status::kOk);
  EXPECT_EQ(value.len, 4);
  EXPECT_EQ(octets(out, 2), (Octets{1, 2}));
  value = {0, 6, nullptr};
  EXPECT_EQ(gatts().gatts_value_get(BLE_CONN_HANDLE_INVALID, handle, &value),
            Status::kInvalidParam);
  connect();
  value = {2, 0, out};
  EXPECT_EQ(gatts().gatts_value_get(kServerConn, 15, &value), Status::kGattsSysAttrMissing);
}

TEST_F(DatabaseTest, ValueInMemoryOfTheApplication) {
  Builder(gatts()).service(sig_uuid(0x1815));
  uint8_t memory[4] = {1, 2, 3, 4};
  const ble_uuid_t uuid = sig_uuid(0x2A57);
  const ble_gatts_attr_md_t md = {level(1), level(1), 0, BLE_GATTS_VLOC_USER, 0, 0};
  ble_gatts_attr_t attr{&uuid, &md, 4, 0, 4, memory};
  ble_gatts_char_md_t char_md{};
  ble_gatts_char_handles_t handles{};
  ASSERT_EQ(gatts().gatts_characteristic_add(0, &char_md, &attr, &handles), Status::kOk);
  connect();
  memory[0] = 9;
  EXPECT_EQ(ask({0x0A, 14, 0}), std::vector<Octets>({{0x0B, 9, 2, 3, 4}}));
  EXPECT_EQ(ask({0x12, 14, 0, 7, 8}), std::vector<Octets>({{0x13}}));
  EXPECT_EQ(octets(memory, 4), (Octets{7, 8, 3, 4}));
}

TEST_F(DatabaseTest, UuidBases) {
  ble_uuid128_t base = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  uint8_t type = 0;
  ASSERT_EQ(gatts().uuid_vs_add(&base, &type), Status::kOk);
  EXPECT_EQ(type, 2);
  base.uuid128[12] = base.uuid128[13] = 0xAA;  // not part of the base
  ASSERT_EQ(gatts().uuid_vs_add(&base, &type), Status::kOk);
  EXPECT_EQ(type, 2);
  for (uint8_t i = 0; i < 9; ++i) {
    base.uuid128[0] = static_cast<uint8_t>(100 + i);
    ASSERT_EQ(gatts().uuid_vs_add(&base, &type), Status::kOk);
    EXPECT_EQ(type, 3 + i);
  }
  base.uuid128[0] = 200;
  EXPECT_EQ(gatts().uuid_vs_add(&base, &type), Status::kNoMem);

  const ble_uuid_t uuid = {0x0E0D, 2};
  uint8_t len = 0;
  uint8_t encoded[16] = {};
  ASSERT_EQ(gatts().uuid_encode(&uuid, &len, nullptr), Status::kOk);
  EXPECT_EQ(len, 16);
  ASSERT_EQ(gatts().uuid_encode(&uuid, &len, encoded), Status::kOk);
  EXPECT_EQ(octets(encoded, 16), (Octets{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}));
  ble_uuid_t decoded{};
  ASSERT_EQ(gatts().uuid_decode(16, encoded, &decoded), Status::kOk);
  EXPECT_EQ(decoded.type, 2);
  EXPECT_EQ(decoded.uuid, 0x0E0D);
  ASSERT_EQ(gatts().uuid_decode(2, encoded, &decoded), Status::kOk);
  EXPECT_EQ(decoded.type, BLE_UUID_TYPE_BLE);
  EXPECT_EQ(decoded.uuid, 0x0201);
  EXPECT_EQ(gatts().uuid_decode(4, encoded, &decoded), Status::kInvalidLength);
  encoded[15] = 0;
  EXPECT_EQ(gatts().uuid_decode(16, encoded, &decoded), Status::kNotFound);
  const ble_uuid_t bad = {1, 12};
  EXPECT_EQ(gatts().uuid_encode(&bad, &len, encoded), Status::kInvalidParam);

  uint8_t not_last = 2;
  EXPECT_EQ(gatts().uuid_vs_remove(&not_last), Status::kInvalidParam);
  uint8_t last = 11;
  EXPECT_EQ(gatts().uuid_vs_remove(&last), Status::kOk);
  const ble_uuid_t in_use = {1, 10};
  uint16_t handle = 0;
  ASSERT_EQ(gatts().gatts_service_add(1, &in_use, &handle), Status::kOk);
  EXPECT_EQ(gatts().uuid_vs_remove(nullptr), Status::kForbidden);
}

}  // namespace
}  // namespace pm::host::gatt::test
