// SPDX-License-Identifier: Apache-2.0
//
// What the host frees holds no secret: every block of the heap is looked through as it is given
// back.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "host/event_queue.hpp"
#include "host/gap/acl_queue.hpp"
#include "host/l2cap/reassembler.hpp"
#include "host/links.hpp"
#include "host/support/host_device.hpp"

namespace {

constexpr size_t kHeader = alignof(std::max_align_t);
constexpr uint8_t kSecretOctet = 0xA7;
constexpr size_t kSecretSize = 6;
size_t freed_secrets = 0;
bool watching = false;

void look_through(const uint8_t* block, size_t size) {
  size_t run = 0;
  for (size_t i = 0; i < size; ++i) {
    run = block[i] == kSecretOctet ? run + 1 : 0;
    if (run == kSecretSize) {
      ++freed_secrets;
      return;
    }
  }
}

void give_back(void* memory) {
  if (memory == nullptr) {
    return;
  }
  auto* block = static_cast<uint8_t*>(memory) - kHeader;
  size_t size = 0;
  std::memcpy(&size, block, sizeof size);
  if (watching) {
    look_through(static_cast<uint8_t*>(memory), size);
  }
  std::free(block);
}

}  // namespace

void* operator new(size_t size) {
  auto* block = static_cast<uint8_t*>(std::malloc(size + kHeader));
  if (block == nullptr) {
    std::abort();
  }
  std::memcpy(block, &size, sizeof size);
  return block + kHeader;
}
void* operator new[](size_t size) { return operator new(size); }
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete[](void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, size_t) noexcept { give_back(memory); }
void operator delete[](void* memory, size_t) noexcept { give_back(memory); }

namespace pm::test {
namespace {

using SecretKey = std::array<uint8_t, 16>;

SecretKey secret_key() {
  SecretKey key;
  key.fill(kSecretOctet);
  return key;
}

class SmpMemory : public testing::Test {
 protected:
  SmpMemory() {
    freed_secrets = 0;
    watching = true;
  }
  ~SmpMemory() override { watching = false; }
};

struct NoSink final : host::gap::AclSink {
  void send_acl_packet(Bytes) override {}
  void on_frame_sent(uint16_t, uint16_t) override {}
};

TEST_F(SmpMemory, TheTestSeesWhatIsFreed) {
  const SecretKey key = secret_key();
  { const std::vector<uint8_t> careless(key.begin(), key.end()); }
  EXPECT_EQ(freed_secrets, 1u);
}

TEST_F(SmpMemory, NothingSecretIsLeftWhenALinkEnds) {
  const SecretKey key = secret_key();
  NoSink sink;
  host::gap::AclQueue queue(sink);
  queue.set_buffers(27, 1);
  for (const bool one_link : {true, false}) {
    queue.open(1);
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(queue.send(1, host::kCidSmp, key));
    }
    one_link ? queue.close(1) : queue.clear();
  }
  EXPECT_EQ(freed_secrets, 0u);
}

TEST_F(SmpMemory, NothingSecretIsLeftOfWhatArrived) {
  const SecretKey key = secret_key();
  const std::array<uint8_t, 4> header = {16, 0, 6, 0};
  for (const size_t size : {size_t{10}, key.size()}) {
    host::l2cap::Reassembler incoming(247);
    EXPECT_FALSE(incoming.feed(true, header));
    EXPECT_EQ(incoming.feed(false, Bytes(key).first(size)).has_value(), size == key.size());
  }
  EXPECT_EQ(freed_secrets, 0u);
}

TEST_F(SmpMemory, NothingSecretIsLeftOfEvents) {
  host::EventQueue pulled([] {});
  host::EventQueue forgotten([] {});
  for (host::EventQueue* events : {&pulled, &forgotten}) {
    events->raise(BLE_GAP_EVT_PASSKEY_DISPLAY, 1, sizeof(ble_evt_t), [](ble_evt_t& event) {
      std::memset(event.evt.gap_evt.params.passkey_display.passkey, kSecretOctet, 6);
    });
  }
  pulled.pop();
  forgotten = host::EventQueue([] {});
  EXPECT_EQ(freed_secrets, 0u);
}

TEST_F(SmpMemory, NothingSecretIsLeftOfCommandsWhenTheControllerIsLost) {
  Radio radio(3);
  HostDevice peripheral(radio, 1);
  HostDevice central(radio, 2);
  ASSERT_EQ(peripheral.enable(), Status::kOk);
  ASSERT_EQ(central.enable(), Status::kOk);
  ASSERT_EQ(peripheral.advertise(), Status::kOk);
  ASSERT_EQ(central.connect(static_address(1)), Status::kOk);
  ASSERT_TRUE(central.await(BLE_GAP_EVT_CONNECTED));
  const uint16_t conn = central.last_connection();
  // The first command is never answered, so that the key waits.
  central.transport.fall_silent();
  ASSERT_EQ(central.host.gap_data_length_update(conn, nullptr, nullptr), Status::kOk);
  ble_gap_enc_info_t enc_info{};
  enc_info.ltk_len = 16;
  std::memset(enc_info.ltk, kSecretOctet, sizeof enc_info.ltk);
  ASSERT_EQ(central.host.gap_encrypt(conn, ble_gap_master_id_t{}, enc_info), Status::kOk);
  central.transport.vanish();
  radio.clock.run_for(1 * kSeconds);
  EXPECT_FALSE(central.host.ready());
  EXPECT_EQ(freed_secrets, 0u);
}

}  // namespace
}  // namespace pm::test
