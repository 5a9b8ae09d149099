// SPDX-License-Identifier: Apache-2.0
//
// The ports of the target, complete: the build includes it first wherever PM_ONE_DEVICE is set.
#pragma once

#include "pm/adapters/nordic/nordic_crypto.hpp"
#include "pm/adapters/nordic/nordic_soft_device.hpp"
#include "pm/adapters/nordic/nordic_storage.hpp"
#include "pm/adapters/nordic/nordic_timers.hpp"
