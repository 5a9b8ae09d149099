// SPDX-License-Identifier: Apache-2.0
// Everything, on Cortex-M33: the layouts that applications are compiled with. Compiling it is the
// test.
#define PM_ABI_ENUM_OCTETS 1

#include "functions_peer_manager.h"
#include "layout_peer_manager.h"
#include "layout_peer_manager_32.h"
#include "layout_softdevice.h"
#include "layout_softdevice_32.h"
#include "values_common.h"
#include "values_gap.h"
#include "values_gatt.h"
