// SPDX-License-Identifier: Apache-2.0
#include "host/gap/gap.hpp"

#include <algorithm>

namespace pm::host::gap {
namespace {

constexpr hci::BdAddr kNoAddress{};

// Core, Vol 4, Part E, 7.8.45.
constexpr uint16_t kRpaTimeoutMaxS = 3600;

// dBm, the range that HCI knows. Core, Vol 4, Part E, 7.8.6.
constexpr int8_t kTxPowerMin = -127;
constexpr int8_t kTxPowerMax = 20;

}  // namespace

Gap::Gap(HciTransport& transport, Timers& timers, Crypto& crypto, EventQueue& events,
         UpperLayers& upper, const Config& config, Controller::Observer observer)
    : upper_(upper),
      config_(config),
      controller_(transport, timers, *this, std::move(observer)),
      own_(controller_, crypto, timers, config.factory, [this] { rotate_address(); }),
      lists_(controller_, crypto, config.resolve_in_host),
      advertiser_(controller_, own_, lists_, timers, events),
      scanner_(controller_, own_, lists_, timers, events),
      initiator_(controller_, own_, lists_, timers, events),
      connections_(controller_, timers, events, config.links, upper) {}

bool Gap::radio_active() const {
  return advertiser_.active() || scanner_.active() || initiator_.active();
}

ble_gap_id_key_t Gap::own_identity() const {
  ble_gap_id_key_t key{};
  key.id_info = own_.irk();
  key.id_addr_info = own_.identity();
  return key;
}

Status Gap::addr_set(const ble_gap_addr_t& addr) {
  return radio_active() ? Status::kInvalidState : own_.set_identity(addr);
}

Status Gap::adv_addr_get(uint8_t adv_handle, ble_gap_addr_t* addr) const {
  if (addr == nullptr) {
    return Status::kInvalidAddr;
  }
  PM_TRY(advertiser_.check_active(adv_handle));
  *addr = own_.shown();
  return Status::kOk;
}

void Gap::program_identities() {
  const ble_gap_irk_t no_irk{};
  lists_.program_identities(own_.is_private() ? own_.irk() : no_irk, own_.is_network_private());
}

Status Gap::privacy_set(const ble_gap_privacy_params_t& params) {
  if (radio_active()) {
    return Status::kInvalidState;
  }
  if (params.privacy_mode != BLE_GAP_PRIVACY_MODE_OFF && config_.links.central_links != 0 &&
      !config_.central_address_resolution) {
    return Status::kNotSupported;
  }
  PM_TRY(own_.set_privacy(params));
  // For the addresses that the controller makes itself, in directed advertising.
  if (own_.is_private() && controller_.supports(hci::Opcode::kLeSetRpaTimeout)) {
    controller_.send(hci::LeSetRpaTimeout{std::min(own_.cycle_s(), kRpaTimeoutMaxS)});
  }
  program_identities();
  return Status::kOk;
}

Status Gap::whitelist_set(const ble_gap_addr_t* const* addrs, uint8_t count) {
  if (advertiser_.uses_whitelist() || scanner_.uses_whitelist() || initiator_.uses_whitelist()) {
    return Status::kGapWhitelistInUse;
  }
  return lists_.set_whitelist(addrs, count);
}

Status Gap::device_identities_set(const ble_gap_id_key_t* const* id_keys,
                                  const ble_gap_irk_t* const* local_irks, uint8_t count) {
  // The controller's resolving list cannot change while the radio is used. Core, Vol 4, Part
  // E, 7.8.38.
  if (radio_active()) {
    return Status::kGapDeviceIdentitiesInUse;
  }
  PM_TRY(lists_.set_identities(id_keys, local_irks, count, own_.is_network_private()));
  program_identities();
  return Status::kOk;
}

Status Gap::adv_start(uint8_t adv_handle) {
  PM_TRY(advertiser_.check_start(adv_handle, connections_.link_free(false)));
  if (!usable()) {
    return Status::kInternal;
  }
  if (!radio_active()) {
    own_.refresh();
  }
  advertiser_.start();
  return Status::kOk;
}

Status Gap::scan_start(const ble_gap_scan_params_t* params, const ble_data_t* buffer) {
  PM_TRY(scanner_.check_start(params, buffer));
  if (params == nullptr) {
    scanner_.resume_reports(*buffer);
    return Status::kOk;
  }
  // One scanner in the controller: while connecting it belongs to the initiator.
  if (initiator_.active()) {
    return Status::kInvalidState;
  }
  if (!usable()) {
    return Status::kInternal;
  }
  if (!radio_active()) {
    own_.refresh();
  }
  scanner_.start(*params, *buffer);
  return Status::kOk;
}

Status Gap::connect(const ble_gap_addr_t* peer, const ble_gap_scan_params_t* scan,
                    const ble_gap_conn_params_t* conn) {
  if (scanner_.active()) {
    (void)scanner_.stop();
  }
  PM_TRY(initiator_.check_connect(peer, scan, conn));
  if (!connections_.link_free(true)) {
    return Status::kConnCount;
  }
  if (!usable()) {
    return Status::kInternal;
  }
  if (!radio_active()) {
    own_.refresh();
  }
  initiator_.connect(peer, *scan, *conn);
  return Status::kOk;
}

Status Gap::tx_power_set(uint8_t role, uint16_t handle, int8_t tx_power) {
  if (tx_power < kTxPowerMin || tx_power > kTxPowerMax) {
    return Status::kInvalidParam;
  }
  // HCI has no command for the power of legacy advertising or of a link: the controller keeps its
  // own level.
  switch (role) {
    case BLE_GAP_TX_POWER_ROLE_ADV:
      return handle == Advertiser::kHandle ? Status::kOk : Status::kInvalidAdvHandle;
    case BLE_GAP_TX_POWER_ROLE_SCAN_INIT:
      return Status::kOk;
    case BLE_GAP_TX_POWER_ROLE_CONN:
      return connections_.find(handle) != nullptr ? Status::kOk : Status::kInvalidConnHandle;
    default:
      return Status::kInvalidParam;
  }
}

Status Gap::channel_map_set(const uint8_t (&channel_map)[5]) {
  if (!controller_.supports(hci::Opcode::kLeSetHostChannelClassification)) {
    return Status::kNotSupported;
  }
  hci::LeSetHostChannelClassification command;
  std::copy(std::begin(channel_map), std::end(channel_map), command.channel_map.begin());
  // At least two data channels; bits 37 to 39 are not data channels. Core, Vol 6, Part B, 1.4.1.
  command.channel_map[4] &= 0x1F;
  int channels = 0;
  for (const uint8_t octet : command.channel_map) {
    channels += __builtin_popcount(octet);
  }
  if (channels < 2) {
    return Status::kInvalidParam;
  }
  controller_.send(command);
  return Status::kOk;
}

void Gap::rotate_address() {
  if (!radio_active()) {
    return;
  }
  advertiser_.suspend();
  scanner_.suspend();
  initiator_.suspend();
  own_.refresh();
  advertiser_.resume();
  scanner_.resume();
  initiator_.resume();
}

void Gap::on_controller_ready() { own_.refresh(); }

void Gap::on_controller_lost(const std::string& reason) {
  own_.stop_rotation();
  advertiser_.abandon();
  scanner_.abandon();
  initiator_.abandon();
  // Of the reasons that applications know, the one that blames neither side.
  connections_.lose_all(BLE_HCI_STATUS_CODE_UNSPECIFIED_ERROR);
  upper_.controller_lost(reason);
}

void Gap::on_hci_event(const hci::EventView& event) {
  if (event.code == hci::EventCode::kLeMeta) {
    on_le_event(event);
  } else {
    on_link_event(event);
  }
  connections_.end_flooding();
}

void Gap::on_acl_data(const hci::AclView& packet) {
  connections_.on_acl_data(packet);
  connections_.end_flooding();
}

void Gap::on_link_event(const hci::EventView& event) {
  if (const auto ended = hci::decode<hci::DisconnectionComplete>(event)) {
    connections_.on_disconnected(*ended);
    return;
  }
  if (const auto change = hci::decode<hci::EncryptionChange>(event)) {
    if (connections_.find(change->handle) != nullptr) {
      upper_.encryption_changed(change->handle, static_cast<uint8_t>(change->status),
                                change->enabled != 0);
    }
    return;
  }
  if (const auto refresh = hci::decode<hci::EncryptionKeyRefreshComplete>(event)) {
    if (connections_.find(refresh->handle) != nullptr) {
      upper_.key_refreshed(refresh->handle, static_cast<uint8_t>(refresh->status));
    }
    return;
  }
  if (const auto expired = hci::decode<hci::AuthenticatedPayloadTimeoutExpired>(event)) {
    connections_.on_payload_timeout(expired->handle);
  }
}

void Gap::on_le_event(const hci::EventView& event) {
  if (const auto made = hci::decode<hci::LeEnhancedConnectionComplete>(event)) {
    on_established({made->status,
                    made->handle,
                    made->role,
                    made->peer_address_type,
                    made->peer_address,
                    made->local_rpa,
                    made->peer_rpa,
                    {made->interval, made->interval, made->latency, made->supervision_timeout}});
    return;
  }
  if (const auto made = hci::decode<hci::LeConnectionComplete>(event)) {
    on_established({made->status,
                    made->handle,
                    made->role,
                    made->peer_address_type,
                    made->peer_address,
                    kNoAddress,
                    kNoAddress,
                    {made->interval, made->interval, made->latency, made->supervision_timeout}});
    return;
  }
  if (const auto reports = hci::decode<hci::LeAdvertisingReport>(event)) {
    on_advertising(*reports);
    return;
  }
  if (const auto reports = hci::decode<hci::LeDirectedAdvertisingReport>(event)) {
    on_directed_advertising(*reports);
    return;
  }
  if (const auto request = hci::decode<hci::LeLongTermKeyRequest>(event)) {
    if (connections_.find(request->handle) != nullptr) {
      upper_.long_term_key_requested(request->handle, request->rand, request->ediv);
    }
    return;
  }
  if (const auto updated = hci::decode<hci::LeConnectionUpdateComplete>(event)) {
    connections_.on_updated(*updated);
    return;
  }
  if (const auto request = hci::decode<hci::LeRemoteConnectionParameterRequest>(event)) {
    connections_.on_parameters_requested(*request);
    return;
  }
  if (const auto change = hci::decode<hci::LeDataLengthChange>(event)) {
    connections_.on_data_length(*change);
    return;
  }
  if (const auto phy = hci::decode<hci::LePhyUpdateComplete>(event)) {
    connections_.on_phy(*phy);
  }
}

void Gap::on_established(const Established& event) {
  if (event.status == hci::ErrorCode::kAdvertisingTimeout) {
    advertiser_.on_directed_timeout();
    return;
  }
  if (event.status != hci::ErrorCode::kSuccess) {
    initiator_.on_failed(event.status);
    return;
  }
  if (event.handle > hci::kMaxConnectionHandle) {
    return;
  }
  connections_.supersede(event.handle);
  const bool is_central = event.role == hci::Role::kCentral;
  const auto air_type = static_cast<hci::AddressType>(static_cast<uint8_t>(event.peer_type) & 0x01);
  const ble_gap_addr_t on_air = event.peer_rpa != kNoAddress
                                    ? from_hci(hci::AddressType::kRandom, event.peer_rpa)
                                    : from_hci(air_type, event.peer);
  const ble_gap_addr_t reported = from_hci(event.peer_type, event.peer);
  const ble_gap_addr_t peer = reported.addr_id_peer != 0 ? reported : lists_.resolve(on_air);
  const ble_gap_addr_t own = event.local_rpa != kNoAddress
                                 ? from_hci(hci::AddressType::kRandom, event.local_rpa)
                                 : own_.confirmed();

  const bool admitted =
      is_central ? initiator_.admits(peer, on_air) : advertiser_.admits(peer, on_air);
  if (!admitted || !connections_.link_free(is_central)) {
    connections_.refuse(event.handle, admitted ? BLE_HCI_REMOTE_DEV_TERMINATION_DUE_TO_LOW_RESOURCES
                                               : BLE_HCI_AUTHENTICATION_FAILURE);
    // The application has heard of nothing: what it has begun goes on.
    if (is_central) {
      initiator_.on_failed(hci::ErrorCode::kFailedToBeEstablished);
    } else {
      advertiser_.on_refused_connection();
    }
    return;
  }
  if (is_central) {
    initiator_.on_connected();
  } else {
    advertiser_.on_connected();
  }
  NewLink fresh{};
  fresh.link.conn_handle = event.handle;
  fresh.link.is_central = is_central;
  fresh.link.own_air_address_type = static_cast<uint8_t>(hci_type(own));
  std::copy_n(own.addr, sizeof own.addr, fresh.link.own_air_address);
  fresh.link.peer_air_address_type = static_cast<uint8_t>(hci_type(on_air));
  std::copy_n(on_air.addr, sizeof on_air.addr, fresh.link.peer_air_address);
  fresh.link.peer_address = peer;
  fresh.params = event.params;
  fresh.adv_handle = is_central ? uint8_t{BLE_GAP_ADV_SET_HANDLE_NOT_SET} : Advertiser::kHandle;
  connections_.add(fresh);
}

void Gap::on_report(const Report& report) {
  if (initiator_.seeking()) {
    initiator_.on_report(report);
    return;
  }
  scanner_.on_report(report);
}

void Gap::on_advertising(const hci::LeAdvertisingReport& event) {
  for (const auto& report : event.reports) {
    const ble_gap_addr_t on_air = from_hci(report.address_type, report.address);
    const Bytes data = report.data.octets;
    on_report({report.type,
               lists_.resolve(on_air),
               on_air,
               report.type == hci::ReportType::kDirected ? own_.shown() : ble_gap_addr_t{},
               report.rssi,
               {data.begin(), data.end()}});
  }
}

void Gap::on_directed_advertising(const hci::LeDirectedAdvertisingReport& event) {
  for (const auto& report : event.reports) {
    const ble_gap_addr_t on_air = from_hci(report.address_type, report.address);
    on_report({hci::ReportType::kDirected,
               lists_.resolve(on_air),
               on_air,
               from_hci(report.direct_address_type, report.direct_address),
               report.rssi,
               {}});
  }
}

}  // namespace pm::host::gap
