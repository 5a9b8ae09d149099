// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "pm/base/bytes.hpp"

namespace pm::host {

/// Heap memory that may hold keys, or digits of a passkey, on their way: wiped before it is freed,
/// whoever frees it. It does not grow in place, so that no copy stays behind.
template <class T>
class SecretMemory {
 public:
  SecretMemory() = default;
  explicit SecretMemory(size_t size) : items_(size) {}
  explicit SecretMemory(Bytes octets)
    requires(sizeof(T) == 1)
      : items_(octets.begin(), octets.end()) {}
  SecretMemory(SecretMemory&& other) noexcept : items_(std::move(other.items_)) {}
  SecretMemory& operator=(SecretMemory&& other) noexcept {
    clear();
    items_.swap(other.items_);
    return *this;
  }
  ~SecretMemory() { clear(); }

  T* data() { return items_.data(); }
  const T* data() const { return items_.data(); }
  size_t size() const { return items_.size(); }
  T* begin() { return items_.data(); }
  T* end() { return items_.data() + items_.size(); }
  const T* begin() const { return items_.data(); }
  const T* end() const { return items_.data() + items_.size(); }

  /// Wiped and empty; its memory may be used again.
  void clear() {
    wipe(items_.data(), items_.size() * sizeof(T));
    items_.clear();
  }

 private:
  std::vector<T> items_;
};

using SecretOctets = SecretMemory<uint8_t>;

}  // namespace pm::host
