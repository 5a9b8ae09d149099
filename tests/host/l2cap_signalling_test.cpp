// SPDX-License-Identifier: Apache-2.0
#include "host/l2cap/signalling.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "pm/sim/virtual_clock.hpp"

namespace pm::host::l2cap {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint16_t kConn = 7;

/// One link whose frames are kept.
class OneLink final : public Links {
 public:
  explicit OneLink(bool is_central) { link_.is_central = is_central; }
  Link* find(uint16_t conn_handle) override { return conn_handle == kConn ? &link_ : nullptr; }
  Status send(uint16_t, uint16_t cid, Bytes pdu) override {
    EXPECT_EQ(cid, kCidSignalling);
    sent.emplace_back(pdu.begin(), pdu.end());
    return Status::kOk;
  }
  Status enable_encryption(uint16_t, std::span<const uint8_t, 8>, uint16_t,
                           const Key128&) override {
    return Status::kOk;
  }
  Status long_term_key_reply(uint16_t, const Key128*) override { return Status::kOk; }
  Status disconnect(uint16_t, uint8_t) override { return Status::kOk; }

  std::vector<std::vector<uint8_t>> sent;

 private:
  Link link_;
};

class SignallingTest : public testing::Test, public SignallingSink {
 protected:
  explicit SignallingTest(bool is_central = true) : links(is_central) {}
  void on_update_requested(uint16_t, const ble_gap_conn_params_t& params) override {
    requested.push_back(params);
  }
  void on_update_answered(uint16_t, bool accepted) override { answered.push_back(accepted); }
  void receive(std::vector<uint8_t> pdu) { signalling.on_pdu(kConn, pdu); }

  sim::VirtualClock clock;
  OneLink links;
  Signalling signalling{links, clock, *this};
  std::vector<ble_gap_conn_params_t> requested;
  std::vector<bool> answered;
};
class AsCentral : public SignallingTest {};
class AsPeripheral : public SignallingTest {
 protected:
  AsPeripheral() : SignallingTest(false) {}
};

// Interval 24..40, latency 1, timeout 400.
const std::vector<uint8_t> kRequest = {0x12, 0x21, 8, 0, 24, 0, 40, 0, 1, 0, 0x90, 0x01};

TEST_F(AsCentral, AsksTheApplicationAndAccepts) {
  receive(kRequest);
  ASSERT_EQ(requested.size(), 1u);
  EXPECT_EQ(requested[0].min_conn_interval, 24);
  EXPECT_EQ(requested[0].max_conn_interval, 40);
  EXPECT_EQ(requested[0].slave_latency, 1);
  EXPECT_EQ(requested[0].conn_sup_timeout, 400);
  EXPECT_THAT(links.sent, IsEmpty());
  EXPECT_EQ(signalling.answer_update(kConn, true), Status::kOk);
  ASSERT_EQ(links.sent.size(), 1u);
  EXPECT_THAT(links.sent[0], ElementsAre(0x13, 0x21, 2, 0, 0, 0));
  EXPECT_EQ(signalling.answer_update(kConn, true), Status::kInvalidState);
}

TEST_F(AsCentral, RejectsWhatIsOutOfRangeWithoutAsking) {
  const std::vector<std::vector<uint8_t>> bad = {
      {5, 0, 40, 0, 0, 0, 0x90, 1},            // interval below 6
      {24, 0, 0x81, 0x0C, 0, 0, 0x90, 1},      // interval above 3200
      {40, 0, 24, 0, 0, 0, 0x90, 1},           // minimum above maximum
      {24, 0, 40, 0, 0xF4, 0x01, 0x80, 0x0C},  // latency above 499
      {24, 0, 40, 0, 0, 0, 9, 0},              // timeout below 10
      {24, 0, 40, 0, 0, 0, 0x81, 0x0C},        // timeout above 3200
      {0x80, 0x0C, 0x80, 0x0C, 1, 0, 0x90, 1}  // timeout shorter than the latency
  };
  for (const auto& values : bad) {
    links.sent.clear();
    std::vector<uint8_t> pdu = {0x12, 0x33, 8, 0};
    pdu.insert(pdu.end(), values.begin(), values.end());
    receive(pdu);
    ASSERT_EQ(links.sent.size(), 1u);
    EXPECT_THAT(links.sent[0], ElementsAre(0x13, 0x33, 2, 0, 1, 0));
  }
  EXPECT_THAT(requested, IsEmpty());
}

TEST_F(AsCentral, RejectsASecondRequestWhileOneWaits) {
  receive(kRequest);
  std::vector<uint8_t> second = kRequest;
  second[1] = 0x22;
  receive(second);
  EXPECT_EQ(requested.size(), 1u);
  ASSERT_EQ(links.sent.size(), 1u);
  EXPECT_THAT(links.sent[0], ElementsAre(0x13, 0x22, 2, 0, 1, 0));
}

TEST_F(AsPeripheral, RejectsARequest) {
  receive(kRequest);
  EXPECT_THAT(requested, IsEmpty());
  ASSERT_EQ(links.sent.size(), 1u);
  EXPECT_THAT(links.sent[0], ElementsAre(0x13, 0x21, 2, 0, 1, 0));
}

TEST_F(AsPeripheral, RequestsOnceAtATimeAndHearsTheAnswer) {
  EXPECT_EQ(signalling.request_update(kConn, {24, 40, 1, 400}), Status::kOk);
  EXPECT_EQ(signalling.request_update(kConn, {24, 40, 1, 400}), Status::kBusy);
  ASSERT_EQ(links.sent.size(), 1u);
  EXPECT_THAT(links.sent[0], ElementsAre(0x12, 1, 8, 0, 24, 0, 40, 0, 1, 0, 0x90, 0x01));
  receive({0x13, 9, 2, 0, 0, 0});  // another identifier
  receive({0x13, 1, 1, 0, 0});     // wrong length
  EXPECT_THAT(answered, IsEmpty());
  receive({0x13, 1, 2, 0, 0, 0});
  EXPECT_THAT(answered, ElementsAre(true));
  EXPECT_EQ(signalling.request_update(kConn, {24, 40, 1, 400}), Status::kOk);
  receive({0x01, 2, 2, 0, 0, 0});  // Command Reject
  EXPECT_THAT(answered, ElementsAre(true, false));
}

TEST_F(AsPeripheral, TakesSilenceForNo) {
  EXPECT_EQ(signalling.request_update(kConn, {24, 40, 1, 400}), Status::kOk);
  clock.run_for(29'999'000);
  EXPECT_THAT(answered, IsEmpty());
  clock.run_for(2'000);
  EXPECT_THAT(answered, ElementsAre(false));
}

TEST_F(AsPeripheral, ForgetsItsRequestWithTheLink) {
  EXPECT_EQ(signalling.request_update(kConn, {24, 40, 1, 400}), Status::kOk);
  signalling.link_down(kConn);
  clock.run_for(60'000'000);
  EXPECT_THAT(answered, IsEmpty());
}

struct HostileSignal {
  const char* name;
  std::vector<uint8_t> pdu;
  /// Empty: no answer.
  std::vector<uint8_t> answer;
};

TEST_F(AsCentral, AnswersHostileFramesAsTheSpecificationSays) {
  const HostileSignal cases[] = {
      {"empty", {}, {}},
      {"only a code", {0x12}, {}},
      {"no length", {0x12, 5}, {}},
      {"identifier zero", {0x12, 0, 8, 0, 24, 0, 40, 0, 0, 0, 0x90, 1}, {}},
      {"length beyond the frame", {0x12, 5, 9, 0, 24, 0, 40, 0, 0, 0, 0x90, 1}, {}},
      {"length short of the frame", {0x12, 5, 7, 0, 24, 0, 40, 0, 0, 0, 0x90, 1}, {}},
      {"update request of wrong size", {0x12, 5, 2, 0, 24, 0}, {0x01, 5, 2, 0, 0, 0}},
      {"unknown code", {0xEE, 5, 0, 0}, {0x01, 5, 2, 0, 0, 0}},
      {"credit based connection request",
       {0x14, 6, 10, 0, 0x80, 0, 0x40, 0, 23, 0, 23, 0, 1, 0},
       {0x01, 6, 2, 0, 0, 0}},
      {"command reject", {0x01, 5, 2, 0, 0, 0}, {}},
      {"unmatched update response", {0x13, 5, 2, 0, 0, 0}, {}},
      {"unmatched credit based response", {0x15, 5, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {}},
  };
  for (const HostileSignal& hostile : cases) {
    links.sent.clear();
    receive(hostile.pdu);
    if (hostile.answer.empty()) {
      EXPECT_THAT(links.sent, IsEmpty()) << hostile.name;
      continue;
    }
    ASSERT_EQ(links.sent.size(), 1u) << hostile.name;
    EXPECT_EQ(links.sent[0], hostile.answer) << hostile.name;
  }
}

TEST_F(AsCentral, RejectsAnOversizedCommandWithItsMtu) {
  std::vector<uint8_t> beginning(23, 0);
  beginning[0] = 0x14;
  beginning[1] = 0x44;
  signalling.on_oversized(kConn, beginning);
  ASSERT_EQ(links.sent.size(), 1u);
  EXPECT_THAT(links.sent[0], ElementsAre(0x01, 0x44, 4, 0, 1, 0, 23, 0));
  beginning[0] = 0x13;  // a response is never answered
  signalling.on_oversized(kConn, beginning);
  EXPECT_EQ(links.sent.size(), 1u);
}

}  // namespace
}  // namespace pm::host::l2cap
