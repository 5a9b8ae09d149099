// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <type_traits>

#include "pm/hci/commands.hpp"
#include "pm/hci/packet.hpp"
#include "pm/ports/crypto.hpp"
#include "pm/ports/hci_transport.hpp"
#include "sim/address_book.hpp"
#include "sim/advertiser.hpp"
#include "sim/link_table.hpp"
#include "sim/medium.hpp"
#include "sim/scanner.hpp"

namespace pm::sim {

/// The inside of a virtual controller: the interface to its host, and its features. Reset and
/// information are here; each other feature is a class that takes its commands.
class ControllerCore : public std::enable_shared_from_this<ControllerCore> {
 public:
  ControllerCore(std::shared_ptr<Medium> medium, Crypto& crypto);

  void enter_air();
  /// Leaves the air without a word to anybody.
  void vanish();
  bool alive() const { return alive_; }

  void attach(HciSink* sink) { sink_ = sink; }
  Status on_host_packet(Bytes packet);

  Medium& medium() { return *medium_; }
  VirtualClock& clock() { return medium_->clock(); }
  Crypto& crypto() { return crypto_; }
  Random& random() { return random_; }
  const hci::BdAddr& public_address() const { return public_address_; }
  uint16_t number() const { return number_; }

  /// Runs `fn` later unless this controller is gone by then.
  VirtualClock::EventId schedule(uint64_t delay_us, std::function<void()> fn,
                                 VirtualClock::Kind kind = VirtualClock::Kind::kForeground);

  /// Tells the host, unless its event masks hide the event.
  template <class Event>
  void emit(const Event& event) {
    if (!event_enabled(Event::kCode, Event::kSubevent)) {
      return;
    }
    hci::EventBuffer buffer;
    to_host(hci::encode_event(event, buffer));
  }
  bool event_enabled(hci::EventCode code, hci::LeSubevent subevent) const;
  void to_host(Bytes packet);

  /// Decodes a command, lets `handler` do it, and answers. The handler gets the command and returns
  /// an ErrorCode, or Command::Return where there is more to say.
  template <class Command, class Handler>
  bool run(const hci::CommandView& view, Handler&& handler) {
    const auto command = hci::decode<Command>(view);
    if constexpr (std::is_same_v<typename Command::Return, hci::AnsweredByStatus>) {
      const hci::ErrorCode status =
          command ? handler(*command) : hci::ErrorCode::kInvalidParameters;
      emit(hci::CommandStatus{status, 1, Command::kOpcode});
    } else {
      typename Command::Return returned{};
      returned.status = hci::ErrorCode::kInvalidParameters;
      if (command) {
        if constexpr (std::is_same_v<decltype(handler(*command)), hci::ErrorCode>) {
          returned.status = handler(*command);
        } else {
          returned = handler(*command);
        }
      }
      if constexpr (requires {
                      returned.handle;
                      command->handle;
                    }) {
        returned.handle = command ? command->handle : uint16_t{0};
      }
      hci::EventBuffer buffer;
      to_host(hci::encode_command_complete<Command>(returned, buffer));
    }
    return true;
  }

  /// The lists may not change while the radio uses them.
  bool radio_active() const {
    return advertiser.enabled() || scanner.enabled() || initiator.pending();
  }

  AddressBook addresses;
  Advertiser advertiser;
  Scanner scanner;
  Initiator initiator;
  LinkTable links;

  static constexpr uint64_t kLeFeatures = 0x016F;
  static constexpr uint8_t kHciVersion = 11;  // 5.2
  static constexpr uint16_t kCompany = 0xFFFF;

 private:
  static constexpr uint64_t kCommandDelayUs = 100;
  static constexpr unsigned kMaxPendingCommands = 32;

  void execute(Bytes packet);
  bool handle_information(const hci::CommandView& view);
  void reset();
  void violation(const char* reason);

  std::shared_ptr<Medium> medium_;
  Crypto& crypto_;
  Random random_;
  HciSink* sink_ = nullptr;
  bool alive_ = false;
  uint16_t number_ = 0;
  hci::BdAddr public_address_{};
  unsigned pending_commands_ = 0;
  uint64_t event_mask_ = 0;
  uint64_t le_event_mask_ = 0;
};

}  // namespace pm::sim
