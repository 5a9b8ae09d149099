// SPDX-License-Identifier: Apache-2.0
//
// Where in an image keys stand. In a damaged one a record may reach into another one's octets.
#pragma once

#include <set>

#include "walk.hpp"

namespace peerctl {

class KeyPlaces {
 public:
  /// Those of every bond with an entry that counts, or that is in a sector without a header.
  explicit KeyPlaces(const Store& store);

  /// Whether `octets`, a part of the image, have octets of a key; `own`: beside those of the bond
  /// that starts where they do.
  bool touch(Octets octets, bool own = false) const;

 private:
  void note(uint64_t start);

  Octets image_;
  /// Where bonds start.
  std::set<uint64_t> bonds_;
};

}  // namespace peerctl
