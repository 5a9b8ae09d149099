// SPDX-License-Identifier: Apache-2.0
#include "pm/device/world.hpp"

#include <algorithm>

#include "device/boot.hpp"
#include "pm/device/application_image.hpp"
#include "pm/device/event_log.hpp"
#include "pm/device/fiber.hpp"
#include "pm/device/host_config.hpp"
#include "pm/device/identity_file.hpp"
#include "pm/device/redaction.hpp"
#include "pm/hci/btsnoop.hpp"
#include "pm/sim/seeded_crypto.hpp"
#include "pm/sim/virtual_controller.hpp"
#include "pm/zms/store.hpp"

namespace pm::device {

namespace {

// Virtual time has no date; traces need one: 2026-01-01.
constexpr uint64_t kDateUs = 1'767'225'600'000'000;

}  // namespace

/// Everything of a device that a power cut takes away.
class SimulatedDevice::Boot final : public c_api::Runtime {
 public:
  Boot(SimulatedDevice& device, const Identity& identity, const std::set<unsigned>& held_buttons)
      : timers_(device.world_.clock()),
        crypto_(derive_seed(device.world_.seed(), device.number_, device.boots_)),
        controller_(device.world_.air(), crypto_),
        flash_(device.flash_),
        store_(device.flash_, {.sector_size = CONFIG_PM_BM_ZMS_SECTOR_SIZE}),
        host_(controller_, timers_, crypto_, config(identity)),
        log_(device.boots_),
        held_(held_buttons),
        fiber_([this] { image_.main(); }) {
    log_.set_sink(device.log_sink_);
    if (!device.btsnoop_directory_.empty()) {
      btsnoop_.open((device.btsnoop_directory_ + "/" + device.name_ + "-" +
                     std::to_string(device.boots_) + ".btsnoop")
                        .c_str());
    }
  }

  /// An empty result is success.
  std::string load(const std::string& image_path) {
    std::string problem = image_.load(image_path);
    if (problem.empty()) {
      log_.add(timers_.now_us(), R"("kind":"boot")");
      image_.boot(*this);
    }
    return problem;
  }

  void resume() { fiber_.resume(); }

  void set_button(unsigned button, bool is_pressed) {
    if (is_pressed) {
      held_.insert(button);
    } else {
      held_.erase(button);
    }
    image_.button_changed(button, is_pressed);
  }

  host::Host& host() override { return host_; }
  Storage& storage() override { return store_; }
  Flash& flash() override { return flash_; }
  Timers& timers() override { return timers_; }
  Crypto& crypto() override { return crypto_; }
  void idle() override { fiber_.yield(); }
  bool is_button_pressed(unsigned button) const override { return held_.contains(button); }
  void log(int level, const char* module, const char* text) override {
    log_.add_text(timers_.now_us(), level, module, text);
  }
  void trace(const char* json_members) override { log_.add(timers_.now_us(), json_members); }

 private:
  host::HostConfig config(const Identity& identity) {
    host::HostConfig config = host_config(identity);
    config.on_packet = [this](bool sent, Bytes packet) {
      btsnoop_.write(sent ? hci::Direction::kHostToController : hci::Direction::kControllerToHost,
                     kDateUs + timers_.now_us(), redaction_.without_keys(sent, packet));
    };
    return config;
  }

  BootTimers timers_;
  sim::SeededCrypto crypto_;
  hci::BtsnoopWriter btsnoop_;
  Redaction redaction_;
  sim::VirtualController controller_;
  sim::SimFlash& flash_;
  zms::Store store_;
  host::Host host_;
  EventLog log_;
  std::set<unsigned> held_;
  // The application's statics, among them timers that are running: it goes after what uses them has
  // stopped.
  ApplicationImage image_;
  Fiber fiber_;
};

SimulatedDevice::SimulatedDevice(World& world, std::string name, std::string image_path,
                                 unsigned number)
    : world_(world),
      name_(std::move(name)),
      image_path_(std::move(image_path)),
      number_(number),
      flash_(world.clock(), sim::nrf54l_geometry(kSimulatedFlashSize)) {}

SimulatedDevice::~SimulatedDevice() { kill(); }

std::string SimulatedDevice::boot(const std::set<unsigned>& held_buttons) {
  kill();
  ++boots_;
  flash_.power_on();
  // The same at each boot, as a chip's.
  sim::SeededCrypto birth(derive_seed(world_.seed(), number_, 0));
  Identity identity;
  if (!ok(make_identity(birth, identity))) {
    return "no randomness for an identity";
  }
  boot_ = std::make_unique<Boot>(*this, identity, held_buttons);
  std::string problem = boot_->load(image_path_);
  if (!problem.empty()) {
    boot_.reset();
  }
  return problem;
}

void SimulatedDevice::kill() {
  if (boot_ == nullptr) {
    return;
  }
  flash_.power_off();
  boot_.reset();
}

void SimulatedDevice::set_button(unsigned button, bool is_pressed) {
  if (boot_ != nullptr) {
    boot_->set_button(button, is_pressed);
  }
}

void SimulatedDevice::resume() {
  if (boot_ != nullptr) {
    boot_->resume();
  }
}

World::World(uint64_t seed) : seed_(seed), air_(clock_, seed) {}

World::~World() = default;

SimulatedDevice& World::add(const std::string& name, const std::string& image_path) {
  const auto number = static_cast<unsigned>(devices_.size() + 1);
  devices_.emplace_back(new SimulatedDevice(*this, name, image_path, number));
  return *devices_.back();
}

bool World::run_until(const std::function<bool()>& done, uint64_t limit_us) {
  const uint64_t end = clock_.now_us() + limit_us;
  while (!done()) {
    if (clock_.now_us() >= end) {
      return false;
    }
    step(end);
  }
  return true;
}

void World::run_for(uint64_t duration_us) {
  (void)run_until([] { return false; }, duration_us);
}

void World::step(uint64_t limit_us) {
  for (const auto& device : devices_) {
    device->resume();
  }
  clock_.advance_to(std::min(clock_.next_deadline(), limit_us));
}

}  // namespace pm::device
