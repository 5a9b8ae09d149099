// SPDX-License-Identifier: Apache-2.0
//
// A serial line to a controller of pm-air: a pseudo terminal whose octets are carried one at a
// time, so that whoever reads it sees every packet in pieces of one octet.
#pragma once

#include <sys/types.h>

#include <string>

namespace pm::demo {

class PtyBridge {
 public:
  PtyBridge() = default;
  ~PtyBridge() { stop(); }
  PtyBridge(const PtyBridge&) = delete;
  PtyBridge& operator=(const PtyBridge&) = delete;

  /// Connects to the socket in a process of its own. Returns the terminal's path, e.g. /dev/pts/3.
  /// Throws StageError.
  std::string start(const std::string& socket_path);
  /// The controller sees its host vanish.
  void stop();

 private:
  pid_t pid_ = -1;
};

}  // namespace pm::demo
