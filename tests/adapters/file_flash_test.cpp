// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/linux/file_flash.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "pm/zms/store.hpp"

namespace pm::adapters {
namespace {

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

TEST_F(FileFlashTest, ANewFileIsBlankAndPrivate) {
  ASSERT_NE(open(), nullptr) << error_;
  EXPECT_EQ(content(), std::vector<uint8_t>(4096, 0xFF));
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_), {}), 1) << "a draft was left behind";
}

TEST_F(FileFlashTest, AWriteIsInTheFileWhenItCompletesAndNotToldInsideTheCall) {
  auto flash = open();
  ASSERT_NE(flash, nullptr) << error_;
  flash->attach(&sink_);
  const std::vector<uint8_t> line(16, 0x5A);
  ASSERT_EQ(flash->write(32, line), Status::kOk);
  EXPECT_TRUE(sink_.written.empty());
  EXPECT_EQ(flash->write(48, line), Status::kBusy);
  loop_.run();
  EXPECT_THAT(sink_.written, testing::ElementsAre(Status::kOk));
  const auto octets = content();
  EXPECT_TRUE(std::equal(line.begin(), line.end(), octets.begin() + 32));
  std::array<uint8_t, 4> back{};
  ASSERT_EQ(flash->read(44, back), Status::kOk);
  EXPECT_THAT(back, testing::Each(0x5A));

  // An empty write only buys a turn.
  ASSERT_EQ(flash->write(0, {}), Status::kOk);
  EXPECT_TRUE(flash->pump());
  EXPECT_FALSE(flash->pump());
  EXPECT_EQ(sink_.written.size(), 2u);
  loop_.run();
  EXPECT_EQ(sink_.written.size(), 2u) << "the posted completion ran a second time";
  EXPECT_EQ(content(), octets);
}

TEST_F(FileFlashTest, WritesOutOfLineAreRefused) {
  auto flash = open();
  ASSERT_NE(flash, nullptr) << error_;
  const std::vector<uint8_t> line(16, 0);
  std::vector<uint8_t> out(17);
  EXPECT_EQ(flash->write(8, line), Status::kInvalidParam);
  EXPECT_EQ(flash->write(0, Bytes(line).first(12)), Status::kInvalidParam);
  EXPECT_EQ(flash->write(4096, line), Status::kInvalidParam);
  EXPECT_EQ(flash->read(4080, out), Status::kInvalidParam);
  EXPECT_EQ(flash->read(0xFFFFFFF0, out), Status::kInvalidParam);
}

TEST_F(FileFlashTest, ACompletionAfterTheEndIsDropped) {
  auto flash = open();
  ASSERT_NE(flash, nullptr) << error_;
  flash->attach(&sink_);
  ASSERT_EQ(flash->write(0, {}), Status::kOk);
  flash.reset();
  loop_.run();
  EXPECT_TRUE(sink_.written.empty());
}

TEST_F(FileFlashTest, ASecondUserIsToldThatTheFileIsInUse) {
  auto flash = open();
  ASSERT_NE(flash, nullptr) << error_;
  const auto before = content();
  EXPECT_EQ(open({.erase = true}), nullptr);
  EXPECT_THAT(error_, AllOf(HasSubstr(path_.string()), HasSubstr("in use by another process")));
  EXPECT_EQ(content(), before);

  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::string error;
    Loop loop;
    const auto second = FileFlash::open(path_.string(), {}, loop.executor(), error);
    const bool told = error.find("in use by another process") != std::string::npos;
    ::_exit(second == nullptr && told ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);

  flash.reset();
  EXPECT_NE(open(), nullptr) << error_;
}

TEST_F(FileFlashTest, AFileOfAnotherSizeIsRefusedAndLeftAlone) {
  const std::vector<uint8_t> cut(1000, 0x11);
  make(cut);
  EXPECT_EQ(open(), nullptr);
  EXPECT_THAT(error_, AllOf(HasSubstr("truncated"), HasSubstr("1000 octets instead of 4096"),
                            HasSubstr("restore a copy"), HasSubstr("overwrite it with --erase")));
  EXPECT_EQ(content(), cut);

  const std::vector<uint8_t> longer(8192, 0x11);
  make(longer);
  EXPECT_EQ(open(), nullptr);
  EXPECT_THAT(error_, AllOf(HasSubstr("wrong size"), HasSubstr("8192 octets instead of 4096"),
                            HasSubstr("overwrite it with --erase")));
  EXPECT_EQ(content(), longer);

  ASSERT_NE(open({.erase = true}), nullptr) << error_;
  EXPECT_EQ(content(), std::vector<uint8_t>(4096, 0xFF));

  EXPECT_EQ(open({.size = 100}), nullptr);
  EXPECT_THAT(error_, HasSubstr("multiple of 16"));
}

TEST_F(FileFlashTest, WhatIsNotAFileIsRefused) {
  fs::create_directory(path_);
  EXPECT_EQ(open(), nullptr);
  EXPECT_THAT(error_, HasSubstr("not a regular file"));
  fs::remove(path_);

  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(open(), nullptr);
  EXPECT_THAT(error_, HasSubstr("not a regular file"));
  fs::remove(path_);

  path_ = directory_ / "absent" / "bonds.zms";
  EXPECT_EQ(open(), nullptr);
  EXPECT_THAT(error_, AllOf(HasSubstr("cannot be created"), HasSubstr("create the directory")));
}

TEST_F(FileFlashTest, WithoutPermissionItSaysSo) {
  if (::geteuid() == 0) {
    // Root may open anything but a read-only or special file system; the child drops to nobody.
    ASSERT_EQ(::chmod(directory_.c_str(), 0755), 0);
  }
  make(std::vector<uint8_t>(4096, 0xFF));
  ASSERT_EQ(::chmod(path_.c_str(), 0400), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) {
      ::_exit(2);
    }
    std::string error;
    Loop loop;
    const auto flash = FileFlash::open(path_.string(), {}, loop.executor(), error);
    const bool told = error.find("Permission denied") != std::string::npos &&
                      error.find("give this user write permission") != std::string::npos;
    ::_exit(flash == nullptr && told ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

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

TEST_F(FileFlashTest, AFileThatIsNotAStoreIsRefusedByTheMountUnlessErased) {
  std::vector<uint8_t> text(4096, '\n');
  std::copy_n("my diary", 8, text.begin());
  make(text);
  {
    auto flash = open();
    ASSERT_NE(flash, nullptr) << error_;
    zms::Store store(*flash, {.sector_size = 1024});
    ASSERT_EQ(store.init(sink_), Status::kOk);
    EXPECT_EQ(store.wait_ready(), Status::kInternal);
    EXPECT_EQ(store.mount_error(), zms::MountError::kNotThisFormat);
    EXPECT_EQ(content(), text);
  }
  auto flash = open({.erase = true});
  ASSERT_NE(flash, nullptr) << error_;
  zms::Store store(*flash, {.sector_size = 1024});
  ASSERT_EQ(store.init(sink_), Status::kOk);
  EXPECT_EQ(store.wait_ready(), Status::kOk);
}

}  // namespace
}  // namespace pm::adapters
