// SPDX-License-Identifier: Apache-2.0
#include "c_api/storage_flash.hpp"

namespace pm::c_api {

FlashGeometry StorageFlash::geometry() const {
  return {.size = storage_.size,
          .program_unit = storage_.nvm_info->program_unit,
          .write_unit = storage_.nvm_info->wear_unit,
          .erase_value = storage_.nvm_info->erase_value};
}

Status StorageFlash::read(uint32_t offset, MutableBytes out) {
  if (out.empty()) {
    return Status::kOk;
  }
  const int result =
      bm_storage_read(&storage_, offset, out.data(), static_cast<uint32_t>(out.size()));
  if (result != 0) {
    error_ = result;
    return Status::kInternal;
  }
  return Status::kOk;
}

Status StorageFlash::write(uint32_t offset, Bytes data) {
  if (write_.load(std::memory_order_acquire) != Write::kNone) {
    return Status::kBusy;
  }
  if (data.empty()) {
    result_ = 0;
    write_.store(Write::kDone, std::memory_order_release);
    return Status::kOk;
  }
  write_.store(Write::kUnderWay, std::memory_order_release);
  const int result =
      bm_storage_write(&storage_, offset, data.data(), static_cast<uint32_t>(data.size()), this);
  if (result != 0) {
    write_.store(Write::kNone, std::memory_order_release);
    error_ = result;
    return Status::kInternal;
  }
  return Status::kOk;
}

void StorageFlash::on_event(bm_storage_evt* event) {
  if (event == nullptr || event->ctx == nullptr || event->id != BM_STORAGE_EVT_WRITE_RESULT) {
    return;
  }
  auto& flash = *static_cast<StorageFlash*>(event->ctx);
  if (flash.write_.load(std::memory_order_acquire) != Write::kUnderWay) {
    return;
  }
  flash.result_ = event->result;
  flash.write_.store(Write::kDone, std::memory_order_release);
  flash.wake_();
}

bool StorageFlash::deliver() {
  if (write_.load(std::memory_order_acquire) != Write::kDone) {
    return false;
  }
  const int result = result_;
  write_.store(Write::kNone, std::memory_order_release);
  if (result != 0) {
    error_ = result;
  }
  if (sink_ != nullptr) {
    sink_->on_flash_written(result == 0 ? Status::kOk : Status::kInternal);
  }
  return true;
}

bool StorageFlash::pump() {
  return deliver() || write_.load(std::memory_order_acquire) == Write::kUnderWay;
}

}  // namespace pm::c_api
