// SPDX-License-Identifier: Apache-2.0
//
// Every wrong PDU has one right answer. The expected octets are typed by hand from Core, Vol 3,
// Part F, 3.4.
#include <random>

#include "host/support/gatt_pair.hpp"

namespace pm::host::gatt::test {
namespace {

class Hostile : public GattPair {
 protected:
  void SetUp() override {
    connect();
    HeartRate heart_rate(gatts());
    ASSERT_EQ(initialise(server()), Status::kOk);
  }
};

struct Case {
  const char* name;
  Octets sent;
  Octets answer;  // empty: silence
};

const Case kCases[] = {
    {"unknown request", {0x80}, {0x01, 0x80, 0, 0, 0x06}},
    {"unknown request 00", {0x00}, {0x01, 0x00, 0, 0, 0x06}},
    {"unknown request with body", {0xBF, 1, 2, 3}, {0x01, 0xBF, 0, 0, 0x06}},
    {"read multiple variable", {0x20, 3, 0, 5, 0}, {0x01, 0x20, 0, 0, 0x06}},
    {"unknown command", {0x41, 1, 2}, {}},
    {"unknown command ff", {0xFF}, {}},
    {"empty", {}, {}},
    {"mtu request short", {0x02}, {0x01, 0x02, 0, 0, 0x04}},
    {"mtu request one octet", {0x02, 0x17}, {0x01, 0x02, 0, 0, 0x04}},
    {"mtu request long", {0x02, 0x17, 0, 0}, {0x01, 0x02, 0, 0, 0x04}},
    {"find information start 0", {0x04, 0, 0, 0xFF, 0xFF}, {0x01, 0x04, 0, 0, 0x01}},
    {"find information reversed", {0x04, 5, 0, 4, 0}, {0x01, 0x04, 5, 0, 0x01}},
    {"find information short", {0x04, 1, 0, 5}, {0x01, 0x04, 0, 0, 0x04}},
    {"find information beyond", {0x04, 0xFF, 0xFF, 0xFF, 0xFF}, {0x01, 0x04, 0xFF, 0xFF, 0x0A}},
    {"find by type value short", {0x06, 1, 0, 0xFF, 0xFF, 0}, {0x01, 0x06, 0, 0, 0x04}},
    {"find by type value start 0", {0x06, 0, 0, 1, 0, 0, 0x28}, {0x01, 0x06, 0, 0, 0x01}},
    {"find by type value nothing",
     {0x06, 1, 0, 0xFF, 0xFF, 0, 0x28, 0x34, 0x12},
     {0x01, 0x06, 1, 0, 0x0A}},
    {"read by type uuid of one octet", {0x08, 1, 0, 0xFF, 0xFF, 3}, {0x01, 0x08, 0, 0, 0x04}},
    {"read by type uuid of three", {0x08, 1, 0, 0xFF, 0xFF, 3, 0x28, 0}, {0x01, 0x08, 0, 0, 0x04}},
    {"read by type at the end",
     {0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0x03, 0x28},
     {0x01, 0x08, 0xFF, 0xFF, 0x0A}},
    {"read by type of unreadable", {0x08, 1, 0, 0xFF, 0xFF, 0x37, 0x2A}, {0x01, 0x08, 14, 0, 0x02}},
    {"read without handle", {0x0A}, {0x01, 0x0A, 0, 0, 0x04}},
    {"read half a handle", {0x0A, 3}, {0x01, 0x0A, 0, 0, 0x04}},
    {"read handle 0", {0x0A, 0, 0}, {0x01, 0x0A, 0, 0, 0x01}},
    {"read no such handle", {0x0A, 20, 0}, {0x01, 0x0A, 20, 0, 0x01}},
    {"read too long", {0x0A, 3, 0, 0}, {0x01, 0x0A, 0, 0, 0x04}},
    {"blob offset beyond", {0x0C, 3, 0, 0xFF, 0xFF}, {0x01, 0x0C, 3, 0, 0x07}},
    {"blob of unreadable checks permission first",
     {0x0C, 14, 0, 0xFF, 0xFF},
     {0x01, 0x0C, 14, 0, 0x02}},
    {"blob short", {0x0C, 3, 0, 0}, {0x01, 0x0C, 0, 0, 0x04}},
    {"read multiple of one", {0x0E, 3, 0}, {0x01, 0x0E, 0, 0, 0x04}},
    {"read multiple of one and a half", {0x0E, 3, 0, 5}, {0x01, 0x0E, 0, 0, 0x04}},
    {"read multiple, second bad", {0x0E, 3, 0, 99, 0}, {0x01, 0x0E, 99, 0, 0x01}},
    {"group type not a group", {0x10, 1, 0, 0xFF, 0xFF, 0x03, 0x28}, {0x01, 0x10, 1, 0, 0x10}},
    {"group type one octet", {0x10, 1, 0, 0xFF, 0xFF, 1}, {0x01, 0x10, 0, 0, 0x04}},
    {"group type reversed", {0x10, 9, 0, 8, 0, 0, 0x28}, {0x01, 0x10, 9, 0, 0x01}},
    {"group type secondary", {0x10, 1, 0, 0xFF, 0xFF, 0x01, 0x28}, {0x01, 0x10, 1, 0, 0x0A}},
    {"write without handle", {0x12}, {0x01, 0x12, 0, 0, 0x04}},
    {"write handle 0", {0x12, 0, 0, 1}, {0x01, 0x12, 0, 0, 0x01}},
    {"write to a declaration", {0x12, 1, 0, 1}, {0x01, 0x12, 1, 0, 0x03}},
    {"write too long", {0x12, 19, 0, 1, 2}, {0x01, 0x12, 19, 0, 0x0D}},
    {"write command short", {0x52}, {}},
    {"write command no such handle", {0x52, 99, 0, 1}, {}},
    {"write command not permitted", {0x52, 1, 0, 1}, {}},
    {"signed write short", {0xD2, 19, 0, 1}, {}},
    {"signed write", {0xD2, 19, 0, 7, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}, {}},
    {"prepare short", {0x16, 19, 0, 0}, {0x01, 0x16, 0, 0, 0x04}},
    {"prepare no such handle", {0x16, 99, 0, 0, 0, 1}, {0x01, 0x16, 99, 0, 0x01}},
    {"prepare not permitted", {0x16, 3, 0, 0xFF, 0xFF, 0xAA}, {0x01, 0x16, 3, 0, 0x03}},
    {"execute without flags", {0x18}, {0x01, 0x18, 0, 0, 0x04}},
    {"execute flags 2", {0x18, 2}, {0x01, 0x18, 0, 0, 0x04}},
    {"execute too long", {0x18, 1, 0}, {0x01, 0x18, 0, 0, 0x04}},
    {"confirmation unasked", {0x1E}, {}},
    {"confirmation too long", {0x1E, 0}, {}},
    {"write response unasked", {0x13}, {}},
    {"error response unasked", {0x01, 0x0A, 3, 0, 0x0A}, {}},
    {"error response short", {0x01, 0x0A}, {}},
    {"mtu response unasked", {0x03, 0xFF, 0xFF}, {}},
    {"notification half a handle", {0x1B, 3}, {}},
    {"indication without handle", {0x1D}, {}},
    {"multiple notification", {0x23, 1, 0, 1, 0, 0, 2, 0, 0, 0}, {}},
    {"longer than the mtu", Octets(24, 0x12), {0x01, 0x12, 0, 0, 0x04}},
    {"command longer than the mtu", Octets(24, 0x52), {}},
};

TEST_F(Hostile, EachPduGetsItsAnswer) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(ask(c.sent),
              c.answer.empty() ? std::vector<Octets>() : std::vector<Octets>{c.answer});
    EXPECT_TRUE(server().is_quiet());
    // And the bearer still serves.
    EXPECT_EQ(ask({0x0A, 17, 0}), std::vector<Octets>({{0x0B, 0x01}}));
  }
}

TEST_F(Hostile, SecondRequestBeforeTheAnswerIsDroppedAndTheFirstIsAnswered) {
  disconnect();
  connect();
  EXPECT_TRUE(ask({0x0A, 15, 0}).empty());  // waits for system attributes
  EXPECT_TRUE(ask({0x0A, 17, 0}).empty());
  EXPECT_TRUE(ask({0x02, 0x17, 0}).empty());
  server().expect(BLE_GATTS_EVT_SYS_ATTR_MISSING);
  EXPECT_TRUE(server().is_quiet());
  ASSERT_EQ(initialise(server()), Status::kOk);
  EXPECT_EQ(server_output(), std::vector<Octets>({{0x0B, 0, 0}}));
  EXPECT_EQ(ask({0x0A, 17, 0}), std::vector<Octets>({{0x0B, 0x01}}));
}

TEST_F(Hostile, MtuNeverFallsBelowTheDefault) {
  for (const uint16_t offered : std::initializer_list<uint16_t>{0, 22, 23, 0xFFFF}) {
    disconnect();
    connect();
    EXPECT_TRUE(
        ask({0x02, static_cast<uint8_t>(offered), static_cast<uint8_t>(offered >> 8)}).empty());
    const Event event = server().expect(BLE_GATTS_EVT_EXCHANGE_MTU_REQUEST);
    EXPECT_EQ(event.gatts().params.exchange_mtu_request.client_rx_mtu,
              std::max<uint16_t>(23, offered));
    ASSERT_EQ(gatts().gatts_exchange_mtu_reply(kServerConn, 64), Status::kOk);
    EXPECT_EQ(server_output(), std::vector<Octets>({{0x03, 64, 0}}));
    const size_t mtu = offered == 0xFFFF ? 64 : 23;
    // Find Information fills the MTU with entries of 4 octets.
    EXPECT_EQ(ask({0x04, 1, 0, 0xFF, 0xFF}).front().size(), 2 + (mtu - 2) / 4 * 4);
    EXPECT_EQ(ask({0x02, 100, 0}), std::vector<Octets>({{0x01, 0x02, 0, 0, 0x06}}));
  }
}

// No list of handles may end in an endless loop, also at the top of the handle space.
TEST_F(Hostile, RangesAreInclusiveUpToTheLastHandle) {
  EXPECT_EQ(ask({0x04, 19, 0, 19, 0}), std::vector<Octets>({{0x05, 0x01, 19, 0, 0x39, 0x2A}}));
  EXPECT_EQ(ask({0x08, 18, 0, 0xFF, 0xFF, 0x03, 0x28}),
            std::vector<Octets>({{0x09, 7, 18, 0, 0x0E, 19, 0, 0x39, 0x2A}}));
  EXPECT_EQ(ask({0x10, 12, 0, 0xFF, 0xFF, 0x00, 0x28}),
            std::vector<Octets>({{0x11, 6, 12, 0, 0xFF, 0xFF, 0x0D, 0x18}}));
  EXPECT_EQ(ask({0x06, 1, 0, 0xFF, 0xFF, 0x00, 0x28, 0x0D, 0x18}),
            std::vector<Octets>({{0x07, 12, 0, 0xFF, 0xFF}}));
}

TEST_F(Hostile, LongFormOfAShortUuidIsTheSameUuid) {
  EXPECT_EQ(ask({0x08, 1,    0,    0xFF, 0xFF, 0xFB, 0x34, 0x9B, 0x5F, 0x80, 0x00,
                 0x00, 0x80, 0x00, 0x10, 0x00, 0x00, 0x38, 0x2A, 0x00, 0x00}),
            std::vector<Octets>({{0x09, 3, 17, 0, 0x01}}));
}

// What may not be read may not be found by its value.
TEST_F(Hostile, UnreadableValuesCannotBeProbed) {
  EXPECT_EQ(ask({0x06, 1, 0, 0xFF, 0xFF, 0x37, 0x2A, 0x00, 0x3C}),
            std::vector<Octets>({{0x01, 0x06, 1, 0, 0x0A}}));
  EXPECT_EQ(ask({0x06, 1, 0, 0xFF, 0xFF, 0x38, 0x2A, 0x01}),
            std::vector<Octets>({{0x07, 17, 0, 17, 0}}));
}

TEST_F(Hostile, NothingIsAnsweredWithoutALink) {
  disconnect();
  server().gatt.on_pdu(kServerConn, Octets{0x0A, 3, 0});
  server().gatt.on_pdu_sent(kServerConn);
  EXPECT_TRUE(server().links.outgoing.empty());
  EXPECT_TRUE(server().is_quiet());
  EXPECT_EQ(timers().running(), 0u);
}

// Random octets, biased to known opcodes: one answer at most for each, never longer than the MTU.
TEST_F(Hostile, RandomPdusGetAtMostOneAnswer) {
  const uint32_t seed = 20240611;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 200'000; ++i) {
    Octets pdu(random() % 26);
    for (uint8_t& octet : pdu) {
      octet = static_cast<uint8_t>(random() % 3 == 0 ? random() : random() % 24);
    }
    const std::vector<Octets> answers = ask(pdu);
    ASSERT_LE(answers.size(), 1u);
    if (!answers.empty()) {
      ASSERT_LE(answers[0].size(), 23u);
    }
    while (!server().is_quiet()) {
      const Event event(server().events);
      if (event.id() == BLE_EVT_USER_MEM_REQUEST) {
        ASSERT_EQ(gatts().user_mem_reply(kServerConn, nullptr), Status::kOk);
      }
      if (event.id() == BLE_GATTS_EVT_EXCHANGE_MTU_REQUEST) {
        ASSERT_EQ(gatts().gatts_exchange_mtu_reply(kServerConn, 23), Status::kOk);
      }
      if (event.id() == BLE_GATTS_EVT_RW_AUTHORIZE_REQUEST) {
        ble_gatts_rw_authorize_reply_params_t reply{};
        reply.type = BLE_GATTS_AUTHORIZE_TYPE_WRITE;
        ASSERT_EQ(gatts().gatts_rw_authorize_reply(kServerConn, &reply), Status::kOk);
      }
      server_output();
    }
  }
  EXPECT_EQ(ask({0x0A, 17, 0}), std::vector<Octets>({{0x0B, 0x01}}));
}

}  // namespace
}  // namespace pm::host::gatt::test
