// SPDX-License-Identifier: Apache-2.0
// What is the same everywhere, in the eyes of a C++ compiler. Compiling it is the test.
#include "functions_peer_manager.h"
#include "layout_peer_manager.h"
#include "layout_softdevice.h"
#include "values_common.h"
#include "values_gap.h"
#include "values_gatt.h"
