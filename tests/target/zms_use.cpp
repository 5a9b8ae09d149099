// SPDX-License-Identifier: Apache-2.0
//
// The whole public interface of the store.
#include <new>

#include "pm/zms/store.hpp"
#include "target/stand_ins.hpp"

namespace link_check {
namespace {

class Sink final : public pm::StorageSink, public pm::zms::LifecycleSink {
 public:
  void on_storage_event(const pm::StorageEvent& event) override { use(event.result); }
  void on_store_mounted(pm::zms::MountError error) override { use(error); }
  void on_store_cleared(pm::Status result) override { use(result); }
};

alignas(pm::zms::Store) unsigned char store_memory[sizeof(pm::zms::Store)];

}  // namespace

void use_zms() {
  StandInFlash flash;
  Sink sink;
  auto* store = new (store_memory) pm::zms::Store(flash, {.sector_size = any_value});
  store->set_lifecycle_sink(&sink);
  use(store->init(sink));
  use(store->wait_ready());

  const pm::MutableBytes out(any<uint8_t>(), any_value);
  size_t length = 0;
  use(store->read(any_value, out, length));
  use(store->write(any_value, out));
  use(store->remove(any_value));
  use(store->read_history(any_value, any_value, out, length));
  use(store->clear());
  uint32_t free_octets = 0;
  use(store->free_space(free_octets));
  use(store->active_sector_free() + free_octets + length + store->pending());
  use(store->mounted());
  use(store->mount_error());
  use(store->layout().max_value() + store->head().slot);
}

}  // namespace link_check
