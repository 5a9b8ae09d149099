// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "pm/device/world.hpp"
