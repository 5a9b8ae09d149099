// SPDX-License-Identifier: Apache-2.0
//
// Flash on a file: what survives is what a completion has said is written, also when the power
// fails.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pm/ports/flash.hpp"

namespace pm::adapters {

/// One partition in one file of exactly its size, for one process at a time (flock). The file holds
/// link keys: it is created readable by its owner only. Whether it holds a store is the mount's
/// question, which refuses foreign content.
class FileFlash final : public Flash {
 public:
  /// Runs a function in a later turn of the loop, in the context that uses the flash.
  using Executor = std::function<void(std::function<void()>)>;

  struct Options {
    /// Octets of the partition; a multiple of 16.
    uint32_t size = 4096;
    /// Fills the whole file with 0xFF first, whatever it held and whatever its size was.
    bool erase = false;
    /// Told why a write failed, once until one succeeds again; may be empty.
    std::function<void(const std::string&)> on_error = {};
  };

  /// Opens the file, or creates it filled with 0xFF; a file exists with its full size or not at
  /// all. Returns null on failure; `error` then says what is wrong, where, and what to do. Refused,
  /// untouched: a file that another process uses, of another size, not a regular file, without
  /// permission.
  static std::unique_ptr<FileFlash> open(const std::string& path, const Options& options,
                                         Executor post, std::string& error);
  ~FileFlash();
  FileFlash(const FileFlash&) = delete;
  FileFlash& operator=(const FileFlash&) = delete;

  /// As the nRF54L's RRAM: an image moves between the two unchanged.
  FlashGeometry geometry() const override;
  void attach(FlashSink* sink) override { sink_ = sink; }
  Status read(uint32_t offset, MutableBytes out) override;
  /// Writes and syncs at once, then posts the completion. A full disk or an I/O error completes
  /// with kInternal and is described by last_error(); later writes may succeed again.
  Status write(uint32_t offset, Bytes data) override;
  bool pump() override;

  /// Text of the last failed write; empty if there was none.
  const std::string& last_error() const { return last_error_; }

 private:
  FileFlash(int fd, std::string path, const Options& options, Executor post);

  bool load(std::string& error);
  Status store(uint32_t offset, Bytes data);
  void complete();

  int fd_;
  std::string path_;
  Executor post_;
  std::function<void(const std::string&)> on_error_;
  FlashSink* sink_ = nullptr;
  /// What the file holds: reads cost no system call.
  std::vector<uint8_t> image_;
  std::string last_error_;
  /// After a failed sync the kernel counts the pages as clean: only writing them again makes them
  /// durable.
  bool rewrite_all_ = false;
  bool pending_ = false;
  Status result_ = Status::kOk;
  /// Outlived by posted functions: which completion they are for, and whether anybody is left.
  std::shared_ptr<uint64_t> turn_;
};

}  // namespace pm::adapters
