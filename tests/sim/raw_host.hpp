// SPDX-License-Identifier: Apache-2.0
//
// A host without a stack: it sends raw HCI packets to a virtual controller and keeps what comes
// back.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "pm/hci/acl.hpp"
#include "pm/hci/commands.hpp"
#include "pm/hci/packet.hpp"
#include "pm/sim/air.hpp"
#include "pm/sim/seeded_crypto.hpp"
#include "pm/sim/virtual_controller.hpp"

namespace pm::sim::testing {

constexpr uint64_t kMs = 1000;
constexpr uint64_t kSecond = 1'000'000;

class RawHost final : public HciSink {
 public:
  RawHost(VirtualClock& clock, Air& air, Crypto& crypto) : clock_(clock), controller(air, crypto) {
    controller.attach(this);
  }

  void on_hci_packet(Bytes packet) override {
    packets.emplace_back(packet.begin(), packet.end());
    if (const auto acl = hci::parse_acl(packet)) {
      data.insert(data.end(), acl->data.begin(), acl->data.end());
    }
  }
  void on_transport_lost(const char* reason) override { lost = reason; }

  /// Sends a command and waits for its answer.
  template <class Command>
  hci::ErrorCode command(const Command& command) {
    send(command);
    hci::ErrorCode status{};
    const bool answered = clock_.run_until(
        [&] {
          if (const auto event = take<hci::CommandStatus>()) {
            status = event->status;
            EXPECT_EQ(event->opcode, Command::kOpcode);
            return true;
          }
          if (const auto event = take_complete<Command>()) {
            status = static_cast<hci::ErrorCode>((*event)[0]);
            return true;
          }
          return false;
        },
        kSecond);
    EXPECT_TRUE(answered) << "no answer to " << static_cast<unsigned>(Command::kOpcode);
    return status;
  }
  template <class Command>
  void succeed(const Command& command) {
    EXPECT_EQ(this->command(command), hci::ErrorCode::kSuccess)
        << "opcode " << static_cast<unsigned>(Command::kOpcode);
  }
  /// Sends a command and returns what it returns.
  template <class Command>
  typename Command::Return ask(const Command& command) {
    send(command);
    std::optional<std::vector<uint8_t>> returned;
    EXPECT_TRUE(clock_.run_until(
        [&] {
          returned = take_complete<Command>();
          return returned.has_value();
        },
        kSecond));
    const auto decoded = hci::decode_return<Command>(Bytes(*returned));
    EXPECT_TRUE(decoded);
    return *decoded;
  }
  template <class Command>
  void send(const Command& command) {
    hci::CommandBuffer buffer;
    EXPECT_EQ(controller.send(hci::encode_command(command, buffer)), Status::kOk);
  }
  void send_acl(uint16_t handle, hci::PacketBoundary boundary, Bytes octets) {
    std::array<uint8_t, 300> buffer;
    (void)controller.send(hci::encode_acl(handle, boundary, octets, buffer));
  }
  /// One L2CAP PDU in one packet.
  void send_l2cap(uint16_t handle, uint16_t cid, std::vector<uint8_t> payload) {
    std::vector<uint8_t> pdu(4);
    store_le16(pdu.data(), static_cast<uint16_t>(payload.size()));
    store_le16(pdu.data() + 2, cid);
    pdu.insert(pdu.end(), payload.begin(), payload.end());
    send_acl(handle, hci::PacketBoundary::kFirstNonFlushable, pdu);
  }

  /// Removes and returns the first event of this kind.
  template <class Event>
  std::optional<Event> take() {
    for (auto packet = packets.begin(); packet != packets.end(); ++packet) {
      const auto view = hci::parse_event(*packet);
      const auto event = view ? hci::decode<Event>(*view) : std::nullopt;
      if (event) {
        kept_.push_back(std::move(*packet));  // views in the event point there
        packets.erase(packet);
        return event;
      }
    }
    return std::nullopt;
  }
  template <class Event>
  std::optional<Event> wait(uint64_t limit_us = 5 * kSecond) {
    std::optional<Event> event;
    (void)clock_.run_until(
        [&] {
          event = take<Event>();
          return event.has_value();
        },
        limit_us);
    return event;
  }
  size_t count_acl() const {
    size_t count = 0;
    for (const auto& packet : packets) {
      count += packet[0] == static_cast<uint8_t>(hci::Indicator::kAcl) ? 1 : 0;
    }
    return count;
  }

  void start_up() {
    succeed(hci::Reset{});
    succeed(hci::SetEventMask{~uint64_t{0}});
    succeed(hci::LeSetEventMask{~uint64_t{0}});
  }
  void advertise(const hci::LeSetAdvertisingParameters& parameters) {
    succeed(parameters);
    succeed(hci::LeSetAdvertisingEnable{1});
  }
  static hci::LeSetAdvertisingParameters connectable() {
    hci::LeSetAdvertisingParameters parameters;
    parameters.interval_min = 0x20;
    parameters.interval_max = 0x30;
    parameters.channel_map = 7;
    return parameters;
  }
  static hci::LeCreateConnection create(hci::AddressType type, const hci::BdAddr& peer) {
    hci::LeCreateConnection command;
    command.scan_interval = 0x10;
    command.scan_window = 0x10;
    command.peer_address_type = type;
    command.peer_address = peer;
    command.interval_min = 24;
    command.interval_max = 40;
    command.supervision_timeout = 100;
    return command;
  }

 private:
  template <class Command>
  std::optional<std::vector<uint8_t>> take_complete() {
    for (auto packet = packets.begin(); packet != packets.end(); ++packet) {
      const auto view = hci::parse_event(*packet);
      const auto event = view ? hci::decode<hci::CommandComplete>(*view) : std::nullopt;
      if (event && event->opcode == Command::kOpcode) {
        std::vector<uint8_t> returned(event->return_parameters.octets.begin(),
                                      event->return_parameters.octets.end());
        packets.erase(packet);
        return returned;
      }
    }
    return std::nullopt;
  }

  VirtualClock& clock_;
  std::vector<std::vector<uint8_t>> kept_;

 public:
  std::vector<std::vector<uint8_t>> packets;
  /// Everything that came as ACL data, in order.
  std::vector<uint8_t> data;
  std::string lost;
  VirtualController controller;
};

/// What the tap saw, as comparable text.
class Recorder final : public AirTap {
 public:
  void on_advertising(uint64_t t_us, const AdvertisingSeen& seen) override {
    lines.push_back(std::to_string(t_us) + " adv " + hex(seen.advertiser.octets) + " " +
                    hex(seen.data));
  }
  void on_connection(uint64_t t_us, const ConnectionSeen& seen) override {
    lines.push_back(std::to_string(t_us) + " connect " + std::to_string(seen.link) + " " +
                    hex(seen.central.octets) + " " + hex(seen.peripheral.octets));
  }
  void on_link_control(uint64_t t_us, const LinkControlSeen& seen) override {
    lines.push_back(std::to_string(t_us) + " ll " + std::to_string(static_cast<int>(seen.what)) +
                    " " + std::to_string(static_cast<int>(seen.reason)));
    controls.push_back(seen.what);
  }
  void on_l2cap(uint64_t t_us, const L2capSeen& seen) override {
    lines.push_back(std::to_string(t_us) + " l2cap " + std::to_string(seen.cid) +
                    (seen.encrypted ? " enc " : " clear ") + hex(seen.payload) +
                    (seen.fault != nullptr ? seen.fault : ""));
    pdus.push_back({seen.from, seen.cid, seen.encrypted,
                    std::vector<uint8_t>(seen.payload.begin(), seen.payload.end())});
  }

  struct Pdu {
    hci::Role from;
    uint16_t cid;
    bool encrypted;
    std::vector<uint8_t> payload;
  };
  std::vector<std::string> lines;
  std::vector<LinkControl> controls;
  std::vector<Pdu> pdus;

 private:
  static std::string hex(Bytes octets) {
    std::string text;
    for (const uint8_t octet : octets) {
      text += "0123456789abcdef"[octet >> 4];
      text += "0123456789abcdef"[octet & 15];
    }
    return text;
  }
};

/// Two hosts on one air: `central` and `peripheral` say what they are used for.
class TwoHosts : public ::testing::Test {
 protected:
  explicit TwoHosts(uint64_t seed = 1)
      : crypto(seed),
        air(clock, seed),
        central(clock, air, crypto),
        peripheral(clock, air, crypto) {
    air.set_tap(&tap);
    central.start_up();
    peripheral.start_up();
  }

  void connect() {
    peripheral.advertise(RawHost::connectable());
    central.succeed(
        RawHost::create(hci::AddressType::kPublic, peripheral.controller.public_address()));
    const auto there = central.wait<hci::LeEnhancedConnectionComplete>();
    const auto here = peripheral.wait<hci::LeEnhancedConnectionComplete>();
    ASSERT_TRUE(there && here);
    ASSERT_EQ(there->status, hci::ErrorCode::kSuccess);
    central_handle = there->handle;
    peripheral_handle = here->handle;
  }

  VirtualClock clock;
  SeededCrypto crypto;
  Recorder tap;
  Air air;
  RawHost central;
  RawHost peripheral;
  uint16_t central_handle = 0;
  uint16_t peripheral_handle = 0;
};

}  // namespace pm::sim::testing
