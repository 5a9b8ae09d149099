// SPDX-License-Identifier: Apache-2.0
#include "pm/hci/h4.hpp"

#include <algorithm>

namespace pm::hci {

bool H4Deframer::accepts(uint8_t indicator) const {
  switch (static_cast<Indicator>(indicator)) {
    case Indicator::kAcl:
      return true;
    case Indicator::kCommand:
      return reader_ == Reader::kController;
    case Indicator::kEvent:
      return reader_ == Reader::kHost;
  }
  return false;
}

size_t H4Deframer::wanted() const {
  if (size_ == 0) {
    return 1;
  }
  switch (static_cast<Indicator>(buffer_[0])) {
    case Indicator::kCommand:
      return size_ < kCommandHeaderSize ? kCommandHeaderSize : kCommandHeaderSize + buffer_[3];
    case Indicator::kEvent:
      return size_ < kEventHeaderSize ? kEventHeaderSize : kEventHeaderSize + buffer_[2];
    case Indicator::kAcl:
      return size_ < kAclHeaderSize ? kAclHeaderSize
                                    : kAclHeaderSize + size_t{load_le16(&buffer_[3])};
  }
  return 1;
}

std::optional<Bytes> H4Deframer::next(Bytes& input) {
  if (complete_) {
    complete_ = false;
    size_ = 0;
  }
  while (error_ == H4Error::kNone && !input.empty()) {
    if (size_ == 0 && !accepts(input[0])) {
      error_ = H4Error::kUnexpectedIndicator;
      break;
    }
    const size_t taken = std::min(wanted() - size_, input.size());
    std::copy_n(input.begin(), taken, buffer_.begin() + size_);
    size_ += taken;
    input = input.subspan(taken);
    const size_t goal = wanted();
    if (goal > buffer_.size()) {
      error_ = H4Error::kTooLong;
      break;
    }
    if (size_ == goal) {
      complete_ = true;
      return Bytes(buffer_.data(), size_);
    }
  }
  return std::nullopt;
}

}  // namespace pm::hci
