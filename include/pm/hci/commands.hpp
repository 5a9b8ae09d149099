// SPDX-License-Identifier: Apache-2.0
//
// Commands by feature. Each structure has its opcode, its parameters in order, and Return: the
// return parameters of its Command Complete event, or AnsweredByStatus when a Command Status event
// answers it and another event ends it.
#pragma once

#include "pm/hci/commands_advertising.hpp"
#include "pm/hci/commands_controller.hpp"
#include "pm/hci/commands_link.hpp"
#include "pm/hci/commands_privacy.hpp"
#include "pm/hci/commands_security.hpp"
