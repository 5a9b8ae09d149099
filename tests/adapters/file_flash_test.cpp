// SPDX-License-Identifier: Apache-2.0
#include "pm/adapters/linux/file_flash.hpp"

#include <sys/stat.h>
#include <sys/wait.h>

#include "adapters/file_flash_bench.hpp"

namespace pm::adapters {
namespace {

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
