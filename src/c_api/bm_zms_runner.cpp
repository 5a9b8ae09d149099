// SPDX-License-Identifier: Apache-2.0
#include "c_api/bm_zms_runner.hpp"

#include <atomic>
#include <cerrno>
#include <new>

#include "c_api/storage_flash.hpp"

namespace pm::c_api {
namespace {

#ifdef CONFIG_BM_ZMS_DATA_CRC
constexpr bool kDataCrc = true;
#else
constexpr bool kDataCrc = false;
#endif

/// A Store does not fit into struct bm_zms_fs, whose layout is fixed, and there is no heap: its
/// memory is here, taken by the first mount. An instance that is not mounted gives it to another.
struct Instance {
  bm_zms_fs* fs;
  /// Constructed in the memory below.
  StorageFlash* flash;
  zms::Store* store;
  /// Operations that are queued or under way.
  std::atomic<uint32_t> pending;
  alignas(StorageFlash) std::byte flash_memory[sizeof(StorageFlash)];
  alignas(zms::Store) std::byte store_memory[sizeof(zms::Store)];
};

/// Several contexts put, one takes.
class Queue {
 public:
  bool put(const ZmsOperation& operation) {
    uint32_t used = used_.load(std::memory_order_acquire);
    do {
      if (used == kSize) {
        return false;
      }
    } while (!used_.compare_exchange_weak(used, used + 1, std::memory_order_acq_rel));
    Slot& slot = slots_[tail_.fetch_add(1, std::memory_order_acq_rel) % kSize];
    slot.operation = operation;
    slot.ready.store(true, std::memory_order_release);
    return true;
  }

  bool take(ZmsOperation& operation) {
    Slot& slot = slots_[head_ % kSize];
    // An interrupted put() that is older than a finished one keeps its turn.
    if (!slot.ready.load(std::memory_order_acquire)) {
      return false;
    }
    operation = slot.operation;
    slot.ready.store(false, std::memory_order_release);
    ++head_;
    used_.fetch_sub(1, std::memory_order_acq_rel);
    return true;
  }

 private:
  static constexpr uint32_t kSize = CONFIG_BM_ZMS_OP_QUEUE_SIZE;
  struct Slot {
    std::atomic<bool> ready{false};
    ZmsOperation operation{};
  };

  std::atomic<uint32_t> used_{0};
  std::atomic<uint32_t> tail_{0};
  uint32_t head_ = 0;
  std::array<Slot, kSize> slots_{};
};

// Apart from the runner: all zero, it costs no flash.
constinit Queue queue;

/// Runs operations in one context at a time: whoever comes while it runs, an interrupt or an event
/// handler, only leaves word.
class Runner final : public StorageSink, public zms::LifecycleSink {
 public:
  bool submit(const ZmsOperation& operation) {
    if (!queue.put(operation)) {
      return false;
    }
    wake();
    return true;
  }

  void wake() {
    if (calls_.fetch_add(1, std::memory_order_acq_rel) != 0) {
      return;
    }
    uint32_t seen = 1;
    while (seen != 0) {
      run();
      seen = calls_.fetch_sub(seen, std::memory_order_acq_rel) - seen;
    }
  }

  void on_storage_event(const StorageEvent& event) override {
    complete(event.result == Status::kOk          ? 0
             : event.result == Status::kResources ? -ENOSPC
                                                  : storage_errno(*operation_.fs));
  }

  void on_store_mounted(zms::MountError error) override {
    switch (error) {
      case zms::MountError::kNone:
        return complete(0);
      case zms::MountError::kNotThisFormat:
        return complete(-ENOEXEC);
      case zms::MountError::kVersion:
        return complete(-ENOTSUP);
      case zms::MountError::kMedium:
        return complete(storage_errno(*operation_.fs));
      case zms::MountError::kBadSector:
        return complete(-EFAULT);
    }
  }

  void on_store_cleared(Status result) override {
    complete(result == Status::kOk ? 0 : storage_errno(*operation_.fs));
  }

 private:
  void complete(int result) {
    result_ = result;
    completed_ = true;
  }

  void run();
  void start();
  void start_mount();
  void finish();

  std::atomic<uint32_t> calls_{0};
  ZmsOperation operation_{};
  bool active_ = false;
  bool completed_ = false;
  int result_ = 0;
};

constinit Runner runner;
#ifdef CONFIG_BM_ZMS_INSTANCES
constexpr size_t kInstances = CONFIG_BM_ZMS_INSTANCES;
#else  // The configuration is an SDK's, which does not know this option.
constexpr size_t kInstances = 2;
#endif
constinit Instance instances[kInstances]{};

Instance* find(const bm_zms_fs* fs) {
  for (Instance& instance : instances) {
    if (instance.fs == fs) {
      return &instance;
    }
  }
  return nullptr;
}

void Runner::run() {
  for (;;) {
    Instance* instance = active_ ? find(operation_.fs) : nullptr;
    if (completed_) {
      finish();
      continue;
    }
    if (instance != nullptr && instance->flash != nullptr && instance->flash->deliver()) {
      continue;
    }
    if (active_ || !queue.take(operation_)) {
      return;
    }
    active_ = true;
    start();
  }
}

void Runner::start() {
  if (operation_.kind == ZmsOperation::Kind::kMount) {
    return start_mount();
  }
  // An earlier clear() may have unmounted it.
  if (!operation_.fs->init_flags.initialized) {
    return complete(-EACCES);
  }
  Instance& instance = *find(operation_.fs);
  instance.flash->clear_error();
  Status status = Status::kOk;
  if (operation_.kind == ZmsOperation::Kind::kClear) {
    status = instance.store->clear();
  } else if (operation_.data.empty()) {
    status = instance.store->remove(operation_.id);
  } else {
    status = instance.store->write(operation_.id, operation_.data);
  }
  if (status != Status::kOk) {
    complete(-EINVAL);
  }
}

void Runner::start_mount() {
  bm_zms_fs& fs = *operation_.fs;
  Instance& instance = *find(&fs);
  fs.init_flags.initialized = false;
  instance.flash =
      new (instance.flash_memory) StorageFlash(fs.zms_bm_storage, [] { runner.wake(); });
  instance.store = new (instance.store_memory)
      zms::Store(*instance.flash,
                 {.sector_size = fs.sector_size, .data_crc = kDataCrc, .overwrite_foreign = true});
  instance.store->set_lifecycle_sink(this);
  if (instance.store->init(*this) != Status::kOk) {
    complete(-EINVAL);
  }
}

uint64_t address_of(uint32_t sector, uint32_t offset) { return uint64_t{sector} << 32 | offset; }

void Runner::finish() {
  const ZmsOperation done = operation_;
  const int result = result_;
  bm_zms_fs& fs = *done.fs;
  bm_zms_evt event{.evt_type = BM_ZMS_EVT_MOUNT, .result = result, .id = 0};
  active_ = false;
  completed_ = false;
  find(&fs)->pending.fetch_sub(1, std::memory_order_acq_rel);

  const zms::Head& head = store_of(fs).head();
  fs.ate_wra = address_of(head.sector, head.slot);
  fs.ate_ra = fs.ate_wra;
  fs.data_wra = address_of(head.sector, head.data);
  fs.sector_cycle = head.cycle;
  switch (done.kind) {
    case ZmsOperation::Kind::kMount:
      fs.init_flags.initialized = result == 0;
      fs.init_flags.initializing = false;
      break;
    case ZmsOperation::Kind::kWrite:
      event.evt_type = done.is_delete ? BM_ZMS_EVT_DELETE : BM_ZMS_EVT_WRITE;
      event.id = done.id;
      atomic_dec(&fs.ongoing_writes);
      break;
    case ZmsOperation::Kind::kClear:
      event.evt_type = BM_ZMS_EVT_CLEAR;
      fs.init_flags.initialized = store_of(fs).mounted();
      break;
  }
  if (fs.evt_handler != nullptr) {
    fs.evt_handler(&event);
  }
}

/// Whether nobody needs it; its fs may be gone.
bool is_free(const Instance& instance) {
  return instance.pending.load(std::memory_order_acquire) == 0 &&
         (instance.store == nullptr || !instance.store->mounted());
}

}  // namespace

bool reserve_instance(bm_zms_fs& fs) {
  if (find(&fs) != nullptr) {
    return true;
  }
  for (Instance& instance : instances) {
    if (is_free(instance)) {
      instance.fs = &fs;
      instance.flash = nullptr;
      instance.store = nullptr;
      return true;
    }
  }
  return false;
}

zms::Store& store_of(const bm_zms_fs& fs) { return *find(&fs)->store; }

bool submit(const ZmsOperation& operation) {
  Instance& instance = *find(operation.fs);
  instance.pending.fetch_add(1, std::memory_order_acq_rel);
  if (runner.submit(operation)) {
    return true;
  }
  instance.pending.fetch_sub(1, std::memory_order_acq_rel);
  return false;
}

int storage_errno(const bm_zms_fs& fs) {
  const int error = find(&fs)->flash->error();
  return error != 0 ? error : -EIO;
}

}  // namespace pm::c_api
