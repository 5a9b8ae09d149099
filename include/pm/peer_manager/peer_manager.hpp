// SPDX-License-Identifier: Apache-2.0
/// @file
/// The Peer Manager: pairing, bonding, encryption with stored keys, identities, allow lists, GATT
/// caches and application data of peers, on top of a SoftDevice and a store.
///
/// One object is one device; nothing is global. Semantics, names and event order are those of the C
/// interface (bm/bluetooth/peer_manager/peer_manager.h), whose functions call these one to one; a
/// Status is the number they return.
///
/// Context: all functions but the four lesc_* marked "main loop" are called from the one context in
/// which SoftDevice events are delivered, or with it masked. Events are delivered synchronously, in
/// the order of registration, also from inside the call that caused them; calling any function from
/// inside an event is allowed. Writing and deleting is asynchronous: kOk means accepted, an event
/// tells the end, never before the call returns.
///
/// Before init() has succeeded every Status function returns kInvalidState unless its description
/// says otherwise. Results are listed in the order of the checks. Lengths are in octets; addresses
/// and keys least significant octet first.
///
/// Memory: about the size of the tables that Kconfig sets; never allocates. A new object is zero
/// all over but for its references: on the target, which has none, it lies in .bss.
#pragma once

#include <array>
#include <tuple>

#include "bm/bluetooth/peer_manager/peer_manager_types.h"
#include "pm/base/config.hpp"
#include "pm/base/ref.hpp"
#include "pm/peer_manager/detail/connection_states.hpp"
#include "pm/peer_manager/detail/event_router.hpp"
#include "pm/peer_manager/detail/gatt_cache_manager.hpp"
#include "pm/peer_manager/detail/id_manager.hpp"
#include "pm/peer_manager/detail/lesc.hpp"
#include "pm/peer_manager/detail/pairing_attempts.hpp"
#include "pm/peer_manager/detail/peer_data_storage.hpp"
#include "pm/peer_manager/detail/peer_database.hpp"
#include "pm/peer_manager/detail/ranks.hpp"
#include "pm/peer_manager/detail/security_dispatcher.hpp"
#include "pm/peer_manager/detail/security_manager.hpp"
#include "pm/ports/crypto.hpp"
#include "pm/ports/soft_device.hpp"
#include "pm/ports/storage.hpp"
#include "pm/ports/timers.hpp"

namespace pm {

/// One device's Peer Manager. Semantics in full: bm/bluetooth/peer_manager/peer_manager.h.
class PeerManager {
 public:
  /// Only keeps the references: the ports outlive the object, and need not be ready before init().
  constexpr PeerManager(SoftDevice& soft_device, Storage& storage, Timers& timers, Crypto& crypto);
  PeerManager(const PeerManager&) = delete;
  PeerManager& operator=(const PeerManager&) = delete;

  // ---- Life cycle

  /// Mounts the store (blocking), finds the bonded peers, makes a key pair with CONFIG_PM_LESC, and
  /// starts to remove data that an interrupted deletion left behind, if the store can list its
  /// keys. Handlers, parameters and lists of an earlier init() are forgotten; operations that the
  /// store has accepted go on. Sends no events. Call it when the SoftDevice is enabled. kInternal:
  /// the store or the cryptography failed; or called from inside an event that the store caused,
  /// which changes nothing.
  Status init();
  /// True from the end of a successful init() on.
  bool is_initialized() const { return initialized_; }

  /// Adds an event handler, called after those registered before. There is no removal.
  /// kInvalidState, kNull, kNoMem: CONFIG_PM_MAX_REGISTRANTS are there already.
  Status register_handler(pm_evt_handler_t handler);

  // ---- SoftDevice events

  /// Observer of highest priority: link states. Works before init() too.
  void on_ble_event_first(const ble_evt_t& event);
  /// Observer of high priority: everything else. Does nothing before init().
  void on_ble_event(const ble_evt_t& event);

  // ---- Security

  /// Default pairing parameters, copied; nullptr rejects all pairing. kInvalidParam: rules of
  /// section 3.5 of Core, Vol 3, Part H broken (oob needs mitm; mitm needs IO capabilities or oob;
  /// key sizes 7..16; bond needs a key to distribute, and no bond none); the former parameters
  /// stay.
  Status sec_params_set(const ble_gap_sec_params_t* params);

  /// Secures a link: as peripheral with a Security Request, as central by encryption with the
  /// stored key, or by pairing when there is none or `force_repairing`. Sends CONN_SEC_PARAMS_REQ
  /// first, and CONN_SEC_START as soon as a procedure has begun. What the SoftDevice has no time
  /// for is repeated later, which is kOk. kNotFound: no parameters were ever given.
  /// kInvalidConnHandle: also an excluded link. kInvalidData: the stored key is unusable. kTimeout:
  /// an earlier SMP timeout blocks this link. kBusy: a procedure is under way. kInternal.
  Status conn_secure(uint16_t conn_handle, bool force_repairing);

  /// Reply to CONN_CONFIG_REQ, with its context: events of this link are ignored. kNull. Works
  /// before init().
  Status conn_exclude(uint16_t conn_handle, const void* context);
  /// Reply to CONN_SEC_CONFIG_REQ: consent to replace the bond. nullptr and unknown links are
  /// ignored.
  void conn_sec_config_reply(uint16_t conn_handle, const pm_conn_sec_config* config);
  /// Reply to CONN_SEC_PARAMS_REQ, with its context; copied. nullptr rejects this procedure. The
  /// last valid reply counts. kNull: no context. kInvalidParam: rules as sec_params_set(), the
  /// former choice stays.
  Status conn_sec_params_reply(uint16_t conn_handle, const ble_gap_sec_params_t* params,
                               const void* context);

  /// Security of a link, also just after it has ended. kNull, kInvalidConnHandle.
  Status conn_sec_status_get(uint16_t conn_handle, pm_conn_sec_status* status);
  /// True iff each bit of `required` but the reserved ones is set in the status of the link.
  bool sec_is_sufficient(uint16_t conn_handle, const pm_conn_sec_status* required);
  /// Public key (64 octets, X then Y) for builds without CONFIG_PM_LESC, kept by pointer.
  /// kForbidden with CONFIG_PM_LESC.
  Status lesc_public_key_set(ble_gap_lesc_p256_pk_t* public_key);

  // ---- Lists, identity, privacy

  /// Programs the allow list with the identity addresses of up to 8 peers; none clears it.
  /// kDataSize: more than 8, nothing changed. kNotFound: no such bond. kGapInvalidBleAddr: a bond
  /// without identity address. Else as the SoftDevice.
  Status allow_list_set(const uint16_t* peers, uint32_t peer_count);
  /// Addresses and/or IRKs of the allow-listed peers. kNull: no buffer, or one without its count.
  /// kNoMem: a given count is too small. kNotFound, kGapInvalidBleAddr: counts then tell how many
  /// were copied.
  Status allow_list_get(ble_gap_addr_t* addresses, uint32_t* address_count, ble_gap_irk_t* irks,
                        uint32_t* irk_count);
  /// Programs the list that the controller resolves addresses with. kInvalidParam: more than 8.
  /// Else as allow_list_set().
  Status device_identities_list_set(const uint16_t* peers, uint32_t peer_count);
  /// Identity address of this device, under which existing bonds were made. kNull, else as the
  /// SoftDevice.
  Status id_addr_set(const ble_gap_addr_t* address);
  /// Identity address, also while privacy hides it. kNull, else as the SoftDevice.
  Status id_addr_get(ble_gap_addr_t* address);
  /// Mode, kind of private address, its life time in seconds, own IRK. Core, Vol 3, Part C, 10.7.
  /// kNull, else as the SoftDevice.
  Status privacy_set(const ble_gap_privacy_params_t* params);
  /// The settings, the IRK copied to where p_device_irk points. kNull: also when the memory for the
  /// IRK is missing. Else as the SoftDevice.
  Status privacy_get(ble_gap_privacy_params_t* params);
  /// True iff the resolvable private address was made with the IRK. Core, Vol 3, Part H, 2.2.2.
  bool address_resolve(const ble_gap_addr_t* address, const ble_gap_irk_t* irk);

  // ---- Look-up

  /// Connection of a peer, or BLE_CONN_HANDLE_INVALID. kNull.
  Status conn_handle_get(uint16_t peer, uint16_t* conn_handle);
  /// Peer of a connection, or PM_PEER_ID_INVALID. kNull.
  Status peer_id_get(uint16_t conn_handle, uint16_t* peer);
  /// Peers in ascending order from `first` (or from the lowest: PM_PEER_ID_INVALID), without those
  /// that `skip` (pm_peer_id_list_skip: bit 0 no identity address, 1 no IRK, 2 no Central Address
  /// Resolution) drops. `size`: room, then number found. kNull. kInvalidParam: no room, or unknown
  /// bits. kInternal: unreadable record.
  Status peer_id_list(uint16_t* peers, uint32_t* size, uint16_t first, unsigned skip);
  /// Next higher peer not being deleted; PM_PEER_ID_INVALID starts, and ends.
  uint16_t next_peer_id_get(uint16_t previous) const;
  /// Peers, including those being deleted; 0 before init().
  uint32_t peer_count() const;

  // ---- Peer data. `data_id`: 1, 4, 5, 6, 7, 8 or 9.

  /// Last stored version. `length`: room, then whole stored length. kNull. kInvalidParam.
  /// kNotFound. kInternal. kDataSize: too little room, which is filled.
  Status peer_data_load(uint16_t peer, pm_peer_data_id data_id, void* data, uint32_t* length);
  /// `data`: 4-byte aligned, unchanged until the event. No octets remove the record. kNull.
  /// kInvalidAddr: not aligned. kForbidden: the bond of another peer. kInvalidParam: also a length
  /// above 65535, or a bond of a wrong length. kNotFound: no such peer. kBusy: queue full.
  /// kInternal. `token` may be nullptr, is written on success only.
  Status peer_data_store(uint16_t peer, pm_peer_data_id data_id, const void* data, uint32_t length,
                         uint32_t* token);
  /// kInvalidParam: also for the bond. kNotFound: no such record. kBusy. kInternal.
  Status peer_data_delete(uint16_t peer, pm_peer_data_id data_id);
  /// Makes a peer out of a bond (80 octets, 4-byte aligned, unchanged until the event). A bond that
  /// is stored already gives its peer, writes nothing and sends no event. kNull. kInvalidAddr.
  /// kNoMem: no free ID. kBusy. kInternal.
  Status peer_new(uint16_t* peer, const pm_peer_data_bonding* bonding, uint32_t* token);
  /// Deletes a peer, the bond first. A link of it lives on as it is, without a peer. kInvalidParam:
  /// no such peer, or being deleted already. kInternal: the store refused; nothing follows.
  /// PEER_DELETE_SUCCEEDED or _FAILED follows.
  Status peer_delete(uint16_t peer);
  /// Deletes all peers, and what interrupted deletions left behind. PEER_DELETE_* for each peer,
  /// then PEERS_DELETE_SUCCEEDED or _FAILED; without any peer at once.
  Status peers_delete();

  // ---- Ranks. kNotSupported, before any other check, without CONFIG_PM_PEER_RANKS.

  /// Outputs may be nullptr. kNotFound: no peer, or none with a rank. kInternal.
  Status peer_ranks_get(uint16_t* highest_peer, uint32_t* highest, uint16_t* lowest_peer,
                        uint32_t* lowest);
  /// Makes a peer the highest ranked. kBusy: a former call has not completed. kDataSize: ranks
  /// exhausted. kInvalidParam: no such peer. kInternal. PEER_DATA_UPDATE_* with token 0 follows; at
  /// once if it is the highest already.
  Status peer_rank_highest(uint16_t peer);
  /// The lowest ranked peer without a link; PM_PEER_ID_INVALID: there is none. One without a
  /// readable rank does not count.
  uint16_t lowest_unconnected_get() const;

  // ---- GATT

  /// Every peer is told that the local database changed: now, or when it connects.
  void local_database_has_changed();

  // ---- LE Secure Connections. Independent of init(). kNotSupported without CONFIG_PM_LESC.

  /// Forgets all requests, out-of-band data and errors, makes a key pair. kInternal.
  Status lesc_init() { return config::kLesc ? lesc_->init() : Status::kNotSupported; }
  /// Main loop. New key pair for pairings answered from now on. kBusy: a DH key is owed, nothing
  /// changed. kInternal.
  Status lesc_keypair_generate() { return lesc_->keypair_generate(); }
  /// Main loop. New own out-of-band data. kBusy: from inside another of these calls. kInvalidState:
  /// no key pair. Else as the SoftDevice.
  Status lesc_own_oob_data_generate() { return lesc_->own_oob_data_generate(); }
  /// Own public key, 64 octets, X then Y, least significant octet first; nullptr while there is
  /// none.
  ble_gap_lesc_p256_pk_t* lesc_public_key_get() { return lesc_->public_key(); }
  /// Own out-of-band data; nullptr while there are none.
  ble_gap_lesc_oob_data_t* lesc_own_oob_data_get() { return lesc_->own_oob_data(); }
  /// Who supplies out-of-band data of peers, from inside events; nullptr for nobody.
  void lesc_peer_oob_data_handler_set(LescPeerOobHandler handler) {
    lesc_->set_peer_oob_handler(handler);
  }
  /// Main loop. Computes and answers open DH key requests: call it again and again. kInternal: no
  /// key pair could be made after a pairing, until lesc_init(); or there is none. Else as the
  /// SoftDevice.
  Status lesc_request_handler() { return lesc_->request_handler(); }
  /// For applications that use LE Secure Connections without the rest. on_ble_event() does it by
  /// itself.
  void lesc_on_ble_event(const ble_evt_t& event) { lesc_->on_ble_event(event); }

  /// The modules, for Ref where there is one device.
  constexpr auto modules() {
    return std::tie(parts_.router, parts_.states, parts_.gatt_server, parts_.storage,
                    parts_.gatt_client, parts_.gatt_caches, parts_.security_manager, parts_.ranks,
                    parts_.ids, parts_.pool, parts_.buffers, parts_.database, parts_.lesc,
                    parts_.attempts, parts_.security_dispatcher);
  }

 private:
  friend class EventRouter;

  /// kInvalidState before init(); kNull without what the call requires.
  Status check(const void* required) const;
  bool filter_excluded(const ble_evt_t& event);
  void notify_application(pm_evt& event);
  void advance_peers_delete(const pm_evt& event);
  void end_peers_delete(uint32_t error);
  void delete_if_unbonded(const pm_evt& event);
  Status filter(PeerId peer, unsigned skip) const;

  bool initialized_ = false;
  bool deleting_all_ = false;
  uint8_t handler_count_ = 0;
  // What is small, or used often, comes first: near the beginning of an object the instructions
  // that reach it are shorter.
  struct Parts {
    constexpr Parts(PeerManager& peer_manager, SoftDevice& soft_device, Storage& storage_port,
                    Timers& timers, Crypto& crypto);

    [[no_unique_address]] EventRouter router;
    Ranks ranks;
    GattServerCache gatt_server;
    SecurityManager security_manager;
    PeerDataStorage storage;
    LescModule lesc;
    ConnectionStates states;
    [[no_unique_address]] IdManager ids;
    [[no_unique_address]] PeerDatabase database;
    [[no_unique_address]] GattClientCache gatt_client;
    [[no_unique_address]] GattCacheManager gatt_caches;
    PeerIdPool pool;
    WriteBuffers buffers;
    [[no_unique_address]] PairingAttemptsModule attempts;
    SecurityDispatcher security_dispatcher;
  };
  Parts parts_;
  std::array<pm_evt_handler_t, config::kMaxRegistrants> handlers_{};

  [[no_unique_address]] Ref<SoftDevice> soft_device_;
  [[no_unique_address]] Ref<ConnectionStates> states_{parts_.states};
  [[no_unique_address]] Ref<GattServerCache> gatt_server_{parts_.gatt_server};
  [[no_unique_address]] Ref<PeerDataStorage> storage_{parts_.storage};
  [[no_unique_address]] Ref<GattCacheManager> gatt_caches_{parts_.gatt_caches};
  [[no_unique_address]] Ref<SecurityManager> security_manager_{parts_.security_manager};
  [[no_unique_address]] Ref<Ranks> ranks_{parts_.ranks};
  [[no_unique_address]] Ref<IdManager> ids_{parts_.ids};
  [[no_unique_address]] Ref<PeerIdPool> pool_{parts_.pool};
  [[no_unique_address]] Ref<PeerDatabase> database_{parts_.database};
  [[no_unique_address]] Ref<LescModule> lesc_{parts_.lesc};
};

}  // namespace pm

#include "pm/peer_manager/detail/peer_manager_calls.hpp"
