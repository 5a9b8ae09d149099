// SPDX-License-Identifier: Apache-2.0
//
// Connection parameters, PHY, data length, signal strength: the part of Connections that an
// application asks for.
#include <cstdlib>

#include "host/gap/connections.hpp"

namespace pm::host::gap {
namespace {

// Core, Vol 6, Part B, 4.5.10.
constexpr uint16_t kDataOctetsMin = 27;
constexpr uint16_t kDataOctetsMax = 251;
constexpr uint16_t kDataTimeMinUs = 328;
constexpr uint16_t kDataTimeMaxUs = 17040;
/// 251 octets at 1 Mbit/s.
constexpr uint16_t kDataTimeDefaultUs = 2120;

constexpr uint64_t kRssiPeriodUs = 1'000'000;

constexpr uint8_t kPhysKnown = BLE_GAP_PHY_1MBPS | BLE_GAP_PHY_2MBPS | BLE_GAP_PHY_CODED;

/// From the number of a PHY to its bit.
uint8_t phy_bit(uint8_t number) {
  if (number < 1 || number > 3) {
    return BLE_GAP_PHY_AUTO;
  }
  return static_cast<uint8_t>(1u << (number - 1));
}

}  // namespace

void Connections::raise_updated(const Connection& open) {
  events_.raise(BLE_GAP_EVT_CONN_PARAM_UPDATE, open.link.conn_handle,
                kGapEvtLen<ble_gap_evt_conn_param_update_t>, [&open](ble_evt_t& evt) {
                  evt.evt.gap_evt.params.conn_param_update.conn_params = open.params;
                });
}

void Connections::raise_update_request(uint16_t conn_handle, const ble_gap_conn_params_t& params) {
  events_.raise(BLE_GAP_EVT_CONN_PARAM_UPDATE_REQUEST, conn_handle,
                kGapEvtLen<ble_gap_evt_conn_param_update_request_t>, [&params](ble_evt_t& evt) {
                  evt.evt.gap_evt.params.conn_param_update_request.conn_params = params;
                });
}

void Connections::send_update(uint16_t conn_handle, const ble_gap_conn_params_t& params) {
  hci::LeConnectionUpdate command;
  command.handle = conn_handle;
  command.interval_min = params.min_conn_interval;
  command.interval_max = params.max_conn_interval;
  command.latency = params.slave_latency;
  command.supervision_timeout = params.conn_sup_timeout;
  controller_.send(command, [this, conn_handle](hci::ErrorCode status, Bytes) {
    Connection* open = connection(conn_handle);
    if (status == hci::ErrorCode::kSuccess || open == nullptr) {
      return;
    }
    open->update_pending = false;
    raise_updated(*open);
  });
}

void Connections::answer_ll_request(Connection& open, const ble_gap_conn_params_t* params) {
  open.ll_request_pending = false;
  const uint16_t conn_handle = open.link.conn_handle;
  if (params == nullptr) {
    controller_.send(hci::LeRemoteConnectionParameterRequestNegativeReply{
        conn_handle, hci::ErrorCode::kUnacceptableConnectionParameters});
    return;
  }
  hci::LeRemoteConnectionParameterRequestReply reply;
  reply.handle = conn_handle;
  reply.interval_min = params->min_conn_interval;
  reply.interval_max = params->max_conn_interval;
  reply.latency = params->slave_latency;
  reply.supervision_timeout = params->conn_sup_timeout;
  controller_.send(reply);
}

Status Connections::update_as_central(Connection& open, const ble_gap_conn_params_t* params) {
  const uint16_t conn_handle = open.link.conn_handle;
  const bool by_signalling = signalling_.update_requested_by_peer(conn_handle);
  if (params == nullptr) {
    if (!open.ll_request_pending && !by_signalling) {
      return Status::kInvalidParam;
    }
    if (open.ll_request_pending) {
      answer_ll_request(open, nullptr);
      return Status::kOk;
    }
    return signalling_.answer_update(conn_handle, false);
  }
  if (open.ll_request_pending) {
    answer_ll_request(open, params);
    return Status::kOk;
  }
  if (open.update_pending) {
    return Status::kBusy;
  }
  if (by_signalling) {
    PM_TRY(signalling_.answer_update(conn_handle, true));
  }
  open.update_pending = true;
  send_update(conn_handle, *params);
  return Status::kOk;
}

Status Connections::conn_param_update(uint16_t conn_handle, const ble_gap_conn_params_t* params,
                                      const ble_gap_conn_params_t& preferred) {
  Connection* open = nullptr;
  PM_TRY(usable(conn_handle, open));
  if (params != nullptr && !l2cap::connection_parameters_valid(*params)) {
    return Status::kInvalidParam;
  }
  if (open->link.is_central) {
    return update_as_central(*open, params);
  }
  const ble_gap_conn_params_t& wish = params != nullptr ? *params : preferred;
  if (!l2cap::connection_parameters_valid(wish)) {
    return Status::kInvalidParam;
  }
  return signalling_.request_update(conn_handle, wish);
}

void Connections::on_update_requested(uint16_t conn_handle, const ble_gap_conn_params_t& params) {
  raise_update_request(conn_handle, params);
}

void Connections::on_update_answered(uint16_t conn_handle, bool accepted) {
  const Connection* open = connection(conn_handle);
  if (!accepted && open != nullptr) {
    raise_updated(*open);
  }
}

void Connections::on_updated(const hci::LeConnectionUpdateComplete& event) {
  Connection* open = connection(event.handle);
  if (open == nullptr) {
    return;
  }
  open->update_pending = false;
  if (event.status == hci::ErrorCode::kSuccess) {
    open->params = {event.interval, event.interval, event.latency, event.supervision_timeout};
  }
  raise_updated(*open);
}

void Connections::on_parameters_requested(const hci::LeRemoteConnectionParameterRequest& event) {
  Connection* open = connection(event.handle);
  if (open == nullptr) {
    return;
  }
  const ble_gap_conn_params_t params = {event.interval_min, event.interval_max, event.latency,
                                        event.supervision_timeout};
  if (!l2cap::connection_parameters_valid(params)) {
    answer_ll_request(*open, nullptr);
    return;
  }
  // What the central wants, a peripheral takes; a central asks its application.
  if (!open->link.is_central) {
    answer_ll_request(*open, &params);
    return;
  }
  open->ll_request_pending = true;
  raise_update_request(event.handle, params);
}

void Connections::raise_phy(const Connection& open, uint8_t status) {
  events_.raise(BLE_GAP_EVT_PHY_UPDATE, open.link.conn_handle, kGapEvtLen<ble_gap_evt_phy_update_t>,
                [&open, status](ble_evt_t& evt) {
                  auto& update = evt.evt.gap_evt.params.phy_update;
                  update.status = status;
                  update.tx_phy = open.tx_phy;
                  update.rx_phy = open.rx_phy;
                });
}

Status Connections::phy_update(uint16_t conn_handle, const ble_gap_phys_t* phys) {
  if (phys == nullptr) {
    return Status::kInvalidAddr;
  }
  Connection* open = nullptr;
  PM_TRY(usable(conn_handle, open));
  const auto wanted = static_cast<uint8_t>(phys->tx_phys | phys->rx_phys);
  if ((wanted & ~kPhysKnown) != 0) {
    return Status::kInvalidParam;
  }
  if ((wanted & BLE_GAP_PHY_CODED) != 0 || !controller_.supports(hci::Opcode::kLeSetPhy)) {
    return Status::kNotSupported;
  }
  if (open->phy_pending) {
    return Status::kBusy;
  }
  open->phy_pending = true;
  hci::LeSetPhy command;
  command.handle = conn_handle;
  command.all_phys = static_cast<uint8_t>((phys->tx_phys == BLE_GAP_PHY_AUTO ? 1 : 0) |
                                          (phys->rx_phys == BLE_GAP_PHY_AUTO ? 2 : 0));
  command.tx_phys = phys->tx_phys;
  command.rx_phys = phys->rx_phys;
  controller_.send(command, [this, conn_handle](hci::ErrorCode status, Bytes) {
    Connection* asked = connection(conn_handle);
    if (status == hci::ErrorCode::kSuccess || asked == nullptr) {
      return;
    }
    asked->phy_pending = false;
    raise_phy(*asked, static_cast<uint8_t>(status));
  });
  return Status::kOk;
}

void Connections::on_phy(const hci::LePhyUpdateComplete& event) {
  Connection* open = connection(event.handle);
  if (open == nullptr) {
    return;
  }
  open->phy_pending = false;
  if (event.status == hci::ErrorCode::kSuccess) {
    open->tx_phy = phy_bit(event.tx_phy);
    open->rx_phy = phy_bit(event.rx_phy);
  }
  raise_phy(*open, static_cast<uint8_t>(event.status));
}

Status Connections::data_length_update(uint16_t conn_handle,
                                       const ble_gap_data_length_params_t* params,
                                       ble_gap_data_length_limitation_t* limitation) {
  Connection* open = nullptr;
  PM_TRY(usable(conn_handle, open));
  uint16_t octets = kDataOctetsMax;
  uint16_t time_us = kDataTimeDefaultUs;
  if (params != nullptr) {
    const auto octets_valid = [](uint16_t value) {
      return value == BLE_GAP_DATA_LENGTH_AUTO ||
             (value >= kDataOctetsMin && value <= kDataOctetsMax);
    };
    const auto time_valid = [](uint16_t value) {
      return value == BLE_GAP_DATA_LENGTH_AUTO ||
             (value >= kDataTimeMinUs && value <= kDataTimeMaxUs);
    };
    if (!octets_valid(params->max_tx_octets) || !octets_valid(params->max_rx_octets) ||
        !time_valid(params->max_tx_time_us) || !time_valid(params->max_rx_time_us)) {
      return Status::kInvalidParam;
    }
    octets = params->max_tx_octets != BLE_GAP_DATA_LENGTH_AUTO ? params->max_tx_octets : octets;
    time_us = params->max_tx_time_us != BLE_GAP_DATA_LENGTH_AUTO ? params->max_tx_time_us : time_us;
  }
  if (!controller_.supports(hci::Opcode::kLeSetDataLength)) {
    if (limitation != nullptr) {
      const auto excess = static_cast<uint16_t>(octets - kDataOctetsMin);
      *limitation = {excess, excess, static_cast<uint16_t>(time_us - kDataTimeMinUs)};
    }
    return Status::kResources;
  }
  controller_.send(hci::LeSetDataLength{conn_handle, octets, time_us});
  return Status::kOk;
}

void Connections::on_data_length(const hci::LeDataLengthChange& event) {
  if (connection(event.handle) == nullptr) {
    return;
  }
  events_.raise(BLE_GAP_EVT_DATA_LENGTH_UPDATE, event.handle,
                kGapEvtLen<ble_gap_evt_data_length_update_t>, [&event](ble_evt_t& evt) {
                  evt.evt.gap_evt.params.data_length_update.effective_params = {
                      event.max_tx_octets, event.max_rx_octets, event.max_tx_time,
                      event.max_rx_time};
                });
}

Status Connections::set_payload_timeout(uint16_t conn_handle, uint16_t timeout_10ms) {
  Connection* open = nullptr;
  PM_TRY(usable(conn_handle, open));
  if (timeout_10ms < BLE_GAP_AUTH_PAYLOAD_TIMEOUT_MIN ||
      timeout_10ms > BLE_GAP_AUTH_PAYLOAD_TIMEOUT_MAX) {
    return Status::kInvalidParam;
  }
  if (!controller_.supports(hci::Opcode::kWriteAuthenticatedPayloadTimeout)) {
    return Status::kNotSupported;
  }
  controller_.send(hci::WriteAuthenticatedPayloadTimeout{conn_handle, timeout_10ms});
  return Status::kOk;
}

void Connections::on_payload_timeout(uint16_t conn_handle) {
  if (connection(conn_handle) == nullptr) {
    return;
  }
  events_.raise(BLE_GAP_EVT_TIMEOUT, conn_handle, kGapEvtLen<ble_gap_evt_timeout_t>,
                [](ble_evt_t& evt) {
                  evt.evt.gap_evt.params.timeout.src = BLE_GAP_TIMEOUT_SRC_AUTH_PAYLOAD;
                });
}

Status Connections::rssi_start(uint16_t conn_handle, uint8_t threshold_dbm, uint8_t skip_count) {
  Connection* open = nullptr;
  PM_TRY(usable(conn_handle, open));
  if (open->rssi) {
    return Status::kInvalidState;
  }
  open->rssi = Rssi{threshold_dbm, skip_count, 0, std::nullopt, std::nullopt};
  poll_rssi();
  return Status::kOk;
}

Status Connections::rssi_stop(uint16_t conn_handle) {
  Connection* open = nullptr;
  PM_TRY(usable(conn_handle, open));
  if (!open->rssi) {
    return Status::kInvalidState;
  }
  open->rssi.reset();
  return Status::kOk;
}

Status Connections::rssi_get(uint16_t conn_handle, int8_t* rssi, uint8_t* ch_index) const {
  if (rssi == nullptr || ch_index == nullptr) {
    return Status::kInvalidAddr;
  }
  const Connection* open = connection(conn_handle);
  if (open == nullptr) {
    return Status::kInvalidConnHandle;
  }
  if (!open->rssi) {
    return Status::kInvalidState;
  }
  if (!open->rssi->last) {
    return Status::kNotFound;
  }
  *rssi = *open->rssi->last;
  // HCI does not tell the channel.
  *ch_index = 0;
  return Status::kOk;
}

void Connections::poll_rssi() {
  bool any = false;
  for (const auto& [conn_handle, open] : connections_) {
    if (!open->rssi || !controller_.supports(hci::Opcode::kReadRssi)) {
      continue;
    }
    any = true;
    controller_.send(hci::ReadRssi{conn_handle}, [this](hci::ErrorCode status, Bytes returned) {
      const auto sample = hci::decode_return<hci::ReadRssi>(returned);
      if (status == hci::ErrorCode::kSuccess && sample) {
        on_rssi(sample->handle, sample->rssi);
      }
    });
  }
  if (any) {
    timers_.start(rssi_timer_, kRssiPeriodUs);
  }
}

void Connections::rssi_due(void* context) { static_cast<Connections*>(context)->poll_rssi(); }

void Connections::on_rssi(uint16_t conn_handle, int8_t value) {
  Connection* open = connection(conn_handle);
  if (open == nullptr || !open->rssi || value == BLE_GAP_RSSI_UNAVAILABLE) {
    return;
  }
  Rssi& rssi = *open->rssi;
  rssi.last = value;
  if (rssi.threshold_dbm == BLE_GAP_RSSI_THRESHOLD_INVALID) {
    return;
  }
  if (rssi.reported && std::abs(*rssi.reported - value) < rssi.threshold_dbm) {
    rssi.skipped = 0;
    return;
  }
  if (rssi.reported && rssi.skipped < rssi.skip_count) {
    ++rssi.skipped;
    return;
  }
  rssi.skipped = 0;
  rssi.reported = value;
  events_.raise(BLE_GAP_EVT_RSSI_CHANGED, conn_handle, kGapEvtLen<ble_gap_evt_rssi_changed_t>,
                [value](ble_evt_t& evt) { evt.evt.gap_evt.params.rssi_changed.rssi = value; });
}

}  // namespace pm::host::gap
