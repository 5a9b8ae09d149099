// SPDX-License-Identifier: Apache-2.0
//
// Observers run by priority, then by name, whatever file they stand in and whatever order they are
// declared in: in an executable, and in a shared object, which has its own.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "observers.h"

namespace {

using Walk = size_t (*)(const char**, size_t);

std::vector<std::string> notes_of(Walk walk) {
  std::array<const char*, 32> notes{};
  const size_t count = walk(notes.data(), notes.size());
  EXPECT_LE(count, notes.size());
  return {notes.begin(), notes.begin() + static_cast<ptrdiff_t>(std::min(count, notes.size()))};
}

const std::vector<std::string> kByPriorityThenName = {
    "state HIGHEST early",           "state USER late",
    "soc HIGHEST random_seed",       "soc HIGH storage",
    "ble HIGHEST connection_states", "ble HIGH adv",
    "ble HIGH peer_manager",         "ble USER user",
    "ble USER_LOW application",      "ble LOWEST zebra"};

TEST(Observers, OfAnExecutableRunByPriorityThenName) {
  EXPECT_EQ(notes_of(observers_walk), kByPriorityThenName);
}

TEST(Observers, OfASharedObjectRunByPriorityThenName) {
  void* object = dlopen(PM_OBSERVERS_OBJECT, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(object, nullptr) << dlerror();
  void* symbol = dlsym(object, "observers_walk");
  ASSERT_NE(symbol, nullptr) << dlerror();
  const auto walk = reinterpret_cast<Walk>(symbol);
  ASSERT_NE(walk, &observers_walk);
  EXPECT_EQ(notes_of(walk), kByPriorityThenName);
  dlclose(object);
}

}  // namespace
