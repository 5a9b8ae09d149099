// SPDX-License-Identifier: Apache-2.0
//
// What a session leaves in its own memory when a pairing is over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <new>

#include "host/support/smp_transcript.hpp"

namespace pm::host::test {
namespace {

// A session in memory that the test can look through.
class Laboratory {
 public:
  explicit Laboratory(Transcript& transcript)
      : device_(transcript.device), services_{device_.links,  device_.events,   transcript.clock,
                                              device_.crypto, device_.identity, std::nullopt} {
    std::fill(std::begin(memory_), std::end(memory_), uint8_t{0});
    session = new (memory_) smp::Session(services_, device_.links.link);
  }
  ~Laboratory() {
    if (session != nullptr) {
      session->~Session();
    }
  }

  void play(const Transcript& transcript) {
    for (const Transcript::Step& step : transcript.steps) {
      if (step.from_device) {
        continue;
      }
      session->on_pdu(from_hex(step.pdu));
      while (!device_.events.empty()) {
        device_.events.pop();
      }
      (void)session->sec_params_reply(0, &device_.params, &device_.keyset);
      if (device_.dhkey && step.pdu.starts_with("0c")) {
        ble_gap_lesc_dhkey_t key{};
        std::copy(device_.dhkey->begin(), device_.dhkey->end(), key.key);
        (void)session->lesc_dhkey_reply(0, &key);
      }
    }
  }
  void destroy() {
    session->~Session();
    session = nullptr;
  }
  bool holds(const Octets& secret) const {
    return std::search(std::begin(memory_), std::end(memory_), secret.begin(), secret.end()) !=
           std::end(memory_);
  }

  smp::Session* session;

 private:
  Device& device_;
  smp::Services services_;
  alignas(smp::Session) uint8_t memory_[sizeof(smp::Session)];
};

class Memory : public testing::TestWithParam<const char*> {
 protected:
  static nlohmann::json vector() {
    for (const auto& candidate : Transcript::all()) {
      if (candidate.at("id") == GetParam()) {
        return candidate;
      }
    }
    return {};
  }
};

TEST_P(Memory, FailureWipesTheKey) {
  Transcript transcript(vector(), false);
  Laboratory laboratory(transcript);
  laboratory.play(transcript);
  const Octets key = from_hex(transcript.key());
  ASSERT_TRUE(laboratory.holds(key)) << "the phase that owns the key";
  laboratory.session->on_pdu(from_hex("0508"));
  EXPECT_FALSE(laboratory.holds(key));
}

TEST_P(Memory, DisconnectionWipesTheKey) {
  Transcript transcript(vector(), false);
  Laboratory laboratory(transcript);
  laboratory.play(transcript);
  const Octets key = from_hex(transcript.key());
  ASSERT_TRUE(laboratory.holds(key));
  laboratory.destroy();
  EXPECT_FALSE(laboratory.holds(key));
}

TEST_P(Memory, SuccessWipesTheKey) {
  Transcript transcript(vector(), false);
  transcript.device.links.hold_acknowledgements = true;
  Laboratory laboratory(transcript);
  laboratory.play(transcript);
  const Octets key = from_hex(transcript.key());
  const std::array<uint8_t, 8> rand{};
  laboratory.session->long_term_key_requested(rand, 0);
  laboratory.session->encryption_changed(0, true);
  for (const std::string& pdu : {"06" + std::string(32, '1'), "07" + std::string(20, '2')}) {
    if (transcript.device.params.lesc == 0) {
      laboratory.session->on_pdu(from_hex(pdu));
    }
  }
  laboratory.session->on_pdu(from_hex("08" + std::string(32, '3')));
  laboratory.session->on_pdu(from_hex("09000102030405c1"));
  for (size_t i = 0; i < transcript.device.links.sent.size(); ++i) {
    laboratory.session->on_pdu_sent();
  }
  const auto log = transcript.device.take_log();
  ASSERT_TRUE(log.back().starts_with("AUTH_STATUS ok")) << log.back();
  EXPECT_FALSE(laboratory.holds(key));
  EXPECT_FALSE(laboratory.holds(Octets(16, 0x33))) << "the peer's IRK";
}

INSTANTIATE_TEST_SUITE_P(Kinds, Memory, testing::Values("legacy-just-works", "sc-just-works"),
                         [](const auto& kind) {
                           std::string name = kind.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace pm::host::test
