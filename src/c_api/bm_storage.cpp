// SPDX-License-Identifier: Apache-2.0
//
// bm_storage_* where the SDK's is absent: the checks, and the way to the back end.
#include "bm/storage/bm_storage.h"

#include <cerrno>

namespace {

int check(const bm_storage* storage) {
  if (storage == nullptr) {
    return -EFAULT;
  }
  return storage->is_initialized ? 0 : -EPERM;
}

bool is_inside(const bm_storage& storage, uint32_t address, uint32_t length) {
  return length != 0 && address <= storage.size && length <= storage.size - address;
}

}  // namespace

extern "C" {

int bm_storage_init(struct bm_storage* storage, const struct bm_storage_config* config) {
  if (storage == nullptr || config == nullptr || config->api == nullptr) {
    return -EFAULT;
  }
  if (storage->is_initialized) {
    return -EPERM;
  }
  storage->api = config->api;
  storage->evt_handler = config->evt_handler;
  storage->addr = config->addr;
  storage->size = config->size;
  storage->is_wear_aligned = config->is_wear_aligned;
  storage->is_write_padded = config->is_write_padded;
  const int result = config->api->init(storage, config);
  if (result != 0) {
    return result;
  }
  const bm_storage_info* info = storage->nvm_info;
  // Memory that is erased first cannot be overwritten in units of wear.
  if (info == nullptr || (config->is_wear_aligned && info->is_erase_before_write)) {
    config->api->uninit(storage);
    return -EINVAL;
  }
  storage->is_initialized = true;
  return 0;
}

int bm_storage_uninit(struct bm_storage* storage) {
  const int unusable = check(storage);
  if (unusable != 0) {
    return unusable;
  }
  if (storage->api->is_busy(storage)) {
    return -EBUSY;
  }
  const int result = storage->api->uninit(storage);
  storage->is_initialized = result != 0;
  return result;
}

int bm_storage_read(const struct bm_storage* storage, uint32_t src, void* dest, uint32_t len) {
  if (dest == nullptr) {
    return -EFAULT;
  }
  const int unusable = check(storage);
  if (unusable != 0) {
    return unusable;
  }
  return is_inside(*storage, src, len) ? storage->api->read(storage, src, dest, len) : -EINVAL;
}

int bm_storage_write(const struct bm_storage* storage, uint32_t dest, const void* src, uint32_t len,
                     void* ctx) {
  if (src == nullptr) {
    return -EFAULT;
  }
  const int unusable = check(storage);
  if (unusable != 0) {
    return unusable;
  }
  const bm_storage_info& info = *storage->nvm_info;
  const uint32_t unit = storage->is_wear_aligned ? info.wear_unit : info.program_unit;
  const bool fits = dest % unit == 0 && (storage->is_write_padded || len % unit == 0) &&
                    reinterpret_cast<uintptr_t>(src) % 4 == 0;
  if (!fits || !is_inside(*storage, dest, len)) {
    return -EINVAL;
  }
  return storage->api->write(storage, dest, src, len, ctx);
}

int bm_storage_erase(const struct bm_storage* storage, uint32_t addr, uint32_t len, void* ctx) {
  const int unusable = check(storage);
  if (unusable != 0) {
    return unusable;
  }
  const bm_storage_info& info = *storage->nvm_info;
  const uint32_t unit = info.is_erase_before_write ? info.erase_unit : info.wear_unit;
  if (addr % unit != 0 || len % unit != 0 || !is_inside(*storage, addr, len)) {
    return -EINVAL;
  }
  return storage->api->erase(storage, addr, len, ctx);
}

bool bm_storage_is_busy(const struct bm_storage* storage) {
  return check(storage) == 0 && storage->api->is_busy(storage);
}

const struct bm_storage_info* bm_storage_nvm_info_get(const struct bm_storage* storage) {
  return check(storage) == 0 ? storage->nvm_info : nullptr;
}

void bm_storage_evt_dispatch(const struct bm_storage* storage, struct bm_storage_evt* evt) {
  if (check(storage) == 0 && evt != nullptr && storage->evt_handler != nullptr) {
    storage->evt_handler(evt);
  }
}

}  // extern "C"
