// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/support/smp_device.hpp"

namespace pm::host::test {

/// One pairing of tests/data/vectors.json, played by a device in one of the roles: keys, nonces and
/// answers are those of the vector, and the test plays the other side.
class Transcript {
 public:
  struct Step {
    bool from_device;
    std::string pdu;
  };

  Transcript(const nlohmann::json& vector, bool device_is_initiator);

  /// The responder of one transcript claims CT2, a feature of BR/EDR that this host does not have.
  static bool playable(const nlohmann::json& vector, bool device_is_initiator);
  static std::vector<nlohmann::json> all();

  /// Exchanges the first `count` commands, or fewer if the device does not send what it should.
  /// Returns how many.
  size_t play(size_t count);
  /// Opcode of the peer's command that the transcript has next, when everything that the device
  /// owes has been sent; "" if it is the device's turn, or the end.
  std::string next_from_peer() const;

  /// Both sides have sent their last command.
  bool finished() const;

  /// LTK or STK, as it goes to the controller.
  std::string key() const;

  sim::VirtualClock clock;
  Device device;
  std::vector<Step> steps;

 private:
  void set_up_out_of_band();

  const nlohmann::json vector_;
  const bool initiator_;
  size_t played_ = 0;
  size_t sent_seen_ = 0;
  ble_gap_lesc_oob_data_t own_oob_{};
  ble_gap_lesc_oob_data_t peer_oob_{};
};

}  // namespace pm::host::test
