// SPDX-License-Identifier: Apache-2.0
#include "host/gap/initiator.hpp"

#include "host/l2cap/signalling.hpp"

namespace pm::host::gap {
namespace {

// Some controllers fail at once when the peer does not advertise just then, instead of waiting for
// it.
constexpr uint64_t kRetryUs = 100'000;

}  // namespace

Initiator::Initiator(Controller& controller, OwnAddress& own, DeviceLists& lists, Timers& timers,
                     EventQueue& events)
    : controller_(controller), own_(own), lists_(lists), timers_(timers), events_(events) {
  timeout_timer_.expired = &Initiator::timeout_expired;
  timeout_timer_.context = this;
  retry_timer_.expired = &Initiator::retry_expired;
  retry_timer_.context = this;
}

Initiator::~Initiator() {
  timers_.stop(timeout_timer_);
  timers_.stop(retry_timer_);
}

Status Initiator::check_connect(const ble_gap_addr_t* peer, const ble_gap_scan_params_t* scan,
                                const ble_gap_conn_params_t* conn) const {
  if (scan == nullptr || conn == nullptr) {
    return Status::kInvalidAddr;
  }
  if (active_) {
    return Status::kInvalidState;
  }
  if (scan->filter_policy > BLE_GAP_SCAN_FP_WHITELIST) {
    return Status::kInvalidParam;
  }
  PM_TRY(check_scan_params(*scan, lists_.whitelist_empty()));
  if (!l2cap::connection_parameters_valid(*conn)) {
    return Status::kInvalidParam;
  }
  if (scan->filter_policy == BLE_GAP_SCAN_FP_WHITELIST) {
    return Status::kOk;
  }
  if (peer == nullptr) {
    return Status::kInvalidAddr;
  }
  if (peer->addr_type > BLE_GAP_ADDR_TYPE_RANDOM_PRIVATE_NON_RESOLVABLE ||
      (peer->addr_id_peer != 0 && !lists_.in_identities(*peer))) {
    return Status::kGapInvalidBleAddr;
  }
  return Status::kOk;
}

void Initiator::connect(const ble_gap_addr_t* peer, const ble_gap_scan_params_t& scan,
                        const ble_gap_conn_params_t& conn) {
  uses_list_ = scan.filter_policy == BLE_GAP_SCAN_FP_WHITELIST;
  peer_ = uses_list_ ? ble_gap_addr_t{} : *peer;
  scan_ = scan;
  conn_ = conn;
  active_ = true;
  suspended_ = false;
  timed_out_ = false;
  if (scan.timeout != BLE_GAP_SCAN_TIMEOUT_UNLIMITED) {
    timers_.start(timeout_timer_, uint64_t{scan.timeout} * 10'000);
  }
  begin();
}

void Initiator::begin() {
  found_.reset();
  const bool by_identity = !uses_list_ && peer_.addr_id_peer != 0;
  const bool needs_host = (by_identity && !lists_.controller_resolves()) ||
                          (uses_list_ && !lists_.controller_filters());
  if (needs_host) {
    seek();
    return;
  }
  create();
}

void Initiator::create() {
  controller_.send_if<hci::LeCreateConnection>(
      [this]() -> std::optional<hci::LeCreateConnection> {
        if (!active_ || timed_out_ || suspended_ || creating_ || seeking_) {
          return std::nullopt;
        }
        creating_ = true;
        hci::LeCreateConnection command;
        command.scan_interval = static_cast<uint16_t>(scan_.interval);
        command.scan_window = static_cast<uint16_t>(scan_.window);
        if (uses_list_ && !found_) {
          command.filter_policy = 1;
        } else {
          const ble_gap_addr_t& target = found_ ? *found_ : peer_;
          command.peer_address_type = hci_type(target);
          command.peer_address = hci_octets(target);
        }
        command.own_address_type = own_.type();
        command.interval_min = conn_.min_conn_interval;
        command.interval_max = conn_.max_conn_interval;
        command.latency = conn_.slave_latency;
        command.supervision_timeout = conn_.conn_sup_timeout;
        return command;
      },
      [this](hci::ErrorCode status, Bytes) {
        if (status != hci::ErrorCode::kSuccess) {
          on_failed(status);
        }
      });
}

void Initiator::seek() {
  seeking_ = true;
  controller_.send_if<hci::LeSetScanParameters>(
      [this]() -> std::optional<hci::LeSetScanParameters> {
        if (!seeking()) {
          return std::nullopt;
        }
        hci::LeSetScanParameters command;
        command.interval = static_cast<uint16_t>(scan_.interval);
        command.window = static_cast<uint16_t>(scan_.window);
        command.own_address_type = own_.type();
        return command;
      });
  controller_.send_if<hci::LeSetScanEnable>([this]() -> std::optional<hci::LeSetScanEnable> {
    if (!seeking() || scanning_) {
      return std::nullopt;
    }
    scanning_ = true;
    return hci::LeSetScanEnable{1, 0};
  });
}

void Initiator::stop_seeking() {
  seeking_ = false;
  controller_.send_if<hci::LeSetScanEnable>([this]() -> std::optional<hci::LeSetScanEnable> {
    if (!scanning_ || seeking_) {
      return std::nullopt;
    }
    scanning_ = false;
    return hci::LeSetScanEnable{0, 0};
  });
}

void Initiator::on_report(const Report& report) {
  const bool connectable =
      report.type == hci::ReportType::kConnectable || report.type == hci::ReportType::kDirected;
  if (!seeking() || !connectable) {
    return;
  }
  const bool matches =
      uses_list_ ? lists_.in_whitelist(report.address)
                 : same_address(report.address, peer_) || same_address(report.on_air, peer_);
  if (!matches) {
    return;
  }
  stop_seeking();
  found_ = report.on_air;
  create();
}

void Initiator::withdraw() {
  timers_.stop(retry_timer_);
  if (seeking_) {
    stop_seeking();
  }
  controller_.send_if<hci::LeCreateConnectionCancel>(
      [this]() -> std::optional<hci::LeCreateConnectionCancel> {
        if (!creating_) {
          return std::nullopt;
        }
        return hci::LeCreateConnectionCancel{};
      });
}

Status Initiator::cancel() {
  if (!active_) {
    return Status::kInvalidState;
  }
  active_ = false;
  timers_.stop(timeout_timer_);
  withdraw();
  return Status::kOk;
}

void Initiator::time_out() {
  active_ = false;
  timers_.stop(timeout_timer_);
  events_.raise(
      BLE_GAP_EVT_TIMEOUT, BLE_CONN_HANDLE_INVALID, kGapEvtLen<ble_gap_evt_timeout_t>,
      [](ble_evt_t& evt) { evt.evt.gap_evt.params.timeout.src = BLE_GAP_TIMEOUT_SRC_CONN; });
}

void Initiator::timeout_expired(void* context) {
  auto& self = *static_cast<Initiator*>(context);
  self.timed_out_ = true;
  self.withdraw();
  // The controller may have connected meanwhile; if it is asked to cancel, its answer decides.
  if (!self.creating_) {
    self.time_out();
  }
}

void Initiator::retry_expired(void* context) {
  auto& self = *static_cast<Initiator*>(context);
  if (self.active_ && !self.suspended_) {
    self.begin();
  }
}

bool Initiator::admits(const ble_gap_addr_t& peer, const ble_gap_addr_t& peer_on_air) const {
  return !active_ || !uses_list_ || lists_.in_whitelist(peer) || lists_.in_whitelist(peer_on_air);
}

void Initiator::on_connected() {
  creating_ = false;
  active_ = false;
  timers_.stop(timeout_timer_);
  timers_.stop(retry_timer_);
}

void Initiator::on_failed(hci::ErrorCode status) {
  creating_ = false;
  if (!active_) {
    return;
  }
  if (timed_out_) {
    time_out();
    return;
  }
  // Cancelled: by suspend(), whose resume() begins anew, or because an older attempt was cancelled
  // and a new one waits.
  if (status == hci::ErrorCode::kUnknownConnectionId) {
    if (!suspended_) {
      begin();
    }
    return;
  }
  if (status == hci::ErrorCode::kFailedToBeEstablished ||
      status == hci::ErrorCode::kConnectionTimeout ||
      status == hci::ErrorCode::kCommandDisallowed) {
    timers_.start(retry_timer_, kRetryUs);
    return;
  }
  // The only unfavourable end that the interface knows.
  time_out();
}

void Initiator::suspend() {
  if (!active_) {
    return;
  }
  suspended_ = true;
  withdraw();
}

void Initiator::resume() {
  if (!active_ || !suspended_) {
    return;
  }
  suspended_ = false;
  // After a cancelled attempt its Connection Complete begins anew; without one nobody else does.
  if (!creating_) {
    begin();
  }
}

void Initiator::abandon() {
  active_ = false;
  suspended_ = false;
  seeking_ = false;
  scanning_ = false;
  creating_ = false;
  timers_.stop(timeout_timer_);
  timers_.stop(retry_timer_);
}

}  // namespace pm::host::gap
