// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>

namespace pm {

/// A vector of trivially copyable values with fixed capacity; never allocates.
template <class T, size_t N>
class InlineVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  constexpr bool push_back(const T& value) {
    if (size_ == N) {
      return false;
    }
    items_[size_++] = value;
    return true;
  }
  /// Removes by moving the last element into the gap: order is not kept.
  constexpr void erase_unordered(size_t index) { items_[index] = items_[--size_]; }
  /// Removes, and moves up what comes after it.
  constexpr void erase(size_t index) {
    --size_;
    for (size_t i = index; i < size_; ++i) {
      items_[i] = items_[i + 1];
    }
  }
  constexpr void clear() { size_ = 0; }

  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr bool full() const { return size_ == N; }
  static constexpr size_t capacity() { return N; }

  constexpr T& operator[](size_t index) { return items_[index]; }
  constexpr const T& operator[](size_t index) const { return items_[index]; }
  constexpr T* begin() { return items_.data(); }
  constexpr T* end() { return items_.data() + size_; }
  constexpr const T* begin() const { return items_.data(); }
  constexpr const T* end() const { return items_.data() + size_; }
  constexpr std::span<const T> span() const { return {items_.data(), size_}; }

 private:
  using Size = std::conditional_t<(N < 256), uint8_t, size_t>;

  std::array<T, N> items_{};
  Size size_ = 0;
};

}  // namespace pm
