// SPDX-License-Identifier: Apache-2.0
//
// Where the commands that a controller may lack stand in Supported_Commands. Core, Vol 4, Part
// E, 6.27.
#pragma once

#include <array>
#include <cstdint>

#include "pm/hci/constants.hpp"

namespace pm::host::gap {

using SupportedCommands = std::array<uint8_t, 64>;

struct CommandBit {
  hci::Opcode opcode;
  uint8_t octet;
  uint8_t bit;
};

inline constexpr CommandBit kCommandBits[] = {
    {hci::Opcode::kReadRssi, 15, 5},
    {hci::Opcode::kReadBdAddr, 15, 1},
    {hci::Opcode::kLeSetHostChannelClassification, 27, 3},
    {hci::Opcode::kWriteAuthenticatedPayloadTimeout, 32, 5},
    {hci::Opcode::kLeReadFilterAcceptListSize, 26, 6},
    {hci::Opcode::kLeAddToFilterAcceptList, 27, 0},
    {hci::Opcode::kLeRemoteConnectionParameterRequestReply, 33, 4},
    {hci::Opcode::kLeSetDataLength, 33, 6},
    {hci::Opcode::kLeWriteSuggestedDefaultDataLength, 34, 0},
    {hci::Opcode::kLeAddToResolvingList, 34, 3},
    {hci::Opcode::kLeClearResolvingList, 34, 5},
    {hci::Opcode::kLeReadResolvingListSize, 34, 6},
    {hci::Opcode::kLeSetAddressResolutionEnable, 35, 1},
    {hci::Opcode::kLeSetRpaTimeout, 35, 2},
    {hci::Opcode::kLeSetPhy, 35, 6},
    {hci::Opcode::kLeSetPrivacyMode, 39, 2},
};

/// True for commands that are not in the table: those every LE controller has.
constexpr bool is_supported(const SupportedCommands& commands, hci::Opcode opcode) {
  for (const CommandBit& entry : kCommandBits) {
    if (entry.opcode == opcode) {
      return (commands[entry.octet] >> entry.bit & 1) != 0;
    }
  }
  return true;
}

/// Controllers claim commands that they then do not know; the answer counts, not the claim.
constexpr void set_unsupported(SupportedCommands& commands, hci::Opcode opcode) {
  for (const CommandBit& entry : kCommandBits) {
    if (entry.opcode == opcode) {
      commands[entry.octet] = static_cast<uint8_t>(commands[entry.octet] & ~(1u << entry.bit));
    }
  }
}

}  // namespace pm::host::gap
