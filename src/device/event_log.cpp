// SPDX-License-Identifier: Apache-2.0
#include "pm/device/event_log.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace pm::device {

namespace {

/// Text may come from the air, e.g. a device's name: whatever it is, the line stays JSON.
std::string quoted(std::string_view raw) {
  return nlohmann::json(std::string(raw))
      .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace

EventLog::~EventLog() {
  if (file_ != nullptr) {
    std::fclose(file_);
  }
}

bool EventLog::open(const std::string& path) {
  file_ = std::fopen(path.c_str(), "a");
  return file_ != nullptr;
}

void EventLog::add(uint64_t t_us, std::string_view members) {
  const std::string line = fmt::format(R"({{"t_us":{},"boot":{},{}}})", t_us, boot_, members);
  if (file_ != nullptr) {
    std::fprintf(file_, "%s\n", line.c_str());
    std::fflush(file_);
  }
  if (sink_) {
    sink_(line);
  }
}

void EventLog::add_text(uint64_t t_us, int level, std::string_view module, std::string_view text) {
  add(t_us, fmt::format(R"("kind":"log","level":{},"module":{},"text":{})", level, quoted(module),
                        quoted(text)));
}

void EventLog::add_controller_lost(uint64_t t_us, std::string_view reason) {
  add(t_us, fmt::format(R"("kind":"controller","state":"lost","reason":{})", quoted(reason)));
}

}  // namespace pm::device
