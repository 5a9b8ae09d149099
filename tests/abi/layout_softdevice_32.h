// SPDX-License-Identifier: Apache-2.0
// SoftDevice structures with pointers, on a target with 32-bit pointers.
#ifndef LAYOUT_SOFTDEVICE_32_H_
#define LAYOUT_SOFTDEVICE_32_H_

#include "ble.h"
#include "layout.h"
#include "nrf_soc.h"

PM_ABI_SIZE(ble_user_mem_block_t, 8);
PM_ABI_OFFSET(ble_user_mem_block_t, p_mem, 0);
PM_ABI_OFFSET(ble_user_mem_block_t, len, 4);

PM_ABI_SIZE(ble_evt_user_mem_release_t, 12);
PM_ABI_OFFSET(ble_evt_user_mem_release_t, type, 0);
PM_ABI_OFFSET(ble_evt_user_mem_release_t, mem_block, 4);

PM_ABI_SIZE(ble_common_evt_t, 16);
PM_ABI_OFFSET(ble_common_evt_t, conn_handle, 0);
PM_ABI_OFFSET(ble_common_evt_t, params, 4);

PM_ABI_SIZE(ble_evt_t, 44);
PM_ABI_OFFSET(ble_evt_t, header, 0);
PM_ABI_OFFSET(ble_evt_t, evt, 4);

PM_ABI_SIZE(ble_data_t, 8);
PM_ABI_OFFSET(ble_data_t, p_data, 0);
PM_ABI_OFFSET(ble_data_t, len, 4);

PM_ABI_SIZE(ble_gap_adv_params_t, 24);
PM_ABI_OFFSET(ble_gap_adv_params_t, properties, 0);
PM_ABI_OFFSET(ble_gap_adv_params_t, p_peer_addr, 4);
PM_ABI_OFFSET(ble_gap_adv_params_t, interval, 8);
PM_ABI_OFFSET(ble_gap_adv_params_t, duration, 12);
PM_ABI_OFFSET(ble_gap_adv_params_t, max_adv_evts, 14);
PM_ABI_OFFSET(ble_gap_adv_params_t, channel_mask, 15);
PM_ABI_OFFSET(ble_gap_adv_params_t, filter_policy, 20);
PM_ABI_OFFSET(ble_gap_adv_params_t, primary_phy, 21);
PM_ABI_OFFSET(ble_gap_adv_params_t, secondary_phy, 22);

PM_ABI_SIZE(ble_gap_adv_data_t, 16);
PM_ABI_OFFSET(ble_gap_adv_data_t, adv_data, 0);
PM_ABI_OFFSET(ble_gap_adv_data_t, scan_rsp_data, 8);

PM_ABI_SIZE(ble_gap_privacy_params_t, 8);
PM_ABI_OFFSET(ble_gap_privacy_params_t, privacy_mode, 0);
PM_ABI_OFFSET(ble_gap_privacy_params_t, private_addr_type, 1);
PM_ABI_OFFSET(ble_gap_privacy_params_t, private_addr_cycle_s, 2);
PM_ABI_OFFSET(ble_gap_privacy_params_t, p_device_irk, 4);

PM_ABI_SIZE(ble_gap_sec_keys_t, 12);
PM_ABI_OFFSET(ble_gap_sec_keys_t, p_enc_key, 0);
PM_ABI_OFFSET(ble_gap_sec_keys_t, p_id_key, 4);
PM_ABI_OFFSET(ble_gap_sec_keys_t, p_pk, 8);

PM_ABI_SIZE(ble_gap_sec_keyset_t, 24);
PM_ABI_OFFSET(ble_gap_sec_keyset_t, keys_own, 0);
PM_ABI_OFFSET(ble_gap_sec_keyset_t, keys_peer, 12);

PM_ABI_SIZE(ble_gap_evt_lesc_dhkey_request_t, 8);
PM_ABI_OFFSET(ble_gap_evt_lesc_dhkey_request_t, p_pk_peer, 0);

PM_ABI_SIZE(ble_gap_evt_timeout_t, 12);
PM_ABI_OFFSET(ble_gap_evt_timeout_t, src, 0);
PM_ABI_OFFSET(ble_gap_evt_timeout_t, params, 4);

PM_ABI_SIZE(ble_gap_evt_adv_report_t, 36);
PM_ABI_OFFSET(ble_gap_evt_adv_report_t, type, 0);
PM_ABI_OFFSET(ble_gap_evt_adv_report_t, peer_addr, 2);
PM_ABI_OFFSET(ble_gap_evt_adv_report_t, direct_addr, 9);
PM_ABI_OFFSET(ble_gap_evt_adv_report_t, primary_phy, 16);
PM_ABI_OFFSET(ble_gap_evt_adv_report_t, secondary_phy, 17);
PM_ABI_OFFSET(ble_gap_evt_adv_report_t, tx_power, 18);
PM_ABI_OFFSET(ble_gap_evt_adv_report_t, rssi, 19);
PM_ABI_OFFSET(ble_gap_evt_adv_report_t, set_id, 20);
PM_ABI_OFFSET(ble_gap_evt_adv_report_t, data, 24);
PM_ABI_OFFSET(ble_gap_evt_adv_report_t, aux_pointer, 32);

PM_ABI_SIZE(ble_gap_evt_t, 40);
PM_ABI_OFFSET(ble_gap_evt_t, conn_handle, 0);
PM_ABI_OFFSET(ble_gap_evt_t, params, 4);

PM_ABI_SIZE(ble_gattc_write_params_t, 12);
PM_ABI_OFFSET(ble_gattc_write_params_t, write_op, 0);
PM_ABI_OFFSET(ble_gattc_write_params_t, flags, 1);
PM_ABI_OFFSET(ble_gattc_write_params_t, handle, 2);
PM_ABI_OFFSET(ble_gattc_write_params_t, offset, 4);
PM_ABI_OFFSET(ble_gattc_write_params_t, len, 6);
PM_ABI_OFFSET(ble_gattc_write_params_t, p_value, 8);

PM_ABI_SIZE(ble_gattc_handle_value_t, 8);
PM_ABI_OFFSET(ble_gattc_handle_value_t, handle, 0);
PM_ABI_OFFSET(ble_gattc_handle_value_t, p_value, 4);

PM_ABI_SIZE(ble_gatts_attr_t, 20);
PM_ABI_OFFSET(ble_gatts_attr_t, p_uuid, 0);
PM_ABI_OFFSET(ble_gatts_attr_t, p_attr_md, 4);
PM_ABI_OFFSET(ble_gatts_attr_t, init_len, 8);
PM_ABI_OFFSET(ble_gatts_attr_t, init_offs, 10);
PM_ABI_OFFSET(ble_gatts_attr_t, max_len, 12);
PM_ABI_OFFSET(ble_gatts_attr_t, p_value, 16);

PM_ABI_SIZE(ble_gatts_value_t, 8);
PM_ABI_OFFSET(ble_gatts_value_t, len, 0);
PM_ABI_OFFSET(ble_gatts_value_t, offset, 2);
PM_ABI_OFFSET(ble_gatts_value_t, p_value, 4);

PM_ABI_SIZE(ble_gatts_char_md_t, 28);
PM_ABI_OFFSET(ble_gatts_char_md_t, char_props, 0);
PM_ABI_OFFSET(ble_gatts_char_md_t, char_ext_props, 1);
PM_ABI_OFFSET(ble_gatts_char_md_t, p_char_user_desc, 4);
PM_ABI_OFFSET(ble_gatts_char_md_t, char_user_desc_max_size, 8);
PM_ABI_OFFSET(ble_gatts_char_md_t, char_user_desc_size, 10);
PM_ABI_OFFSET(ble_gatts_char_md_t, p_char_pf, 12);
PM_ABI_OFFSET(ble_gatts_char_md_t, p_user_desc_md, 16);
PM_ABI_OFFSET(ble_gatts_char_md_t, p_cccd_md, 20);
PM_ABI_OFFSET(ble_gatts_char_md_t, p_sccd_md, 24);

PM_ABI_SIZE(ble_gatts_hvx_params_t, 16);
PM_ABI_OFFSET(ble_gatts_hvx_params_t, handle, 0);
PM_ABI_OFFSET(ble_gatts_hvx_params_t, type, 2);
PM_ABI_OFFSET(ble_gatts_hvx_params_t, offset, 4);
PM_ABI_OFFSET(ble_gatts_hvx_params_t, p_len, 8);
PM_ABI_OFFSET(ble_gatts_hvx_params_t, p_data, 12);

PM_ABI_SIZE(ble_gatts_authorize_params_t, 12);
PM_ABI_OFFSET(ble_gatts_authorize_params_t, gatt_status, 0);
PM_ABI_OFFSET(ble_gatts_authorize_params_t, offset, 4);
PM_ABI_OFFSET(ble_gatts_authorize_params_t, len, 6);
PM_ABI_OFFSET(ble_gatts_authorize_params_t, p_data, 8);

PM_ABI_SIZE(ble_gatts_rw_authorize_reply_params_t, 16);
PM_ABI_OFFSET(ble_gatts_rw_authorize_reply_params_t, type, 0);
PM_ABI_OFFSET(ble_gatts_rw_authorize_reply_params_t, params, 4);

PM_ABI_SIZE(ble_opt_t, 8);
PM_ABI_OFFSET(ble_opt_t, common_opt, 0);
PM_ABI_OFFSET(ble_opt_t, gap_opt, 0);
PM_ABI_OFFSET(ble_opt_t, gattc_opt, 0);

PM_ABI_SIZE(ble_cfg_t, 12);
PM_ABI_OFFSET(ble_cfg_t, conn_cfg, 0);
PM_ABI_OFFSET(ble_cfg_t, common_cfg, 0);
PM_ABI_OFFSET(ble_cfg_t, gap_cfg, 0);
PM_ABI_OFFSET(ble_cfg_t, gatts_cfg, 0);

PM_ABI_SIZE(ble_gap_cfg_device_name_t, 12);
PM_ABI_OFFSET(ble_gap_cfg_device_name_t, write_perm, 0);
PM_ABI_OFFSET(ble_gap_cfg_device_name_t, p_value, 4);
PM_ABI_OFFSET(ble_gap_cfg_device_name_t, current_len, 8);
PM_ABI_OFFSET(ble_gap_cfg_device_name_t, max_len, 10);

PM_ABI_SIZE(ble_gap_cfg_t, 12);
PM_ABI_OFFSET(ble_gap_cfg_t, role_count_cfg, 0);
PM_ABI_OFFSET(ble_gap_cfg_t, device_name_cfg, 0);
PM_ABI_OFFSET(ble_gap_cfg_t, ppcp_include_cfg, 0);
PM_ABI_OFFSET(ble_gap_cfg_t, car_include_cfg, 0);

PM_ABI_SIZE(ble_gap_opt_passkey_t, 4);
PM_ABI_OFFSET(ble_gap_opt_passkey_t, p_passkey, 0);

PM_ABI_SIZE(ble_gap_opt_t, 8);
PM_ABI_OFFSET(ble_gap_opt_t, ch_map, 0);
PM_ABI_OFFSET(ble_gap_opt_t, passkey, 0);
PM_ABI_OFFSET(ble_gap_opt_t, compat_mode_1, 0);
PM_ABI_OFFSET(ble_gap_opt_t, auth_payload_timeout, 0);
PM_ABI_OFFSET(ble_gap_opt_t, slave_latency_disable, 0);

PM_ABI_SIZE(nrf_ecb_hal_data_block_t, 12);
PM_ABI_OFFSET(nrf_ecb_hal_data_block_t, p_key, 0);
PM_ABI_OFFSET(nrf_ecb_hal_data_block_t, p_cleartext, 4);
PM_ABI_OFFSET(nrf_ecb_hal_data_block_t, p_ciphertext, 8);

// The greatest event at an ATT MTU.
PM_ABI_VALUE(BLE_EVT_LEN_MAX(23), 52);
PM_ABI_VALUE(BLE_EVT_LEN_MAX(247), 500);

#endif  // LAYOUT_SOFTDEVICE_32_H_
