// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <variant>

#include "host/links.hpp"
#include "host/smp/app_events.hpp"
#include "host/smp/feature_exchange.hpp"
#include "host/smp/idle.hpp"
#include "host/smp/key_distribution.hpp"
#include "host/smp/legacy_authentication.hpp"
#include "host/smp/sc_authentication.hpp"
#include "host/smp/sc_public_keys.hpp"
#include "pm/ports/timers.hpp"

namespace pm::host::smp {

/// What all sessions of a device use.
struct Services {
  Links& links;
  EventQueue& events;
  Timers& timers;
  Crypto& crypto;
  const Identity& identity;
  std::optional<uint32_t> preset_passkey;
};

/// Security of one link: at most one pairing, held as one phase at a time, or encryption with a
/// stored key.
///
/// A phase's keys end with it. A key reaches the controller only through the phase that holds it,
/// or from the application's answer to a request for a stored key. Core, Vol 3, Part H.
class Session {
 public:
  Session(Services& services, Link& link);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // From below.
  void on_pdu(Bytes octets);
  void on_pdu_sent();
  void long_term_key_requested(std::span<const uint8_t, 8> rand, uint16_t ediv);
  void encryption_changed(uint8_t hci_status, bool enabled);

  // Calls of the application; SecurityManager documents them.
  Status authenticate(const ble_gap_sec_params_t* params);
  Status sec_params_reply(uint8_t sec_status, const ble_gap_sec_params_t* params,
                          const ble_gap_sec_keyset_t* keyset);
  Status auth_key_reply(uint8_t key_type, const uint8_t* key);
  Status lesc_dhkey_reply(uint8_t sec_status, const ble_gap_lesc_dhkey_t* dhkey);
  Status keypress_notify(uint8_t kp_not);
  Status lesc_oob_data_set(const ble_gap_lesc_oob_data_t* own, const ble_gap_lesc_oob_data_t* peer);
  Status encrypt(const ble_gap_master_id_t& master_id, const ble_gap_enc_info_t& enc_info);
  Status sec_info_reply(const ble_gap_enc_info_t* enc_info);

 private:
  using Phase = std::variant<Idle, FeatureExchange, LegacyAuthentication, ScPublicKeys,
                             ScAuthentication, KeyDistribution>;
  enum class SecurityRequest : uint8_t { kNone, kSent, kReceived };
  /// A stored key that the controller has, and what a link encrypted with it is worth.
  struct StoredKeyInUse {
    uint8_t level;
    uint8_t key_size;
  };

  /// Questions put to the application and not answered, as numbers of their events; 0: none.
  struct Questions {
    uint64_t params = 0;
    uint64_t auth_key = 0;
    uint64_t dhkey = 0;
    uint64_t stored_key = 0;
  };

  /// The application has seen this question. Before, its answer is meant for an older one: of a
  /// pairing that the peer has given up, or of another link with this handle.
  bool is_asked(uint64_t question) const {
    return question != 0 && services_.events.was_pulled(question);
  }
  bool pairing_under_way() const { return !std::holds_alternative<Idle>(phase_); }
  bool encryption_under_way() const { return stored_key_.has_value() || key_requested_; }
  Context context();
  UserInput awaited_input() const;
  const Key128* key_of_phase() const;

  void on_idle_pdu(const Parsed& parsed);
  void on_pairing_request(const Parsed& parsed);
  void on_security_request(const Parsed& parsed);
  void on_pairing_failed(Bytes body);
  void on_keypress(uint8_t type);
  void on_timeout();

  /// Carries out what a phase decided: commands, then events, then the transition.
  void apply(Outcome outcome);
  void raise(const Notice& notice);
  Outcome enter_authentication();
  void begin_encryption();
  void pairing_key_in_use();
  void complete();
  void fail(Reason reason);
  void end_pairing(uint8_t status, uint8_t source);

  /// Wipes the present phase and begins another.
  template <class Next, class... Arguments>
  Next& enter(Arguments&&... arguments) {
    std::visit([](auto& phase) { wipe(&phase, sizeof(phase)); }, phase_);
    return phase_.emplace<Next>(std::forward<Arguments>(arguments)...);
  }
  void begin_pairing(bool as_initiator);
  void reset();

  void send(Bytes octets);
  void send_failed(Reason reason);
  void restart_timer();
  void set_security(uint8_t level, uint8_t key_size, bool with_bond);

  Services& services_;
  Link& link_;
  AppEvents events_;
  Timer timer_;
  Phase phase_;
  Pairing pairing_;
  SecurityRequest security_request_ = SecurityRequest::kNone;
  Questions questions_;
  std::optional<StoredKeyInUse> stored_key_;
  bool key_requested_ = false;
  bool key_released_ = false;
  bool timed_out_ = false;
  unsigned in_flight_ = 0;
};

}  // namespace pm::host::smp
