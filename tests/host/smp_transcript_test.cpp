// SPDX-License-Identifier: Apache-2.0
//
// Pairings computed by other implementations, played command by command with the same nonces and
// keys.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/support/smp_transcript.hpp"

namespace pm::host::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Transcripts : public testing::Test {
 protected:
  template <class Function>
  static void for_each(bool initiator, Function&& function) {
    int played = 0;
    for (const auto& vector : Transcript::all()) {
      if (!Transcript::playable(vector, initiator)) {
        continue;
      }
      SCOPED_TRACE(vector.at("id").get<std::string>());
      Transcript transcript(vector, initiator);
      ASSERT_EQ(transcript.play(1000), transcript.steps.size());
      function(transcript, vector);
      ++played;
    }
    EXPECT_EQ(played, initiator ? 13 : 12);
  }
  static std::string level(const nlohmann::json& vector) {
    const std::string id = vector.at("id");
    const bool just_works = id.find("just-works") != std::string::npos;
    const int key_size = vector.at("key_size");
    const char* number = just_works ? "2" : id.starts_with("sc-") ? "4" : "3";
    return std::string("CONN_SEC_UPDATE level=") + number + " size=" + std::to_string(key_size);
  }
};

TEST_F(Transcripts, AsInitiator) {
  for_each(true, [](Transcript& transcript, const nlohmann::json& vector) {
    Device& device = transcript.device;
    EXPECT_THAT(device.links.key_commands, ElementsAre("enable " + transcript.key() + " 0000"));
    device.take_log();
    device.smp.encryption_changed(kConn, 0, true);
    EXPECT_EQ(device.take_log().front(), level(vector));
  });
}

TEST_F(Transcripts, AsResponder) {
  for_each(false, [](Transcript& transcript, const nlohmann::json& vector) {
    Device& device = transcript.device;
    EXPECT_THAT(device.links.key_commands, IsEmpty()) << "the key waits for the controller";
    const std::array<uint8_t, 8> rand{};
    device.smp.long_term_key_requested(kConn, rand, 0);
    EXPECT_THAT(device.links.key_commands, ElementsAre("reply " + transcript.key()));
    device.take_log();
    device.smp.encryption_changed(kConn, 0, true);
    EXPECT_EQ(device.take_log().front(), level(vector));
  });
}

// Only a controller that asked for the key can have encrypted with it.
TEST_F(Transcripts, EncryptionWithoutTheKeyIsNotBelieved) {
  for_each(false, [](Transcript& transcript, const nlohmann::json&) {
    Device& device = transcript.device;
    device.take_log();
    device.smp.encryption_changed(kConn, 0, true);
    EXPECT_THAT(device.take_log(), IsEmpty());
    EXPECT_EQ(device.links.link.security_level, 1);
  });
}

TEST_F(Transcripts, NumberToCompare) {
  for (const auto& vector : Transcript::all()) {
    if (vector.at("id") != "sc-numeric-comparison") {
      continue;
    }
    Transcript transcript(vector, true);
    ASSERT_EQ(transcript.play(1000), transcript.steps.size());
    EXPECT_EQ(transcript.device.shown_passkey, vector.at("numeric_value").get<std::string>());
    return;
  }
  FAIL() << "the vector is missing";
}

// One flipped bit in any confirm, random or check value of the peer, at each place, ends the
// pairing without a key.
TEST_F(Transcripts, NoFlippedBitOfThePeerGoesThrough) {
  for (const bool initiator : {true, false}) {
    for (const auto& vector : Transcript::all()) {
      if (!Transcript::playable(vector, initiator) || vector.contains("passkey")) {
        continue;
      }
      const Transcript original(vector, initiator);
      for (size_t at = 0; at < original.steps.size(); ++at) {
        const Octets pdu = from_hex(original.steps[at].pdu);
        if (original.steps[at].from_device || pdu[0] < 0x03 || pdu[0] == 0x0C) {
          continue;
        }
        for (size_t octet = 1; octet < pdu.size(); octet += 5) {
          SCOPED_TRACE(vector.at("id").get<std::string>() + " step " + std::to_string(at));
          Transcript transcript(vector, initiator);
          Octets changed = pdu;
          changed[octet] ^= 0x04;
          transcript.steps[at].pdu = to_hex(changed);
          transcript.play(1000);
          Device& device = transcript.device;
          if (!initiator) {
            const std::array<uint8_t, 8> rand{};
            device.smp.long_term_key_requested(kConn, rand, 0);
            device.pump();
          }
          for (const std::string& command : device.links.key_commands) {
            EXPECT_EQ(command, "negative");
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace pm::host::test
