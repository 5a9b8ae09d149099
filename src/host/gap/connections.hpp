// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "host/event_queue.hpp"
#include "host/gap/controller.hpp"
#include "host/l2cap/reassembler.hpp"
#include "host/l2cap/signalling.hpp"
#include "host/links.hpp"

namespace pm::host::gap {

/// The layers above, as connections come and go. Implemented by Host.
class UpperLayers {
 public:
  virtual void link_up(uint16_t conn_handle) = 0;
  /// Before DISCONNECTED is raised; the link can still be found.
  virtual void link_down(uint16_t conn_handle) = 0;
  /// Encryption Change, or an encryption start that the controller refused.
  virtual void encryption_changed(uint16_t conn_handle, uint8_t hci_status, bool enabled) = 0;
  virtual void key_refreshed(uint16_t conn_handle, uint8_t hci_status) = 0;
  virtual void long_term_key_requested(uint16_t conn_handle, std::span<const uint8_t, 8> rand,
                                       uint16_t ediv) = 0;
  /// After every link has ended.
  virtual void controller_lost(const std::string& reason) = 0;

 protected:
  ~UpperLayers() = default;
};

struct NewLink {
  Link link;
  ble_gap_conn_params_t params;
  uint8_t adv_handle;
};

/// The links: their table, their ACL data and fixed channels, and the link-layer procedures that an
/// application can ask for. Nothing is sent on a link that nobody asked for.
class Connections final : public Links, private l2cap::SignallingSink {
 public:
  struct Config {
    uint8_t peripheral_links;
    uint8_t central_links;
    uint8_t total_links;
    uint16_t att_mtu;
  };

  Connections(Controller& controller, Timers& timers, EventQueue& events, const Config& config,
              UpperLayers& upper);
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  /// Channels 4 and 6 belong to GATT and SMP.
  void attach(uint16_t cid, ChannelSink& sink) { channels_[cid] = &sink; }

  // Links.
  Link* find(uint16_t conn_handle) override;
  Status send(uint16_t conn_handle, uint16_t cid, Bytes pdu) override;
  Status enable_encryption(uint16_t conn_handle, std::span<const uint8_t, 8> rand, uint16_t ediv,
                           const Key128& ltk) override;
  Status long_term_key_reply(uint16_t conn_handle, const Key128* ltk) override;
  Status disconnect(uint16_t conn_handle, uint8_t reason) override;

  bool link_free(bool as_central) const;
  bool empty() const { return connections_.empty(); }

  // From the controller.
  void add(const NewLink& fresh);
  /// A new connection has this handle: what had it before is over, though the controller did not
  /// say so.
  void supersede(uint16_t conn_handle);
  /// Ends a link that was never told to the application.
  void refuse(uint16_t conn_handle, uint8_t reason);
  void on_disconnected(const hci::DisconnectionComplete& event);
  void on_acl_data(const hci::AclView& packet);
  /// After any event: a peer that makes more events than the application pulls loses its link.
  void end_flooding();
  void on_frame_sent(uint16_t conn_handle, uint16_t cid);
  void on_updated(const hci::LeConnectionUpdateComplete& event);
  void on_parameters_requested(const hci::LeRemoteConnectionParameterRequest& event);
  void on_data_length(const hci::LeDataLengthChange& event);
  void on_phy(const hci::LePhyUpdateComplete& event);
  void on_payload_timeout(uint16_t conn_handle);
  /// The controller is gone: every link ends with `reason`.
  void lose_all(uint8_t reason);

  // Results as sd_ble_gap_*().
  Status gap_disconnect(uint16_t conn_handle, uint8_t hci_status_code);
  /// `preferred`: the peripheral's own wish when `params` is nullptr.
  Status conn_param_update(uint16_t conn_handle, const ble_gap_conn_params_t* params,
                           const ble_gap_conn_params_t& preferred);
  Status phy_update(uint16_t conn_handle, const ble_gap_phys_t* phys);
  Status data_length_update(uint16_t conn_handle, const ble_gap_data_length_params_t* params,
                            ble_gap_data_length_limitation_t* limitation);
  Status rssi_start(uint16_t conn_handle, uint8_t threshold_dbm, uint8_t skip_count);
  Status rssi_stop(uint16_t conn_handle);
  Status rssi_get(uint16_t conn_handle, int8_t* rssi, uint8_t* ch_index) const;
  Status set_payload_timeout(uint16_t conn_handle, uint16_t timeout_10ms);

 private:
  struct Rssi {
    uint8_t threshold_dbm = 0;
    uint8_t skip_count = 0;
    uint8_t skipped = 0;
    std::optional<int8_t> last;
    std::optional<int8_t> reported;
  };
  struct Connection {
    explicit Connection(size_t att_mtu) : incoming(att_mtu) {}
    Link link;
    l2cap::Reassembler incoming;
    ble_gap_conn_params_t params{};
    /// Reason that was sent, while our Disconnect is under way.
    std::optional<uint8_t> disconnecting;
    /// Our Disconnect waits for what was said before it.
    bool ends_when_sent = false;
    bool update_pending = false;
    /// Central: the peer asked by the link layer, and the application has not answered.
    bool ll_request_pending = false;
    bool phy_pending = false;
    uint8_t tx_phy = BLE_GAP_PHY_1MBPS;
    uint8_t rx_phy = BLE_GAP_PHY_1MBPS;
    std::optional<Rssi> rssi;
  };

  void on_update_requested(uint16_t conn_handle, const ble_gap_conn_params_t& params) override;
  void on_update_answered(uint16_t conn_handle, bool accepted) override;

  Connection* connection(uint16_t conn_handle);
  const Connection* connection(uint16_t conn_handle) const;
  bool is_flooded(uint16_t conn_handle) const;
  /// The link, if the application may still act on it.
  Status usable(uint16_t conn_handle, Connection*& out);
  void remove(uint16_t conn_handle, uint8_t reason);
  void send_disconnect(uint16_t conn_handle, Connection& open);
  static void farewell_due(void* context);
  Status update_as_central(Connection& open, const ble_gap_conn_params_t* params);
  void send_update(uint16_t conn_handle, const ble_gap_conn_params_t& params);
  void answer_ll_request(Connection& open, const ble_gap_conn_params_t* params);
  void raise_updated(const Connection& open);
  void raise_update_request(uint16_t conn_handle, const ble_gap_conn_params_t& params);
  void raise_phy(const Connection& open, uint8_t status);
  void poll_rssi();
  void on_rssi(uint16_t conn_handle, int8_t value);
  static void rssi_due(void* context);

  Controller& controller_;
  Timers& timers_;
  EventQueue& events_;
  const Config config_;
  UpperLayers& upper_;
  l2cap::Signalling signalling_;
  std::map<uint16_t, ChannelSink*> channels_;
  std::map<uint16_t, std::unique_ptr<Connection>> connections_;
  /// Links that end without ever having been told.
  std::set<uint16_t> refused_;
  Timer rssi_timer_;
  Timer farewell_timer_;
};

}  // namespace pm::host::gap
