// SPDX-License-Identifier: Apache-2.0
#include "stories/support/hostile_peers.hpp"

#include <algorithm>
#include <cstring>

#include "pm/hci/constants.hpp"

namespace pm::test {
namespace {

constexpr uint16_t kSmpChannel = 6;
constexpr uint8_t kOwnAddress = 0xC5;
constexpr uint64_t kTurnUs = 5'000;

Octets operator+(Octets left, const Octets& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

uint8_t low(uint16_t value) { return static_cast<uint8_t>(value); }
uint8_t high(uint16_t value) { return static_cast<uint8_t>(value >> 8); }

}  // namespace

void PuppetController::give(const Octets& packet) {
  if (sink_ != nullptr) {
    sink_->on_hci_packet(packet);
  }
}

void PuppetController::give_later(Octets packet) {
  clock_.schedule(0, [this, packet = std::move(packet)] { give(packet); });
}

Status PuppetController::send(Bytes packet) {
  if (packet[0] == 1) {
    answer_command(packet);
    return Status::kOk;
  }
  const uint16_t header = load_le16(&packet[1]);
  const auto conn_handle = static_cast<uint16_t>(header & 0x0FFF);
  const Octets data(packet.begin() + 5, packet.end());
  if (((header >> 12) & 3) == 1) {
    frames_.back().octets = frames_.back().octets + data;
  } else {
    frames_.push_back({conn_handle, data});
  }
  give_later({4, 0x13, 5, 1, low(conn_handle), high(conn_handle), 1, 0});
  return Status::kOk;
}

void PuppetController::answer_command(Bytes packet) {
  const uint16_t opcode = load_le16(&packet[1]);
  Octets returned = {0};
  switch (opcode) {
    case 0x0406:  // Disconnect: Command Status
      give_later({4, 0x0F, 4, 0, 1, packet[1], packet[2]});
      return;
    case 0x1001:  // Read Local Version
      returned.resize(9);
      break;
    case 0x1002:  // Read Local Supported Commands: all
      returned.resize(65, 0xFF);
      break;
    case 0x1009:  // Read BD_ADDR
      returned.resize(7);
      break;
    case 0x2002:  // LE Read Buffer Size: 8 of 27 octets
      returned = {0, 27, 0, 8};
      break;
    case 0x2003:  // LE Read Local Supported Features
      returned.resize(9);
      break;
    case 0x200F:  // Sizes of the lists
    case 0x202A:
      returned = {0, 8};
      break;
    case 0x201A:  // LE Long Term Key Request (Negative) Reply
    case 0x201B:
      returned = {0, packet[4], packet[5]};
      break;
    default:
      break;
  }
  Octets event = {4, 0x0E, static_cast<uint8_t>(3 + returned.size()), 1, packet[1], packet[2]};
  give_later(event + returned);
}

void PuppetController::connect(uint16_t conn_handle, const std::array<uint8_t, 6>& address) {
  const Octets head = {4, 0x3E, 19, 1, 0, low(conn_handle), high(conn_handle), 1, 1};
  give(head + Octets(address.begin(), address.end()) + Octets{24, 0, 0, 0, 200, 0, 0});
}

void PuppetController::smp(uint16_t conn_handle, const Octets& pdu) {
  const auto length = static_cast<uint16_t>(pdu.size());
  const auto whole = static_cast<uint16_t>(length + 4);
  const Octets head = {2,
                       low(conn_handle),
                       static_cast<uint8_t>(high(conn_handle) | 0x20),
                       low(whole),
                       high(whole),
                       low(length),
                       high(length),
                       kSmpChannel,
                       0};
  give(head + pdu);
}

void PuppetController::long_term_key_request(uint16_t conn_handle) {
  give(Octets{4, 0x3E, 13, 5, low(conn_handle), high(conn_handle)} + Octets(10, 0));
}

void PuppetController::encrypted(uint16_t conn_handle) {
  give({4, 8, 4, 0, low(conn_handle), high(conn_handle), 1});
}

Octets PuppetController::last_smp(uint16_t conn_handle) const {
  const auto is_wanted = [&](const Frame& frame) {
    return frame.conn_handle == conn_handle && load_le16(&frame.octets[2]) == kSmpChannel;
  };
  const auto found = std::find_if(frames_.rbegin(), frames_.rend(), is_wanted);
  return found == frames_.rend() ? Octets()
                                 : Octets(found->octets.begin() + 4, found->octets.end());
}

host::HostConfig HostileWorld::config() {
  host::HostConfig config;
  config.identity_address.addr_type = BLE_GAP_ADDR_TYPE_RANDOM_STATIC;
  std::memset(config.identity_address.addr, kOwnAddress, BLE_GAP_ADDR_LEN);
  std::memset(config.identity_resolving_key.irk, 0x77, BLE_GAP_SEC_KEY_LEN);
  config.peripheral_links = 2;
  config.central_links = 1;
  config.total_links = 3;
  return config;
}

HostileWorld::HostileWorld() : host(controller, clock, crypto, config()) {}

bool HostileWorld::start() {
  const auto pump = [this] {
    const uint64_t next = clock.next_deadline();
    if (next == sim::VirtualClock::kNever) {
      return false;
    }
    clock.advance_to(next);
    return true;
  };
  ble_gap_sec_params_t params{};
  params.bond = 1;
  params.io_caps = BLE_GAP_IO_CAPS_NONE;
  params.min_key_size = 7;
  params.max_key_size = 16;
  params.kdist_own = {1, 1};
  params.kdist_peer = {1, 1};
  const bool started =
      ok(host.enable(pump)) && ok(peer_manager.init()) && ok(peer_manager.sec_params_set(&params));
  host.set_event_handler([this] { work(); });
  return started;
}

void HostileWorld::work() {
  alignas(8) uint8_t octets[BLE_EVT_LEN_MAX(247)];
  for (uint16_t length = sizeof octets; ok(host.evt_get(octets, &length)); length = sizeof octets) {
    const auto& event = *reinterpret_cast<const ble_evt_t*>(octets);
    peer_manager.on_ble_event_first(event);
    peer_manager.on_ble_event(event);
  }
  (void)peer_manager.lesc_request_handler();
}

bool HostileWorld::advertise() {
  ble_gap_adv_params_t params{};
  params.properties.type = BLE_GAP_ADV_TYPE_CONNECTABLE_SCANNABLE_UNDIRECTED;
  params.interval = 160;
  std::array<uint8_t, 3> flags = {2, BLE_GAP_AD_TYPE_FLAGS, 4};
  ble_gap_adv_data_t data{};
  data.adv_data = {flags.data(), static_cast<uint16_t>(flags.size())};
  const bool started = ok(host.gap_adv_set_configure(&adv_handle_, &data, &params)) &&
                       ok(host.gap_adv_start(adv_handle_, 99));
  run(kTurnUs);
  return started;
}

PuppetCentral::PuppetCentral(HostileWorld& world, uint16_t conn_handle, uint8_t number)
    : world_(world), conn_handle_(conn_handle) {
  address_.fill(number);
  address_[5] = static_cast<uint8_t>(0xC0 | number);
}

void PuppetCentral::connect() {
  world_.controller.connect(conn_handle_, address_);
  world_.run(kTurnUs);
}

void PuppetCentral::authenticate() {
  namespace smp = host::smp;
  const Octets response = world_.controller.last_smp(conn_handle_);
  if (response.size() != 7 || response[0] != 0x02) {
    return;
  }
  smp::FeaturePdu asked{};
  smp::FeaturePdu answered{};
  std::ranges::copy(request(), asked.begin());
  std::ranges::copy(response, answered.begin());
  smp::AirAddress initiator;
  initiator.type = 1;
  initiator.octets = address_;
  smp::AirAddress responder;
  responder.type = 1;
  responder.octets.fill(kOwnAddress);
  smp::Block random{};
  random.fill(static_cast<uint8_t>(0x11 + conn_handle_));
  smp::Block confirm{};
  (void)smp::c1(world_.crypto, Key128(), random, asked, answered, initiator, responder, confirm);
  send(Octets{0x03} + Octets(confirm.begin(), confirm.end()));
  world_.run(kTurnUs);
  send(Octets{0x04} + Octets(random.begin(), random.end()));
  world_.run(kTurnUs);
  world_.controller.long_term_key_request(conn_handle_);
  world_.run(kTurnUs);
  world_.controller.encrypted(conn_handle_);
  world_.run(kTurnUs);
}

void PuppetCentral::send_keys_but_the_last(uint8_t octet) {
  send(Octets{0x06} + Octets(16, octet));
  send(Octets{0x07} + Octets(10, octet));
  send(Octets{0x08} + Octets(16, octet));
  world_.run(kTurnUs);
}

void PuppetCentral::send_last_key() {
  send(Octets{0x09, 1} + Octets(address_.begin(), address_.end()));
}

}  // namespace pm::test
