// SPDX-License-Identifier: Apache-2.0
//
// The air as JSON lines: one object a line, each line flushed. No keys: those that SMP distributes
// are written as zeros.
//
// Every line: "t_us" (virtual microseconds), "kind". Addresses are "aa:bb:cc:dd:ee:ff/public" or
// ".../random", most significant octet first; octet strings are hexadecimal in the order on air.
//
//   kind "adv"      addr, type ("ADV_IND", "ADV_DIRECT_IND_HIGH", "ADV_SCAN_IND",
//   "ADV_NONCONN_IND",
//                   "ADV_DIRECT_IND_LOW"), target (directed only), data, scan_rsp
//   kind "connect"  link (number, counts from 1), central, peripheral
//   kind "ll"       link, from ("C" or "P"), op ("enc_start", "enc_on", "enc_fail", "enc_pause",
//   "terminate", "timeout",
//                   "conn_update"), reason (number; absent when there is none)
//   kind "l2cap"    link, from, cid (number), enc (bool), pdu (payload without the basic header),
//                   fault ("drop", "corrupt", "duplicate", "delay", "disconnect"; absent when none)
#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

#include "pm/sim/air_tap.hpp"

namespace pm::sim {

class JsonTap final : public AirTap {
 public:
  JsonTap() = default;
  ~JsonTap() { close(); }
  JsonTap(const JsonTap&) = delete;
  JsonTap& operator=(const JsonTap&) = delete;

  /// Creates, or empties, the file. False: errno says why.
  bool open(const char* path);
  void close();
  /// Gets each line too, without its end.
  void set_sink(std::function<void(std::string_view line)> sink) { sink_ = std::move(sink); }

  void on_advertising(uint64_t t_us, const AdvertisingSeen& seen) override;
  void on_connection(uint64_t t_us, const ConnectionSeen& seen) override;
  void on_link_control(uint64_t t_us, const LinkControlSeen& seen) override;
  void on_l2cap(uint64_t t_us, const L2capSeen& seen) override;

 private:
  void write(uint64_t t_us, const std::string& members);

  std::function<void(std::string_view)> sink_;
  std::FILE* file_ = nullptr;
};

}  // namespace pm::sim
