// SPDX-License-Identifier: Apache-2.0
#include "pm/device/bare_device.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "device/boot.hpp"
#include "pm/device/host_config.hpp"
#include "pm/sim/seeded_crypto.hpp"
#include "pm/sim/virtual_controller.hpp"

namespace pm::device {

namespace {

// A handler of Peer Manager events is a C function without context: each device has one of its own.
std::array<std::function<void(const pm_evt&)>, BareDevice::kMaxDevices> slots;

template <size_t kSlot>
void trampoline(const pm_evt* event) {
  slots[kSlot](*event);
}

template <size_t... kSlots>
constexpr std::array<pm_evt_handler_t, sizeof...(kSlots)> make_trampolines(
    std::index_sequence<kSlots...>) {
  return {trampoline<kSlots>...};
}

constexpr auto kTrampolines = make_trampolines(std::make_index_sequence<BareDevice::kMaxDevices>());

/// Notes the generation of key pairs.
class ObservedCrypto final : public Crypto {
 public:
  ObservedCrypto(uint64_t seed, std::function<void()> on_key_pair)
      : crypto_(seed), on_key_pair_(std::move(on_key_pair)) {}

  Status random(MutableBytes out) override { return crypto_.random(out); }
  Status aes128(std::span<const uint8_t, 16> key, std::span<const uint8_t, 16> clear,
                std::span<uint8_t, 16> cipher) override {
    return crypto_.aes128(key, clear, cipher);
  }
  Status aes_cmac(std::span<const uint8_t, 16> key, Bytes message,
                  std::span<uint8_t, 16> mac) override {
    return crypto_.aes_cmac(key, message, mac);
  }
  Status generate_key_pair(std::span<uint8_t, 64> public_key) override {
    on_key_pair_();
    return crypto_.generate_key_pair(public_key);
  }
  Status key_agreement(std::span<const uint8_t, 64> peer_public_key,
                       std::span<uint8_t, 32> shared_secret) override {
    return crypto_.key_agreement(peer_public_key, shared_secret);
  }
  void destroy_key_pair() override { crypto_.destroy_key_pair(); }

 private:
  sim::SeededCrypto crypto_;
  std::function<void()> on_key_pair_;
};

}  // namespace

/// Everything of a device that a power cut takes away.
class BareDevice::Boot {
 public:
  explicit Boot(BareDevice& device)
      : device_(device),
        timers_(device.clock_),
        crypto_(derive_seed(device.seed_, device.number_, device.boots_),
                [&device] { device.note(Happening::Kind::kKeyPair); }),
        controller_(device.air_, crypto_),
        store_(device.flash_, {.sector_size = CONFIG_PM_BM_ZMS_SECTOR_SIZE}),
        host_(controller_, timers_, crypto_, config()),
        peer_manager_(host_, store_, timers_, crypto_),
        handlers_(peer_manager_, host_, timers_) {}

  std::string start() {
    if (!ok(host_.enable([this] { return run_next(); }))) {
      return "the stack: " + host_.last_error();
    }
    if (!ok(peer_manager_.init())) {
      return "the Peer Manager could not be initialised";
    }
    (void)peer_manager_.register_handler(kTrampolines[device_.slot_]);
    host_.set_event_handler([this] { work(); });
    return {};
  }

  host::Host& host() { return host_; }
  PeerManager& peer_manager() { return peer_manager_; }
  StandardHandlers& handlers() { return handlers_; }
  zms::Store& store() { return store_; }

 private:
  host::HostConfig config() {
    host::HostConfig config = host_config(device_.identity_);
    config.on_packet = [this](bool sent, Bytes packet) {
      device_.note(sent ? Happening::Kind::kHciSent : Happening::Kind::kHciReceived, packet);
    };
    if (device_.on_configure) {
      device_.on_configure(config);
    }
    return config;
  }

  bool run_next() {
    const uint64_t next = device_.clock_.next_deadline();
    if (next == sim::VirtualClock::kNever) {
      return false;
    }
    device_.clock_.advance_to(next);
    return true;
  }

  /// Observers of events in their order, then what the main loop does. The specification,
  /// "BLE event dispatch": the Peer Manager has done everything before the application sees it.
  void work() {
    // Events of the largest size, aligned for the pointers inside.
    alignas(8) uint8_t octets[BLE_EVT_LEN_MAX(CONFIG_NRF_SDH_BLE_GATT_MAX_MTU_SIZE)];
    for (uint16_t length = sizeof octets; ok(host_.evt_get(octets, &length));
         length = sizeof octets) {
      device_.note(Happening::Kind::kBleEvent, Bytes(octets, length));
      const auto& event = *reinterpret_cast<const ble_evt_t*>(octets);
      peer_manager_.on_ble_event_first(event);
      peer_manager_.on_ble_event(event);
      if (device_.on_ble_event) {
        device_.on_ble_event(event);
      }
    }
    (void)peer_manager_.lesc_request_handler();
  }

  BareDevice& device_;
  BootTimers timers_;
  ObservedCrypto crypto_;
  sim::VirtualController controller_;
  zms::Store store_;
  host::Host host_;
  PeerManager peer_manager_;
  StandardHandlers handlers_;
};

BareDevice::BareDevice(sim::VirtualClock& clock, sim::Air& air, uint64_t seed, unsigned number,
                       uint32_t flash_size)
    : clock_(clock),
      air_(air),
      seed_(seed),
      number_(number),
      slot_(static_cast<size_t>(
          std::find_if(slots.begin(), slots.end(), [](const auto& slot) { return !slot; }) -
          slots.begin())),
      flash_(clock, sim::nrf54l_geometry(flash_size)) {
  // More devices than slots is a mistake of the program: std::array::at() says so.
  slots.at(slot_) = [this](const pm_evt& event) { deliver(event); };
  // The same at each boot, as a chip's.
  sim::SeededCrypto birth(derive_seed(seed, number, 0));
  (void)make_identity(birth, identity_);
}

BareDevice::~BareDevice() {
  power_off();
  slots[slot_] = nullptr;
}

std::string BareDevice::start() {
  ++boots_;
  flash_.power_on();
  note(Happening::Kind::kBoot);
  boot_ = std::make_unique<Boot>(*this);
  std::string problem = boot_->start();
  if (!problem.empty()) {
    power_off();
    return problem;
  }
  if (on_start) {
    on_start();
  }
  return {};
}

void BareDevice::power_off() {
  flash_.power_off();
  boot_.reset();
}

host::Host& BareDevice::host() { return boot_->host(); }
PeerManager& BareDevice::peer_manager() { return boot_->peer_manager(); }
StandardHandlers& BareDevice::standard_handlers() { return boot_->handlers(); }
zms::Store& BareDevice::store() { return boot_->store(); }

ble_gap_addr_t BareDevice::identity_address() const {
  ble_gap_addr_t address{};
  address.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_STATIC;
  std::copy(identity_.address.begin(), identity_.address.end(), address.addr);
  return address;
}

void BareDevice::note(Happening::Kind kind, Bytes octets) {
  Happening happening{kind, clock_.now_us(), {octets.begin(), octets.end()}, {}};
  if (kind == Happening::Kind::kBleEvent) {
    // Readers see a whole ble_evt_t.
    happening.octets.resize(std::max(octets.size(), sizeof(ble_evt_t)));
  }
  happenings_.push_back(std::move(happening));
}

void BareDevice::deliver(const pm_evt& event) {
  happenings_.push_back({Happening::Kind::kPmEvent, clock_.now_us(), {}, event});
  if (on_pm_event) {
    on_pm_event(event);
  }
}

}  // namespace pm::device
