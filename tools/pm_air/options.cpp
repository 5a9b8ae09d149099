// SPDX-License-Identifier: Apache-2.0
#include "pm_air/options.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>

namespace pm_air {

namespace {

constexpr char kDescription[] =
    "Virtual Bluetooth LE controllers on one virtual air, in real time.\n"
    "Each connection to the socket is the HCI (H4) of a controller of its own.";

constexpr char kFooter[] =
    "A client that closes its connection is a device that vanishes: its peers see a supervision\n"
    "timeout. A client that breaks the protocol is dropped, the others go on.\n"
    "Public addresses (C0:DE:00:00:00:01, ...) follow the order of connecting: a host that keeps\n"
    "bonds uses a static random address.\n"
    "\n"
    "Fault rules: ACTION[,KEY=VALUE]... with ACTION drop, corrupt, duplicate, delay or "
    "disconnect;\n"
    "keys link=N, from=C|P, cid=N, opcode=N, nth=N (from 1), count=N (0: all), delay_ms=N.\n"
    "Example: --fault drop,from=P,cid=6,opcode=0x0d loses the peripheral's first DHKey Check.\n"
    "\n"
    "Example: pm-air --unix /tmp/air.sock --tap air.jsonl";

// HOST:PORT, the host in brackets if it has colons itself.
std::optional<TcpEndpoint> parse_endpoint(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) {
    return std::nullopt;
  }
  TcpEndpoint endpoint{text.substr(0, colon), text.substr(colon + 1)};
  if (endpoint.host.size() > 2 && endpoint.host.front() == '[' && endpoint.host.back() == ']') {
    endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
  }
  const bool digits = !endpoint.port.empty() && endpoint.port.size() <= 5 &&
                      endpoint.port.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || std::stoul(endpoint.port) > 65535) {
    return std::nullopt;
  }
  return endpoint;
}

// Told here: the option parser takes -1, and whatever is too large, for the largest number.
std::string check_seed(const std::string& text) {
  uint64_t seed = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seed);
  return error == std::errc() && rest == end
             ? std::string()
             : "'" + text + "' is no seed: a number from 0 to 18446744073709551615";
}

std::optional<Options> complain(const std::string& text, int& exit_code) {
  std::fprintf(stderr, "pm-air: %s\nRun 'pm-air --help' for the options.\n", text.c_str());
  exit_code = 2;
  return std::nullopt;
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
  Options options;
  std::string tcp;
  std::vector<std::string> faults;
  CLI::App app{kDescription, "pm-air"};
  app.footer(kFooter);
  app.add_option("--unix", options.unix_path, "Listen on a unix socket")->type_name("PATH");
  app.add_option("--tcp", tcp, "Listen on TCP; port 0: choose one and print it")
      ->type_name("HOST:PORT");
  app.add_option("--tap", options.tap_path, "Write what is on air to a file, as JSON lines")
      ->type_name("FILE");
  app.add_option("--seed", options.seed, "Seed of everything random")
      ->check(CLI::Validator(check_seed, ""))
      ->capture_default_str();
  app.add_option("--fault", faults, "Fault rule; may be given several times")
      ->type_name("RULE")
      ->allow_extra_args(false);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  if (options.unix_path.empty() && tcp.empty()) {
    return complain("nowhere to listen: give --unix PATH or --tcp HOST:PORT, or both", exit_code);
  }
  if (!tcp.empty()) {
    options.tcp = parse_endpoint(tcp);
    if (!options.tcp) {
      return complain("cannot use --tcp '" + tcp + "': give HOST:PORT, e.g. 127.0.0.1:0",
                      exit_code);
    }
  }
  for (const std::string& text : faults) {
    std::string error;
    const auto rule = pm::sim::parse_fault_rule(text, error);
    if (!rule) {
      return complain("cannot use --fault '" + text + "': " + error, exit_code);
    }
    options.faults.push_back(*rule);
  }
  return options;
}

}  // namespace pm_air
