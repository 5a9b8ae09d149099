// SPDX-License-Identifier: Apache-2.0
//
// The story in one process, in virtual time.
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "pm/device/world.hpp"
#include "pm/sim/faults.hpp"
#include "pm/sim/json_tap.hpp"
#include "stage.hpp"

namespace pm::demo {

namespace {

namespace fs = std::filesystem;

constexpr uint64_t kStepLimitUs = 60'000'000;
constexpr uint64_t kLittleUs = 1'000'000;

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_, EVP_sha256(), nullptr); }
  ~Sha256() { EVP_MD_CTX_free(context_); }
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view text) { EVP_DigestUpdate(context_, text.data(), text.size()); }
  /// Of all that was added; adding may go on afterwards.
  std::string hexadecimal() const {
    EVP_MD_CTX* copy = EVP_MD_CTX_new();
    EVP_MD_CTX_copy_ex(copy, context_);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_DigestFinal_ex(copy, digest, &size);
    EVP_MD_CTX_free(copy);
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
      text += fmt::format("{:02x}", digest[i]);
    }
    return text;
  }

 private:
  EVP_MD_CTX* context_;
};

void blank(sim::SimFlash& flash) {
  std::fill(flash.memory().begin(), flash.memory().end(), flash.geometry().erase_value);
}

class SimulatedStage final : public Stage {
 public:
  explicit SimulatedStage(const StageOptions& options)
      : directory_(options.directory), world_(options.seed) {
    prepare_folder(directory_);
    if (!options.fault.empty()) {
      std::string problem;
      const auto rule = sim::parse_fault_rule(options.fault, problem);
      if (!rule) {
        throw StageError{problem};
      }
      world_.air().faults().add(*rule);
    }
    tap_.set_sink([this](std::string_view line) { add(Source::kAir, line); });
    world_.air().set_tap(&tap_);
    const std::string images = options.programs + (options.home == "nordic" ? "/nordic" : "");
    sensor_ = &add_device(Source::kSensor, images + "/heart_rate_sensor.so");
    collector_ = &add_device(Source::kCollector, images + "/heart_rate_collector.so");
  }

  void boot(Source device, const std::set<unsigned>& held_buttons) override {
    if (const std::string problem = find(device).boot(held_buttons); !problem.empty()) {
      throw StageError{problem};
    }
  }
  void kill(Source device) override {
    find(device).kill();
    add(device, fmt::format(R"({{"t_us":{},"kind":"killed"}})", world_.clock().now_us()));
  }
  void press(Source device, unsigned button) override {
    find(device).set_button(button, true);
    find(device).set_button(button, false);
  }
  void erase_flash(Source device) override { blank(find(device).flash()); }
  bool wait_until(const std::function<bool()>& done) override {
    return world_.run_until(done, kStepLimitUs);
  }
  void wait_a_little() override { world_.run_for(kLittleUs); }

  std::vector<std::string> artefacts() const override {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(directory_)) {
      files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  std::string digest() const { return digest_.hexadecimal(); }

 private:
  device::SimulatedDevice& add_device(Source source, const std::string& image) {
    device::SimulatedDevice& device = world_.add(to_text(source), image);
    device.set_log_sink([this, source](std::string_view line) { add(source, line); });
    device.set_btsnoop_directory(directory_);
    return device;
  }

  void add(Source source, std::string_view line) {
    trace_.add(source, line);
    digest_.add(to_text(source));
    digest_.add(" ");
    digest_.add(line);
    digest_.add("\n");
    auto& file = files_[static_cast<size_t>(source)];
    if (!file.is_open()) {
      file.open(fmt::format("{}/{}.jsonl", directory_, to_text(source)));
    }
    file << line << '\n';
  }

  device::SimulatedDevice& find(Source device) {
    return device == Source::kSensor ? *sensor_ : *collector_;
  }

  std::string directory_;
  Sha256 digest_;
  std::ofstream files_[3];
  sim::JsonTap tap_;
  device::World world_;
  device::SimulatedDevice* sensor_ = nullptr;
  device::SimulatedDevice* collector_ = nullptr;
};

}  // namespace

std::unique_ptr<Stage> make_simulated_stage(const StageOptions& options) {
  return std::make_unique<SimulatedStage>(options);
}

std::string digest(const Stage& simulated_stage) {
  return static_cast<const SimulatedStage&>(simulated_stage).digest();
}

}  // namespace pm::demo
