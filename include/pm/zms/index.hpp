// SPDX-License-Identifier: Apache-2.0
//
// Where the newest version of each record stands, in RAM: 6 octets for each of
// CONFIG_ZMS_INDEX_SIZE records. Filled in the pass that mounting makes, so that reads afterwards
// look at one place instead of searching the medium.
#pragma once

#include <array>
#include <cstdint>

#include "pm/base/config.hpp"

namespace pm::zms {

/// Never wrong, possibly incomplete: what has no room in it is searched on the medium.
class Index {
 public:
  /// A place is the number of a slot counted from the start of the medium.
  enum class Answer : uint8_t { kFound, kAbsent, kUnknown };

  /// Knows nothing: every answer is kUnknown.
  void forget() {
    count_ = 0;
    complete_ = false;
  }
  /// Knows that there is no record.
  void start() {
    count_ = 0;
    complete_ = true;
  }

  Answer find(uint32_t key, uint32_t& place) const {
    const uint32_t at = position(key);
    if (at == count_) {
      return complete_ ? Answer::kAbsent : Answer::kUnknown;
    }
    place = places_[at];
    return Answer::kFound;
  }

  /// The newest version of `key` is at `place` from now on.
  void set(uint32_t key, uint32_t place) {
    const uint32_t at = position(key);
    const bool has_room = at != count_ || count_ != kSize;
    if (place > UINT16_MAX || !has_room) {
      remove(key);
      complete_ = false;
      return;
    }
    keys_[at] = key;
    places_[at] = static_cast<uint16_t>(place);
    count_ += at == count_ ? 1 : 0;
  }

  void remove(uint32_t key) {
    const uint32_t at = position(key);
    if (at == count_) {
      return;
    }
    --count_;
    keys_[at] = keys_[count_];
    places_[at] = places_[count_];
  }

  /// Every record has its entry.
  bool complete() const { return complete_; }
  uint32_t count() const { return count_; }
  uint32_t key(uint32_t at) const { return keys_[at]; }

 private:
#ifdef CONFIG_ZMS_INDEX_SIZE
  static constexpr uint32_t kSize = CONFIG_ZMS_INDEX_SIZE;
#else  // The configuration is an SDK's, which does not know this option.
  static constexpr uint32_t kSize = 96;
#endif
  static constexpr uint32_t kRoom = kSize == 0 ? 1 : kSize;

  uint32_t position(uint32_t key) const {
    uint32_t at = 0;
    while (at != count_ && keys_[at] != key) {
      ++at;
    }
    return at;
  }

  std::array<uint32_t, kRoom> keys_{};
  std::array<uint16_t, kRoom> places_{};
  uint32_t count_ = 0;
  bool complete_ = false;
};

}  // namespace pm::zms
