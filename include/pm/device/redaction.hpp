// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "pm/base/bytes.hpp"

namespace pm::device {

/// A copy of an H4 packet in which keys are zeros: the long-term key of LE Enable Encryption and of
/// LE Long Term Key Request Reply, and the keys that SMP distributes. The copy dissects like the
/// original, so that a trace can be passed on. Core, Vol 4, Part E, 7.8.24 and 7.8.25; Vol 3, Part
/// H, 3.6.
std::vector<uint8_t> without_keys(Bytes packet);

}  // namespace pm::device
