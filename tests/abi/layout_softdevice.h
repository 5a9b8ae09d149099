// SPDX-License-Identifier: Apache-2.0
// SoftDevice structures without pointers: the same on every target with natural alignment.
#ifndef LAYOUT_SOFTDEVICE_H_
#define LAYOUT_SOFTDEVICE_H_

#include "ble.h"
#include "layout.h"
#include "nrf_soc.h"

PM_ABI_SIZE(ble_evt_user_mem_request_t, 1);
PM_ABI_OFFSET(ble_evt_user_mem_request_t, type, 0);

PM_ABI_SIZE(ble_evt_hdr_t, 4);
PM_ABI_OFFSET(ble_evt_hdr_t, evt_id, 0);
PM_ABI_OFFSET(ble_evt_hdr_t, evt_len, 2);

PM_ABI_SIZE(ble_version_t, 6);
PM_ABI_OFFSET(ble_version_t, version_number, 0);
PM_ABI_OFFSET(ble_version_t, company_id, 2);
PM_ABI_OFFSET(ble_version_t, subversion_number, 4);

PM_ABI_SIZE(ble_uuid128_t, 16);
PM_ABI_OFFSET(ble_uuid128_t, uuid128, 0);

PM_ABI_SIZE(ble_uuid_t, 4);
PM_ABI_OFFSET(ble_uuid_t, uuid, 0);
PM_ABI_OFFSET(ble_uuid_t, type, 2);

PM_ABI_SIZE(ble_gap_adv_properties_t, 2);
PM_ABI_OFFSET(ble_gap_adv_properties_t, type, 0);

PM_ABI_SIZE(ble_gap_adv_report_type_t, 2);

PM_ABI_SIZE(ble_gap_aux_pointer_t, 4);
PM_ABI_OFFSET(ble_gap_aux_pointer_t, aux_offset, 0);
PM_ABI_OFFSET(ble_gap_aux_pointer_t, aux_phy, 2);

PM_ABI_SIZE(ble_gap_addr_t, 7);
PM_ABI_OFFSET(ble_gap_addr_t, addr, 1);

PM_ABI_SIZE(ble_gap_conn_params_t, 8);
PM_ABI_OFFSET(ble_gap_conn_params_t, min_conn_interval, 0);
PM_ABI_OFFSET(ble_gap_conn_params_t, max_conn_interval, 2);
PM_ABI_OFFSET(ble_gap_conn_params_t, slave_latency, 4);
PM_ABI_OFFSET(ble_gap_conn_params_t, conn_sup_timeout, 6);

PM_ABI_SIZE(ble_gap_conn_sec_mode_t, 1);

PM_ABI_SIZE(ble_gap_conn_sec_t, 2);
PM_ABI_OFFSET(ble_gap_conn_sec_t, sec_mode, 0);
PM_ABI_OFFSET(ble_gap_conn_sec_t, encr_key_size, 1);

PM_ABI_SIZE(ble_gap_irk_t, 16);
PM_ABI_OFFSET(ble_gap_irk_t, irk, 0);

PM_ABI_SIZE(ble_gap_scan_params_t, 20);
PM_ABI_OFFSET(ble_gap_scan_params_t, scan_phys, 1);
PM_ABI_OFFSET(ble_gap_scan_params_t, interval, 4);
PM_ABI_OFFSET(ble_gap_scan_params_t, window, 8);
PM_ABI_OFFSET(ble_gap_scan_params_t, timeout, 12);
PM_ABI_OFFSET(ble_gap_scan_params_t, channel_mask, 14);

PM_ABI_SIZE(ble_gap_phys_t, 2);
PM_ABI_OFFSET(ble_gap_phys_t, tx_phys, 0);
PM_ABI_OFFSET(ble_gap_phys_t, rx_phys, 1);

PM_ABI_SIZE(ble_gap_sec_kdist_t, 1);

PM_ABI_SIZE(ble_gap_sec_params_t, 5);
PM_ABI_OFFSET(ble_gap_sec_params_t, min_key_size, 1);
PM_ABI_OFFSET(ble_gap_sec_params_t, max_key_size, 2);
PM_ABI_OFFSET(ble_gap_sec_params_t, kdist_own, 3);
PM_ABI_OFFSET(ble_gap_sec_params_t, kdist_peer, 4);

PM_ABI_SIZE(ble_gap_enc_info_t, 17);
PM_ABI_OFFSET(ble_gap_enc_info_t, ltk, 0);

PM_ABI_SIZE(ble_gap_master_id_t, 10);
PM_ABI_OFFSET(ble_gap_master_id_t, ediv, 0);
PM_ABI_OFFSET(ble_gap_master_id_t, rand, 2);

PM_ABI_SIZE(ble_gap_lesc_p256_pk_t, 64);
PM_ABI_OFFSET(ble_gap_lesc_p256_pk_t, pk, 0);

PM_ABI_SIZE(ble_gap_lesc_dhkey_t, 32);
PM_ABI_OFFSET(ble_gap_lesc_dhkey_t, key, 0);

PM_ABI_SIZE(ble_gap_lesc_oob_data_t, 39);
PM_ABI_OFFSET(ble_gap_lesc_oob_data_t, addr, 0);
PM_ABI_OFFSET(ble_gap_lesc_oob_data_t, r, 7);
PM_ABI_OFFSET(ble_gap_lesc_oob_data_t, c, 23);

PM_ABI_SIZE(ble_gap_sec_levels_t, 1);

PM_ABI_SIZE(ble_gap_enc_key_t, 28);
PM_ABI_OFFSET(ble_gap_enc_key_t, enc_info, 0);
PM_ABI_OFFSET(ble_gap_enc_key_t, master_id, 18);

PM_ABI_SIZE(ble_gap_id_key_t, 23);
PM_ABI_OFFSET(ble_gap_id_key_t, id_info, 0);
PM_ABI_OFFSET(ble_gap_id_key_t, id_addr_info, 16);

PM_ABI_SIZE(ble_gap_data_length_params_t, 8);
PM_ABI_OFFSET(ble_gap_data_length_params_t, max_tx_octets, 0);
PM_ABI_OFFSET(ble_gap_data_length_params_t, max_rx_octets, 2);
PM_ABI_OFFSET(ble_gap_data_length_params_t, max_tx_time_us, 4);
PM_ABI_OFFSET(ble_gap_data_length_params_t, max_rx_time_us, 6);

PM_ABI_SIZE(ble_gap_data_length_limitation_t, 6);
PM_ABI_OFFSET(ble_gap_data_length_limitation_t, tx_payload_limited_octets, 0);
PM_ABI_OFFSET(ble_gap_data_length_limitation_t, rx_payload_limited_octets, 2);
PM_ABI_OFFSET(ble_gap_data_length_limitation_t, tx_rx_time_limited_us, 4);

PM_ABI_SIZE(ble_gap_evt_connected_t, 18);
PM_ABI_OFFSET(ble_gap_evt_connected_t, peer_addr, 0);
PM_ABI_OFFSET(ble_gap_evt_connected_t, role, 7);
PM_ABI_OFFSET(ble_gap_evt_connected_t, conn_params, 8);
PM_ABI_OFFSET(ble_gap_evt_connected_t, adv_handle, 16);

PM_ABI_SIZE(ble_gap_evt_disconnected_t, 1);
PM_ABI_OFFSET(ble_gap_evt_disconnected_t, reason, 0);

PM_ABI_SIZE(ble_gap_evt_conn_param_update_t, 8);
PM_ABI_OFFSET(ble_gap_evt_conn_param_update_t, conn_params, 0);

PM_ABI_SIZE(ble_gap_evt_phy_update_request_t, 2);
PM_ABI_OFFSET(ble_gap_evt_phy_update_request_t, peer_preferred_phys, 0);

PM_ABI_SIZE(ble_gap_evt_phy_update_t, 3);
PM_ABI_OFFSET(ble_gap_evt_phy_update_t, status, 0);
PM_ABI_OFFSET(ble_gap_evt_phy_update_t, tx_phy, 1);
PM_ABI_OFFSET(ble_gap_evt_phy_update_t, rx_phy, 2);

PM_ABI_SIZE(ble_gap_evt_sec_params_request_t, 5);
PM_ABI_OFFSET(ble_gap_evt_sec_params_request_t, peer_params, 0);

PM_ABI_SIZE(ble_gap_evt_sec_info_request_t, 20);
PM_ABI_OFFSET(ble_gap_evt_sec_info_request_t, peer_addr, 0);
PM_ABI_OFFSET(ble_gap_evt_sec_info_request_t, master_id, 8);

PM_ABI_SIZE(ble_gap_evt_passkey_display_t, 7);
PM_ABI_OFFSET(ble_gap_evt_passkey_display_t, passkey, 0);

PM_ABI_SIZE(ble_gap_evt_key_pressed_t, 1);
PM_ABI_OFFSET(ble_gap_evt_key_pressed_t, kp_not, 0);

PM_ABI_SIZE(ble_gap_evt_auth_key_request_t, 1);
PM_ABI_OFFSET(ble_gap_evt_auth_key_request_t, key_type, 0);

PM_ABI_SIZE(ble_gap_evt_auth_status_t, 5);
PM_ABI_OFFSET(ble_gap_evt_auth_status_t, auth_status, 0);
PM_ABI_OFFSET(ble_gap_evt_auth_status_t, sm1_levels, 2);
PM_ABI_OFFSET(ble_gap_evt_auth_status_t, kdist_own, 3);
PM_ABI_OFFSET(ble_gap_evt_auth_status_t, kdist_peer, 4);

PM_ABI_SIZE(ble_gap_evt_conn_sec_update_t, 2);
PM_ABI_OFFSET(ble_gap_evt_conn_sec_update_t, conn_sec, 0);

PM_ABI_SIZE(ble_gap_evt_rssi_changed_t, 2);
PM_ABI_OFFSET(ble_gap_evt_rssi_changed_t, rssi, 0);
PM_ABI_OFFSET(ble_gap_evt_rssi_changed_t, ch_index, 1);

PM_ABI_SIZE(ble_gap_evt_adv_set_terminated_t, 3);
PM_ABI_OFFSET(ble_gap_evt_adv_set_terminated_t, reason, 0);
PM_ABI_OFFSET(ble_gap_evt_adv_set_terminated_t, adv_handle, 1);
PM_ABI_OFFSET(ble_gap_evt_adv_set_terminated_t, num_completed_adv_events, 2);

PM_ABI_SIZE(ble_gap_evt_sec_request_t, 1);

PM_ABI_SIZE(ble_gap_evt_conn_param_update_request_t, 8);
PM_ABI_OFFSET(ble_gap_evt_conn_param_update_request_t, conn_params, 0);

PM_ABI_SIZE(ble_gap_evt_scan_req_report_t, 9);
PM_ABI_OFFSET(ble_gap_evt_scan_req_report_t, adv_handle, 0);
PM_ABI_OFFSET(ble_gap_evt_scan_req_report_t, rssi, 1);
PM_ABI_OFFSET(ble_gap_evt_scan_req_report_t, peer_addr, 2);

PM_ABI_SIZE(ble_gap_evt_data_length_update_request_t, 8);
PM_ABI_OFFSET(ble_gap_evt_data_length_update_request_t, peer_params, 0);

PM_ABI_SIZE(ble_gap_evt_data_length_update_t, 8);
PM_ABI_OFFSET(ble_gap_evt_data_length_update_t, effective_params, 0);

PM_ABI_SIZE(ble_gap_evt_qos_conn_event_report_t, 12);
PM_ABI_OFFSET(ble_gap_evt_qos_conn_event_report_t, event_counter, 0);
PM_ABI_OFFSET(ble_gap_evt_qos_conn_event_report_t, ch_index, 2);
PM_ABI_OFFSET(ble_gap_evt_qos_conn_event_report_t, crc_ok_count, 4);
PM_ABI_OFFSET(ble_gap_evt_qos_conn_event_report_t, crc_error_count, 6);
PM_ABI_OFFSET(ble_gap_evt_qos_conn_event_report_t, nak_count, 8);

PM_ABI_SIZE(ble_gatt_char_props_t, 1);

PM_ABI_SIZE(ble_gatt_char_ext_props_t, 1);

PM_ABI_SIZE(ble_gattc_handle_range_t, 4);
PM_ABI_OFFSET(ble_gattc_handle_range_t, start_handle, 0);
PM_ABI_OFFSET(ble_gattc_handle_range_t, end_handle, 2);

PM_ABI_SIZE(ble_gattc_service_t, 8);
PM_ABI_OFFSET(ble_gattc_service_t, uuid, 0);
PM_ABI_OFFSET(ble_gattc_service_t, handle_range, 4);

PM_ABI_SIZE(ble_gattc_include_t, 10);
PM_ABI_OFFSET(ble_gattc_include_t, handle, 0);
PM_ABI_OFFSET(ble_gattc_include_t, included_srvc, 2);

PM_ABI_SIZE(ble_gattc_char_t, 10);
PM_ABI_OFFSET(ble_gattc_char_t, uuid, 0);
PM_ABI_OFFSET(ble_gattc_char_t, char_props, 4);
PM_ABI_OFFSET(ble_gattc_char_t, handle_decl, 6);
PM_ABI_OFFSET(ble_gattc_char_t, handle_value, 8);

PM_ABI_SIZE(ble_gattc_desc_t, 6);
PM_ABI_OFFSET(ble_gattc_desc_t, handle, 0);
PM_ABI_OFFSET(ble_gattc_desc_t, uuid, 2);

PM_ABI_SIZE(ble_gattc_attr_info16_t, 6);
PM_ABI_OFFSET(ble_gattc_attr_info16_t, handle, 0);
PM_ABI_OFFSET(ble_gattc_attr_info16_t, uuid, 2);

PM_ABI_SIZE(ble_gattc_attr_info128_t, 18);
PM_ABI_OFFSET(ble_gattc_attr_info128_t, handle, 0);
PM_ABI_OFFSET(ble_gattc_attr_info128_t, uuid, 2);

PM_ABI_SIZE(ble_gattc_evt_prim_srvc_disc_rsp_t, 10);
PM_ABI_OFFSET(ble_gattc_evt_prim_srvc_disc_rsp_t, count, 0);
PM_ABI_OFFSET(ble_gattc_evt_prim_srvc_disc_rsp_t, services, 2);

PM_ABI_SIZE(ble_gattc_evt_rel_disc_rsp_t, 12);
PM_ABI_OFFSET(ble_gattc_evt_rel_disc_rsp_t, count, 0);
PM_ABI_OFFSET(ble_gattc_evt_rel_disc_rsp_t, includes, 2);

PM_ABI_SIZE(ble_gattc_evt_char_disc_rsp_t, 12);
PM_ABI_OFFSET(ble_gattc_evt_char_disc_rsp_t, count, 0);
PM_ABI_OFFSET(ble_gattc_evt_char_disc_rsp_t, chars, 2);

PM_ABI_SIZE(ble_gattc_evt_desc_disc_rsp_t, 8);
PM_ABI_OFFSET(ble_gattc_evt_desc_disc_rsp_t, count, 0);
PM_ABI_OFFSET(ble_gattc_evt_desc_disc_rsp_t, descs, 2);

PM_ABI_SIZE(ble_gattc_evt_attr_info_disc_rsp_t, 22);
PM_ABI_OFFSET(ble_gattc_evt_attr_info_disc_rsp_t, count, 0);
PM_ABI_OFFSET(ble_gattc_evt_attr_info_disc_rsp_t, format, 2);
PM_ABI_OFFSET(ble_gattc_evt_attr_info_disc_rsp_t, info, 4);

PM_ABI_SIZE(ble_gattc_evt_char_val_by_uuid_read_rsp_t, 6);
PM_ABI_OFFSET(ble_gattc_evt_char_val_by_uuid_read_rsp_t, count, 0);
PM_ABI_OFFSET(ble_gattc_evt_char_val_by_uuid_read_rsp_t, value_len, 2);
PM_ABI_OFFSET(ble_gattc_evt_char_val_by_uuid_read_rsp_t, handle_value, 4);

PM_ABI_SIZE(ble_gattc_evt_read_rsp_t, 8);
PM_ABI_OFFSET(ble_gattc_evt_read_rsp_t, handle, 0);
PM_ABI_OFFSET(ble_gattc_evt_read_rsp_t, offset, 2);
PM_ABI_OFFSET(ble_gattc_evt_read_rsp_t, len, 4);
PM_ABI_OFFSET(ble_gattc_evt_read_rsp_t, data, 6);

PM_ABI_SIZE(ble_gattc_evt_char_vals_read_rsp_t, 4);
PM_ABI_OFFSET(ble_gattc_evt_char_vals_read_rsp_t, len, 0);
PM_ABI_OFFSET(ble_gattc_evt_char_vals_read_rsp_t, values, 2);

PM_ABI_SIZE(ble_gattc_evt_write_rsp_t, 10);
PM_ABI_OFFSET(ble_gattc_evt_write_rsp_t, handle, 0);
PM_ABI_OFFSET(ble_gattc_evt_write_rsp_t, write_op, 2);
PM_ABI_OFFSET(ble_gattc_evt_write_rsp_t, offset, 4);
PM_ABI_OFFSET(ble_gattc_evt_write_rsp_t, len, 6);
PM_ABI_OFFSET(ble_gattc_evt_write_rsp_t, data, 8);

PM_ABI_SIZE(ble_gattc_evt_hvx_t, 8);
PM_ABI_OFFSET(ble_gattc_evt_hvx_t, handle, 0);
PM_ABI_OFFSET(ble_gattc_evt_hvx_t, type, 2);
PM_ABI_OFFSET(ble_gattc_evt_hvx_t, len, 4);
PM_ABI_OFFSET(ble_gattc_evt_hvx_t, data, 6);

PM_ABI_SIZE(ble_gattc_evt_exchange_mtu_rsp_t, 2);
PM_ABI_OFFSET(ble_gattc_evt_exchange_mtu_rsp_t, server_rx_mtu, 0);

PM_ABI_SIZE(ble_gattc_evt_timeout_t, 1);
PM_ABI_OFFSET(ble_gattc_evt_timeout_t, src, 0);

PM_ABI_SIZE(ble_gattc_evt_write_cmd_tx_complete_t, 1);
PM_ABI_OFFSET(ble_gattc_evt_write_cmd_tx_complete_t, count, 0);

PM_ABI_SIZE(ble_gattc_evt_t, 28);
PM_ABI_OFFSET(ble_gattc_evt_t, conn_handle, 0);
PM_ABI_OFFSET(ble_gattc_evt_t, gatt_status, 2);
PM_ABI_OFFSET(ble_gattc_evt_t, error_handle, 4);
PM_ABI_OFFSET(ble_gattc_evt_t, params, 6);

PM_ABI_SIZE(ble_gatts_attr_md_t, 3);
PM_ABI_OFFSET(ble_gatts_attr_md_t, read_perm, 0);
PM_ABI_OFFSET(ble_gatts_attr_md_t, write_perm, 1);

PM_ABI_SIZE(ble_gatts_char_pf_t, 8);
PM_ABI_OFFSET(ble_gatts_char_pf_t, format, 0);
PM_ABI_OFFSET(ble_gatts_char_pf_t, exponent, 1);
PM_ABI_OFFSET(ble_gatts_char_pf_t, unit, 2);
PM_ABI_OFFSET(ble_gatts_char_pf_t, name_space, 4);
PM_ABI_OFFSET(ble_gatts_char_pf_t, desc, 6);

PM_ABI_SIZE(ble_gatts_char_handles_t, 8);
PM_ABI_OFFSET(ble_gatts_char_handles_t, value_handle, 0);
PM_ABI_OFFSET(ble_gatts_char_handles_t, user_desc_handle, 2);
PM_ABI_OFFSET(ble_gatts_char_handles_t, cccd_handle, 4);
PM_ABI_OFFSET(ble_gatts_char_handles_t, sccd_handle, 6);

PM_ABI_SIZE(ble_gatts_evt_write_t, 14);
PM_ABI_OFFSET(ble_gatts_evt_write_t, handle, 0);
PM_ABI_OFFSET(ble_gatts_evt_write_t, uuid, 2);
PM_ABI_OFFSET(ble_gatts_evt_write_t, op, 6);
PM_ABI_OFFSET(ble_gatts_evt_write_t, auth_required, 7);
PM_ABI_OFFSET(ble_gatts_evt_write_t, offset, 8);
PM_ABI_OFFSET(ble_gatts_evt_write_t, len, 10);
PM_ABI_OFFSET(ble_gatts_evt_write_t, data, 12);

PM_ABI_SIZE(ble_gatts_evt_read_t, 8);
PM_ABI_OFFSET(ble_gatts_evt_read_t, handle, 0);
PM_ABI_OFFSET(ble_gatts_evt_read_t, uuid, 2);
PM_ABI_OFFSET(ble_gatts_evt_read_t, offset, 6);

PM_ABI_SIZE(ble_gatts_evt_rw_authorize_request_t, 16);
PM_ABI_OFFSET(ble_gatts_evt_rw_authorize_request_t, type, 0);
PM_ABI_OFFSET(ble_gatts_evt_rw_authorize_request_t, request, 2);

PM_ABI_SIZE(ble_gatts_evt_sys_attr_missing_t, 1);
PM_ABI_OFFSET(ble_gatts_evt_sys_attr_missing_t, hint, 0);

PM_ABI_SIZE(ble_gatts_evt_hvc_t, 2);
PM_ABI_OFFSET(ble_gatts_evt_hvc_t, handle, 0);

PM_ABI_SIZE(ble_gatts_evt_exchange_mtu_request_t, 2);
PM_ABI_OFFSET(ble_gatts_evt_exchange_mtu_request_t, client_rx_mtu, 0);

PM_ABI_SIZE(ble_gatts_evt_timeout_t, 1);
PM_ABI_OFFSET(ble_gatts_evt_timeout_t, src, 0);

PM_ABI_SIZE(ble_gatts_evt_hvn_tx_complete_t, 1);
PM_ABI_OFFSET(ble_gatts_evt_hvn_tx_complete_t, count, 0);

PM_ABI_SIZE(ble_gatts_evt_t, 18);
PM_ABI_OFFSET(ble_gatts_evt_t, conn_handle, 0);
PM_ABI_OFFSET(ble_gatts_evt_t, params, 2);

PM_ABI_SIZE(ble_common_opt_conn_evt_ext_t, 1);

PM_ABI_SIZE(ble_common_opt_t, 1);
PM_ABI_OFFSET(ble_common_opt_t, conn_evt_ext, 0);

PM_ABI_SIZE(ble_conn_cfg_t, 6);
PM_ABI_OFFSET(ble_conn_cfg_t, conn_cfg_tag, 0);
PM_ABI_OFFSET(ble_conn_cfg_t, params, 2);

PM_ABI_SIZE(ble_common_cfg_vs_uuid_t, 1);
PM_ABI_OFFSET(ble_common_cfg_vs_uuid_t, vs_uuid_count, 0);

PM_ABI_SIZE(ble_common_cfg_t, 1);
PM_ABI_OFFSET(ble_common_cfg_t, vs_uuid_cfg, 0);

PM_ABI_SIZE(ble_gap_conn_cfg_t, 4);
PM_ABI_OFFSET(ble_gap_conn_cfg_t, conn_count, 0);
PM_ABI_OFFSET(ble_gap_conn_cfg_t, event_length, 2);

PM_ABI_SIZE(ble_gap_cfg_role_count_t, 4);
PM_ABI_OFFSET(ble_gap_cfg_role_count_t, adv_set_count, 0);
PM_ABI_OFFSET(ble_gap_cfg_role_count_t, periph_role_count, 1);
PM_ABI_OFFSET(ble_gap_cfg_role_count_t, central_role_count, 2);
PM_ABI_OFFSET(ble_gap_cfg_role_count_t, central_sec_count, 3);

PM_ABI_SIZE(ble_gap_cfg_ppcp_incl_cfg_t, 1);
PM_ABI_OFFSET(ble_gap_cfg_ppcp_incl_cfg_t, include_cfg, 0);

PM_ABI_SIZE(ble_gap_cfg_car_incl_cfg_t, 1);
PM_ABI_OFFSET(ble_gap_cfg_car_incl_cfg_t, include_cfg, 0);

PM_ABI_SIZE(ble_gap_opt_ch_map_t, 8);
PM_ABI_OFFSET(ble_gap_opt_ch_map_t, conn_handle, 0);
PM_ABI_OFFSET(ble_gap_opt_ch_map_t, ch_map, 2);

PM_ABI_SIZE(ble_gap_opt_slave_latency_disable_t, 4);
PM_ABI_OFFSET(ble_gap_opt_slave_latency_disable_t, conn_handle, 0);
PM_ABI_OFFSET(ble_gap_opt_slave_latency_disable_t, disable, 2);

PM_ABI_SIZE(ble_gap_opt_compat_mode_1_t, 1);

PM_ABI_SIZE(ble_gap_opt_auth_payload_timeout_t, 4);
PM_ABI_OFFSET(ble_gap_opt_auth_payload_timeout_t, conn_handle, 0);
PM_ABI_OFFSET(ble_gap_opt_auth_payload_timeout_t, auth_payload_timeout, 2);

PM_ABI_SIZE(ble_gatt_conn_cfg_t, 2);
PM_ABI_OFFSET(ble_gatt_conn_cfg_t, att_mtu, 0);

PM_ABI_SIZE(ble_gattc_conn_cfg_t, 1);
PM_ABI_OFFSET(ble_gattc_conn_cfg_t, write_cmd_tx_queue_size, 0);

PM_ABI_SIZE(ble_gattc_opt_uuid_disc_t, 1);

PM_ABI_SIZE(ble_gattc_opt_t, 1);
PM_ABI_OFFSET(ble_gattc_opt_t, uuid_disc, 0);

PM_ABI_SIZE(ble_gatts_conn_cfg_t, 1);
PM_ABI_OFFSET(ble_gatts_conn_cfg_t, hvn_tx_queue_size, 0);

PM_ABI_SIZE(ble_gatts_cfg_service_changed_t, 1);

PM_ABI_SIZE(ble_gatts_cfg_service_changed_cccd_perm_t, 3);
PM_ABI_OFFSET(ble_gatts_cfg_service_changed_cccd_perm_t, perm, 0);

PM_ABI_SIZE(ble_gatts_cfg_attr_tab_size_t, 4);
PM_ABI_OFFSET(ble_gatts_cfg_attr_tab_size_t, attr_tab_size, 0);

PM_ABI_SIZE(ble_gatts_cfg_t, 4);
PM_ABI_OFFSET(ble_gatts_cfg_t, service_changed, 0);
PM_ABI_OFFSET(ble_gatts_cfg_t, service_changed_cccd_perm, 0);
PM_ABI_OFFSET(ble_gatts_cfg_t, attr_tab_size, 0);

PM_ABI_SIZE(nrf_ecb_hal_data_t, 48);
PM_ABI_OFFSET(nrf_ecb_hal_data_t, key, 0);
PM_ABI_OFFSET(nrf_ecb_hal_data_t, cleartext, 16);
PM_ABI_OFFSET(nrf_ecb_hal_data_t, ciphertext, 32);

#endif  // LAYOUT_SOFTDEVICE_H_
