// SPDX-License-Identifier: Apache-2.0
#include "pm/host/host.hpp"

#include <cstring>

#include "host/host_impl.hpp"

namespace pm::host {

Host::Impl::Impl(HciTransport& transport_port, Timers& timers_port, Crypto& crypto_port,
                 HostConfig config)
    : transport(transport_port),
      timers(timers_port),
      crypto(crypto_port),
      configuration(std::move(config)) {
  wake_timer.expired = &Impl::deliver_wake;
  wake_timer.context = this;
  lost_timer.expired = &Impl::deliver_lost;
  lost_timer.context = this;
}

Host::Impl::~Impl() {
  timers.stop(wake_timer);
  timers.stop(lost_timer);
}

void Host::Impl::wake() {
  if (!wake_timer.running) {
    timers.start(wake_timer, 0);
  }
}

void Host::Impl::deliver_wake(void* context) {
  auto& self = *static_cast<Impl*>(context);
  if (self.event_handler) {
    self.event_handler();
  }
}

void Host::Impl::on_controller_lost(const std::string& reason) {
  last_error = reason;
  // In a turn of its own: the handler may disable the stack.
  if (!enabling) {
    timers.start(lost_timer, 0);
  }
}

void Host::Impl::deliver_lost(void* context) {
  auto& self = *static_cast<Impl*>(context);
  if (self.lost_handler) {
    self.lost_handler(self.last_error);
  }
}

Host::Host(HciTransport& transport, Timers& timers, Crypto& crypto, HostConfig config)
    : impl_(std::make_unique<Impl>(transport, timers, crypto, std::move(config))) {}

Host::~Host() = default;

Status Host::cfg_set(uint32_t cfg_id, const ble_cfg_t* cfg) {
  if (impl_->stack != nullptr) {
    return Status::kInvalidState;
  }
  if (cfg == nullptr) {
    return Status::kInvalidAddr;
  }
  return impl_->configuration.set(cfg_id, *cfg);
}

Status Host::enable(const std::function<bool()>& pump) {
  if (impl_->stack != nullptr) {
    return Status::kInvalidState;
  }
  impl_->last_error.clear();
  PM_TRY(impl_->configuration.check(impl_->last_error));
  impl_->stack = std::make_unique<Stack>(
      impl_->transport, impl_->timers, impl_->crypto, impl_->configuration,
      [impl = impl_.get()] { impl->wake(); },
      [impl = impl_.get()](const std::string& reason) { impl->on_controller_lost(reason); });
  impl_->enabling = true;
  impl_->stack->start();
  while (impl_->stack->gap.state() == gap::Controller::State::kInitialising) {
    if (!pump()) {
      impl_->last_error = "the event loop ended before the controller answered";
      break;
    }
  }
  impl_->enabling = false;
  if (impl_->stack->gap.state() != gap::Controller::State::kReady) {
    impl_->stack.reset();
    return Status::kInternal;
  }
  return Status::kOk;
}

void Host::disable() {
  impl_->stack.reset();
  impl_->timers.stop(impl_->wake_timer);
  impl_->timers.stop(impl_->lost_timer);
}

bool Host::is_enabled() const { return impl_->stack != nullptr; }

bool Host::ready() const {
  return impl_->stack != nullptr && impl_->stack->gap.state() == gap::Controller::State::kReady;
}

const std::string& Host::last_error() const { return impl_->last_error; }

void Host::set_event_handler(std::function<void()> handler) {
  impl_->event_handler = std::move(handler);
  if (impl_->stack != nullptr && !impl_->stack->events.empty()) {
    impl_->wake();
  }
}

void Host::set_controller_lost_handler(std::function<void(const std::string& text)> handler) {
  impl_->lost_handler = std::move(handler);
}

Status Host::evt_get(uint8_t* dest, uint16_t* len) {
  PM_HOST_ENABLED();
  if (len == nullptr || reinterpret_cast<uintptr_t>(dest) % BLE_EVT_PTR_ALIGNMENT != 0) {
    return Status::kInvalidAddr;
  }
  Stack& stack = *impl_->stack;
  stack.indices.settle();
  const ble_evt_t* event = stack.events.front();
  if (event == nullptr) {
    return Status::kNotFound;
  }
  const size_t length = stack.events.front_length();
  if (dest == nullptr) {
    *len = static_cast<uint16_t>(length);
    return Status::kOk;
  }
  if (*len < length) {
    return Status::kDataSize;
  }
  std::memcpy(dest, event, length);
  *len = static_cast<uint16_t>(length);
  stack.indices.on_pulled(*event);
  stack.events.pop();
  return Status::kOk;
}

int Host::link_index(uint16_t conn_handle) const {
  return impl_->stack == nullptr ? -1 : impl_->stack->indices.index_of(conn_handle);
}

uint16_t Host::link_handle(int index) const {
  return impl_->stack == nullptr ? uint16_t{BLE_CONN_HANDLE_INVALID}
                                 : impl_->stack->indices.handle_of(index);
}

Status Host::uuid_vs_add(const ble_uuid128_t* base, uint8_t* type) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.uuid_vs_add(base, type);
}

Status Host::uuid_vs_remove(uint8_t* type) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.uuid_vs_remove(type);
}

Status Host::uuid_encode(const ble_uuid_t* uuid, uint8_t* len, uint8_t* octets) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.uuid_encode(uuid, len, octets);
}

Status Host::uuid_decode(uint8_t len, const uint8_t* octets, ble_uuid_t* uuid) {
  PM_HOST_ENABLED();
  return impl_->stack->gatt.uuid_decode(len, octets, uuid);
}

Status Host::version_get(ble_version_t* version) {
  PM_HOST_ENABLED();
  if (version == nullptr) {
    return Status::kInvalidAddr;
  }
  const auto& controller = impl_->stack->gap.facts().version;
  version->version_number = controller.lmp_version;
  version->company_id = controller.company;
  version->subversion_number = controller.lmp_subversion;
  return Status::kOk;
}

Status Host::user_mem_reply(uint16_t conn_handle, const ble_user_mem_block_t* block) {
  PM_HOST_LINK(conn_handle);
  return impl_->stack->gatt.user_mem_reply(conn_handle, block);
}

Status Host::opt_set(uint32_t opt_id, const ble_opt_t* opt) {
  PM_HOST_ENABLED();
  if (opt == nullptr) {
    return Status::kInvalidAddr;
  }
  Stack& stack = *impl_->stack;
  switch (opt_id) {
    case BLE_COMMON_OPT_CONN_EVT_EXT:
      impl_->conn_evt_ext = opt->common_opt.conn_evt_ext.enable != 0;
      return Status::kOk;
    case BLE_GAP_OPT_CH_MAP:
      PM_TRY(stack.gap.channel_map_set(opt->gap_opt.ch_map.ch_map));
      std::memcpy(impl_->channel_map, opt->gap_opt.ch_map.ch_map, sizeof impl_->channel_map);
      return Status::kOk;
    case BLE_GAP_OPT_PASSKEY:
      return stack.smp.set_passkey(opt->gap_opt.passkey.p_passkey);
    case BLE_GAP_OPT_COMPAT_MODE_1:
      impl_->compat_mode_1 = opt->gap_opt.compat_mode_1.enable != 0;
      return Status::kOk;
    case BLE_GAP_OPT_AUTH_PAYLOAD_TIMEOUT:
      return stack.gap.connections().set_payload_timeout(
          stack.known(opt->gap_opt.auth_payload_timeout.conn_handle),
          opt->gap_opt.auth_payload_timeout.auth_payload_timeout);
    case BLE_GAP_OPT_SLAVE_LATENCY_DISABLE: {
      const auto& latency = opt->gap_opt.slave_latency_disable;
      if (latency.disable > BLE_GAP_SLAVE_LATENCY_WAIT_FOR_ACK) {
        return Status::kInvalidParam;
      }
      // A hint for the scheduling of the link; HCI has no word for it.
      return stack.gap.connections().find(stack.known(latency.conn_handle)) != nullptr
                 ? Status::kOk
                 : Status::kInvalidConnHandle;
    }
    case BLE_GATTC_OPT_UUID_DISC:
      stack.gatt.gattc_opt_uuid_disc_set(opt->gattc_opt.uuid_disc.auto_add_vs_enable != 0);
      return Status::kOk;
    default:
      return Status::kInvalidParam;
  }
}

Status Host::opt_get(uint32_t opt_id, ble_opt_t* opt) {
  PM_HOST_ENABLED();
  if (opt == nullptr) {
    return Status::kInvalidAddr;
  }
  switch (opt_id) {
    case BLE_COMMON_OPT_CONN_EVT_EXT:
      opt->common_opt.conn_evt_ext.enable = impl_->conn_evt_ext ? 1 : 0;
      return Status::kOk;
    case BLE_GAP_OPT_CH_MAP:
      std::memcpy(opt->gap_opt.ch_map.ch_map, impl_->channel_map, sizeof impl_->channel_map);
      return Status::kOk;
    case BLE_GAP_OPT_COMPAT_MODE_1:
      opt->gap_opt.compat_mode_1.enable = impl_->compat_mode_1 ? 1 : 0;
      return Status::kOk;
    case BLE_GAP_OPT_PASSKEY:
    case BLE_GAP_OPT_AUTH_PAYLOAD_TIMEOUT:
    case BLE_GAP_OPT_SLAVE_LATENCY_DISABLE:
    case BLE_GATTC_OPT_UUID_DISC:
      return Status::kNotSupported;
    default:
      return Status::kInvalidParam;
  }
}

}  // namespace pm::host
