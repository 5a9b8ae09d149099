// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pm/device/identity_file.hpp"
#include "pm/host/host.hpp"

namespace pm::device {

/// The host as Kconfig sets it, for a device with this identity.
host::HostConfig host_config(const Identity& identity);

}  // namespace pm::device
