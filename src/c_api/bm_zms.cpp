// SPDX-License-Identifier: Apache-2.0
//
// bm_zms_* on our store, for applications that call the SDK's. Differences that a caller can see: a
// value that does not change, and the deletion of an absent one, touch no memory; failures of a
// mount are told, and leave the instance unmounted; free space counts every value.
#include "bm/fs/bm_zms.h"

#include <algorithm>
#include <cerrno>

#include "c_api/bm_zms_runner.hpp"
#include "c_api/storage_flash.hpp"
#include "pm/adapters/nordic/bm_zms_visit.h"

namespace {

using pm::Status;
using pm::c_api::ZmsOperation;

/// Octets of an entry, and the block that the store builds writes in.
constexpr uint32_t kEntryOctets = 16;
constexpr uint32_t kMaxWearUnit = 32;
constexpr uint32_t kMinSlots = 5;

/// 0, or why an instance cannot be used.
int check(const bm_zms_fs* fs) {
  if (fs == nullptr) {
    return -EFAULT;
  }
  return fs->init_flags.initialized ? 0 : -EACCES;
}

int to_errno(const bm_zms_fs& fs, Status status) {
  return status == Status::kNotFound ? -ENOENT : pm::c_api::storage_errno(fs);
}

/// Reads have their own errors, all of them -EIO.
int to_read_errno(Status status) { return status == Status::kNotFound ? -ENOENT : -EIO; }

/// The memory of an instance that was mounted before stays set up while it is the same.
int set_up_storage(bm_zms_fs& fs, const bm_zms_fs_config& config) {
  bm_storage& storage = fs.zms_bm_storage;
  const auto first = static_cast<uint64_t>(config.offset);
  const uint64_t octets = uint64_t{config.sector_size} * config.sector_count;
  if (first > UINT32_MAX || octets > UINT32_MAX - first) {
    return -EIO;
  }
  const auto address = static_cast<uint32_t>(first);
  const auto size = static_cast<uint32_t>(octets);
  if (storage.is_initialized) {
    if (storage.api == config.storage_api && storage.addr == address && storage.size == size) {
      return 0;
    }
    if (fs.init_flags.initializing || bm_storage_uninit(&storage) != 0) {
      return -EIO;
    }
    fs.init_flags.initialized = false;
  }
  bm_storage_config setup{};
  setup.evt_handler = pm::c_api::StorageFlash::on_event;
  setup.api = config.storage_api;
  setup.addr = address;
  setup.size = size;
  setup.is_wear_aligned = true;
  setup.is_write_padded = true;
  return bm_storage_init(&storage, &setup) == 0 ? 0 : -EIO;
}

int check_geometry(const bm_storage_info& info, const bm_zms_fs_config& config) {
  const uint32_t wear = info.wear_unit;
  const uint32_t program = info.program_unit;
  if (wear == 0 || wear > kMaxWearUnit || kMaxWearUnit % wear != 0) {
    return -EINVAL;
  }
  if (program < 4 || (program < kEntryOctets && kEntryOctets % program != 0)) {
    return -EINVAL;
  }
  if (info.is_erase_before_write) {
    return -EINVAL;
  }
  const uint32_t slot = std::max(kEntryOctets, wear);
  if (config.sector_size < kMinSlots * slot || config.sector_size % slot != 0) {
    return -EINVAL;
  }
  return config.sector_count < 2 ? -EINVAL : 0;
}

}  // namespace

extern "C" {

int bm_zms_mount(struct bm_zms_fs* fs, const struct bm_zms_fs_config* config) {
  if (fs == nullptr || config == nullptr || config->storage_api == nullptr) {
    return -EFAULT;
  }
  if (set_up_storage(*fs, *config) != 0) {
    return -EIO;
  }
  const bm_storage_info* info = bm_storage_nvm_info_get(&fs->zms_bm_storage);
  if (info == nullptr) {
    return -EIO;
  }
  const int unfit = check_geometry(*info, *config);
  if (unfit != 0) {
    return unfit;
  }
  if (fs->init_flags.initializing) {
    return -EBUSY;
  }
  if (!pm::c_api::reserve_instance(*fs)) {
    return -ENOMEM;
  }
  // Before it is queued: a back end that completes at once has mounted before submit() returns.
  const bm_zms_fs_config before = {.offset = fs->offset,
                                   .sector_size = fs->sector_size,
                                   .sector_count = fs->sector_count,
                                   .evt_handler = fs->evt_handler,
                                   .storage_api = nullptr};
  fs->offset = config->offset;
  fs->sector_size = config->sector_size;
  fs->sector_count = config->sector_count;
  fs->ate_size = std::max(kEntryOctets, info->wear_unit);
  fs->nvm_info = info;
  fs->evt_handler = config->evt_handler;
  fs->init_flags.initializing = true;
  if (!pm::c_api::submit({.kind = ZmsOperation::Kind::kMount,
                          .is_delete = false,
                          .fs = fs,
                          .id = 0,
                          .data = {}})) {
    fs->offset = before.offset;
    fs->sector_size = before.sector_size;
    fs->sector_count = before.sector_count;
    fs->evt_handler = before.evt_handler;
    fs->init_flags.initializing = false;
    return -ENOMEM;
  }
  return 0;
}

int bm_zms_clear(struct bm_zms_fs* fs) {
  const int unusable = check(fs);
  if (unusable != 0) {
    return unusable;
  }
  return pm::c_api::submit({.kind = ZmsOperation::Kind::kClear,
                            .is_delete = false,
                            .fs = fs,
                            .id = 0,
                            .data = {}})
             ? 0
             : -ENOMEM;
}

ssize_t bm_zms_write(struct bm_zms_fs* fs, uint32_t id, const void* data, size_t len) {
  const int unusable = check(fs);
  if (unusable != 0) {
    return unusable;
  }
  if (len > fs->sector_size - kMinSlots * fs->ate_size || len > 0xFFFF ||
      (len > 0 && data == nullptr)) {
    return -EINVAL;
  }
  atomic_inc(&fs->ongoing_writes);
  if (!pm::c_api::submit({.kind = ZmsOperation::Kind::kWrite,
                          .is_delete = data == nullptr,
                          .fs = fs,
                          .id = id,
                          .data = pm::Bytes(static_cast<const uint8_t*>(data), len)})) {
    atomic_dec(&fs->ongoing_writes);
    return -ENOMEM;
  }
  return static_cast<ssize_t>(len);
}

int bm_zms_delete(struct bm_zms_fs* fs, uint32_t id) {
  return static_cast<int>(bm_zms_write(fs, id, nullptr, 0));
}

ssize_t bm_zms_read_hist(struct bm_zms_fs* fs, uint32_t id, void* data, size_t len, uint32_t cnt) {
  const int unusable = check(fs);
  if (unusable != 0) {
    return unusable;
  }
  const pm::MutableBytes out(static_cast<uint8_t*>(data), data == nullptr ? 0 : len);
  size_t stored = 0;
  const Status status = pm::c_api::store_of(*fs).read_history(id, cnt, out, stored);
  return status == Status::kOk ? static_cast<ssize_t>(stored) : to_read_errno(status);
}

ssize_t bm_zms_read(struct bm_zms_fs* fs, uint32_t id, void* data, size_t len) {
  const ssize_t stored = bm_zms_read_hist(fs, id, data, len, 0);
  return stored < 0 ? stored : static_cast<ssize_t>(std::min(static_cast<size_t>(stored), len));
}

ssize_t bm_zms_get_data_length(struct bm_zms_fs* fs, uint32_t id) {
  return bm_zms_read_hist(fs, id, nullptr, 0, 0);
}

ssize_t bm_zms_calc_free_space(struct bm_zms_fs* fs) {
  const int unusable = check(fs);
  if (unusable != 0) {
    return unusable;
  }
  uint32_t octets = 0;
  const Status status = pm::c_api::store_of(*fs).free_space(octets);
  return status == Status::kOk ? static_cast<ssize_t>(octets) : to_errno(*fs, status);
}

ssize_t bm_zms_active_sector_free_space(struct bm_zms_fs* fs) {
  const int unusable = check(fs);
  if (unusable != 0) {
    return unusable;
  }
  return static_cast<ssize_t>(fs->ate_wra - fs->data_wra) - static_cast<ssize_t>(fs->ate_size);
}

int pm_bm_zms_visit(struct bm_zms_fs* fs, void (*visit)(void* context, uint32_t id),
                    void* context) {
  const int unusable = check(fs);
  if (unusable != 0) {
    return unusable;
  }
  return ok(pm::c_api::store_of(*fs).visit_keys(visit, context)) ? 0 : -ENOTSUP;
}

}  // extern "C"
