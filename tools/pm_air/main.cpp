// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdio>

#include "pm_air/server.hpp"

int main(int argc, char** argv) {
  // A client may close while its controller speaks.
  std::signal(SIGPIPE, SIG_IGN);
  int exit_code = 0;
  const auto options = pm_air::parse_options(argc, argv, exit_code);
  if (!options) {
    return exit_code;
  }
  pm_air::Server server(*options);
  std::string error;
  if (!server.start(error)) {
    std::fprintf(stderr, "pm-air: %s\n", error.c_str());
    return 1;
  }
  server.run();
  return 0;
}
