// SPDX-License-Identifier: Apache-2.0
//
// Other programs, run to their end.
#pragma once

#include <string>
#include <vector>

namespace pm::test {

struct Ran {
  /// Exit status; -1: it was killed, or could not be started.
  int status;
  std::string out;
  std::string err;
};

/// `program` is a path, or a name to be found as the shell would.
Ran run(const std::string& program, const std::vector<std::string>& arguments);

std::string read_file(const std::string& path);
std::vector<std::string> lines(const std::string& text);

/// An empty folder that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace pm::test
