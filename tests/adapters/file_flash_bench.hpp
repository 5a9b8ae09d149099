// SPDX-License-Identifier: Apache-2.0
//
// A file as flash in a folder of its own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "pm/adapters/linux/file_flash.hpp"
#include "pm/zms/store.hpp"

namespace pm::adapters {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

/// The loop: what is posted runs when the test says so.
class Loop {
 public:
  FileFlash::Executor executor() {
    return [this](std::function<void()> fn) { queue_.push_back(std::move(fn)); };
  }
  void run() {
    while (!queue_.empty()) {
      const auto fn = std::move(queue_.front());
      queue_.pop_front();
      fn();
    }
  }

 private:
  std::deque<std::function<void()>> queue_;
};

class Sink final : public FlashSink, public StorageSink {
 public:
  void on_flash_written(Status result) override { written.push_back(result); }
  void on_storage_event(const StorageEvent& event) override { stored.push_back(event.result); }
  std::vector<Status> written;
  std::vector<Status> stored;
};

class FileFlashTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "file_flash_XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    path_ = directory_ / "bonds.zms";
  }
  void TearDown() override { fs::remove_all(directory_); }

  std::unique_ptr<FileFlash> open(FileFlash::Options options = {}) {
    error_.clear();
    return FileFlash::open(path_.string(), options, loop_.executor(), error_);
  }

  std::vector<uint8_t> content() const {
    std::ifstream file(path_, std::ios::binary);
    return std::vector<uint8_t>(std::istreambuf_iterator<char>(file), {});
  }
  void make(const std::vector<uint8_t>& octets) const {
    std::ofstream file(path_, std::ios::binary);
    file.write(reinterpret_cast<const char*>(octets.data()),
               static_cast<std::streamsize>(octets.size()));
  }

  fs::path directory_;
  fs::path path_;
  Loop loop_;
  Sink sink_;
  std::string error_;
};

}  // namespace pm::adapters
