// SPDX-License-Identifier: Apache-2.0
#include "host/gap/scanner.hpp"

#include <algorithm>

namespace pm::host::gap {
namespace {

// 0.625 ms units. Core, Vol 4, Part E, 7.8.10.
constexpr uint32_t kTimingMin = 0x0004;
constexpr uint32_t kTimingMax = 0x4000;

// A scan response follows its advertisement at once, and a crowd may answer one scan: enough for a
// burst, few enough to be fresh.
constexpr size_t kWaitingMax = 16;

uint8_t policy_without_privacy(uint8_t policy) { return policy & 1; }

}  // namespace

Status check_scan_params(const ble_gap_scan_params_t& params, bool whitelist_empty) {
  if (params.window < kTimingMin || params.window > params.interval ||
      params.interval > kTimingMax) {
    return Status::kInvalidParam;
  }
  if ((params.scan_phys & BLE_GAP_PHY_CODED) != 0) {
    return Status::kNotSupported;
  }
  if (params.scan_phys != BLE_GAP_PHY_AUTO && (params.scan_phys & BLE_GAP_PHY_1MBPS) == 0) {
    return Status::kInvalidParam;
  }
  if ((params.filter_policy & 1) != 0 && whitelist_empty) {
    return Status::kInvalidParam;
  }
  if ((params.channel_mask[4] & 0xE0) == 0xE0) {
    return Status::kInvalidParam;
  }
  return Status::kOk;
}

Scanner::Scanner(Controller& controller, OwnAddress& own, DeviceLists& lists, Timers& timers,
                 EventQueue& events)
    : controller_(controller), own_(own), lists_(lists), timers_(timers), events_(events) {
  timeout_timer_.expired = &Scanner::timed_out;
  timeout_timer_.context = this;
}

Status Scanner::check_start(const ble_gap_scan_params_t* params, const ble_data_t* buffer) const {
  if (buffer == nullptr || buffer->p_data == nullptr) {
    return Status::kInvalidAddr;
  }
  const bool extended = params != nullptr ? params->extended != 0 : params_.extended != 0;
  if (buffer->len < (extended ? BLE_GAP_SCAN_BUFFER_EXTENDED_MIN : BLE_GAP_SCAN_BUFFER_MIN)) {
    return Status::kInvalidLength;
  }
  if (params == nullptr) {
    return active_ && paused_ ? Status::kOk : Status::kInvalidState;
  }
  if (active_) {
    return Status::kInvalidState;
  }
  return check_scan_params(*params, lists_.whitelist_empty());
}

void Scanner::start(const ble_gap_scan_params_t& params, const ble_data_t& buffer) {
  params_ = params;
  buffer_ = buffer;
  active_ = true;
  paused_ = false;
  waiting_.clear();
  program_params();
  enable();
  if (params.timeout != BLE_GAP_SCAN_TIMEOUT_UNLIMITED) {
    timers_.start(timeout_timer_, uint64_t{params.timeout} * 10'000);
  }
}

void Scanner::resume_reports(const ble_data_t& buffer) {
  buffer_ = buffer;
  paused_ = false;
  if (waiting_.empty()) {
    return;
  }
  const Report next = std::move(waiting_.front());
  waiting_.pop_front();
  deliver(next);
}

Status Scanner::stop() {
  if (!active_) {
    return Status::kInvalidState;
  }
  abandon();
  disable();
  return Status::kOk;
}

void Scanner::abandon() {
  active_ = false;
  paused_ = false;
  waiting_.clear();
  timers_.stop(timeout_timer_);
}

void Scanner::program_params() {
  controller_.send_if<hci::LeSetScanParameters>(
      [this]() -> std::optional<hci::LeSetScanParameters> {
        if (!active_) {
          return std::nullopt;
        }
        hci::LeSetScanParameters command;
        command.type = params_.active;
        command.interval = static_cast<uint16_t>(params_.interval);
        command.window = static_cast<uint16_t>(params_.window);
        command.own_address_type = own_.type();
        command.filter_policy = params_.filter_policy;
        if (!controller_.supports(hci::Opcode::kLeSetAddressResolutionEnable)) {
          command.filter_policy = policy_without_privacy(params_.filter_policy);
        }
        if (!lists_.controller_filters()) {
          command.filter_policy = command.filter_policy & 2;
        }
        return command;
      });
}

void Scanner::enable() {
  controller_.send_if<hci::LeSetScanEnable>([this]() -> std::optional<hci::LeSetScanEnable> {
    if (!active_ || on_air_) {
      return std::nullopt;
    }
    on_air_ = true;
    return hci::LeSetScanEnable{1, 0};
  });
}

void Scanner::disable() {
  controller_.send_if<hci::LeSetScanEnable>([this]() -> std::optional<hci::LeSetScanEnable> {
    if (!on_air_) {
      return std::nullopt;
    }
    on_air_ = false;
    return hci::LeSetScanEnable{0, 0};
  });
}

void Scanner::suspend() {
  if (active_) {
    disable();
  }
}

void Scanner::resume() {
  if (active_) {
    program_params();
    enable();
  }
}

void Scanner::timed_out(void* context) {
  auto& self = *static_cast<Scanner*>(context);
  self.abandon();
  self.disable();
  self.events_.raise(BLE_GAP_EVT_TIMEOUT, BLE_CONN_HANDLE_INVALID,
                     kGapEvtLen<ble_gap_evt_timeout_t>, [&self](ble_evt_t& evt) {
                       auto& timeout = evt.evt.gap_evt.params.timeout;
                       timeout.src = BLE_GAP_TIMEOUT_SRC_SCAN;
                       timeout.params.adv_report_buffer = self.buffer_;
                     });
}

bool Scanner::wanted(const Report& report) const {
  return (params_.filter_policy & 1) == 0 || lists_.in_whitelist(report.address) ||
         lists_.in_whitelist(report.on_air);
}

void Scanner::on_report(const Report& report) {
  if (!active_ || !wanted(report)) {
    return;
  }
  if (!paused_) {
    deliver(report);
    return;
  }
  if (waiting_.size() < kWaitingMax) {
    waiting_.push_back(report);
  }
}

void Scanner::deliver(const Report& report) {
  paused_ = true;
  const size_t size = std::min<size_t>(report.data.size(), buffer_.len);
  std::copy_n(report.data.begin(), size, buffer_.p_data);
  events_.raise(BLE_GAP_EVT_ADV_REPORT, BLE_CONN_HANDLE_INVALID,
                kGapEvtLen<ble_gap_evt_adv_report_t>, [&](ble_evt_t& evt) {
                  auto& out = evt.evt.gap_evt.params.adv_report;
                  out.type.connectable = report.type == hci::ReportType::kConnectable ||
                                         report.type == hci::ReportType::kDirected;
                  out.type.scannable = report.type == hci::ReportType::kConnectable ||
                                       report.type == hci::ReportType::kScannable;
                  out.type.directed = report.type == hci::ReportType::kDirected;
                  out.type.scan_response = report.type == hci::ReportType::kScanResponse;
                  out.type.status = BLE_GAP_ADV_DATA_STATUS_COMPLETE;
                  out.peer_addr = report.address;
                  out.direct_addr = report.direct_address;
                  out.primary_phy = BLE_GAP_PHY_1MBPS;
                  out.secondary_phy = BLE_GAP_PHY_NOT_SET;
                  out.tx_power = BLE_GAP_POWER_LEVEL_INVALID;
                  out.rssi = report.rssi;
                  out.set_id = BLE_GAP_ADV_REPORT_SET_ID_NOT_AVAILABLE;
                  out.data.p_data = buffer_.p_data;
                  out.data.len = static_cast<uint16_t>(size);
                });
}

}  // namespace pm::host::gap
