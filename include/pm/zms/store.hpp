// SPDX-License-Identifier: Apache-2.0
/// @file
/// Zephyr Memory Storage (ZMS): records of 1 to sector_size - 80 octets under 32-bit keys, on
/// memory that is overwritten in place. Byte compatible with the format that the SDK's bm_zms reads
/// and writes.
///
/// Power may fail at any flash operation, also during recovery: afterwards each record reads as its
/// old or its new value, and nothing that was acknowledged is lost. One context only; see
/// pm/ports/storage.hpp for the contract of completions.
#pragma once

#include <array>

#include "pm/ports/flash.hpp"
#include "pm/ports/storage.hpp"
#include "pm/zms/index.hpp"

namespace pm::zms {

class Ate;
struct SectorState;

/// How a store lies in its memory; the same at every start.
struct Options {
  /// Octets of a sector. The medium holds a whole number of them, at least two.
  uint32_t sector_size;
  /// Values above 8 octets carry a CRC-32, checked when they are read whole. Must be as it was when
  /// they were written.
  bool data_crc = false;
  /// Memory that holds something else is formatted, as bm_zms does, instead of refused. Never for a
  /// user's file.
  bool overwrite_foreign = false;
};

/// Why a mount failed.
enum class MountError : uint8_t {
  kNone,
  /// The memory holds something else; it was not touched.
  kNotThisFormat,
  /// A store of another format version; it was not touched.
  kVersion,
  /// A read or write failed.
  kMedium,
  /// The sectors contradict one another, or one contradicts itself; nothing was touched.
  kBadSector,
};

/// Sizes and places that follow from the geometry, in octets; offsets count from the start of a
/// sector.
struct Layout {
  uint32_t sector_size;   ///< As in Options.
  uint32_t sector_count;  ///< Whole sectors of the medium.
  /// Octets between two entries: 16, or the write unit where that is larger.
  uint32_t slot_size;
  uint32_t write_unit;  ///< Of the medium.

  /// The last slot: the entry that says which cycle the sector is in.
  constexpr uint32_t empty_slot() const { return sector_size - slot_size; }
  /// The one before it: the entry that closes the sector.
  constexpr uint32_t close_slot() const { return sector_size - 2 * slot_size; }
  /// The first one for records; further ones lie below it.
  constexpr uint32_t first_slot() const { return sector_size - 3 * slot_size; }
  /// Octets of the longest record.
  constexpr uint32_t max_value() const {
    const uint32_t fits = sector_size - 5 * slot_size;
    return fits < 0xFFFF ? fits : 0xFFFF;
  }
  /// Number of the next sector, round in a circle.
  constexpr uint32_t after(uint32_t sector) const {
    return sector + 1 == sector_count ? 0 : sector + 1;
  }
  /// Number of the sector before.
  constexpr uint32_t before(uint32_t sector) const {
    return (sector == 0 ? sector_count : sector) - 1;
  }
  /// Rounded up to whole write units.
  constexpr uint32_t padded(uint32_t octets) const {
    return (octets + write_unit - 1) / write_unit * write_unit;
  }
};

/// Where the next write goes: a sector, its next free slot, its next free data octet, its cycle.
struct Head {
  uint32_t sector = 0;  ///< Number of the sector.
  uint32_t slot = 0;    ///< Offset of the next entry.
  uint32_t data = 0;    ///< Offset of the next value.
  uint8_t cycle = 0;    ///< Of the sector.
};

/// For those who must know when a mount or clear() has ended without waiting for it.
class LifecycleSink {
 public:
  /// kNone: mounted, recovery included.
  virtual void on_store_mounted(MountError error) = 0;
  /// kOk: everything is gone and the store must be initialised again. kInternal: the medium failed,
  /// records may remain.
  virtual void on_store_cleared(Status result) = 0;

 protected:
  ~LifecycleSink() = default;
};

/// One store on one Flash, which it owns the completions of.
///
/// The object is all zero but for its constructor's arguments: on the target, construct it in place
/// in zeroed memory. Differences to bm_zms that a caller can see: a value equal to the stored one,
/// and the removal of an absent record, touch no flash; a write that can never fit is refused
/// without rewriting anything; failures of a mount are told.
class Store final : public StoragePort, private FlashSink {
 public:
  /// Keeps the reference, and touches nothing before init().
  Store(Flash& flash, const Options& options) : flash_(flash), options_(options) {}
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Starts mounting, with recovery of what a power cut interrupted. Also mounts again after
  /// clear() or a failed mount. kInternal: the geometry cannot hold a store (two sectors of at
  /// least five slots, program unit 4 to 32, write unit up to 32, sector a multiple of both), or
  /// operations are under way.
  Status init(StorageSink& sink) override;
  /// kInternal: not mounted; mount_error() says why.
  Status wait_ready() override;
  /// kInternal also: not mounted, or the CRC-32 of a value read whole does not fit. Reads are
  /// synchronous and allowed while writes are pending; they give the last completed version.
  Status read(uint32_t key, MutableBytes out, size_t& stored_length) override;
  /// Reads nothing while the index is complete, else one walk over the store; kInternal: not
  /// mounted, or the medium failed.
  Status visit_keys(void (*visit)(void* context, uint32_t key), void* context) override;
  /// CONFIG_BM_ZMS_OP_QUEUE_SIZE operations wait, one more is under way. kInvalidParam also: key
  /// 0xFFFFFFFF.
  Status write(uint32_t key, Bytes data) override;
  Status remove(uint32_t key) override;

  /// As read(), but the `age`-th older version; 0 is the newest. kNotFound: there is none that old,
  /// or it was a removal. Older versions remain until their sector is collected.
  Status read_history(uint32_t key, uint32_t age, MutableBytes out, size_t& stored_length);

  /// Accepts the removal of all records; it waits its turn behind operations accepted earlier, and
  /// those accepted later fail with kInternal. LifecycleSink is told; the store is then unmounted.
  /// kBusy: queue full. kInvalidState: not mounted.
  Status clear();

  /// Octets left for records when each live record is counted once with its 16 octets of
  /// administration. A write of that size need not fit, since a value lies within one sector.
  /// kInvalidState: not mounted. kInternal: the medium failed.
  Status free_space(uint32_t& octets);

  /// What the current sector takes before it must be closed: data and one slot less; 0 when not
  /// mounted.
  uint32_t active_sector_free() const;

  /// Between a successful mount and clear().
  bool mounted() const { return state_ == State::kMounted; }
  /// Of the last mount.
  MountError mount_error() const { return mount_error_; }
  /// Accepted and not completed.
  uint32_t pending() const { return queued_ + (op_active_ ? 1 : 0); }
  /// nullptr detaches.
  void set_lifecycle_sink(LifecycleSink* sink) { lifecycle_ = sink; }

  /// Sizes of the mounted store.
  const Layout& layout() const { return layout_; }
  /// Where the next write goes.
  const Head& head() const { return head_; }

 private:
  enum class State : uint8_t { kUnmounted, kMounting, kMounted, kFailed };
  enum class Kind : uint8_t { kWrite, kRemove, kClear };
  struct Operation {
    Kind kind;
    uint32_t key;
    Bytes data;
  };

  /// What happens next, once the write under way has finished.
  enum class Step : uint8_t {
    kIdle,
    // mount.cpp
    kLocate,
    kOpened,
    kRecover,
    kRestartCollection,
    kSeal,
    kSealed,
    // write.cpp
    kBegin,
    kFit,
    kData,
    kTail,
    kEntry,
    kStored,
    kClearSector,
    kCleared,
    kDeliver,
    // collect.cpp
    kVacate,
    kJunk,
    kClose,
    kOpenNext,
    kEnterNext,
    kFindLive,
    kMoveData,
    kMoveEntry,
    kMoved,
    kCollected,
    kErase,
    kErased,
  };

  /// An ATE on its way to the medium, in up to three writes (see put_ate()).
  enum class AteStage : uint8_t { kNone, kInvalidate, kRest, kWhole };

  // store.cpp: the queue and the loop.
  Status enqueue(const Operation& operation);
  bool start_next();
  void on_flash_written(Status result) override;
  void advance();
  void perform();
  void submit(uint32_t address, Bytes data);
  void put_ate(uint32_t sector, uint32_t slot, const Ate& ate, uint8_t cycle);
  void continue_ate();
  void fail();
  void finish(Status result);
  void deliver();

  // mount.cpp
  void mount_step();
  void locate(bool may_open);
  Status choose_current(uint32_t& current, MountError& error);
  Status is_untouched(bool& untouched);
  void recover();
  Status recover_head();
  Status index_older_sectors();
  void note(const Ate& ate, uint32_t sector, uint32_t slot);
  void seal();
  void mount_failed(MountError error);
  void end_mount();

  // write.cpp
  void write_step();
  void begin();
  void make_fit();
  Status is_stored(bool& same);
  bool fits(uint32_t slot, uint32_t data) const;
  bool value_fits(uint32_t slot, uint32_t data, uint32_t length) const;
  void put_data();
  uint32_t direct_octets() const;
  void put_tail();
  void put_entry();
  void clear_sector();

  // collect.cpp
  void collect_step();
  Status can_make_room(bool& possible);
  Status measure(uint32_t sector, uint32_t& entries, uint32_t& data);
  Status is_live(const Ate& ate, uint32_t sector, uint32_t slot, bool& live);
  void vacate_next();
  void close_current();
  void open_next();
  void enter_next();
  Status start_collection(uint32_t source);
  void find_live();
  void move_data();
  void end_collection();
  void empty_sector(uint32_t sector);

  // read.cpp
  uint32_t place_of(uint32_t sector, uint32_t slot) const;
  Status find_newest(uint32_t key, Ate& ate, uint32_t& sector, uint32_t& slot);
  Status copy_value(const Ate& ate, uint32_t sector, MutableBytes out);

  static constexpr uint32_t kQueueSize = CONFIG_BM_ZMS_OP_QUEUE_SIZE;
  /// Octets copied at a time; a bond fits.
  static constexpr uint32_t kBlockOctets = 96;

  Flash& flash_;
  const Options options_;
  StorageSink* sink_ = nullptr;
  LifecycleSink* lifecycle_ = nullptr;
  Layout layout_{};
  FlashGeometry geometry_{};
  Head head_{};
  Index index_;

  State state_ = State::kUnmounted;
  MountError mount_error_ = MountError::kNone;
  Step step_ = Step::kIdle;
  bool waiting_ = false;
  bool advancing_ = false;
  bool failed_ = false;
  /// The operation has had a completion of the medium, so that its own may be told.
  bool turn_passed_ = false;
  /// A write failed half way: the next operation first looks at what the medium holds now, as a
  /// mount does.
  bool needs_recovery_ = false;

  std::array<Operation, kQueueSize> queue_{};
  uint32_t queue_first_ = 0;
  uint32_t queued_ = 0;
  Operation op_{};
  bool op_active_ = false;
  Status result_ = Status::kOk;

  /// Sectors collected for the operation under way.
  uint32_t collections_ = 0;
  /// The sector being collected: the entries from next_slot on are still to be looked at.
  struct Source {
    uint32_t sector;
    uint32_t next_slot;
    /// Octets copied of the value being moved.
    uint32_t copied;
    uint8_t cycle;
  } source_{};
  /// The cycle of the Empty ATE being written.
  uint8_t new_cycle_ = 0;
  /// The sector that clear() is at.
  uint32_t clear_sector_ = 0;

  AteStage ate_stage_ = AteStage::kNone;
  uint32_t ate_address_ = 0;
  alignas(4) std::array<uint8_t, 16> ate_{};
  alignas(4) std::array<uint8_t, 16> moving_ate_{};
  alignas(4) std::array<uint8_t, kBlockOctets> block_{};
};

}  // namespace pm::zms
