// SPDX-License-Identifier: Apache-2.0
//
// Files that cannot be used: a clear text, exit status 3, and not one octet of theirs changed.
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <random>

#include "device/support/bench.hpp"

namespace pm::test {
namespace {

namespace fs = std::filesystem;

constexpr int kCannotStart = 3;

std::string noise(size_t size) {
  std::mt19937 random(1);
  std::string octets(size, ' ');
  for (char& c : octets) {
    c = static_cast<char>(random());
  }
  return octets;
}

class DeviceFiles : public Bench {
 protected:
  void SetUp() override { start_air(); }

  std::string flash() const { return folder.file("sensor.flash"); }

  /// The sensor does not start, and the flash file stays as it is.
  void refuse(const std::vector<std::string>& words, const std::vector<std::string>& more = {},
              Process::Rights rights = Process::Rights::kAll) {
    const std::string before = read_file(flash());
    Process sensor(device(kSensor, "sensor", more), rights);
    expect_refusal(sensor, kCannotStart, words);
    EXPECT_TRUE(read_file(flash()) == before) << "the flash file was changed";
  }
  void expect_start(const std::vector<std::string>& more = {}) {
    Process sensor(device(kSensor, "sensor", more));
    EXPECT_TRUE(sensor.wait_for_output("Advertising as")) << sensor.error();
  }
};

TEST_F(DeviceFiles, ATruncatedFlashFile) {
  make_flash("sensor");
  const std::string whole = read_file(flash());
  ASSERT_EQ(whole.size(), 4096u);
  for (const size_t size : {size_t{4095}, size_t{1024}, size_t{1}, size_t{0}}) {
    write_file(flash(), whole.substr(0, size));
    refuse({flash(), "truncated", std::to_string(size) + " octets", "erase"});
  }
  write_file(flash(), whole);
  expect_start();
}

TEST_F(DeviceFiles, AFlashFileOfAnotherSize) {
  make_flash("sensor");
  const std::string whole = read_file(flash());
  refuse({flash(), "8192", "erase"}, {"--flash-size", "8192"});
  write_file(flash(), whole + std::string(4096, '\xFF'));
  refuse({flash(), "8192 octets", "erase"});
  write_file(flash(), whole + "x");
  refuse({flash(), "4097 octets", "erase"});
}

TEST_F(DeviceFiles, AFileThatIsNoBondStore) {
  write_file(flash(), noise(4096));
  refuse({flash(), "no bond store", "--erase"});
  std::string text(4096, 'x');
  write_file(flash(), text);
  refuse({flash(), "no bond store", "--erase"});
}

TEST_F(DeviceFiles, OnlyEraseOverwrites) {
  for (const std::string& content : {noise(4096), std::string("hello"), noise(9000)}) {
    write_file(flash(), content);
    Process refused(device(kSensor, "sensor"));
    EXPECT_EQ(refused.wait_for_exit(), kCannotStart);
    ASSERT_TRUE(read_file(flash()) == content);
    expect_start({"--erase"});
    EXPECT_EQ(read_file(flash()).size(), 4096u);
    expect_start();
  }
}

TEST_F(DeviceFiles, EraseWaitsForAController) {
  make_flash("sensor");
  const std::string before = read_file(flash());
  air->kill();
  refuse({socket_address()}, {"--erase"});
}

TEST_F(DeviceFiles, AFolderInPlaceOfTheFlashFile) {
  fs::create_directory(flash());
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--erase"}}) {
    Process sensor(device(kSensor, "sensor", more));
    expect_refusal(sensor, kCannotStart, {flash(), "not a regular file"});
  }
  EXPECT_TRUE(fs::is_empty(flash()));
}

TEST_F(DeviceFiles, AFifoInPlaceOfTheFlashFile) {
  ASSERT_EQ(mkfifo(flash().c_str(), 0600), 0);
  Process sensor(device(kSensor, "sensor"));
  expect_refusal(sensor, kCannotStart, {flash(), "not a regular file"});
}

TEST_F(DeviceFiles, AFlashFileWithoutPermission) {
  make_flash("sensor");
  for (const mode_t mode : {0000, 0400, 0200}) {
    ASSERT_EQ(chmod(flash().c_str(), mode), 0);
    refuse({flash(), "Permission denied", "permission"}, {}, Process::Rights::kOfOwnerOnly);
    refuse({flash(), "Permission denied"}, {"--erase"}, Process::Rights::kOfOwnerOnly);
  }
  ASSERT_EQ(chmod(flash().c_str(), 0600), 0);
  expect_start();
}

TEST_F(DeviceFiles, AFlashFileThatTheDiskHasNoRoomFor) {
  make_flash("sensor");
  // Never used, so that the mount has something to write.
  write_file(flash(), std::string(4096, '\xFF'));
  std::vector<std::string> command = {"/bin/sh", "-c", "ulimit -f 0; exec \"$@\"", "sh"};
  const std::vector<std::string> sensor_command = device(kSensor, "sensor");
  command.insert(command.end(), sensor_command.begin(), sensor_command.end());
  Process sensor(command);
  expect_refusal(sensor, kCannotStart, {flash(), "cannot be written", "free some space"});
  EXPECT_TRUE(read_file(flash()) == std::string(4096, '\xFF'));
  expect_start();
}

TEST_F(DeviceFiles, AFlashFileInAFolderThatIsNotThere) {
  Process sensor(
      {kSensor, "--controller", socket_address(), "--flash", folder.file("no/such/folder/flash")});
  expect_refusal(sensor, kCannotStart, {"no/such/folder/flash", "create the directory"});
}

TEST_F(DeviceFiles, ASecondProcessOnTheSameFlashFile) {
  Process first(device(kSensor, "sensor"));
  ASSERT_TRUE(first.wait_for_output("Advertising as")) << first.error();
  refuse({flash(), "in use by another process"});
  refuse({flash(), "in use by another process"}, {"--erase"});
  // The first goes on: it takes commands, and its store.
  first.write("press 2\nrelease 2\n");
  EXPECT_TRUE(first.wait_for_output("battery service")) << first.error();
  EXPECT_TRUE(first.is_running());
  first.kill();
  expect_start();
}

TEST_F(DeviceFiles, ACorruptIdentityFile) {
  make_flash("sensor");
  const std::string identity = flash() + ".identity";
  const std::string good = read_file(identity);
  ASSERT_EQ(good.size(), 22u);
  for (const std::string& content : {std::string(), good.substr(0, 21), good + "x", noise(4096)}) {
    write_file(identity, content);
    refuse({identity, "no identity", "move it away"});
    EXPECT_TRUE(read_file(identity) == content);
  }
  write_file(identity, good);
  ASSERT_EQ(chmod(identity.c_str(), 0000), 0);
  refuse({identity, "Permission denied"}, {}, Process::Rights::kOfOwnerOnly);
  ASSERT_EQ(chmod(identity.c_str(), 0600), 0);
  expect_start();
}

TEST_F(DeviceFiles, TheFilesOfADeviceAreForItsOwner) {
  const mode_t mask = umask(0);
  make_flash("sensor");
  umask(mask);
  for (const std::string& file : {flash(), flash() + ".identity"}) {
    struct stat status = {};
    ASSERT_EQ(stat(file.c_str(), &status), 0) << file;
    EXPECT_EQ(status.st_mode & 07777, 0600u) << file;
  }
}

TEST_F(DeviceFiles, TracesThatCannotBeWritten) {
  make_flash("sensor");
  for (const char* option : {"--events", "--btsnoop"}) {
    refuse({folder.file("no/such/folder"), "No such file", "folder that exists"},
           {option, folder.file("no/such/folder")});
    refuse({folder.path(), "Is a directory", "folder that exists"}, {option, folder.path()});
  }
}

TEST_F(DeviceFiles, ATraceOnAFullDisk) {
  expect_start({"--events", "/dev/full"});
  refuse({"/dev/full", "No space left"}, {"--btsnoop", "/dev/full"});
}

}  // namespace
}  // namespace pm::test
