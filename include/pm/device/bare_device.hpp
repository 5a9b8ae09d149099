// SPDX-License-Identifier: Apache-2.0
//
// A simulated device without an application: flash, controller, host, store and Peer Manager, wired
// and pumped. What an application would do, its owner does through the C++ interfaces. Everything
// that happens in it is written down. Any number up to kMaxDevices live on one air.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pm/device/identity_file.hpp"
#include "pm/host/host.hpp"
#include "pm/peer_manager/peer_manager.hpp"
#include "pm/peer_manager/standard_handlers.hpp"
#include "pm/sim/air.hpp"
#include "pm/sim/sim_flash.hpp"
#include "pm/sim/virtual_clock.hpp"
#include "pm/zms/store.hpp"

namespace pm::device {

/// One thing that happened in a device.
struct Happening {
  enum class Kind : uint8_t {
    kBoot,
    /// A key pair was generated.
    kKeyPair,
    kHciSent,
    kHciReceived,
    kBleEvent,
    kPmEvent,
  };

  Kind kind;
  uint64_t t_us;
  /// The H4 packet, or the event as it was pulled. Pointers inside an event are not to be followed.
  std::vector<uint8_t> octets;
  /// Of kPmEvent; as above.
  pm_evt pm;

  /// Of kBleEvent.
  const ble_evt_t& ble() const { return *reinterpret_cast<const ble_evt_t*>(octets.data()); }
};

class BareDevice {
 public:
  static constexpr size_t kMaxDevices = 16;

  /// Never started, its flash never used. Identity and randomness follow from `seed` and `number`,
  /// which differs from device to device.
  BareDevice(sim::VirtualClock& clock, sim::Air& air, uint64_t seed, unsigned number,
             uint32_t flash_size = 4096);
  ~BareDevice();
  BareDevice(const BareDevice&) = delete;
  BareDevice& operator=(const BareDevice&) = delete;

  // ---- What the owner adds. All survive restarts; set them before start().

  /// Changes the host's configuration at each start.
  std::function<void(host::HostConfig&)> on_configure;
  /// Runs at the end of each start: services, security parameters, privacy.
  std::function<void()> on_start;
  /// Sees each Peer Manager event inside the handler: it may reply, and call anything.
  std::function<void(const pm_evt&)> on_pm_event;
  /// Sees each stack event after the Peer Manager.
  std::function<void(const ble_evt_t&)> on_ble_event;

  // ---- Power. Not from inside an event of this device.

  /// Powers the flash, enables the stack and initialises the Peer Manager; the other devices go on
  /// meanwhile. An empty result is success; otherwise it says what went wrong, and the device is
  /// off. Only when it is off.
  std::string start();
  /// Stops where it stands: nothing is told to anybody, a flash write under way stays as it is.
  void power_off();
  std::string restart() {
    power_off();
    return start();
  }
  bool is_running() const { return boot_ != nullptr; }

  // ---- The parts of a device that runs.

  host::Host& host();
  PeerManager& peer_manager();
  StandardHandlers& standard_handlers();
  zms::Store& store();

  /// Always there.
  sim::SimFlash& flash() { return flash_; }
  const Identity& identity() const { return identity_; }
  ble_gap_addr_t identity_address() const;

  /// Everything since construction, or since forget().
  const std::vector<Happening>& happenings() const { return happenings_; }
  void forget() { happenings_.clear(); }

 private:
  class Boot;

  void note(Happening::Kind kind, Bytes octets = {});
  void deliver(const pm_evt& event);

  sim::VirtualClock& clock_;
  sim::Air& air_;
  uint64_t seed_;
  unsigned number_;
  unsigned boots_ = 0;
  size_t slot_;
  sim::SimFlash flash_;
  Identity identity_;
  std::vector<Happening> happenings_;
  std::unique_ptr<Boot> boot_;
};

}  // namespace pm::device
