// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace pm {

#ifdef PM_ONE_DEVICE

/// What the configuration says: a constant.
template <auto kConfigured>
class Setting {
 public:
  static constexpr bool may_differ() { return false; }
  constexpr Setting(decltype(kConfigured) = kConfigured) {}
  constexpr operator decltype(kConfigured)() const { return kConfigured; }
};

#else

/// What the configuration says, unless somebody who builds several devices wants it otherwise.
template <auto kConfigured>
class Setting {
 public:
  /// Whether it may be another value than the configured one.
  static constexpr bool may_differ() { return true; }
  constexpr Setting(decltype(kConfigured) value = kConfigured) : value_(value) {}
  constexpr operator decltype(kConfigured)() const { return value_; }

 private:
  decltype(kConfigured) value_;
};

#endif

}  // namespace pm
