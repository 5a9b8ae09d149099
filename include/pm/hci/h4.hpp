// SPDX-License-Identifier: Apache-2.0
//
// H4: packets out of a byte stream (UART, socket). Core, Vol 4, Part A.
#pragma once

#include <optional>

#include "pm/base/bytes.hpp"
#include "pm/hci/constants.hpp"

namespace pm::hci {

enum class H4Error : uint8_t {
  kNone,
  /// An indicator that the other side may not send.
  kUnexpectedIndicator,
  /// ACL data longer than H4Deframer::kMaxAclData.
  kTooLong,
};

/// Puts packets together, however the stream is cut.
///
///   while (const auto packet = deframer.next(input)) { use(*packet); }
///   if (deframer.error() != H4Error::kNone) { close(); }
///
/// H4 has no frame marks: after an error the stream cannot be understood any more, so errors are
/// for good and the connection has to be closed. Never allocates.
class H4Deframer {
 public:
  /// Who reads: a controller gets commands and ACL data, a host gets events and ACL data.
  enum class Reader : uint8_t { kController, kHost };

  static constexpr size_t kMaxAclData = 1024;

  explicit H4Deframer(Reader reader) : reader_(reader) {}

  /// Consumes octets from the front of `input`, at most up to the end of one packet, which is
  /// returned in H4 form and valid until the next call. nullopt: all of `input` was consumed, or an
  /// error.
  std::optional<Bytes> next(Bytes& input);

  H4Error error() const { return error_; }

 private:
  bool accepts(uint8_t indicator) const;
  /// Octets needed before anything more is known; the whole packet once its header is there.
  size_t wanted() const;

  Reader reader_;
  H4Error error_ = H4Error::kNone;
  size_t size_ = 0;
  bool complete_ = false;
  std::array<uint8_t, kAclHeaderSize + kMaxAclData> buffer_{};
};

}  // namespace pm::hci
