// SPDX-License-Identifier: Apache-2.0
// Everything, on i386: natural alignment and pointers as on the target, enumerations of four octets
// (of one with -fshort-enums). Compiling it is the test.
#ifndef PM_ABI_ENUM_OCTETS
#define PM_ABI_ENUM_OCTETS 4
#endif

#include "functions_peer_manager.h"
#include "layout_peer_manager.h"
#include "layout_peer_manager_32.h"
#include "layout_softdevice.h"
#include "layout_softdevice_32.h"
