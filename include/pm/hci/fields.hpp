// SPDX-License-Identifier: Apache-2.0
//
// One list of fields serves both directions. A packet structure has
//
//   template <class F> constexpr void fields(F& f) { f(handle, reason); }
//
// and is written by FieldWriter or filled by FieldReader. Everything is least significant octet
// first.
#pragma once

#include <concepts>
#include <type_traits>

#include "pm/base/bytes.hpp"
#include "pm/base/inline_vector.hpp"
#include "pm/base/secret.hpp"

namespace pm::hci {

/// Octets preceded by their number in one octet. A decoded one points into the packet.
struct CountedBytes {
  Bytes octets;
};

/// Everything up to the end of the packet. A decoded one points into the packet.
struct RestOfPacket {
  Bytes octets;
};

class FieldWriter {
 public:
  constexpr explicit FieldWriter(ByteWriter& out) : out_(out) {}

  template <class... T>
  constexpr void operator()(T&... field) {
    (put(field), ...);
  }

 private:
  constexpr void put(uint8_t value) { out_.u8(value); }
  constexpr void put(int8_t value) { out_.u8(static_cast<uint8_t>(value)); }
  constexpr void put(uint16_t value) { out_.u16(value); }
  constexpr void put(uint32_t value) { out_.u32(value); }
  constexpr void put(uint64_t value) { out_.u64(value); }
  template <class E>
    requires std::is_enum_v<E>
  constexpr void put(E value) {
    put(static_cast<std::underlying_type_t<E>>(value));
  }
  template <size_t N>
  constexpr void put(const std::array<uint8_t, N>& octets) {
    out_.bytes(octets);
  }
  template <size_t N>
  constexpr void put(const Secret<N>& secret) {
    out_.bytes(secret.expose());
  }
  constexpr void put(const CountedBytes& counted) {
    out_.u8(static_cast<uint8_t>(counted.octets.size()));
    out_.bytes(counted.octets);
  }
  constexpr void put(const RestOfPacket& rest) { out_.bytes(rest.octets); }
  template <class T, size_t N>
  constexpr void put(InlineVector<T, N>& items) {
    out_.u8(static_cast<uint8_t>(items.size()));
    for (T& item : items) {
      item.fields(*this);
    }
  }

  ByteWriter& out_;
};

class FieldReader {
 public:
  constexpr explicit FieldReader(ByteReader& in) : in_(in) {}

  template <class... T>
  constexpr void operator()(T&... field) {
    (get(field), ...);
  }

  /// False when a list was longer than its structure can hold.
  constexpr bool ok() const { return ok_; }

 private:
  constexpr void get(uint8_t& value) { value = in_.u8(); }
  constexpr void get(int8_t& value) { value = static_cast<int8_t>(in_.u8()); }
  constexpr void get(uint16_t& value) { value = in_.u16(); }
  constexpr void get(uint32_t& value) { value = in_.u32(); }
  constexpr void get(uint64_t& value) { value = in_.u64(); }
  template <class E>
    requires std::is_enum_v<E>
  constexpr void get(E& value) {
    std::underlying_type_t<E> number{};
    get(number);
    value = static_cast<E>(number);
  }
  template <size_t N>
  constexpr void get(std::array<uint8_t, N>& octets) {
    in_.copy_to(octets);
  }
  template <size_t N>
  constexpr void get(Secret<N>& secret) {
    in_.copy_to(secret.expose_mutable());
  }
  constexpr void get(CountedBytes& counted) { counted.octets = in_.view(in_.u8()); }
  constexpr void get(RestOfPacket& rest) { rest.octets = in_.view(in_.remaining()); }
  template <class T, size_t N>
  constexpr void get(InlineVector<T, N>& items) {
    items.clear();
    for (unsigned count = in_.u8(); count > 0 && in_.ok(); --count) {
      T item{};
      item.fields(*this);
      if (!items.push_back(item)) {
        ok_ = false;
        return;
      }
    }
  }

  ByteReader& in_;
  bool ok_ = true;
};

}  // namespace pm::hci
