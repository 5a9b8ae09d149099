// SPDX-License-Identifier: Apache-2.0
//
// The smallest implementation of each port that a linker accepts. Results come from a volatile
// variable, so that the optimiser must keep every path behind them.
#pragma once

#include "pm/ports/crypto.hpp"
#include "pm/ports/flash.hpp"
#include "pm/ports/soft_device.hpp"
#include "pm/ports/storage.hpp"
#include "pm/ports/timers.hpp"

namespace link_check {

inline volatile uint32_t any_value;
inline pm::Status any_status() { return static_cast<pm::Status>(any_value); }
/// An address that the optimiser knows nothing about.
inline void* volatile any_pointer;
template <class T>
T* any() {
  return static_cast<T*>(any_pointer);
}
/// Uses a result, so that its computation stays.
template <class T>
void use(const T& result) {
  any_value = any_value + static_cast<uint32_t>(result);
}

class StandInCrypto final : public pm::Crypto {
 public:
  pm::Status random(pm::MutableBytes) override { return any_status(); }
  pm::Status aes128(std::span<const uint8_t, 16>, std::span<const uint8_t, 16>,
                    std::span<uint8_t, 16>) override {
    return any_status();
  }
  pm::Status aes_cmac(std::span<const uint8_t, 16>, pm::Bytes, std::span<uint8_t, 16>) override {
    return any_status();
  }
  pm::Status generate_key_pair(std::span<uint8_t, 64>) override { return any_status(); }
  pm::Status key_agreement(std::span<const uint8_t, 64>, std::span<uint8_t, 32>) override {
    return any_status();
  }
  void destroy_key_pair() override {}
};

class StandInFlash final : public pm::Flash {
 public:
  pm::FlashGeometry geometry() const override { return {any_value, 4, 16, 0xFF}; }
  void attach(pm::FlashSink* sink) override { sink_ = sink; }
  pm::Status read(uint32_t, pm::MutableBytes) override { return any_status(); }
  pm::Status write(uint32_t, pm::Bytes) override { return any_status(); }
  bool pump() override {
    sink_->on_flash_written(any_status());
    return any_value != 0;
  }

 private:
  pm::FlashSink* sink_ = nullptr;
};

class StandInTimers final : public pm::Timers {
 public:
  uint64_t now_us() const override { return any_value; }
  void start(pm::Timer& timer, uint64_t) override { timer.expired(timer.context); }
  void stop(pm::Timer&) override {}
};

class StandInStorage final : public pm::Storage {
 public:
  pm::Status init(pm::StorageSink& sink) override {
    sink_ = &sink;
    return any_status();
  }
  pm::Status wait_ready() override { return any_status(); }
  pm::Status read(uint32_t, pm::MutableBytes, size_t& stored_length) override {
    stored_length = any_value;
    return any_status();
  }
  pm::Status write(uint32_t key, pm::Bytes) override {
    sink_->on_storage_event({pm::StorageEvent::Kind::kWrite, key, any_status()});
    return any_status();
  }
  pm::Status remove(uint32_t) override { return any_status(); }

 private:
  pm::StorageSink* sink_ = nullptr;
};

class StandInSoftDevice final : public pm::SoftDevice {
 public:
  int link_index(uint16_t) const override { return static_cast<int>(any_value); }
  uint16_t link_handle(int) const override { return static_cast<uint16_t>(any_value); }
  pm::Status gap_addr_set(const ble_gap_addr_t&) override { return any_status(); }
  pm::Status gap_addr_get(ble_gap_addr_t&) override { return any_status(); }
  pm::Status gap_privacy_set(const ble_gap_privacy_params_t&) override { return any_status(); }
  pm::Status gap_privacy_get(ble_gap_privacy_params_t&) override { return any_status(); }
  pm::Status gap_whitelist_set(const ble_gap_addr_t* const*, uint8_t) override {
    return any_status();
  }
  pm::Status gap_device_identities_set(const ble_gap_id_key_t* const*, const ble_gap_irk_t* const*,
                                       uint8_t) override {
    return any_status();
  }
  pm::Status gap_authenticate(uint16_t, const ble_gap_sec_params_t*) override {
    return any_status();
  }
  pm::Status gap_sec_params_reply(uint16_t, uint8_t, const ble_gap_sec_params_t*,
                                  const ble_gap_sec_keyset_t*) override {
    return any_status();
  }
  pm::Status gap_lesc_dhkey_reply(uint16_t, uint8_t, const ble_gap_lesc_dhkey_t*) override {
    return any_status();
  }
  pm::Status gap_lesc_oob_data_get(uint16_t, const ble_gap_lesc_p256_pk_t&,
                                   ble_gap_lesc_oob_data_t&) override {
    return any_status();
  }
  pm::Status gap_lesc_oob_data_set(uint16_t, const ble_gap_lesc_oob_data_t*,
                                   const ble_gap_lesc_oob_data_t*) override {
    return any_status();
  }
  pm::Status gap_encrypt(uint16_t, const ble_gap_master_id_t&, const ble_gap_enc_info_t&) override {
    return any_status();
  }
  pm::Status gap_sec_info_reply(uint16_t, const ble_gap_enc_info_t*) override {
    return any_status();
  }
  pm::Status gap_disconnect(uint16_t, uint8_t) override { return any_status(); }
  pm::Status gatts_sys_attr_set(uint16_t, const uint8_t*, uint16_t, uint32_t) override {
    return any_status();
  }
  pm::Status gatts_sys_attr_get(uint16_t, uint8_t*, uint16_t&, uint32_t) override {
    return any_status();
  }
  pm::Status gatts_service_changed(uint16_t, uint16_t, uint16_t) override { return any_status(); }
  pm::Status gatts_initial_user_handle_get(uint16_t&) override { return any_status(); }
  pm::Status gatts_attr_get(uint16_t, ble_uuid_t*, ble_gatts_attr_md_t*) override {
    return any_status();
  }
  pm::Status gatts_value_get(uint16_t, uint16_t, ble_gatts_value_t&) override {
    return any_status();
  }
  pm::Status gattc_char_value_by_uuid_read(uint16_t, const ble_uuid_t&,
                                           const ble_gattc_handle_range_t&) override {
    return any_status();
  }
  pm::Status gattc_read(uint16_t, uint16_t, uint16_t) override { return any_status(); }
};

}  // namespace link_check
