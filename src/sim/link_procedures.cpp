// SPDX-License-Identifier: Apache-2.0
//
// Link-layer procedures other than encryption. Core, Vol 6, Part B, 5.1.
#include <algorithm>

#include "sim/link_emit.hpp"

namespace pm::sim {

namespace {

// Connection events between an update and its instant. Core, Vol 6, Part B, 5.1.1.
constexpr uint64_t kInstantEvents = 6;

// A data channel PDU on LE 1M: preamble, access address, header, MIC and CRC around the payload.
constexpr uint16_t time_of(uint16_t octets) { return static_cast<uint16_t>((octets + 14) * 8); }

uint8_t best_phy(uint8_t offered, uint8_t wanted) {
  return (offered & wanted & hci::kPhy2M) != 0 ? 2 : 1;
}

}  // namespace

// Termination, 5.1.6.

hci::ErrorCode Link::terminate(hci::Role role, hci::ErrorCode reason) {
  if (end(role).terminating) {
    return hci::ErrorCode::kCommandDisallowed;
  }
  end(role).terminating = true;
  if (!both_there()) {
    // The supervision timeout is running already; it ends the link.
    return hci::ErrorCode::kSuccess;
  }
  send_control(role, ll::Terminate{reason});
  return hci::ErrorCode::kSuccess;
}

void Link::receive(hci::Role at, const ll::Terminate& pdu) {
  const auto self = shared_from_this();
  note(other(at), LinkControl::kTerminate, pdu.reason);
  report_completed(other(at));
  disconnected(at, pdu.reason);
  disconnected(other(at), hci::ErrorCode::kTerminatedByLocalHost);
}

// Connection update, 5.1.1, and connection parameters request, 5.1.7.

hci::ErrorCode Link::update(hci::Role role, const ll::ConnectionParamReq& wanted) {
  if (pending_update_ || parameter_request_open_) {
    return hci::ErrorCode::kCommandDisallowed;
  }
  update_asked_by_ = role;
  if (role == hci::Role::kCentral) {
    send_control(role, ll::ConnectionUpdateInd{
                           {wanted.interval_min, wanted.latency, wanted.supervision_timeout}});
    return hci::ErrorCode::kSuccess;
  }
  parameter_request_open_ = true;
  send_control(role, wanted);
  return hci::ErrorCode::kSuccess;
}

void Link::receive(hci::Role at, const ll::ConnectionParamReq& pdu) {
  if (!end(at).controller->event_enabled(hci::EventCode::kLeMeta,
                                         hci::LeSubevent::kRemoteConnectionParameterRequest)) {
    send_control(at, ll::RejectConnectionParam{hci::ErrorCode::kUnsupportedRemoteFeature});
    return;
  }
  emit(at,
       hci::LeRemoteConnectionParameterRequest{end(at).handle, pdu.interval_min, pdu.interval_max,
                                               pdu.latency, pdu.supervision_timeout});
}

hci::ErrorCode Link::accept_parameters(const ll::ConnectionParamReq& accepted) {
  if (!parameter_request_open_) {
    return hci::ErrorCode::kCommandDisallowed;
  }
  send_control(hci::Role::kCentral,
               ll::ConnectionUpdateInd{
                   {accepted.interval_min, accepted.latency, accepted.supervision_timeout}});
  return hci::ErrorCode::kSuccess;
}

hci::ErrorCode Link::reject_parameters(hci::ErrorCode reason) {
  if (!parameter_request_open_) {
    return hci::ErrorCode::kCommandDisallowed;
  }
  send_control(hci::Role::kCentral, ll::RejectConnectionParam{reason});
  return hci::ErrorCode::kSuccess;
}

void Link::receive(hci::Role at, const ll::RejectConnectionParam& pdu) {
  parameter_request_open_ = false;
  emit(at, hci::LeConnectionUpdateComplete{pdu.reason, end(at).handle, parameters_.interval,
                                           parameters_.latency, parameters_.supervision_timeout});
}

void Link::receive(hci::Role, const ll::ConnectionUpdateInd& pdu) {
  parameter_request_open_ = false;
  pending_update_ = pdu.parameters;
  (void)schedule(kInstantEvents * interval_us(), &Link::apply_update);
}

void Link::apply_update() {
  if (!both_there() || !pending_update_) {
    return;
  }
  const auto self = shared_from_this();
  parameters_ = *pending_update_;
  pending_update_.reset();
  medium_.clock().cancel(event_);
  event_ = 0;
  last_heard_us_ = medium_.clock().now_us();
  anchor_us_ = last_heard_us_ + interval_us();
  note(hci::Role::kCentral, LinkControl::kConnectionUpdate);
  for (const hci::Role role : {hci::Role::kCentral, hci::Role::kPeripheral}) {
    emit(role, hci::LeConnectionUpdateComplete{hci::ErrorCode::kSuccess, end(role).handle,
                                               parameters_.interval, parameters_.latency,
                                               parameters_.supervision_timeout});
  }
  schedule_connection_event();
}

// Feature and version exchange, 5.1.4 and 5.1.5. Either side may ask; all controllers here have the
// same features.

void Link::receive(hci::Role at, const ll::FeatureReq&) { send_control(at, ll::FeatureRsp{}); }

void Link::receive(hci::Role at, const ll::FeatureRsp&) {
  emit(at, hci::LeReadRemoteFeaturesComplete{hci::ErrorCode::kSuccess, end(at).handle,
                                             ControllerCore::kLeFeatures});
}

void Link::receive(hci::Role at, const ll::VersionReq&) { send_control(at, ll::VersionRsp{}); }

void Link::receive(hci::Role at, const ll::VersionRsp&) {
  emit(at,
       hci::ReadRemoteVersionComplete{hci::ErrorCode::kSuccess, end(at).handle,
                                      ControllerCore::kHciVersion, ControllerCore::kCompany, 0});
}

// Data length update, 5.1.9. All controllers here receive PDUs of any length.

void Link::set_data_length(hci::Role role, uint16_t tx_octets) {
  end(role).max_tx_octets = tx_octets;
  send_control(role, ll::LengthReq{tx_octets});
}

void Link::use_data_length(hci::Role role, uint16_t tx_octets, uint16_t peer_tx_octets) {
  End& mine = end(role);
  End& peer = end(other(role));
  const bool changed =
      mine.effective_tx_octets != tx_octets || peer.effective_tx_octets != peer_tx_octets;
  mine.effective_tx_octets = tx_octets;
  peer.effective_tx_octets = peer_tx_octets;
  if (!changed) {
    return;
  }
  for (const hci::Role told : {role, other(role)}) {
    const uint16_t tx = end(told).effective_tx_octets;
    const uint16_t rx = end(other(told)).effective_tx_octets;
    emit(told, hci::LeDataLengthChange{end(told).handle, tx, time_of(tx), rx, time_of(rx)});
  }
}

void Link::receive(hci::Role at, const ll::LengthReq&) {
  send_control(at, ll::LengthRsp{end(at).max_tx_octets});
}

void Link::receive(hci::Role at, const ll::LengthRsp& pdu) {
  use_data_length(at, end(at).max_tx_octets, pdu.max_tx_octets);
}

// PHY update, 5.1.10.

hci::ErrorCode Link::set_phy(hci::Role role, uint8_t tx_phys, uint8_t rx_phys) {
  send_control(role, ll::PhyReq{tx_phys, rx_phys});
  return hci::ErrorCode::kSuccess;
}

void Link::receive(hci::Role at, const ll::PhyReq& pdu) {
  const LinkTable& mine = end(at).controller->links;
  const uint8_t towards_peer = best_phy(pdu.rx_phys, mine.preferred_tx_phys());
  const uint8_t towards_me = best_phy(pdu.tx_phys, mine.preferred_rx_phys());
  const bool changed = end(at).tx_phy != towards_peer || end(at).rx_phy != towards_me;
  end(at).tx_phy = towards_peer;
  end(at).rx_phy = towards_me;
  send_control(at, ll::PhyUpdateInd{towards_me, towards_peer});
  if (changed) {
    emit(at, hci::LePhyUpdateComplete{hci::ErrorCode::kSuccess, end(at).handle, towards_peer,
                                      towards_me});
  }
}

void Link::receive(hci::Role at, const ll::PhyUpdateInd& pdu) {
  end(at).tx_phy = pdu.tx_phy;
  end(at).rx_phy = pdu.rx_phy;
  emit(at,
       hci::LePhyUpdateComplete{hci::ErrorCode::kSuccess, end(at).handle, pdu.tx_phy, pdu.rx_phy});
}

}  // namespace pm::sim
