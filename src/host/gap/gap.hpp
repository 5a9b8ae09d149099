// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/gap/advertiser.hpp"
#include "host/gap/connections.hpp"
#include "host/gap/initiator.hpp"
#include "host/gap/scanner.hpp"
#include "host/smp/identity.hpp"

namespace pm::host::gap {

/// Generic Access Profile: joins the controller, the own address, the lists, the three users of the
/// radio and the links, and keeps the rules that concern several of them. Results as
/// sd_ble_gap_*().
class Gap final : public smp::Identity, private ControllerSink {
 public:
  struct Config {
    OwnAddress::Factory factory;
    Connections::Config links;
    bool resolve_in_host;
    /// Central Address Resolution exists, so that a central may be private.
    bool central_address_resolution;
  };

  Gap(HciTransport& transport, Timers& timers, Crypto& crypto, EventQueue& events,
      UpperLayers& upper, const Config& config, Controller::Observer observer);

  /// Begins initialisation of the controller; state() and UpperLayers::controller_lost() tell the
  /// outcome.
  void start() { controller_.start(); }
  Controller::State state() const { return controller_.state(); }
  const ControllerFacts& facts() const { return controller_.facts(); }
  Connections& connections() { return connections_; }

  // smp::Identity.
  ble_gap_id_key_t own_identity() const override;
  ble_gap_addr_t address_in_use() const override { return own_.shown(); }

  // Identity, privacy, lists.
  Status addr_set(const ble_gap_addr_t& addr);
  ble_gap_addr_t addr_get() const { return own_.identity(); }
  Status adv_addr_get(uint8_t adv_handle, ble_gap_addr_t* addr) const;
  Status privacy_set(const ble_gap_privacy_params_t& params);
  void privacy_get(ble_gap_privacy_params_t& params) const { own_.get_privacy(params); }
  Status whitelist_set(const ble_gap_addr_t* const* addrs, uint8_t count);
  Status device_identities_set(const ble_gap_id_key_t* const* id_keys,
                               const ble_gap_irk_t* const* local_irks, uint8_t count);

  // Advertising, scanning, connecting.
  Status adv_set_configure(uint8_t* adv_handle, const ble_gap_adv_data_t* data,
                           const ble_gap_adv_params_t* params) {
    return advertiser_.configure(adv_handle, data, params);
  }
  Status adv_start(uint8_t adv_handle);
  Status adv_stop(uint8_t adv_handle) { return advertiser_.stop(adv_handle); }
  Status scan_start(const ble_gap_scan_params_t* params, const ble_data_t* buffer);
  Status scan_stop() { return scanner_.stop(); }
  Status connect(const ble_gap_addr_t* peer, const ble_gap_scan_params_t* scan,
                 const ble_gap_conn_params_t* conn);
  Status connect_cancel() { return initiator_.cancel(); }
  Status tx_power_set(uint8_t role, uint16_t handle, int8_t tx_power);
  Status channel_map_set(const uint8_t (&channel_map)[5]);

 private:
  struct Established {
    hci::ErrorCode status;
    uint16_t handle;
    hci::Role role;
    hci::AddressType peer_type;
    hci::BdAddr peer;
    hci::BdAddr local_rpa;
    hci::BdAddr peer_rpa;
    ble_gap_conn_params_t params;
  };

  // ControllerSink.
  void on_controller_ready() override;
  void on_hci_event(const hci::EventView& event) override;
  void on_acl_data(const hci::AclView& packet) override;
  void on_frame_sent(uint16_t conn_handle, uint16_t cid) override {
    connections_.on_frame_sent(conn_handle, cid);
  }
  void on_controller_lost(const std::string& reason) override;

  void on_le_event(const hci::EventView& event);
  void on_link_event(const hci::EventView& event);
  void on_established(const Established& event);
  void on_advertising(const hci::LeAdvertisingReport& event);
  void on_directed_advertising(const hci::LeDirectedAdvertisingReport& event);
  void on_report(const Report& report);
  bool radio_active() const;
  bool usable() const { return controller_.state() == Controller::State::kReady; }
  void program_identities();
  void rotate_address();

  UpperLayers& upper_;
  const Config config_;
  Controller controller_;
  OwnAddress own_;
  DeviceLists lists_;
  Advertiser advertiser_;
  Scanner scanner_;
  Initiator initiator_;
  Connections connections_;
};

}  // namespace pm::host::gap
