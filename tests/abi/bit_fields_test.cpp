// SPDX-License-Identifier: Apache-2.0
//
// Bit-fields: each begins at the bit that the specification says, counted from the least
// significant one of the first octet. offsetof cannot tell, so they are written and looked at.
#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "ble.h"
#include "bm/bluetooth/peer_manager/peer_manager.h"

namespace {

// Sets all bits of one field of a zeroed T, and compares the whole object.
template <typename T, typename Set>
void expect_bits(const char* name, size_t first, size_t width, Set set) {
  T object;
  std::memset(&object, 0, sizeof object);
  set(object);
  std::array<unsigned char, sizeof(T)> expected{};
  for (size_t bit = first; bit < first + width; ++bit) {
    expected[bit / 8] = static_cast<unsigned char>(expected[bit / 8] | (1U << (bit % 8)));
  }
  EXPECT_EQ(std::memcmp(&object, expected.data(), sizeof object), 0) << name;
}

#define EXPECT_BITS(type, field, first, width)          \
  expect_bits<type>(#type "." #field, (first), (width), \
                    [](type& object) { object.field = (1U << (width)) - 1U; })

TEST(BitFields, GapAdvProperties) {
  EXPECT_BITS(ble_gap_adv_properties_t, anonymous, 8, 1);
  EXPECT_BITS(ble_gap_adv_properties_t, include_tx_power, 9, 1);
}

TEST(BitFields, GapAdvReportType) {
  EXPECT_BITS(ble_gap_adv_report_type_t, connectable, 0, 1);
  EXPECT_BITS(ble_gap_adv_report_type_t, scannable, 1, 1);
  EXPECT_BITS(ble_gap_adv_report_type_t, directed, 2, 1);
  EXPECT_BITS(ble_gap_adv_report_type_t, scan_response, 3, 1);
  EXPECT_BITS(ble_gap_adv_report_type_t, extended_pdu, 4, 1);
  EXPECT_BITS(ble_gap_adv_report_type_t, status, 5, 2);
  EXPECT_BITS(ble_gap_adv_report_type_t, reserved, 7, 9);
}

TEST(BitFields, GapAddr) {
  EXPECT_BITS(ble_gap_addr_t, addr_id_peer, 0, 1);
  EXPECT_BITS(ble_gap_addr_t, addr_type, 1, 7);
}

TEST(BitFields, GapConnSecMode) {
  EXPECT_BITS(ble_gap_conn_sec_mode_t, sm, 0, 4);
  EXPECT_BITS(ble_gap_conn_sec_mode_t, lv, 4, 4);
}

TEST(BitFields, GapAdvParams) {
  EXPECT_BITS(ble_gap_adv_params_t, set_id,
              8 * (offsetof(ble_gap_adv_params_t, secondary_phy) +
                   sizeof(ble_gap_adv_params_t::secondary_phy)) +
                  0,
              4);
  EXPECT_BITS(ble_gap_adv_params_t, scan_req_notification,
              8 * (offsetof(ble_gap_adv_params_t, secondary_phy) +
                   sizeof(ble_gap_adv_params_t::secondary_phy)) +
                  4,
              1);
}

TEST(BitFields, GapScanParams) {
  EXPECT_BITS(ble_gap_scan_params_t, extended, 0, 1);
  EXPECT_BITS(ble_gap_scan_params_t, report_incomplete_evts, 1, 1);
  EXPECT_BITS(ble_gap_scan_params_t, active, 2, 1);
  EXPECT_BITS(ble_gap_scan_params_t, filter_policy, 3, 2);
}

TEST(BitFields, GapSecKdist) {
  EXPECT_BITS(ble_gap_sec_kdist_t, enc, 0, 1);
  EXPECT_BITS(ble_gap_sec_kdist_t, id, 1, 1);
}

TEST(BitFields, GapSecParams) {
  EXPECT_BITS(ble_gap_sec_params_t, bond, 0, 1);
  EXPECT_BITS(ble_gap_sec_params_t, mitm, 1, 1);
  EXPECT_BITS(ble_gap_sec_params_t, lesc, 2, 1);
  EXPECT_BITS(ble_gap_sec_params_t, keypress, 3, 1);
  EXPECT_BITS(ble_gap_sec_params_t, io_caps, 4, 3);
  EXPECT_BITS(ble_gap_sec_params_t, oob, 7, 1);
}

TEST(BitFields, GapEncInfo) {
  EXPECT_BITS(ble_gap_enc_info_t, lesc, 128, 1);
  EXPECT_BITS(ble_gap_enc_info_t, auth, 129, 1);
  EXPECT_BITS(ble_gap_enc_info_t, ltk_len, 130, 6);
}

TEST(BitFields, GapSecLevels) {
  EXPECT_BITS(ble_gap_sec_levels_t, lv1, 0, 1);
  EXPECT_BITS(ble_gap_sec_levels_t, lv2, 1, 1);
  EXPECT_BITS(ble_gap_sec_levels_t, lv3, 2, 1);
  EXPECT_BITS(ble_gap_sec_levels_t, lv4, 3, 1);
}

TEST(BitFields, GapEvtSecInfoRequest) {
  EXPECT_BITS(ble_gap_evt_sec_info_request_t, enc_info, 144, 1);
  EXPECT_BITS(ble_gap_evt_sec_info_request_t, id_info, 145, 1);
}

TEST(BitFields, GapEvtPasskeyDisplay) {
  EXPECT_BITS(ble_gap_evt_passkey_display_t, match_request, 48, 1);
}

TEST(BitFields, GapEvtLescDhkeyRequest) {
  EXPECT_BITS(ble_gap_evt_lesc_dhkey_request_t, oobd_req,
              8 * (offsetof(ble_gap_evt_lesc_dhkey_request_t, p_pk_peer) +
                   sizeof(ble_gap_evt_lesc_dhkey_request_t::p_pk_peer)) +
                  0,
              1);
}

TEST(BitFields, GapEvtAuthStatus) {
  EXPECT_BITS(ble_gap_evt_auth_status_t, error_src, 8, 2);
  EXPECT_BITS(ble_gap_evt_auth_status_t, bonded, 10, 1);
  EXPECT_BITS(ble_gap_evt_auth_status_t, lesc, 11, 1);
}

TEST(BitFields, GapEvtSecRequest) {
  EXPECT_BITS(ble_gap_evt_sec_request_t, bond, 0, 1);
  EXPECT_BITS(ble_gap_evt_sec_request_t, mitm, 1, 1);
  EXPECT_BITS(ble_gap_evt_sec_request_t, lesc, 2, 1);
  EXPECT_BITS(ble_gap_evt_sec_request_t, keypress, 3, 1);
}

TEST(BitFields, GapEvtQosConnEventReport) {
  EXPECT_BITS(ble_gap_evt_qos_conn_event_report_t, rx_timeout, 80, 1);
}

TEST(BitFields, GattCharProps) {
  EXPECT_BITS(ble_gatt_char_props_t, broadcast, 0, 1);
  EXPECT_BITS(ble_gatt_char_props_t, read, 1, 1);
  EXPECT_BITS(ble_gatt_char_props_t, write_wo_resp, 2, 1);
  EXPECT_BITS(ble_gatt_char_props_t, write, 3, 1);
  EXPECT_BITS(ble_gatt_char_props_t, notify, 4, 1);
  EXPECT_BITS(ble_gatt_char_props_t, indicate, 5, 1);
  EXPECT_BITS(ble_gatt_char_props_t, auth_signed_wr, 6, 1);
}

TEST(BitFields, GattCharExtProps) {
  EXPECT_BITS(ble_gatt_char_ext_props_t, reliable_wr, 0, 1);
  EXPECT_BITS(ble_gatt_char_ext_props_t, wr_aux, 1, 1);
}

TEST(BitFields, GattcChar) { EXPECT_BITS(ble_gattc_char_t, char_ext_props, 40, 1); }

TEST(BitFields, GattsAttrMd) {
  EXPECT_BITS(ble_gatts_attr_md_t, vlen, 16, 1);
  EXPECT_BITS(ble_gatts_attr_md_t, vloc, 17, 2);
  EXPECT_BITS(ble_gatts_attr_md_t, rd_auth, 19, 1);
  EXPECT_BITS(ble_gatts_attr_md_t, wr_auth, 20, 1);
}

TEST(BitFields, GattsAuthorizeParams) {
  EXPECT_BITS(ble_gatts_authorize_params_t, update,
              8 * (offsetof(ble_gatts_authorize_params_t, gatt_status) +
                   sizeof(ble_gatts_authorize_params_t::gatt_status)) +
                  0,
              1);
}

TEST(BitFields, CommonOptConnEvtExt) { EXPECT_BITS(ble_common_opt_conn_evt_ext_t, enable, 0, 1); }

TEST(BitFields, GapCfgDeviceName) {
  EXPECT_BITS(ble_gap_cfg_device_name_t, vloc,
              8 * (offsetof(ble_gap_cfg_device_name_t, write_perm) +
                   sizeof(ble_gap_cfg_device_name_t::write_perm)) +
                  0,
              2);
}

TEST(BitFields, GapOptCompatMode1) { EXPECT_BITS(ble_gap_opt_compat_mode_1_t, enable, 0, 1); }

TEST(BitFields, GattcOptUuidDisc) {
  EXPECT_BITS(ble_gattc_opt_uuid_disc_t, auto_add_vs_enable, 0, 1);
}

TEST(BitFields, GattsCfgServiceChanged) {
  EXPECT_BITS(ble_gatts_cfg_service_changed_t, service_changed, 0, 1);
}

TEST(BitFields, PmConnSecStatus) {
  EXPECT_BITS(pm_conn_sec_status, connected, 0, 1);
  EXPECT_BITS(pm_conn_sec_status, encrypted, 1, 1);
  EXPECT_BITS(pm_conn_sec_status, mitm_protected, 2, 1);
  EXPECT_BITS(pm_conn_sec_status, bonded, 3, 1);
  EXPECT_BITS(pm_conn_sec_status, lesc, 4, 1);
  EXPECT_BITS(pm_conn_sec_status, reserved, 5, 3);
}

TEST(BitFields, PmPeerDataUpdateSucceeded) {
  EXPECT_BITS(pm_peer_data_update_succeeded_evt, flash_changed,
              8 * (offsetof(pm_peer_data_update_succeeded_evt, token) +
                   sizeof(pm_peer_data_update_succeeded_evt::token)),
              1);
}

}  // namespace
