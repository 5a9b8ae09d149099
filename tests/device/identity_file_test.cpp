// SPDX-License-Identifier: Apache-2.0
#include "pm/device/identity_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "device/support/temporary_folder.hpp"
#include "pm/sim/seeded_crypto.hpp"

namespace pm::device {
namespace {

/// No randomness at all.
class BrokenCrypto final : public Crypto {
 public:
  Status random(MutableBytes) override { return Status::kInternal; }
  Status aes128(std::span<const uint8_t, 16>, std::span<const uint8_t, 16>,
                std::span<uint8_t, 16>) override {
    return Status::kInternal;
  }
  Status aes_cmac(std::span<const uint8_t, 16>, Bytes, std::span<uint8_t, 16>) override {
    return Status::kInternal;
  }
  Status generate_key_pair(std::span<uint8_t, 64>) override { return Status::kInternal; }
  Status key_agreement(std::span<const uint8_t, 64>, std::span<uint8_t, 32>) override {
    return Status::kInternal;
  }
  void destroy_key_pair() override {}
};

class IdentityFile : public ::testing::Test {
 protected:
  test::TemporaryFolder folder_;
  std::string path_ = folder_.file("device.identity");
  sim::SeededCrypto crypto_{1};
};

TEST_F(IdentityFile, MadeOnceAndKept) {
  Identity made;
  ASSERT_EQ(load_or_make_identity(path_, crypto_, made), "");
  Identity loaded;
  ASSERT_EQ(load_or_make_identity(path_, crypto_, loaded), "");
  EXPECT_EQ(made.address, loaded.address);
  EXPECT_EQ(made.irk, loaded.irk);
  // A static random address. Core, Vol 6, Part B, 1.3.2.1.
  EXPECT_EQ(made.address[5] & 0xC0, 0xC0);
  Identity other;
  ASSERT_EQ(load_or_make_identity(folder_.file("other"), crypto_, other), "");
  EXPECT_NE(made.address, other.address);
  EXPECT_NE(made.irk, other.irk);
}

TEST_F(IdentityFile, AddressAndKeyInTheFile) {
  Identity identity;
  ASSERT_EQ(load_or_make_identity(path_, crypto_, identity), "");
  const std::string octets = test::read_file(path_);
  ASSERT_EQ(octets.size(), 22u);
  EXPECT_TRUE(std::equal(identity.address.begin(), identity.address.end(), octets.begin(),
                         [](uint8_t a, char b) { return a == static_cast<uint8_t>(b); }));
  EXPECT_TRUE(std::equal(identity.irk.begin(), identity.irk.end(), octets.begin() + 6,
                         [](uint8_t a, char b) { return a == static_cast<uint8_t>(b); }));
}

TEST_F(IdentityFile, ForItsOwnerOnly) {
  // An open mask, and a leftover that everybody could read.
  const mode_t mask = umask(0);
  test::write_file(path_ + ".new", "left behind");
  ASSERT_EQ(chmod((path_ + ".new").c_str(), 0666), 0);
  Identity identity;
  const std::string problem = load_or_make_identity(path_, crypto_, identity);
  umask(mask);
  ASSERT_EQ(problem, "");
  struct stat status = {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

TEST_F(IdentityFile, OtherContentIsRefusedAndLeftAlone) {
  std::string good(22, '\x11');
  good[5] = '\xC7';
  std::string resolvable = good;
  resolvable[5] = '\x47';
  for (const std::string& content :
       {std::string(), std::string(21, '\xFF'), std::string(23, '\xFF'), good + "\n", resolvable,
        std::string(4096, '\xFF'), std::string("hello")}) {
    test::write_file(path_, content);
    Identity identity;
    const std::string problem = load_or_make_identity(path_, crypto_, identity);
    EXPECT_NE(problem.find(path_), std::string::npos) << problem;
    EXPECT_NE(problem.find("name another flash file"), std::string::npos) << problem;
    EXPECT_EQ(test::read_file(path_), content);
  }
  test::write_file(path_, good);
  Identity identity;
  EXPECT_EQ(load_or_make_identity(path_, crypto_, identity), "");
}

TEST_F(IdentityFile, AFolderIsRefused) {
  std::filesystem::create_directory(path_);
  Identity identity;
  const std::string problem = load_or_make_identity(path_, crypto_, identity);
  EXPECT_NE(problem.find(path_), std::string::npos) << problem;
  EXPECT_TRUE(std::filesystem::is_directory(path_));
}

TEST_F(IdentityFile, APlaceThatIsNotThereIsRefused) {
  Identity identity;
  const std::string path = folder_.file("no/such/folder/identity");
  const std::string problem = load_or_make_identity(path, crypto_, identity);
  EXPECT_NE(problem.find(path), std::string::npos) << problem;
  EXPECT_NE(problem.find("name another flash file"), std::string::npos) << problem;
}

TEST_F(IdentityFile, WithoutRandomnessNoneIsMade) {
  BrokenCrypto broken;
  Identity identity;
  const std::string problem = load_or_make_identity(path_, broken, identity);
  EXPECT_NE(problem.find("randomness"), std::string::npos) << problem;
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace pm::device
