// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/gap/acl_queue.hpp"
#include "host/gap/supported_commands.hpp"
#include "pm/hci/acl.hpp"
#include "pm/hci/commands.hpp"
#include "pm/hci/packet.hpp"
#include "pm/ports/hci_transport.hpp"
#include "pm/ports/timers.hpp"

namespace pm::host::gap {

/// What initialisation learnt about the controller.
struct ControllerFacts {
  hci::ReadLocalVersion::Return version{};
  SupportedCommands commands{};
  uint64_t le_features = 0;
  hci::BdAddr public_address{};
  uint8_t accept_list_size = 0;
  uint8_t resolving_list_size = 0;
};

class ControllerSink {
 public:
  virtual void on_controller_ready() = 0;
  /// Events other than those that answer commands or return buffers.
  virtual void on_hci_event(const hci::EventView& event) = 0;
  virtual void on_acl_data(const hci::AclView& packet) = 0;
  virtual void on_frame_sent(uint16_t conn_handle, uint16_t cid) = 0;
  /// The controller is gone, silent or broken; for good. Told from the event loop.
  virtual void on_controller_lost(const std::string& reason) = 0;

 protected:
  ~ControllerSink() = default;
};

/// The HCI side of the host: one command at a time, answers matched by opcode, ACL flow control,
/// initialisation. A command without answer for 5 s, a hardware error or the end of the transport
/// lose the controller. Core, Vol 4, Part E, 4.1, 4.4.
class Controller final : private HciSink, private AclSink {
 public:
  /// Outcome of a command: its status, and the return parameters (status included) if a Command
  /// Complete came.
  using Done = std::function<void(hci::ErrorCode status, Bytes return_parameters)>;
  /// Sees each packet in H4 form.
  using Observer = std::function<void(bool sent, Bytes packet)>;
  enum class State : uint8_t { kOff, kInitialising, kReady, kLost };

  Controller(HciTransport& transport, Timers& timers, ControllerSink& sink, Observer observer);
  ~Controller();
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  /// Begins initialisation; on_controller_ready() or on_controller_lost() follows.
  void start();
  /// Resets the controller, so that nothing of this host lives on in it, and lets go of it.
  void shut_down();
  State state() const { return state_; }
  const ControllerFacts& facts() const { return facts_; }
  bool supports(hci::Opcode opcode) const { return is_supported(facts_.commands, opcode); }

  /// Queues a command. `done` runs from the event loop, and not at all if the controller is lost
  /// before.
  template <class Command>
  void send(const Command& command, Done done = {}) {
    hci::CommandBuffer buffer;
    const Bytes packet = hci::encode_command(command, buffer);
    enqueue({Command::kOpcode, SecretOctets(packet), {}, std::move(done)});
    wipe(buffer);
  }
  /// Queues a command whose need is only known when its turn comes: `decide` gives it, or nullopt
  /// to leave it out, in which case `done` does not run.
  template <class Command>
  void send_if(std::function<std::optional<Command>()> decide, Done done = {}) {
    enqueue({Command::kOpcode,
             {},
             [decide = std::move(decide)](hci::CommandBuffer& buffer) {
               const std::optional<Command> command = decide();
               return command ? hci::encode_command(*command, buffer) : Bytes();
             },
             std::move(done)});
  }

  AclQueue& acl() { return acl_; }

 private:
  struct Pending {
    hci::Opcode opcode;
    /// Keys go out in commands.
    SecretOctets packet;
    std::function<Bytes(hci::CommandBuffer&)> build;
    Done done;
  };

  void on_hci_packet(Bytes packet) override;
  void on_transport_lost(const char* reason) override;
  void send_acl_packet(Bytes packet) override;
  void on_frame_sent(uint16_t conn_handle, uint16_t cid) override;

  void enqueue(Pending pending);
  void pump();
  bool transmit(Pending& pending);
  void on_event(const hci::EventView& event);
  void on_command_complete(const hci::CommandComplete& event);
  void on_command_status(const hci::CommandStatus& event);
  void complete(hci::Opcode opcode, hci::ErrorCode status, Bytes return_parameters);
  void lose(const std::string& reason);
  void lose_later(std::string reason);
  static void command_timeout(void* context);
  static void deferred_loss(void* context);

  // Initialisation, controller_init.cpp.
  void read_supported();
  void read_buffers();
  void finish_initialisation();
  void mandatory(const char* what, hci::ErrorCode status);

  HciTransport& transport_;
  Timers& timers_;
  ControllerSink& sink_;
  Observer observer_;
  AclQueue acl_;
  State state_ = State::kOff;
  ControllerFacts facts_;
  std::deque<Pending> commands_;
  /// The command that waits for its answer.
  std::optional<Pending> in_flight_;
  bool credit_ = true;
  bool pumping_ = false;
  Timer command_timer_;
  Timer loss_timer_;
  std::string loss_reason_;
};

}  // namespace pm::host::gap
