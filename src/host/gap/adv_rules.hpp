// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ble_gap.h"
#include "pm/base/bytes.hpp"
#include "pm/base/status.hpp"

namespace pm::host::gap {

bool is_directed(uint8_t adv_type);
bool is_high_duty(uint8_t adv_type);
bool is_connectable(uint8_t adv_type);
bool is_scannable(uint8_t adv_type);

/// What sd_ble_gap_adv_set_configure() demands of parameters. kNotSupported: extended advertising.
Status check_adv_params(const ble_gap_adv_params_t& params, bool whitelist_empty);
/// What it demands of data, together with the parameters that apply. Core Supplement, Part A.
Status check_adv_data(Bytes adv_data, Bytes scan_rsp_data, const ble_gap_adv_params_t& params);

}  // namespace pm::host::gap
