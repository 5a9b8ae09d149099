// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "host/gap/acl_queue.hpp"

namespace pm::host::gap {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AclQueueTest : public testing::Test, public AclSink {
 protected:
  void SetUp() override {
    queue.set_buffers(27, 3);
    queue.open(1);
    queue.open(2);
  }
  void send_acl_packet(Bytes packet) override {
    const auto view = hci::parse_acl(packet);
    ASSERT_TRUE(view);
    EXPECT_LE(view->data.size(), 27u);
    links.push_back(view->handle);
    boundaries.push_back(view->boundary);
  }
  void on_frame_sent(uint16_t conn_handle, uint16_t cid) override {
    sent.emplace_back(conn_handle, cid);
  }

  AclQueue queue{*this};
  std::vector<uint16_t> links;
  std::vector<hci::PacketBoundary> boundaries;
  std::vector<std::pair<uint16_t, uint16_t>> sent;
};

TEST_F(AclQueueTest, CutsAFrameAndTellsItOnceWhenItsLastPacketIsDone) {
  queue.close(2);
  const std::vector<uint8_t> payload(60);  // 64 with the header: 27 + 27 + 10
  EXPECT_TRUE(queue.send(1, 4, payload));
  EXPECT_THAT(boundaries,
              ElementsAre(hci::PacketBoundary::kFirstNonFlushable, hci::PacketBoundary::kContinuing,
                          hci::PacketBoundary::kContinuing));
  queue.on_completed(1, 2);
  EXPECT_THAT(sent, IsEmpty());
  queue.on_completed(1, 1);
  EXPECT_THAT(sent, ElementsAre(std::make_pair(1, 4)));
}

TEST_F(AclQueueTest, LinksTakeTurnsWithinTheBuffers) {
  const std::vector<uint8_t> payload(10);
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(queue.send(1, 4, payload));
  }
  EXPECT_TRUE(queue.send(2, 6, payload));
  EXPECT_TRUE(queue.send(2, 6, payload));
  EXPECT_THAT(links, ElementsAre(1, 1, 2));
  EXPECT_EQ(queue.waiting(1), 2u);
  queue.on_completed(1, 1);
  queue.on_completed(1, 1);
  EXPECT_THAT(links, ElementsAre(1, 1, 2, 1, 2));
  EXPECT_EQ(queue.waiting(1), 1u);
}

TEST_F(AclQueueTest, ALinkThatEndsGivesItsBuffersBack) {
  queue.set_buffers(27, 1);
  const std::vector<uint8_t> payload(200);
  EXPECT_TRUE(queue.send(1, 4, payload));
  EXPECT_TRUE(queue.send(2, 4, std::vector<uint8_t>(1)));
  EXPECT_THAT(links, ElementsAre(1));
  queue.close(1);
  EXPECT_THAT(links, ElementsAre(1, 2));
  EXPECT_FALSE(queue.send(1, 4, payload));
  EXPECT_THAT(sent, IsEmpty());
}

TEST_F(AclQueueTest, AControllerThatReturnsTooMuchGivesNoExtraBuffers) {
  queue.close(2);
  queue.on_completed(1, 0xFFFF);
  queue.on_completed(9, 3);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(queue.send(1, 4, std::vector<uint8_t>(1)));
  }
  EXPECT_EQ(links.size(), 3u);
  queue.on_completed(1, 0xFFFF);
  EXPECT_EQ(links.size(), 5u);
  EXPECT_EQ(sent.size(), 3u);
}

// A peer that never acknowledges keeps its buffers for ever.
TEST_F(AclQueueTest, OneSilentLinkLeavesBuffersToTheOthers) {
  queue.open(3);
  for (int i = 0; i < 8; ++i) {
    EXPECT_TRUE(queue.send(1, 4, std::vector<uint8_t>(1)));
  }
  EXPECT_THAT(links, ElementsAre(1));
  EXPECT_TRUE(queue.send(2, 4, std::vector<uint8_t>(1)));
  EXPECT_TRUE(queue.send(3, 4, std::vector<uint8_t>(1)));
  EXPECT_THAT(links, ElementsAre(1, 2, 3));
  // The others gone, it may have all.
  queue.close(2);
  queue.close(3);
  EXPECT_THAT(links, ElementsAre(1, 2, 3, 1, 1));
}

TEST_F(AclQueueTest, WithMoreLinksThanBuffersEachGetsOne) {
  queue.set_buffers(27, 1);
  EXPECT_TRUE(queue.send(2, 4, std::vector<uint8_t>(30)));
  EXPECT_THAT(links, ElementsAre(2));
  queue.on_completed(2, 1);
  EXPECT_THAT(links, ElementsAre(2, 2));
}

}  // namespace
}  // namespace pm::host::gap
