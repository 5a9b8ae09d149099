// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pm/sim/faults.hpp"

namespace pm_air {

struct TcpEndpoint {
  std::string host;
  std::string port;
};

struct Options {
  std::string unix_path;
  std::optional<TcpEndpoint> tcp;
  std::string tap_path;
  uint64_t seed = 1;
  std::vector<pm::sim::FaultRule> faults;
};

/// Reads the command line. nullopt: there is nothing to run; `exit_code` says whether that is an
/// error, which has been explained on standard error then.
std::optional<Options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace pm_air
