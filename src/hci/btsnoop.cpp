// SPDX-License-Identifier: Apache-2.0
#include "pm/hci/btsnoop.hpp"

#include "pm/hci/constants.hpp"

namespace pm::hci {

namespace {

constexpr uint32_t kVersion = 1;
constexpr uint32_t kDatalinkHciUart = 1002;
// Timestamps count from the year 0: this is 1970-01-01.
constexpr uint64_t kUnixEpochUs = 0x00DCDDB30F2F8000;

constexpr uint32_t kFlagReceived = 0x01;
constexpr uint32_t kFlagCommandOrEvent = 0x02;

// The file is big endian, alone among everything here.
void put_be32(uint8_t* p, uint32_t value) {
  for (int i = 0; i < 4; ++i) {
    p[i] = static_cast<uint8_t>(value >> (24 - 8 * i));
  }
}

}  // namespace

bool BtsnoopWriter::open(const char* path) {
  close();
  file_ = std::fopen(path, "wb");
  if (file_ == nullptr) {
    return false;
  }
  std::array<uint8_t, 16> header{'b', 't', 's', 'n', 'o', 'o', 'p', '\0'};
  put_be32(&header[8], kVersion);
  put_be32(&header[12], kDatalinkHciUart);
  return std::fwrite(header.data(), header.size(), 1, file_) == 1 && std::fflush(file_) == 0;
}

void BtsnoopWriter::close() {
  if (file_ != nullptr) {
    std::fclose(file_);
    file_ = nullptr;
  }
}

bool BtsnoopWriter::write(Direction direction, uint64_t unix_us, Bytes packet) {
  if (file_ == nullptr || packet.empty()) {
    return false;
  }
  uint32_t flags = direction == Direction::kControllerToHost ? kFlagReceived : 0;
  if (packet[0] != static_cast<uint8_t>(Indicator::kAcl)) {
    flags |= kFlagCommandOrEvent;
  }
  const uint64_t timestamp = kUnixEpochUs + unix_us;
  std::array<uint8_t, 24> header{};
  put_be32(&header[0], static_cast<uint32_t>(packet.size()));
  put_be32(&header[4], static_cast<uint32_t>(packet.size()));
  put_be32(&header[8], flags);
  put_be32(&header[16], static_cast<uint32_t>(timestamp >> 32));
  put_be32(&header[20], static_cast<uint32_t>(timestamp));
  return std::fwrite(header.data(), header.size(), 1, file_) == 1 &&
         std::fwrite(packet.data(), packet.size(), 1, file_) == 1 && std::fflush(file_) == 0;
}

}  // namespace pm::hci
