// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

#include "pm/host/host.hpp"
#include "pm/peer_manager/peer_manager.hpp"
#include "pm/peer_manager/standard_handlers.hpp"
#include "pm/ports/log.hpp"
#include "pm/zms/store.hpp"
