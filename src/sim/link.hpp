// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "sim/ll_control.hpp"
#include "sim/medium.hpp"

namespace pm::sim {

/// One connection, both ends of it. PDUs are exchanged at connection events, several per event; an
/// event is simulated only when somebody has something to send. Data: link.cpp; procedures:
/// link_procedures.cpp; encryption: link_encryption.cpp.
class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(Medium& medium, uint32_t number) : medium_(medium), number_(number) {}

  struct Setup {
    ControllerCore* central;
    uint16_t central_handle;
    ControllerCore* peripheral;
    uint16_t peripheral_handle;
    ConnectionParameters parameters;
  };
  void start(const Setup& setup);

  uint32_t number() const { return number_; }
  const ConnectionParameters& parameters() const { return parameters_; }

  // Calls of the controllers, for the end in `role`.
  void send_data(hci::Role role, bool start, Bytes data);
  /// The end is gone without a word; the other one runs into its supervision timeout.
  void vanish(hci::Role role);
  /// The radio link is gone for both.
  void break_now();
  hci::ErrorCode terminate(hci::Role role, hci::ErrorCode reason);
  hci::ErrorCode update(hci::Role role, const ll::ConnectionParamReq& wanted);
  hci::ErrorCode accept_parameters(const ll::ConnectionParamReq& accepted);
  hci::ErrorCode reject_parameters(hci::ErrorCode reason);
  void read_features(hci::Role role) { send_control(role, ll::FeatureReq{}); }
  void read_version(hci::Role role) { send_control(role, ll::VersionReq{}); }
  void set_data_length(hci::Role role, uint16_t tx_octets);
  hci::ErrorCode set_phy(hci::Role role, uint8_t tx_phys, uint8_t rx_phys);
  uint8_t tx_phy(hci::Role role) const { return end(role).tx_phy; }
  uint8_t rx_phy(hci::Role role) const { return end(role).rx_phy; }
  hci::ErrorCode encrypt(const std::array<uint8_t, 8>& rand, uint16_t ediv, const Key128& ltk);
  /// nullptr: the peripheral's host has no key.
  hci::ErrorCode reply_ltk(const Key128* ltk);

 private:
  struct Data {
    std::vector<uint8_t> octets;
    size_t sent;
    bool start;
  };
  using Item = std::variant<Data, ll::Pdu>;

  struct End {
    ControllerCore* controller = nullptr;
    uint16_t handle = 0;
    std::deque<Item> tx;
    /// Data waits while encryption is being set up. Core, Vol 6, Part B, 5.1.3.
    bool hold_data = false;
    uint16_t completed_packets = 0;
    uint16_t max_tx_octets = 27;
    uint16_t effective_tx_octets = 27;
    uint8_t tx_phy = 1;
    uint8_t rx_phy = 1;
    bool terminating = false;
    // Of the L2CAP PDU that this end is sending.
    std::vector<uint8_t> pdu;
    std::vector<std::vector<uint8_t>> withheld;
    bool assembling = false;
  };

  enum class EncryptionStep : uint8_t { kIdle, kPausing, kRequested, kLtkWanted, kStarting };
  struct Encryption {
    EncryptionStep step = EncryptionStep::kIdle;
    bool on = false;
    bool refresh = false;
    std::array<uint8_t, 8> rand{};
    uint16_t ediv = 0;
    Key128 central_key;
    Key128 peripheral_key;
    VirtualClock::EventId timeout = 0;
  };

  End& end(hci::Role role) { return ends_[static_cast<size_t>(role)]; }
  const End& end(hci::Role role) const { return ends_[static_cast<size_t>(role)]; }
  static constexpr hci::Role other(hci::Role role) {
    return role == hci::Role::kCentral ? hci::Role::kPeripheral : hci::Role::kCentral;
  }
  bool both_there() const;

  // Data plane.
  uint64_t interval_us() const { return uint64_t{parameters_.interval} * 1250; }
  VirtualClock::EventId schedule(uint64_t delay_us, void (Link::*step)());
  void schedule_connection_event();
  void connection_event();
  bool has_something_to_send(const End& end) const;
  /// Sends one PDU of the first `window` items; false when there is none.
  bool send_one(hci::Role from, size_t& window);
  void report_completed(hci::Role role);
  void deliver(hci::Role from, bool start, Bytes fragment);
  void finish_pdu(hci::Role from);
  void release_withheld(hci::Role from);
  void forward(hci::Role from, bool start, Bytes fragment);
  void forward_whole(hci::Role from, Bytes pdu);

  // Ends of the link.
  void disconnected(hci::Role role, hci::ErrorCode reason);
  void await_supervision_timeout(hci::Role survivor);

  // Procedures: each PDU is handled where it arrives.
  void send_control(hci::Role from, const ll::Pdu& pdu);
  void receive(hci::Role at, const ll::EncReq& pdu);
  void receive(hci::Role at, const ll::StartEncReq& pdu);
  void receive(hci::Role at, const ll::StartEncRsp& pdu);
  void receive(hci::Role at, const ll::RejectEncryption& pdu);
  void receive(hci::Role at, const ll::PauseEncReq& pdu);
  void receive(hci::Role at, const ll::PauseEncRsp& pdu);
  void receive(hci::Role at, const ll::Terminate& pdu);
  void receive(hci::Role at, const ll::ConnectionUpdateInd& pdu);
  void receive(hci::Role at, const ll::ConnectionParamReq& pdu);
  void receive(hci::Role at, const ll::RejectConnectionParam& pdu);
  void receive(hci::Role at, const ll::FeatureReq& pdu);
  void receive(hci::Role at, const ll::FeatureRsp& pdu);
  void receive(hci::Role at, const ll::VersionReq& pdu);
  void receive(hci::Role at, const ll::VersionRsp& pdu);
  void receive(hci::Role at, const ll::LengthReq& pdu);
  void receive(hci::Role at, const ll::LengthRsp& pdu);
  void receive(hci::Role at, const ll::PhyReq& pdu);
  void receive(hci::Role at, const ll::PhyUpdateInd& pdu);

  void apply_update();
  void use_data_length(hci::Role role, uint16_t tx_octets, uint16_t peer_tx_octets);
  void request_encryption();
  void encryption_is_on(hci::Role role);
  void end_encryption_procedure();
  void on_encryption_timeout();
  void on_mic_failure();
  void note(hci::Role from, LinkControl what, hci::ErrorCode reason = hci::ErrorCode::kSuccess);

  template <class Event>
  void emit(hci::Role role, const Event& event);

  Medium& medium_;
  uint32_t number_;
  std::array<End, 2> ends_;
  ConnectionParameters parameters_;
  uint64_t anchor_us_ = 0;
  uint64_t last_heard_us_ = 0;
  VirtualClock::EventId event_ = 0;
  bool in_event_ = false;
  Encryption encryption_;
  std::optional<ConnectionParameters> pending_update_;
  hci::Role update_asked_by_ = hci::Role::kCentral;
  bool parameter_request_open_ = false;
};

}  // namespace pm::sim
