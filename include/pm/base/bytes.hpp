// SPDX-License-Identifier: Apache-2.0
//
// Octets: spans, little-endian loads and stores, bounded reader and writer, constant-time compare,
// wipe. Octet order everywhere is over-the-air order, least significant octet first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace pm {

using Bytes = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;

constexpr uint16_t load_le16(const uint8_t* p) {
  return static_cast<uint16_t>(p[0] | (static_cast<unsigned>(p[1]) << 8));
}
constexpr uint32_t load_le32(const uint8_t* p) {
  return static_cast<uint32_t>(load_le16(p)) | (static_cast<uint32_t>(load_le16(p + 2)) << 16);
}
constexpr uint64_t load_le64(const uint8_t* p) {
  return static_cast<uint64_t>(load_le32(p)) | (static_cast<uint64_t>(load_le32(p + 4)) << 32);
}
constexpr void store_le16(uint8_t* p, uint16_t value) {
  p[0] = static_cast<uint8_t>(value);
  p[1] = static_cast<uint8_t>(value >> 8);
}
constexpr void store_le32(uint8_t* p, uint32_t value) {
  store_le16(p, static_cast<uint16_t>(value));
  store_le16(p + 2, static_cast<uint16_t>(value >> 16));
}
constexpr void store_le64(uint8_t* p, uint64_t value) {
  store_le32(p, static_cast<uint32_t>(value));
  store_le32(p + 4, static_cast<uint32_t>(value >> 32));
}

/// True iff both spans have the same length and content; time depends on the length only.
constexpr bool constant_time_equal(Bytes a, Bytes b) {
  if (a.size() != b.size()) {
    return false;
  }
  unsigned difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned>(a[i] ^ b[i]);
  }
  return difference == 0;
}

/// True iff every octet is zero; time depends on the length only.
constexpr bool is_all_zero(Bytes bytes) {
  unsigned any = 0;
  for (const uint8_t octet : bytes) {
    any |= octet;
  }
  return any == 0;
}

/// Overwrites secrets with zeros in a way that the optimiser may not remove.
[[gnu::noinline]] inline void wipe(void* memory, size_t size) {
  // An empty span may point nowhere, which memset() does not allow.
  if (size == 0) {
    return;
  }
  std::memset(memory, 0, size);
  // For all that the optimiser knows, somebody reads it here.
  asm volatile("" : : "r"(memory) : "memory");
}

/// Copies the octets of a key or an identity; the two may be the same. Out of line, because for a
/// few octets the compiler writes out loads and stores wherever a structure is assigned.
[[gnu::noinline]] inline void copy_octets(void* to, const void* from, size_t size) {
  std::memmove(to, from, size);
}

inline void wipe(MutableBytes bytes) { wipe(bytes.data(), bytes.size()); }

/// Reads a received packet front to back. A read past the end yields zeros and makes ok() false for
/// good, so that a decoder checks once, at its end.
class ByteReader {
 public:
  constexpr explicit ByteReader(Bytes bytes) : rest_(bytes) {}

  constexpr uint8_t u8() { return take(1) ? last_[0] : uint8_t{0}; }
  constexpr uint16_t u16() { return take(2) ? load_le16(last_) : uint16_t{0}; }
  constexpr uint32_t u32() { return take(4) ? load_le32(last_) : 0u; }
  constexpr uint64_t u64() { return take(8) ? load_le64(last_) : 0u; }
  constexpr void copy_to(MutableBytes out) {
    if (!take(out.size())) {
      return;
    }
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = last_[i];
    }
  }
  /// The next `size` octets in place; empty when fewer remain.
  constexpr Bytes view(size_t size) { return take(size) ? Bytes(last_, size) : Bytes(); }
  constexpr void skip(size_t size) { (void)take(size); }
  constexpr Bytes rest() const { return rest_; }
  constexpr size_t remaining() const { return rest_.size(); }
  constexpr bool ok() const { return ok_; }
  /// True iff everything was read, and nothing beyond.
  constexpr bool at_end() const { return ok_ && rest_.empty(); }

 private:
  constexpr bool take(size_t size) {
    if (!ok_ || rest_.size() < size) {
      ok_ = false;
      rest_ = {};
      return false;
    }
    last_ = rest_.data();
    rest_ = rest_.subspan(size);
    return true;
  }

  Bytes rest_;
  const uint8_t* last_ = nullptr;
  bool ok_ = true;
};

/// Writes a packet into a caller's buffer. A write past its end is dropped and makes ok() false for
/// good.
class ByteWriter {
 public:
  constexpr explicit ByteWriter(MutableBytes buffer) : buffer_(buffer) {}

  constexpr void u8(uint8_t value) {
    if (uint8_t* p = reserve(1)) {
      p[0] = value;
    }
  }
  constexpr void u16(uint16_t value) {
    if (uint8_t* p = reserve(2)) {
      store_le16(p, value);
    }
  }
  constexpr void u32(uint32_t value) {
    if (uint8_t* p = reserve(4)) {
      store_le32(p, value);
    }
  }
  constexpr void u64(uint64_t value) {
    if (uint8_t* p = reserve(8)) {
      store_le64(p, value);
    }
  }
  constexpr void bytes(Bytes value) {
    if (uint8_t* p = reserve(value.size())) {
      for (size_t i = 0; i < value.size(); ++i) {
        p[i] = value[i];
      }
    }
  }
  constexpr Bytes written() const { return Bytes(buffer_.data(), size_); }
  constexpr size_t size() const { return size_; }
  constexpr size_t room() const { return buffer_.size() - size_; }
  constexpr bool ok() const { return ok_; }

 private:
  constexpr uint8_t* reserve(size_t size) {
    if (!ok_ || buffer_.size() - size_ < size) {
      ok_ = false;
      return nullptr;
    }
    uint8_t* p = buffer_.data() + size_;
    size_ += size;
    return p;
  }

  MutableBytes buffer_;
  size_t size_ = 0;
  bool ok_ = true;
};

}  // namespace pm
