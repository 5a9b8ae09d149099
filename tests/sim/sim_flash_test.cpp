// SPDX-License-Identifier: Apache-2.0
#include "pm/sim/sim_flash.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <numeric>

#include "pm/sim/virtual_clock.hpp"

namespace pm::sim {
namespace {

using testing::ElementsAre;

class Completions final : public FlashSink {
 public:
  void on_flash_written(Status result) override { results.push_back(result); }
  std::vector<Status> results;
};

class SimFlashTest : public testing::TestWithParam<FlashGeometry> {
 protected:
  SimFlashTest() { flash.attach(&completions); }

  std::vector<uint8_t> octets(size_t size, uint8_t first = 1) const {
    std::vector<uint8_t> result(size);
    std::iota(result.begin(), result.end(), first);
    return result;
  }
  /// The result of the completion; kBusy: none came.
  Status put(uint32_t offset, const std::vector<uint8_t>& data) {
    const Status accepted = flash.write(offset, data);
    if (accepted != Status::kOk) {
      return accepted;
    }
    completions.results.clear();
    clock.run_until_idle();
    return completions.results.empty() ? Status::kBusy : completions.results.back();
  }
  std::vector<uint8_t> get(uint32_t offset, size_t size) {
    std::vector<uint8_t> out(size);
    EXPECT_EQ(flash.read(offset, out), Status::kOk);
    return out;
  }
  const WordCounts& word_at(uint32_t offset) const {
    return flash.word_counts()[offset / geometry.program_unit];
  }

  const FlashGeometry geometry = GetParam();
  const uint32_t line = std::max(geometry.write_unit, geometry.program_unit);
  VirtualClock clock;
  SimFlash flash{clock, geometry};
  Completions completions;
};

TEST_P(SimFlashTest, CountsWhatEachWordHasBeenThrough) {
  const uint32_t unit = geometry.program_unit;
  ASSERT_EQ(flash.word_counts().size(), geometry.size / unit);
  ASSERT_EQ(put(2 * line, octets(2 * line)), Status::kOk);
  ASSERT_EQ(put(2 * line, octets(line)), Status::kOk);
  EXPECT_EQ(word_at(2 * line - 1), (WordCounts{}));
  EXPECT_EQ(word_at(2 * line), (WordCounts{.programs = 2}));
  EXPECT_EQ(word_at(3 * line - 1), (WordCounts{.programs = 2}));
  EXPECT_EQ(word_at(3 * line), (WordCounts{.programs = 1}));
  EXPECT_EQ(word_at(4 * line - 1), (WordCounts{.programs = 1}));
  EXPECT_EQ(word_at(4 * line), (WordCounts{}));

  ASSERT_EQ(put(3 * line, std::vector<uint8_t>(line, geometry.erase_value)), Status::kOk);
  EXPECT_EQ(word_at(3 * line), (WordCounts{.programs = 2, .erases = 1}));

  // Two words by one octet of each, one by an octet inside, none by nothing.
  (void)get(2 * unit - 1, 2);
  (void)get(2 * unit + unit / 2, 1);
  (void)get(2 * unit + unit / 2, 0);
  EXPECT_EQ(word_at(unit).reads, 1u);
  EXPECT_EQ(word_at(2 * unit).reads, 2u);
  EXPECT_EQ(word_at(3 * unit).reads, 0u);

  flash.reset_counts();
  EXPECT_THAT(flash.word_counts(), testing::Each(WordCounts{}));
  EXPECT_EQ(flash.word_counts().size(), geometry.size / unit);
}

TEST_P(SimFlashTest, OnlyWordsThatATornWriteReachesAreProgrammed) {
  const uint32_t unit = geometry.program_unit;
  const uint32_t size = 4 * line;
  flash.cut_power_at(1, 2 * unit + unit / 2);
  ASSERT_EQ(put(0, octets(size)), Status::kOk);
  EXPECT_EQ(put(0, octets(size, 101)), Status::kBusy);
  EXPECT_FALSE(flash.powered());
  EXPECT_EQ(word_at(unit).programs, 2u);
  EXPECT_EQ(word_at(2 * unit).programs, 1u);
  flash.power_on();
  auto expected = octets(size);
  std::iota(expected.begin(), expected.begin() + 2 * unit, uint8_t{101});
  EXPECT_EQ(get(0, size), expected);
}

TEST_P(SimFlashTest, StuckBitsTakeNoWriteAndOutliveRestarts) {
  ASSERT_EQ(put(0, std::vector<uint8_t>(2 * line, 0x55)), Status::kOk);
  flash.stick_bits(1, 0x0F, 0xFF);
  flash.stick_bits(1, 0x80, 0x00);
  flash.stick_bits(2 * line, 0x01, 0x00);
  EXPECT_THAT(get(0, 3), ElementsAre(0x55, 0x5F, 0x55));
  EXPECT_EQ(get(2 * line, 1).front(), geometry.erase_value & 0xFE);
  ASSERT_EQ(put(0, std::vector<uint8_t>(2 * line, 0xF0)), Status::kOk);
  EXPECT_THAT(get(0, 3), ElementsAre(0xF0, 0x7F, 0xF0));
  EXPECT_THAT(get(1, 1), ElementsAre(0x7F));
  EXPECT_THAT(get(2, 1), ElementsAre(0xF0));
  flash.power_off();
  flash.power_on();
  EXPECT_THAT(get(0, 3), ElementsAre(0xF0, 0x7F, 0xF0));
}

TEST_P(SimFlashTest, AWriteTakesItsTimeAndOneIsUnderWayAtATime) {
  flash.set_latency(90'000'000);
  const auto data = octets(line);
  ASSERT_EQ(flash.write(0, data), Status::kOk);
  EXPECT_EQ(flash.write(line, data), Status::kBusy);
  clock.run_for(89'999'999);
  EXPECT_TRUE(completions.results.empty());
  EXPECT_EQ(get(0, 1).front(), geometry.erase_value);
  clock.run_for(1);
  EXPECT_THAT(completions.results, ElementsAre(Status::kOk));
  EXPECT_EQ(get(0, line), data);
}

TEST_P(SimFlashTest, FailuresComeWhereTheyArePlannedAndOnce) {
  std::vector<uint8_t> out(line);
  const auto data = octets(line);
  flash.fail_read_at(1);
  EXPECT_EQ(flash.read(0, out), Status::kOk);
  EXPECT_EQ(flash.read(0, out), Status::kInternal);
  EXPECT_EQ(flash.read(0, out), Status::kOk);

  flash.fail_write_at(1, geometry.program_unit);
  EXPECT_EQ(put(0, data), Status::kOk);
  EXPECT_EQ(put(line, data), Status::kInternal);
  EXPECT_EQ(word_at(line).programs, 1u) << "its first unit had arrived";
  EXPECT_EQ(put(line, data), Status::kOk);
  flash.fail_all_writes(true);
  EXPECT_EQ(put(0, data), Status::kInternal);
  EXPECT_EQ(put(0, data), Status::kInternal);
  flash.fail_all_writes(false);
  EXPECT_EQ(put(0, data), Status::kOk);
}

TEST_P(SimFlashTest, RefusesWhatTheMediumCannotDo) {
  const auto data = octets(line);
  std::vector<uint8_t> out(line);
  EXPECT_EQ(flash.write(geometry.size, data), Status::kInvalidParam);
  EXPECT_EQ(flash.read(geometry.size - line + 1, out), Status::kInvalidParam);
  EXPECT_EQ(flash.read(0xFFFFFFFF, out), Status::kInvalidParam);
  if (geometry.write_unit > 1) {
    EXPECT_EQ(flash.write(1, data), Status::kInvalidParam);
    EXPECT_EQ(flash.write(0, octets(geometry.write_unit - 1)), Status::kInvalidParam);
  }
  EXPECT_EQ(flash.counts().writes, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Media, SimFlashTest,
    testing::Values(FlashGeometry{4096, 4, 16, 0xFF}, FlashGeometry{2048, 16, 32, 0x00},
                    FlashGeometry{768, 4, 4, 0xFF}, FlashGeometry{8192, 8, 8, 0xFF},
                    FlashGeometry{512, 2, 1, 0xFF}, FlashGeometry{40960, 32, 32, 0xA5}),
    [](const auto& instance) {
      const FlashGeometry& geometry = instance.param;
      return "Size" + std::to_string(geometry.size) + "Program" +
             std::to_string(geometry.program_unit) + "Write" + std::to_string(geometry.write_unit);
    });

}  // namespace
}  // namespace pm::sim
