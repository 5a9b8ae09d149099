// SPDX-License-Identifier: Apache-2.0
//
// An image file, and the geometry of the store in it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "format.hpp"

namespace peerctl {

/// Larger files are refused unread: partitions of bonds are some kilobytes.
inline constexpr uint64_t kMaxImage = 16u << 20;

/// Reads a regular file of at most kMaxImage octets, which is opened for reading only and neither
/// locked nor waited for. Empty result: `error` says what is wrong, where, and what to do.
std::optional<std::vector<uint8_t>> read_image(const std::string& path, std::string& error);

/// What the user states instead of having it found.
struct Forced {
  std::optional<uint32_t> sector_size;
  std::optional<uint32_t> write_unit;
  std::optional<bool> data_crc;
};

struct Geometry {
  uint32_t sector_size = 0;
  uint32_t sector_count = 0;
  /// Octets between two entries: 16, or the write unit where that is larger.
  uint32_t slot_size = kEntryOctets;
  uint32_t write_unit = kEntryOctets;
  bool data_crc = false;
  /// Nothing in the image speaks for another value; else it is as found or forced.
  bool sector_size_assumed = false;
  bool write_unit_assumed = false;
  bool data_crc_assumed = false;

  uint32_t empty_slot() const { return sector_size - slot_size; }
  uint32_t close_slot() const { return sector_size - 2 * slot_size; }
  uint32_t first_slot() const { return sector_size - 3 * slot_size; }
  uint32_t max_value() const { return sector_size - 5 * slot_size; }
  uint32_t after(uint32_t sector) const { return (sector + 1) % sector_count; }
  uint32_t before(uint32_t sector) const { return (sector + sector_count - 1) % sector_count; }
  uint32_t padded(uint32_t octets) const {
    return (octets + write_unit - 1) / write_unit * write_unit;
  }
  uint32_t address(uint32_t sector, uint32_t offset) const { return sector * sector_size + offset; }
};

/// Finds sector size and count from where the sectors' headers stand, the write unit from where
/// values start, and the CRC option from the sums of values. Empty result: this is no image;
/// `error` says why and what to do.
std::optional<Geometry> find_geometry(Octets image, const Forced& forced, std::string& error);

}  // namespace peerctl
