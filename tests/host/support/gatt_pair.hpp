// SPDX-License-Identifier: Apache-2.0
//
// Two GATT hosts joined back to back in virtual time: what one sends on the ATT channel arrives at
// the other, in order, when the test delivers. Either side can also be played by the test, octet by
// octet.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "host/gatt/gatt.hpp"

namespace pm::host::gatt::test {

using Octets = std::vector<uint8_t>;

class TestTimers final : public Timers {
 public:
  uint64_t now_us() const override { return now_us_; }
  void start(Timer& timer, uint64_t delay_us) override {
    stop(timer);
    timer.running = true;
    timer.deadline_us = now_us_ + delay_us;
    running_.push_back(&timer);
  }
  void stop(Timer& timer) override {
    timer.running = false;
    std::erase(running_, &timer);
  }
  void advance(uint64_t us) {
    const uint64_t end = now_us_ + us;
    while (true) {
      const auto due = std::ranges::min_element(
          running_, {}, [](const Timer* timer) { return timer->deadline_us; });
      if (due == running_.end() || (*due)->deadline_us > end) {
        break;
      }
      Timer& timer = **due;
      now_us_ = timer.deadline_us;
      stop(timer);
      timer.expired(timer.context);
    }
    now_us_ = end;
  }
  size_t running() const { return running_.size(); }

 private:
  uint64_t now_us_ = 0;
  std::vector<Timer*> running_;
};

/// One end of the link.
class TestLinks final : public Links {
 public:
  Link* find(uint16_t conn_handle) override {
    return connected && conn_handle == link.conn_handle ? &link : nullptr;
  }
  Status send(uint16_t conn_handle, uint16_t cid, Bytes pdu) override {
    if (find(conn_handle) == nullptr) {
      return Status::kInvalidConnHandle;
    }
    EXPECT_EQ(cid, kCidAtt);
    outgoing.emplace_back(pdu.begin(), pdu.end());
    return Status::kOk;
  }
  Status enable_encryption(uint16_t, std::span<const uint8_t, 8>, uint16_t,
                           const Key128&) override {
    return Status::kNotSupported;
  }
  Status long_term_key_reply(uint16_t, const Key128*) override { return Status::kNotSupported; }
  Status disconnect(uint16_t, uint8_t) override { return Status::kNotSupported; }

  bool connected = false;
  Link link;
  std::deque<Octets> outgoing;
};

/// A pulled event, with its variable tail.
class Event {
 public:
  explicit Event(EventQueue& queue) {
    length_ = queue.front_length();
    storage_.resize((std::max(length_, sizeof(ble_evt_t)) + 7) / 8);
    std::memcpy(storage_.data(), queue.front(), storage_.size() * 8);
    queue.pop();
  }
  const ble_evt_t& raw() const { return *reinterpret_cast<const ble_evt_t*>(storage_.data()); }
  uint16_t id() const { return raw().header.evt_id; }
  size_t length() const { return length_; }
  const ble_gattc_evt_t& gattc() const { return raw().evt.gattc_evt; }
  const ble_gatts_evt_t& gatts() const { return raw().evt.gatts_evt; }
  const ble_common_evt_t& common() const { return raw().evt.common_evt; }

 private:
  size_t length_ = 0;
  std::vector<uint64_t> storage_;
};

inline Octets octets(const uint8_t* data, size_t size) { return {data, data + size}; }

struct Host {
  Host(Timers& timers, const Config& config, uint16_t handle)
      : conn(handle), events([] {}), gatt(links, events, timers, config) {}

  /// The next event, which must be `id`.
  Event expect(uint16_t id) {
    if (events.empty()) {
      ADD_FAILURE() << "no event, expected " << id;
      events.raise(0, conn, sizeof(ble_evt_t), [](ble_evt_t&) {});
    }
    Event event(events);
    EXPECT_EQ(event.id(), id);
    EXPECT_EQ(event.gattc().conn_handle, conn);
    return event;
  }
  bool is_quiet() const { return events.empty(); }
  void secure(uint8_t level, uint8_t key_size = 16, bool with_bond = false) {
    links.link.security_level = level;
    links.link.key_size = key_size;
    links.link.encrypted_with_bond = with_bond;
    gatt.security_changed(conn);
  }

  uint16_t conn;
  TestLinks links;
  EventQueue events;
  Gatt gatt;
};

class GattPair : public ::testing::Test {
 protected:
  static constexpr uint16_t kClientConn = 7;
  static constexpr uint16_t kServerConn = 3;

  explicit GattPair(const Config& server_config = default_config(),
                    const Config& client_config = default_config())
      : server_config_(server_config), client_config_(client_config) {
    boot();
  }

  static Config default_config() {
    Config config;
    config.max_mtu = 247;
    return config;
  }

  /// Both devices start anew, with empty databases.
  void boot() {
    server_ = std::make_unique<Host>(timers_, server_config_, kServerConn);
    client_ = std::make_unique<Host>(timers_, client_config_, kClientConn);
  }
  void connect() {
    for (Host* host : {server_.get(), client_.get()}) {
      host->links.connected = true;
      host->links.link = {};
      host->links.link.conn_handle = host->conn;
      host->links.outgoing.clear();
      host->gatt.link_up(host->conn);
    }
  }
  void disconnect() {
    for (Host* host : {server_.get(), client_.get()}) {
      host->gatt.link_down(host->conn);
      host->links.connected = false;
    }
  }
  void secure(uint8_t level, uint8_t key_size = 16, bool with_bond = false) {
    server_->secure(level, key_size, with_bond);
    client_->secure(level, key_size, with_bond);
  }
  /// Carries PDUs until nothing moves.
  void deliver() {
    while (carry(*server_, *client_) || carry(*client_, *server_)) {
    }
  }
  /// The test plays the client: sends one PDU and returns all that the server sends for it.
  std::vector<Octets> ask(const Octets& pdu) {
    server_->gatt.on_pdu(kServerConn, pdu);
    return server_output();
  }
  std::vector<Octets> server_output() { return output(*server_); }
  std::vector<Octets> client_output() { return output(*client_); }

  Host& server() { return *server_; }
  Host& client() { return *client_; }
  Gatt& gatts() { return server_->gatt; }
  Gatt& gattc() { return client_->gatt; }
  TestTimers& timers() { return timers_; }

 private:
  static bool carry(Host& from, Host& to) {
    if (from.links.outgoing.empty()) {
      return false;
    }
    const Octets pdu = from.links.outgoing.front();
    from.links.outgoing.pop_front();
    from.gatt.on_pdu_sent(from.conn);
    to.gatt.on_pdu(to.conn, pdu);
    return true;
  }
  static std::vector<Octets> output(Host& host) {
    std::vector<Octets> sent(host.links.outgoing.begin(), host.links.outgoing.end());
    host.links.outgoing.clear();
    for (size_t i = 0; i < sent.size(); ++i) {
      host.gatt.on_pdu_sent(host.conn);
    }
    return sent;
  }

  const Config server_config_;
  const Config client_config_;
  TestTimers timers_;
  std::unique_ptr<Host> server_;
  std::unique_ptr<Host> client_;
};

// Building databases.

inline constexpr ble_gap_conn_sec_mode_t kNoAccess = {0, 0};
inline constexpr ble_gap_conn_sec_mode_t level(uint8_t lv) {
  return {1, static_cast<uint8_t>(lv & 0x0F)};
}

struct Value {
  ble_uuid_t uuid;
  Octets initial = {};
  uint16_t max_len = 0;
  ble_gap_conn_sec_mode_t read = level(1);
  ble_gap_conn_sec_mode_t write = kNoAccess;
  bool variable = true;
  bool read_authorized = false;
  bool write_authorized = false;
};

class Builder {
 public:
  explicit Builder(Gatt& gatt) : gatt_(gatt) {}

  uint16_t service(ble_uuid_t uuid, uint8_t type = BLE_GATTS_SRVC_TYPE_PRIMARY) {
    uint16_t handle = 0;
    EXPECT_EQ(gatt_.gatts_service_add(type, &uuid, &handle), Status::kOk);
    return handle;
  }
  ble_gatts_char_handles_t characteristic(Value value, ble_gatt_char_props_t properties,
                                          uint8_t cccd_level = 1) {
    const ble_gatts_attr_md_t cccd = {level(1), level(cccd_level), 0, BLE_GATTS_VLOC_STACK, 0, 0};
    ble_gatts_char_md_t md{};
    md.char_props = properties;
    md.p_cccd_md = &cccd;
    return characteristic(value, md);
  }
  ble_gatts_char_handles_t characteristic(Value& value, const ble_gatts_char_md_t& md) {
    const ble_gatts_attr_md_t attr_md = {
        value.read,           value.write,           value.variable,
        BLE_GATTS_VLOC_STACK, value.read_authorized, value.write_authorized};
    const ble_gatts_attr_t attr = attribute(value, attr_md);
    ble_gatts_char_handles_t handles{};
    EXPECT_EQ(gatt_.gatts_characteristic_add(0, &md, &attr, &handles), Status::kOk);
    return handles;
  }
  static ble_gatts_attr_t attribute(Value& value, const ble_gatts_attr_md_t& md) {
    ble_gatts_attr_t attr{};
    attr.p_uuid = &value.uuid;
    attr.p_attr_md = &md;
    attr.init_len = static_cast<uint16_t>(value.initial.size());
    attr.max_len = std::max(value.max_len, attr.init_len);
    attr.p_value = value.initial.data();
    return attr;
  }

 private:
  Gatt& gatt_;
};

inline ble_gatt_char_props_t properties(uint8_t octet) {
  ble_gatt_char_props_t p{};
  p.read = (octet >> 1) & 1;
  p.write_wo_resp = (octet >> 2) & 1;
  p.write = (octet >> 3) & 1;
  p.notify = (octet >> 4) & 1;
  p.indicate = (octet >> 5) & 1;
  return p;
}
inline constexpr uint8_t kRead = 0x02;
inline constexpr uint8_t kWriteNoResponse = 0x04;
inline constexpr uint8_t kWrite = 0x08;
inline constexpr uint8_t kNotify = 0x10;
inline constexpr uint8_t kIndicate = 0x20;

/// Heart Rate: measurement (notify), body sensor location (read), control point (write).
/// With the default configuration it starts at handle 12: 11 service, 12 declaration, ... see the
/// tests.
struct HeartRate {
  explicit HeartRate(Gatt& gatt) {
    Builder build(gatt);
    service = build.service(sig_uuid(0x180D));
    measurement = build.characteristic(
        {.uuid = sig_uuid(0x2A37), .initial = {0x00, 0x3C}, .max_len = 20, .read = kNoAccess},
        properties(kNotify));
    location =
        build.characteristic({.uuid = sig_uuid(0x2A38), .initial = {0x01}}, properties(kRead));
    control = build.characteristic(
        {.uuid = sig_uuid(0x2A39), .initial = {0x00}, .write = level(1), .variable = false},
        properties(kRead | kWrite | kWriteNoResponse));
  }
  uint16_t service = 0;
  ble_gatts_char_handles_t measurement{};
  ble_gatts_char_handles_t location{};
  ble_gatts_char_handles_t control{};
};

// Short forms of calls.

inline Status write_request(Host& host, uint16_t handle, const Octets& value) {
  ble_gattc_write_params_t params{};
  params.write_op = BLE_GATT_OP_WRITE_REQ;
  params.handle = handle;
  params.len = static_cast<uint16_t>(value.size());
  params.p_value = value.data();
  return host.gatt.gattc_write(host.conn, &params);
}

inline Status send_value(Host& host, uint16_t handle, uint8_t type, const Octets& value) {
  auto len = static_cast<uint16_t>(value.size());
  ble_gatts_hvx_params_t params{};
  params.handle = handle;
  params.type = type;
  params.p_len = &len;
  params.p_data = value.data();
  return host.gatt.gatts_hvx(host.conn, &params);
}

inline Status initialise(Host& host) {
  return host.gatt.gatts_sys_attr_set(host.conn, nullptr, 0, 0);
}

inline Octets local_value(Host& host, uint16_t handle) {
  Octets value(600);
  ble_gatts_value_t out = {static_cast<uint16_t>(value.size()), 0, value.data()};
  EXPECT_EQ(host.gatt.gatts_value_get(host.conn, handle, &out), Status::kOk);
  value.resize(out.len);
  return value;
}

}  // namespace pm::host::gatt::test
