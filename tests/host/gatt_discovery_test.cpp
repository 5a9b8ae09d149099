// SPDX-License-Identifier: Apache-2.0
//
// A client finds a Heart Rate service, as an application does it. Core, Vol 3, Part G, 4.4 to 4.7.
#include "host/support/gatt_pair.hpp"

namespace pm::host::gatt::test {
namespace {

class Discovery : public GattPair {
 protected:
  void SetUp() override { connect(); }
};

TEST_F(Discovery, FindsAHeartRateServiceByItsUuid) {
  HeartRate heart_rate(gatts());
  const ble_uuid_t wanted = sig_uuid(0x180D);
  ASSERT_EQ(gattc().gattc_primary_services_discover(kClientConn, 1, &wanted), Status::kOk);
  deliver();
  const Event found = client().expect(BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP);
  ASSERT_EQ(found.gattc().gatt_status, BLE_GATT_STATUS_SUCCESS);
  const auto& services = found.gattc().params.prim_srvc_disc_rsp;
  ASSERT_EQ(services.count, 1);
  EXPECT_EQ(services.services[0].uuid.uuid, 0x180D);
  EXPECT_EQ(services.services[0].uuid.type, BLE_UUID_TYPE_BLE);
  EXPECT_EQ(services.services[0].handle_range.start_handle, 12);
  EXPECT_EQ(services.services[0].handle_range.end_handle, 0xFFFF);

  ble_gattc_handle_range_t range = services.services[0].handle_range;
  ASSERT_EQ(gattc().gattc_characteristics_discover(kClientConn, &range), Status::kOk);
  deliver();
  const Event first = client().expect(BLE_GATTC_EVT_CHAR_DISC_RSP);
  const auto& characteristics = first.gattc().params.char_disc_rsp;
  ASSERT_EQ(characteristics.count, 3);  // 2 + 3 * 7 = 23 octets: exactly one MTU
  const ble_gattc_char_t* found_chars = characteristics.chars;
  EXPECT_EQ(found_chars[0].uuid.uuid, 0x2A37);
  EXPECT_EQ(found_chars[0].handle_decl, 13);
  EXPECT_EQ(found_chars[0].handle_value, 14);
  EXPECT_TRUE(found_chars[0].char_props.notify);
  EXPECT_FALSE(found_chars[0].char_props.read);
  EXPECT_EQ(found_chars[1].uuid.uuid, 0x2A38);
  EXPECT_EQ(found_chars[1].handle_value, 17);
  EXPECT_TRUE(found_chars[1].char_props.read);
  EXPECT_EQ(found_chars[2].uuid.uuid, 0x2A39);
  EXPECT_EQ(found_chars[2].handle_decl, 18);

  range.start_handle = 19;
  ASSERT_EQ(gattc().gattc_characteristics_discover(kClientConn, &range), Status::kOk);
  deliver();
  const Event end = client().expect(BLE_GATTC_EVT_CHAR_DISC_RSP);
  EXPECT_EQ(end.gattc().gatt_status, BLE_GATT_STATUS_ATTERR_ATTRIBUTE_NOT_FOUND);
  EXPECT_EQ(end.gattc().error_handle, 19);

  range = {15, 15};
  ASSERT_EQ(gattc().gattc_descriptors_discover(kClientConn, &range), Status::kOk);
  deliver();
  const Event descriptors = client().expect(BLE_GATTC_EVT_DESC_DISC_RSP);
  ASSERT_EQ(descriptors.gattc().params.desc_disc_rsp.count, 1);
  EXPECT_EQ(descriptors.gattc().params.desc_disc_rsp.descs[0].handle, 15);
  EXPECT_EQ(descriptors.gattc().params.desc_disc_rsp.descs[0].uuid.uuid, 0x2902);
}

TEST_F(Discovery, ListsTheBuiltInServicesFirst) {
  HeartRate heart_rate(gatts());
  ASSERT_EQ(gattc().gattc_primary_services_discover(kClientConn, 1, nullptr), Status::kOk);
  deliver();
  const Event event = client().expect(BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP);
  const auto& response = event.gattc().params.prim_srvc_disc_rsp;
  ASSERT_EQ(response.count, 3);
  const ble_gattc_service_t* services = response.services;
  EXPECT_EQ(services[0].uuid.uuid, 0x1800);
  EXPECT_EQ(services[0].handle_range.start_handle, 1);
  EXPECT_EQ(services[0].handle_range.end_handle, 7);
  EXPECT_EQ(services[1].uuid.uuid, 0x1801);
  EXPECT_EQ(services[1].handle_range.start_handle, 8);
  EXPECT_EQ(services[1].handle_range.end_handle, 11);
  EXPECT_EQ(services[2].uuid.uuid, 0x180D);
  EXPECT_EQ(event.length(), offsetof(ble_evt_t, evt.gattc_evt.params.prim_srvc_disc_rsp.services) +
                                3 * sizeof(ble_gattc_service_t));
}

TEST_F(Discovery, ReadsAddressResolutionByUuidOnlyFromACentral) {
  const ble_uuid_t car = sig_uuid(BLE_UUID_GAP_CHARACTERISTIC_CAR);
  const ble_gattc_handle_range_t all = {1, 0xFFFF};
  ASSERT_EQ(gattc().gattc_char_value_by_uuid_read(kClientConn, &car, &all), Status::kOk);
  deliver();
  EXPECT_EQ(client().expect(BLE_GATTC_EVT_CHAR_VAL_BY_UUID_READ_RSP).gattc().gatt_status,
            BLE_GATT_STATUS_ATTERR_ATTRIBUTE_NOT_FOUND);
}

class CentralDiscovery : public GattPair {
 protected:
  CentralDiscovery() : GattPair(central_config()) { connect(); }
  static Config central_config() {
    Config config = default_config();
    config.central_role = true;
    return config;
  }
};

TEST_F(CentralDiscovery, CentralAddressResolutionReadsOne) {
  const ble_uuid_t car = sig_uuid(BLE_UUID_GAP_CHARACTERISTIC_CAR);
  const ble_gattc_handle_range_t all = {1, 0xFFFF};
  ASSERT_EQ(gattc().gattc_char_value_by_uuid_read(kClientConn, &car, &all), Status::kOk);
  deliver();
  Event event = client().expect(BLE_GATTC_EVT_CHAR_VAL_BY_UUID_READ_RSP);
  const auto& response = event.gattc().params.char_val_by_uuid_read_rsp;
  ASSERT_EQ(response.count, 1);
  ASSERT_EQ(response.value_len, 1);
  const uint8_t* pair = response.handle_value;
  EXPECT_EQ(octets(pair, 3), (Octets{0x09, 0x00, 0x01}));
}

TEST_F(Discovery, LongUuidsResolveWithARegisteredBaseOnly) {
  // 6E400001-B5A3-F393-E0A9-E50E24DCCA9E, least significant octet first.
  const ble_uuid128_t nus = {{0x9E, 0xCA, 0xDC, 0x24, 0x0E, 0xE5, 0xA9, 0xE0, 0x93, 0xF3, 0xA3,
                              0xB5, 0x01, 0x00, 0x40, 0x6E}};
  uint8_t type = 0;
  ASSERT_EQ(gatts().uuid_vs_add(&nus, &type), Status::kOk);
  EXPECT_EQ(type, 2);
  Builder build(gatts());
  build.service({0x0001, type});
  build.characteristic({.uuid = {0x0002, type}, .initial = {0x55}}, properties(kRead));

  // A service list has entries of one length: the 128-bit one comes alone.
  ASSERT_EQ(gattc().gattc_primary_services_discover(kClientConn, 12, nullptr), Status::kOk);
  deliver();
  const Event unknown = client().expect(BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP);
  ASSERT_EQ(unknown.gattc().params.prim_srvc_disc_rsp.count, 1);
  EXPECT_EQ(unknown.gattc().params.prim_srvc_disc_rsp.services[0].uuid.type, BLE_UUID_TYPE_UNKNOWN);

  uint8_t client_type = 0;
  ASSERT_EQ(gattc().uuid_vs_add(&nus, &client_type), Status::kOk);
  const ble_uuid_t wanted = {0x0001, client_type};
  ASSERT_EQ(gattc().gattc_primary_services_discover(kClientConn, 1, &wanted), Status::kOk);
  deliver();
  const Event known = client().expect(BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP);
  ASSERT_EQ(known.gattc().params.prim_srvc_disc_rsp.count, 1);
  EXPECT_EQ(known.gattc().params.prim_srvc_disc_rsp.services[0].uuid.uuid, 0x0001);
  EXPECT_EQ(known.gattc().params.prim_srvc_disc_rsp.services[0].uuid.type, client_type);

  const ble_gattc_handle_range_t range = {12, 0xFFFF};
  ASSERT_EQ(gattc().gattc_characteristics_discover(kClientConn, &range), Status::kOk);
  deliver();
  const Event characteristic = client().expect(BLE_GATTC_EVT_CHAR_DISC_RSP);
  ASSERT_EQ(characteristic.gattc().params.char_disc_rsp.count, 1);
  EXPECT_EQ(characteristic.gattc().params.char_disc_rsp.chars[0].uuid.uuid, 0x0002);
  EXPECT_EQ(characteristic.gattc().params.char_disc_rsp.chars[0].uuid.type, client_type);

  // Attribute information stops where the form changes: the declarations first, then the long type
  // alone, raw.
  ble_gattc_handle_range_t info = {12, 14};
  ASSERT_EQ(gattc().gattc_attr_info_discover(kClientConn, &info), Status::kOk);
  deliver();
  const Event narrow = client().expect(BLE_GATTC_EVT_ATTR_INFO_DISC_RSP);
  EXPECT_EQ(narrow.gattc().params.attr_info_disc_rsp.format, BLE_GATTC_ATTR_INFO_FORMAT_16BIT);
  ASSERT_EQ(narrow.gattc().params.attr_info_disc_rsp.count, 2);
  info.start_handle = 14;
  ASSERT_EQ(gattc().gattc_attr_info_discover(kClientConn, &info), Status::kOk);
  deliver();
  const Event wide = client().expect(BLE_GATTC_EVT_ATTR_INFO_DISC_RSP);
  const auto& response = wide.gattc().params.attr_info_disc_rsp;
  EXPECT_EQ(response.format, BLE_GATTC_ATTR_INFO_FORMAT_128BIT);
  ASSERT_EQ(response.count, 1);
  EXPECT_EQ(octets(response.info.attr_info128[0].uuid.uuid128, 16),
            (Octets{0x9E, 0xCA, 0xDC, 0x24, 0x0E, 0xE5, 0xA9, 0xE0, 0x93, 0xF3, 0xA3, 0xB5, 0x02,
                    0x00, 0x40, 0x6E}));
}

TEST_F(Discovery, AutomaticBasesMakeUnknownUuidsUsable) {
  const ble_uuid128_t base = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 0, 15, 16}};
  uint8_t type = 0;
  ASSERT_EQ(gatts().uuid_vs_add(&base, &type), Status::kOk);
  Builder(gatts()).service({0xABCD, type});
  gattc().gattc_opt_uuid_disc_set(true);
  ASSERT_EQ(gattc().gattc_primary_services_discover(kClientConn, 12, nullptr), Status::kOk);
  deliver();
  const Event event = client().expect(BLE_GATTC_EVT_PRIM_SRVC_DISC_RSP);
  const ble_uuid_t found = event.gattc().params.prim_srvc_disc_rsp.services[0].uuid;
  EXPECT_EQ(found.uuid, 0xABCD);
  EXPECT_EQ(found.type, 2);
}

TEST_F(Discovery, IncludedServicesCarryTheirRange) {
  Builder build(gatts());
  const uint16_t battery = build.service(sig_uuid(0x180F), BLE_GATTS_SRVC_TYPE_SECONDARY);
  build.characteristic({.uuid = sig_uuid(0x2A19), .initial = {100}}, properties(kRead));
  build.service(sig_uuid(0x180D));
  uint16_t include = 0;
  ASSERT_EQ(gatts().gatts_include_add(0, battery, &include), Status::kOk);
  const ble_gattc_handle_range_t range = {include, 0xFFFF};
  ASSERT_EQ(gattc().gattc_relationships_discover(kClientConn, &range), Status::kOk);
  deliver();
  const Event event = client().expect(BLE_GATTC_EVT_REL_DISC_RSP);
  const auto& response = event.gattc().params.rel_disc_rsp;
  ASSERT_EQ(response.count, 1);
  EXPECT_EQ(response.includes[0].handle, 16);
  EXPECT_EQ(response.includes[0].included_srvc.uuid.uuid, 0x180F);
  EXPECT_EQ(response.includes[0].included_srvc.handle_range.start_handle, 12);
  EXPECT_EQ(response.includes[0].included_srvc.handle_range.end_handle, 14);
}

TEST_F(Discovery, DescriptorsComeInTheOrderOfTheirUuids) {
  Builder build(gatts());
  build.service(sig_uuid(0x1815));
  const uint8_t description[] = {'L', 'a', 'm', 'p'};
  const ble_gatts_char_pf_t format = {BLE_GATT_CPF_FORMAT_UINT8, -2, 0x27AD,
                                      BLE_GATT_CPF_NAMESPACE_BTSIG, 0x0102};
  const ble_gatts_attr_md_t open = {level(1), level(1), 0, BLE_GATTS_VLOC_STACK, 0, 0};
  ble_gatts_char_md_t md{};
  md.char_props = properties(kRead | kNotify);
  md.char_ext_props.reliable_wr = 1;
  md.p_char_user_desc = description;
  md.char_user_desc_size = md.char_user_desc_max_size = 4;
  md.p_char_pf = &format;
  md.p_sccd_md = &open;
  Value value = {.uuid = sig_uuid(0x2A56), .initial = {1}};
  const ble_gatts_char_handles_t handles = build.characteristic(value, md);
  EXPECT_EQ(handles.value_handle, 14);
  EXPECT_EQ(handles.cccd_handle, 15);
  EXPECT_EQ(handles.user_desc_handle, 17);
  EXPECT_EQ(handles.sccd_handle, 18);
  EXPECT_EQ(ask({0x0A, 0x10, 0x00}), std::vector<Octets>({{0x0B, 0x01, 0x00}}));
  EXPECT_EQ(ask({0x0A, 0x11, 0x00}), std::vector<Octets>({{0x0B, 'L', 'a', 'm', 'p'}}));
  EXPECT_EQ(ask({0x0A, 0x13, 0x00}),
            std::vector<Octets>({{0x0B, 0x04, 0xFE, 0xAD, 0x27, 0x01, 0x02, 0x01}}));
  // The declaration: read, notify, extended properties.
  EXPECT_EQ(ask({0x0A, 0x0D, 0x00}), std::vector<Octets>({{0x0B, 0x92, 0x0E, 0x00, 0x56, 0x2A}}));
}

}  // namespace
}  // namespace pm::host::gatt::test
