// SPDX-License-Identifier: Apache-2.0
//
// A store on memory that nobody vouches for: mounted, used, failed, cut and mounted again. An input
// is
//   octet 0   bits 0 to 3 the medium, bit 4 the data CRC option, bit 5 foreign memory is taken
//   over,
//             bit 6 entries get their right CRC-8 first, which chance would not find,
//             bit 7 a fixed sequence of operations
//   octet 1   the number of operations; with bit 7 the seed of their sequence
//   then      3 octets each operation (without bit 7)
//   then      the memory from its start; what is missing is erased
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "zms/ate.hpp"
#include "zms/pumped.hpp"

namespace pm::zms {
namespace {

struct Medium {
  uint32_t sector_size;
  uint32_t sectors;
  uint32_t program_unit;
  uint32_t write_unit;
  uint8_t erase_value;
};

// The first ten are those of the golden images.
constexpr std::array<Medium, 16> kMedia = {{{1024, 4, 4, 16, 0xFF},
                                            {1024, 2, 4, 16, 0xFF},
                                            {1024, 16, 4, 16, 0xFF},
                                            {4096, 2, 4, 16, 0xFF},
                                            {4096, 3, 4, 16, 0xFF},
                                            {4096, 4, 4, 16, 0xFF},
                                            {4096, 8, 4, 16, 0xFF},
                                            {1024, 4, 4, 4, 0xFF},
                                            {1024, 4, 4, 8, 0xFF},
                                            {1024, 4, 4, 32, 0xFF},
                                            {80, 3, 4, 16, 0xFF},
                                            {160, 4, 8, 8, 0xFF},
                                            {256, 3, 16, 32, 0x00},
                                            {256, 2, 4, 16, 0x00},
                                            {512, 8, 32, 32, 0xFF},
                                            {768, 3, 4, 4, 0xFF}}};

constexpr size_t kHeaderOctets = 2;
constexpr size_t kOperationOctets = 3;
constexpr size_t kFixedOperations = 48;
/// Records that are compared after each operation.
constexpr size_t kWatched = 24;

void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
  }
}

struct Operation {
  uint8_t kind;
  uint8_t key;
  uint8_t length;
};

/// What a read says.
struct Reading {
  Status status = Status::kNotFound;
  Value value;
  friend bool operator==(const Reading&, const Reading&) = default;
};

struct Doubt {
  uint32_t key;
  Reading wanted;
};

class Use {
 public:
  Use(const Medium& medium, const Options& options, Bytes memory)
      : device_({.size = medium.sector_size * medium.sectors,
                 .program_unit = medium.program_unit,
                 .write_unit = medium.write_unit,
                 .erase_value = medium.erase_value},
                options) {
    std::vector<uint8_t>& all = device_.flash.memory();
    std::copy_n(memory.begin(), std::min(memory.size(), all.size()), all.begin());
    // Each sector collected, each entry invalidated, filled and completed: more is no progress.
    const uint64_t limit = uint64_t{medium.sectors} * all.size() / 4 + 64;
    device_.flash.on_written = [this, limit](uint32_t, Bytes) {
      require(++writes_ <= limit, "mounts and operations end");
    };
  }

  /// What chance finds once in 256 times each slot: entries whose cycle fits get their right CRC-8.
  void seal(const Medium& medium) {
    std::vector<uint8_t>& memory = device_.flash.memory();
    const uint32_t slot_size = std::max(kAteOctets, medium.write_unit);
    const auto mend = [&](uint32_t at) {
      memory[at] = crc8(Bytes(&memory[at + 1], kAteOctets - 1));
    };
    for (uint32_t sector = 0; sector < memory.size(); sector += medium.sector_size) {
      const uint32_t empty = sector + medium.sector_size - slot_size;
      mend(empty);
      for (uint32_t at = empty; at > sector; at -= slot_size) {
        if (memory[at - slot_size + 1] == memory[empty + 1]) {
          mend(at - slot_size);
        }
      }
    }
  }

  /// False: refused, which is an answer.
  bool mount() {
    const std::vector<uint8_t> before = device_.flash.memory();
    if (!ok(boot())) {
      const MountError error = device_.store->mount_error();
      require(error != MountError::kNone, "a refused mount says why");
      require(error != MountError::kMedium, "a medium that works is not blamed");
      require(device_.flash.memory() == before, "a refused mount writes nothing");
      return false;
    }
    watch_found();
    restart();
    require(writes_ == 0, "a second mount has nothing left to do");
    return true;
  }

  void perform(const Operation& operation) {
    const uint32_t key = key_of(operation.key);
    watch(key);
    const uint8_t detail = operation.kind >> 4;
    switch (operation.kind & 15) {
      default:
        return put(key, length_of(operation.length));
      case 7:
      case 8:
        return put(key, 0);
      case 9:
        return restart();
      case 10:
        return clear();
      case 11:
        return look_back(key);
      case 12:
        device_.flash.fail_write_at(detail % 8, operation.length / 8 * 4u);
        return put_with_failure(key, length_of(operation.length));
      case 13:
        device_.flash.fail_read_at(detail * 5u);
        return put_with_failure(key, length_of(operation.length));
      case 14:
        return cut(key, detail, operation.length);
      case 15:
        return put_again(key);
    }
  }

 private:
  Status boot() {
    writes_ = 0;
    return device_.boot();
  }

  Reading read(uint32_t key) {
    Reading reading;
    reading.status = device_.get(key, reading.value);
    return reading;
  }

  void watch(uint32_t key) {
    if (!watched_.contains(key)) {
      watched_[key] = read(key);
    }
  }

  void watch_found() {
    const auto visit = [](void* context, uint32_t key) {
      auto& found = *static_cast<std::vector<uint32_t>*>(context);
      if (found.size() < kWatched && std::ranges::find(found, key) == found.end()) {
        found.push_back(key);
      }
    };
    require(ok(device_.store->visit_keys(visit, &found_)), "keys can be listed");
    for (const uint32_t key : found_) {
      watch(key);
    }
    uint32_t octets = 0;
    require(ok(device_.store->free_space(octets)), "free space can be told");
    require(octets <= device_.flash.memory().size(), "free space is within the medium");
    require(device_.store->active_sector_free() <= device_.options.sector_size,
            "free space is within the sector");
  }

  /// Nobody's record changes but that of `key`.
  void compare(uint32_t key = kSpecialKey) {
    for (const auto& [other, reading] : watched_) {
      require(other == key || is_doubtful(other) || read(other) == reading,
              "other records stay as they were");
    }
  }

  bool is_doubtful(uint32_t key) const {
    return std::ranges::find(doubts_, key, &Doubt::key) != doubts_.end();
  }

  /// An operation that failed has left its record old or new; which one is known after the next
  /// one that has not failed, or a restart.
  void settle() {
    while (!doubts_.empty()) {
      const uint32_t key = doubts_.back().key;
      Reading now = read(key);
      bool is_known = now == watched_[key];
      std::erase_if(doubts_, [&](const Doubt& doubt) {
        is_known = is_known || (doubt.key == key && doubt.wanted == now);
        return doubt.key == key;
      });
      require(is_known, "a record is old or new");
      watched_[key] = std::move(now);
    }
  }

  void restart() {
    require(ok(boot()), "what was mounted mounts again");
    settle();
    compare();
  }

  uint32_t key_of(uint8_t octet) const {
    if (octet >= 0x80 && !found_.empty()) {
      return found_[octet % found_.size()];
    }
    return octet == 0x7F ? kSpecialKey : (octet & 0x30u) << 12 | (octet & 0x0Fu);
  }

  static size_t length_of(uint8_t octet) {
    return octet < 200 ? size_t{octet} : size_t{octet - 200u} * 75;
  }

  Reading next_value(size_t length) {
    Reading wanted{.status = length == 0 ? Status::kNotFound : Status::kOk, .value = Value(length)};
    ++count_;
    for (size_t i = 0; i < length; ++i) {
      wanted.value[i] = static_cast<uint8_t>(count_ + i * (count_ | 1u));
    }
    return wanted;
  }

  Status write(uint32_t key, const Reading& wanted) {
    writes_ = 0;
    return wanted.value.empty() ? device_.drop(key) : device_.put(key, wanted.value);
  }

  bool is_refused(uint32_t key, size_t length, Status status) {
    const bool refused = key == kSpecialKey || length > device_.store->layout().max_value();
    require(refused == (status == Status::kInvalidParam), "what can never be stored is refused");
    return refused;
  }

  void put(uint32_t key, size_t length) {
    const Reading wanted = next_value(length);
    const bool recovers = !doubts_.empty();
    const Status status = write(key, wanted);
    if (is_refused(key, length, status)) {
      return;
    }
    if (ok(status)) {
      acknowledged(key, wanted);
    }
    settle();
    compare();
    if (status == Status::kResources) {
      require(length != 0, "a full store removes");
      require(writes_ == 0 || recovers, "a write that cannot fit rewrites nothing");
      require(read(key) == watched_[key], "a write that does not fit changes nothing");
      return;
    }
    require(ok(status), "a medium that works stores");
  }

  void acknowledged(uint32_t key, const Reading& wanted) {
    std::erase_if(doubts_, [key](const Doubt& doubt) { return doubt.key == key; });
    require(read(key) == wanted, "what was acknowledged reads back");
    watched_[key] = wanted;
  }

  void put_again(uint32_t key) {
    const Reading wanted = watched_[key];
    if (!doubts_.empty() || wanted.status == Status::kInternal || key == kSpecialKey ||
        wanted.value.size() > device_.store->layout().max_value()) {
      return;
    }
    require(ok(write(key, wanted)), "what is stored can be stored");
    require(writes_ == 0, "a value that does not change costs nothing");
    compare();
  }

  void put_with_failure(uint32_t key, size_t length) {
    const Reading wanted = next_value(length);
    const Status status = write(key, wanted);
    const bool refused = is_refused(key, length, status);
    if (status == Status::kInternal) {
      doubts_.push_back({key, wanted});
      return compare();
    }
    // A failure that has not come yet goes with the restart.
    require(ok(boot()), "what was mounted mounts again");
    if (!refused && ok(status)) {
      acknowledged(key, wanted);
    }
    settle();
    compare();
  }

  void cut(uint32_t key, uint8_t at, uint8_t octet) {
    device_.flash.cut_power_at(at, octet % 8 * 4u);
    const Reading wanted = next_value(length_of(octet));
    const Status status = write(key, wanted);
    if (!is_refused(key, wanted.value.size(), status)) {
      if (ok(status)) {
        acknowledged(key, wanted);
      } else {
        doubts_.push_back({key, wanted});
      }
    }
    restart();
  }

  void look_back(uint32_t key) {
    Value value(device_.options.sector_size);
    const uint32_t slots = device_.flash.geometry().size / kAteOctets;
    for (uint32_t age = 0; age <= slots; ++age) {
      size_t length = 0;
      const Status status = device_.store->read_history(key, age, value, length);
      require(length <= value.size(), "a value lies within its sector");
      // A removal is a version, too: the end of the history is where older ones are not found.
      if (status == Status::kNotFound && age != 0) {
        return;
      }
    }
    require(false, "a history ends");
  }

  void clear() {
    writes_ = 0;
    require(ok(device_.clear()), "a medium that works is cleared");
    doubts_.clear();
    for (auto& [key, reading] : watched_) {
      reading = {};
    }
    restart();
    std::vector<uint32_t> left;
    const auto visit = [](void* context, uint32_t key) {
      static_cast<std::vector<uint32_t>*>(context)->push_back(key);
    };
    require(ok(device_.store->visit_keys(visit, &left)) && left.empty(),
            "a cleared store is empty");
  }

  Pumped device_;
  /// Since the mount or operation began.
  uint64_t writes_ = 0;
  uint32_t count_ = 0;
  std::vector<uint32_t> found_;
  std::map<uint32_t, Reading> watched_;
  std::vector<Doubt> doubts_;
};

void run(Bytes input) {
  if (input.size() < kHeaderOctets) {
    return;
  }
  const uint8_t choice = input[0];
  const Medium& medium = kMedia[choice & 15];
  std::vector<Operation> operations;
  if ((choice & 0x80) != 0) {
    uint32_t state = input[1] + 1u;
    const auto next = [&state] {
      state = state * 1664525 + 1013904223;
      return static_cast<uint8_t>(state >> 24);
    };
    for (size_t i = 0; i < kFixedOperations; ++i) {
      const uint8_t kind = next();
      const uint8_t key = next();
      operations.push_back({kind, key, next()});
    }
    input = input.subspan(kHeaderOctets);
  } else {
    const size_t count =
        std::min<size_t>(input[1], (input.size() - kHeaderOctets) / kOperationOctets);
    for (size_t i = 0; i < count; ++i) {
      const Bytes octets = input.subspan(kHeaderOctets + i * kOperationOctets, kOperationOctets);
      operations.push_back({octets[0], octets[1], octets[2]});
    }
    input = input.subspan(kHeaderOctets + count * kOperationOctets);
  }
  Use use(medium,
          {.sector_size = medium.sector_size,
           .data_crc = (choice & 0x10) != 0,
           .overwrite_foreign = (choice & 0x20) != 0},
          input);
  if ((choice & 0x40) != 0) {
    use.seal(medium);
  }
  if (!use.mount()) {
    return;
  }
  for (const Operation& operation : operations) {
    use.perform(operation);
  }
}

}  // namespace
}  // namespace pm::zms

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pm::zms::run(pm::Bytes(data, size));
  return 0;
}
