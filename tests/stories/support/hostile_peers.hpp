// SPDX-License-Identifier: Apache-2.0
//
// Host, Peer Manager and store over a controller that the test plays itself: packets of any number
// of peers, whatever they are, arrive whenever it wants, also many before the application looks.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "host/smp/toolbox.hpp"
#include "pm/host/host.hpp"
#include "pm/peer_manager/peer_manager.hpp"
#include "pm/ports/hci_transport.hpp"
#include "pm/sim/seeded_crypto.hpp"
#include "pm/sim/sim_flash.hpp"
#include "pm/sim/virtual_clock.hpp"
#include "pm/zms/store.hpp"

namespace pm::test {

using Octets = std::vector<uint8_t>;

/// A controller without a radio.
class PuppetController final : public HciTransport {
 public:
  explicit PuppetController(sim::VirtualClock& clock) : clock_(clock) {}

  void attach(HciSink* sink) override { sink_ = sink; }
  Status send(Bytes packet) override;

  /// To the host, at once.
  void give(const Octets& packet);
  /// A central connects.
  void connect(uint16_t conn_handle, const std::array<uint8_t, 6>& address);
  void smp(uint16_t conn_handle, const Octets& pdu);
  void long_term_key_request(uint16_t conn_handle);
  void encrypted(uint16_t conn_handle);

  /// The last SMP PDU that the host sent there; empty: none.
  Octets last_smp(uint16_t conn_handle) const;

 private:
  struct Frame {
    uint16_t conn_handle;
    Octets octets;
  };
  void give_later(Octets packet);
  void answer_command(Bytes packet);

  sim::VirtualClock& clock_;
  HciSink* sink_ = nullptr;
  std::vector<Frame> frames_;
};

/// The device under attack.
class HostileWorld {
 public:
  HostileWorld();

  /// Enables the stack, initialises the Peer Manager and accepts Just Works without a peer's
  /// protection.
  bool start();
  void run(uint64_t us) { clock.run_for(us); }
  bool advertise();

  sim::VirtualClock clock;
  sim::SeededCrypto crypto{7};
  PuppetController controller{clock};
  sim::SimFlash flash{clock, sim::nrf54l_geometry(4 * 4096)};
  zms::Store store{flash, {.sector_size = 1024}};
  host::Host host;
  PeerManager peer_manager{host, store, clock, crypto};

 private:
  static host::HostConfig config();
  void work();

  uint8_t adv_handle_ = BLE_GAP_ADV_SET_HANDLE_NOT_SET;
};

/// A central that pairs by legacy Just Works, step by step.
class PuppetCentral {
 public:
  PuppetCentral(HostileWorld& world, uint16_t conn_handle, uint8_t number);

  void connect();
  Octets request() const { return {0x01, 0x03, 0x00, 0x01, 0x10, 0x03, 0x03}; }
  Octets give_up() const { return {0x05, 0x08}; }
  void send(const Octets& pdu) { world_.controller.smp(conn_handle_, pdu); }
  /// Confirm, random and encryption, after our response.
  void authenticate();
  /// Every key is made of `octet`.
  void send_keys_but_the_last(uint8_t octet);
  void send_last_key();
  const std::array<uint8_t, 6>& address() const { return address_; }

 private:
  HostileWorld& world_;
  uint16_t conn_handle_;
  std::array<uint8_t, 6> address_;
};

}  // namespace pm::test
