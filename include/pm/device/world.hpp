// SPDX-License-Identifier: Apache-2.0
//
// The simulated world: an air, virtual time, and devices that run unchanged applications. One seed,
// one history.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "pm/sim/air.hpp"
#include "pm/sim/sim_flash.hpp"
#include "pm/sim/virtual_clock.hpp"

namespace pm::device {

class World;

/// A device whose flash and identity last, and whose application is started and killed.
class SimulatedDevice {
 public:
  /// Gets each line of the event log, all boots one after another.
  using LogSink = std::function<void(std::string_view line)>;

  ~SimulatedDevice();
  SimulatedDevice(const SimulatedDevice&) = delete;
  SimulatedDevice& operator=(const SimulatedDevice&) = delete;

  const std::string& name() const { return name_; }
  sim::SimFlash& flash() { return flash_; }
  void set_log_sink(LogSink sink) { log_sink_ = std::move(sink); }
  /// Each boot writes its HCI traffic to DIRECTORY/NAME-BOOT.btsnoop, keys blanked. Empty: none is
  /// written.
  void set_btsnoop_directory(std::string directory) { btsnoop_directory_ = std::move(directory); }

  /// Starts the application with these buttons held. An empty result is success; otherwise it says
  /// what went wrong.
  std::string boot(const std::set<unsigned>& held_buttons = {});
  /// Stops it where it stands: nothing is told to anybody, a flash write under way stays as it is.
  void kill();
  bool is_running() const { return boot_ != nullptr; }
  /// Presses or releases a button, 0 to 3.
  void set_button(unsigned button, bool is_pressed);

 private:
  friend class World;
  class Boot;

  SimulatedDevice(World& world, std::string name, std::string image_path, unsigned number);
  void resume();

  World& world_;
  std::string name_;
  std::string image_path_;
  unsigned number_;
  unsigned boots_ = 0;
  sim::SimFlash flash_;
  LogSink log_sink_;
  std::string btsnoop_directory_;
  std::unique_ptr<Boot> boot_;
};

class World {
 public:
  explicit World(uint64_t seed);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  uint64_t seed() const { return seed_; }
  sim::VirtualClock& clock() { return clock_; }
  sim::Air& air() { return air_; }

  /// A device that runs the application in a shared object (see ApplicationImage), its flash never
  /// used.
  SimulatedDevice& add(const std::string& name, const std::string& image_path);

  /// Runs until `done()` holds or `limit_us` of virtual time have passed. Returns done().
  bool run_until(const std::function<bool()>& done, uint64_t limit_us);
  void run_for(uint64_t duration_us);

 private:
  friend class SimulatedDevice;

  /// Runs what is due next, then lets every application go on.
  void step(uint64_t limit_us);

  uint64_t seed_;
  sim::VirtualClock clock_;
  sim::Air air_;
  std::vector<std::unique_ptr<SimulatedDevice>> devices_;
};

}  // namespace pm::device
