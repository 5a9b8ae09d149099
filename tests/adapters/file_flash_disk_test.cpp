// SPDX-License-Identifier: Apache-2.0
//
// A file as flash on a disk that is full, broken, or read-only.
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>

#include "adapters/file_flash_bench.hpp"

/// What the next fdatasync() fails with; 0: it does its work.
static int sync_error = 0;
// In place of the C library's.
extern "C" int fdatasync(int fd) {
  if (sync_error != 0) {
    errno = sync_error;
    return -1;
  }
  return ::fsync(fd);
}

namespace pm::adapters {
namespace {

/// No file of this process may grow or be written beyond `octets`, as on a full disk.
class DiskLimit {
 public:
  explicit DiskLimit(rlim_t octets) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit = before_;
    limit.rlim_cur = octets;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~DiskLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST_F(FileFlashTest, AFullDiskFailsTheWriteAndIsSurvived) {
  auto flash = open();
  ASSERT_NE(flash, nullptr) << error_;
  zms::Store store(*flash, {.sector_size = 1024});
  ASSERT_EQ(store.init(sink_), Status::kOk);
  ASSERT_EQ(store.wait_ready(), Status::kOk);
  const std::vector<uint8_t> bond(80, 1);
  {
    const DiskLimit full(0);
    ASSERT_EQ(store.write(7, bond), Status::kOk);
    loop_.run();
    EXPECT_THAT(sink_.stored, testing::ElementsAre(Status::kInternal));
    EXPECT_THAT(flash->last_error(), AllOf(HasSubstr(path_.string()), HasSubstr("free some")));
  }
  ASSERT_EQ(store.write(7, bond), Status::kOk);
  loop_.run();
  EXPECT_EQ(sink_.stored.back(), Status::kOk);

  std::vector<uint8_t> again(80);
  size_t length = 0;
  flash.reset();
  flash = open();
  ASSERT_NE(flash, nullptr) << error_;
  zms::Store reopened(*flash, {.sector_size = 1024});
  ASSERT_EQ(reopened.init(sink_), Status::kOk);
  ASSERT_EQ(reopened.wait_ready(), Status::kOk);
  ASSERT_EQ(reopened.read(7, again, length), Status::kOk);
  EXPECT_EQ(again, bond);
}

TEST_F(FileFlashTest, AFullDiskAtCreationLeavesNothingBehind) {
  const DiskLimit full(1024);
  EXPECT_EQ(open(), nullptr);
  EXPECT_THAT(error_, AllOf(HasSubstr("cannot be created"), HasSubstr("free some space")));
  EXPECT_TRUE(fs::is_empty(directory_));
}

TEST_F(FileFlashTest, AWriteThatArrivedInPartIsRepairedByTheNextOne) {
  auto flash = open();
  ASSERT_NE(flash, nullptr) << error_;
  flash->attach(&sink_);
  const std::vector<uint8_t> lines(64, 0x5A);
  {
    const DiskLimit full(1040);
    ASSERT_EQ(flash->write(1024, lines), Status::kOk);
    loop_.run();
    EXPECT_EQ(sink_.written.back(), Status::kInternal);
    EXPECT_THAT(flash->last_error(), AllOf(HasSubstr("cannot be written"), HasSubstr("free some")));
    // Still full: below the limit there would be room, yet the whole file is due.
    ASSERT_EQ(flash->write(0, Bytes(lines).first(16)), Status::kOk);
    loop_.run();
    EXPECT_EQ(sink_.written.back(), Status::kInternal);
  }
  ASSERT_EQ(flash->write(2048, Bytes(lines).first(16)), Status::kOk);
  loop_.run();
  EXPECT_EQ(sink_.written.back(), Status::kOk);
  std::vector<uint8_t> held(4096);
  ASSERT_EQ(flash->read(0, held), Status::kOk);
  EXPECT_EQ(content(), held);
  EXPECT_EQ(held[1024 + 63], 0x5A);
}

// After a failed sync the kernel holds what it could not write for written: only writing it once
// more makes it durable.
TEST_F(FileFlashTest, WhatTheDiskDidNotTakeIsWrittenAgain) {
  std::vector<std::string> told;
  auto flash = open({.on_error = [&](const std::string& text) { told.push_back(text); }});
  ASSERT_NE(flash, nullptr) << error_;
  flash->attach(&sink_);
  const std::vector<uint8_t> line(16, 0x5A);
  const auto put = [&](uint32_t offset) {
    EXPECT_EQ(flash->write(offset, line), Status::kOk);
    loop_.run();
    return sink_.written.back();
  };
  ASSERT_EQ(put(0), Status::kOk);
  sync_error = EIO;
  EXPECT_EQ(put(16), Status::kInternal);
  EXPECT_EQ(put(32), Status::kInternal);
  EXPECT_THAT(flash->last_error(), AllOf(HasSubstr(path_.string()), HasSubstr("cannot be synced"),
                                         HasSubstr("Input/output error"), HasSubstr("check the")));
  EXPECT_THAT(told, testing::ElementsAre(flash->last_error()))
      << "each failure once, until it ends";
  // The pages that were dropped.
  std::vector<uint8_t> on_disk(4096, 0xFF);
  std::copy(line.begin(), line.end(), on_disk.begin());
  make(on_disk);
  sync_error = 0;
  EXPECT_EQ(put(48), Status::kOk);
  std::fill(on_disk.begin(), on_disk.begin() + 64, uint8_t{0x5A});
  EXPECT_EQ(content(), on_disk);
  sync_error = EIO;
  EXPECT_EQ(put(64), Status::kInternal);
  sync_error = 0;
  EXPECT_EQ(told.size(), 2u);
}

TEST_F(FileFlashTest, AFullDiskAtAnEraseIsToldAndTheFileIsUsableAfterAnother) {
  const std::vector<uint8_t> foreign(4096, 0x11);
  make(foreign);
  {
    const DiskLimit full(1024);
    EXPECT_EQ(open({.erase = true}), nullptr);
    EXPECT_THAT(error_, AllOf(HasSubstr("cannot be erased"), HasSubstr("free some space")));
  }
  EXPECT_NE(open({.erase = true}), nullptr) << error_;
  EXPECT_EQ(content(), std::vector<uint8_t>(4096, 0xFF));
}

TEST_F(FileFlashTest, EveryWriteOfAStoreMayFindTheDiskFull) {
  // Each of twelve writes fails in its turn, sector changes among them; what was acknowledged
  // stays.
  for (int failing = 0; failing < 12; ++failing) {
    fs::remove(path_);
    sink_.stored.clear();
    auto flash = open();
    ASSERT_NE(flash, nullptr) << error_;
    zms::Store store(*flash, {.sector_size = 1024});
    const std::vector<uint8_t> bond(80, 1);
    ASSERT_EQ(store.init(sink_), Status::kOk);
    ASSERT_EQ(store.wait_ready(), Status::kOk);
    for (int i = 0; i < 12; ++i) {
      const auto full = i == failing ? std::make_unique<DiskLimit>(0) : nullptr;
      ASSERT_EQ(store.write(static_cast<uint32_t>(i), bond), Status::kOk);
      loop_.run();
      EXPECT_EQ(sink_.stored.back(), full ? Status::kInternal : Status::kOk);
    }
    flash.reset();
    flash = open();
    ASSERT_NE(flash, nullptr) << error_;
    zms::Store reopened(*flash, {.sector_size = 1024});
    ASSERT_EQ(reopened.init(sink_), Status::kOk);
    ASSERT_EQ(reopened.wait_ready(), Status::kOk);
    for (int i = 0; i < 12; ++i) {
      std::vector<uint8_t> out(80);
      size_t length = 0;
      const Status read = reopened.read(static_cast<uint32_t>(i), out, length);
      EXPECT_TRUE(read == Status::kOk || (i == failing && read == Status::kNotFound));
      EXPECT_TRUE(read != Status::kOk || out == bond);
    }
  }
}

/// In a child with mounts of its own, so that nothing is left behind. Exit code 77: not permitted
/// here.
int in_own_mounts(const std::function<bool()>& test) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool ready = ::unshare(CLONE_NEWNS) == 0 &&
                       ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    ::_exit(!ready ? 77 : test() ? 0 : 1);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status)
             ? WEXITSTATUS(status)
             : -1;
}

TEST_F(FileFlashTest, AFileSystemThatIsReadOnlyOrFullSaysSo) {
  const int code = in_own_mounts([this] {
    const char* place = directory_.c_str();
    if (::mount("none", place, "tmpfs", 0, "size=8k") != 0) {
      ::_exit(77);
    }
    std::ofstream(directory_ / "other") << std::string(4096, 'x');
    std::ofstream(directory_ / "another") << std::string(4096, 'x');
    bool told = open() == nullptr && error_.find("No space left on device") != std::string::npos &&
                error_.find("free some space") != std::string::npos;
    fs::remove(directory_ / "other");
    told = told && open() != nullptr;
    told = told && ::mount("none", place, "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0;
    told = told && open() == nullptr && error_.find("Read-only file system") != std::string::npos &&
           error_.find("give this user write permission") != std::string::npos;
    path_ = directory_ / "new.zms";
    return told && open() == nullptr && error_.find("cannot be created") != std::string::npos &&
           error_.find("Read-only file system") != std::string::npos;
  });
  if (code == 77) {
    GTEST_SKIP() << "mounting is not permitted here";
  }
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace pm::adapters
