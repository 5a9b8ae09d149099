// SPDX-License-Identifier: Apache-2.0
//
// A peer that does not keep to the protocol: whatever it sends, wherever, has one defined answer,
// and no key is released that the state does not allow.
#include <algorithm>

#include "host/support/smp_pair.hpp"
#include "host/support/smp_transcript.hpp"
#include "host/support/vectors.hpp"

namespace pm::host::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::array<uint8_t, 8> kZeroRand{};

// A command of the right length with a body that means little.
std::string command(unsigned opcode) {
  char text[3];
  std::snprintf(text, sizeof(text), "%02x", opcode & 0xFF);
  const std::string code = text;
  const auto body = [&](size_t octets) { return code + std::string(2 * octets, '5'); };
  switch (opcode) {
    case 0x01:
    case 0x02:
      return code + "030009100202";
    case 0x05:
      return "0508";
    case 0x07:
      return body(10);
    case 0x09:
      return body(7);
    case 0x0B:
      return "0b09";
    case 0x0C:
      return body(64);
    case 0x0E:
      return "0e01";
    default:
      return body(16);
  }
}

// Visits every state that the transcripts reach, also those in which the application owes an
// answer.
template <class Function>
void for_each_state(bool initiator, Function&& visit, const std::vector<std::string>& only = {}) {
  for (const auto& vector : Transcript::all()) {
    const std::string id = vector.at("id");
    const bool wanted = only.empty() || std::find(only.begin(), only.end(), id) != only.end();
    if (!wanted || !Transcript::playable(vector, initiator)) {
      continue;
    }
    const size_t length = vector.at("pdus_wire").size();
    // Twenty rounds of passkey entry are alike: the first ones and the end suffice.
    const auto interesting = [&](size_t step) { return step < 13 || step + 4 > length; };
    const auto visit_state = [&](size_t step, int answers) {
      const auto make = [&vector, initiator, step, answers] {
        auto transcript = std::make_unique<Transcript>(vector, initiator);
        transcript->device.answers = answers;
        transcript->play(step);
        transcript->device.take_log();
        return transcript;
      };
      SCOPED_TRACE(id + (initiator ? " I" : " R") + " step " + std::to_string(step) + " answers " +
                   std::to_string(answers));
      visit(make, step);
    };
    for (size_t step = 0; step <= length; ++step) {
      if (interesting(step)) {
        visit_state(step, 1000);
      }
    }
    for (int answers = 0; answers < 3; ++answers) {
      Transcript probe(vector, initiator);
      probe.device.answers = answers;
      const size_t reached = probe.play(1000);
      if (reached < length && interesting(reached)) {
        visit_state(reached, answers);
      }
    }
  }
}

void expect_next_pairing_works(Transcript& transcript, bool initiator) {
  Device& device = transcript.device;
  device.links.sent.clear();
  if (initiator) {
    EXPECT_EQ(device.authenticate(), Status::kOk);
    EXPECT_EQ(device.links.sent.size(), 1u);
    return;
  }
  device.answers = 0;
  device.inject("01030009100202");
  EXPECT_THAT(device.take_log(), ElementsAre("SEC_PARAMS_REQUEST io=3 lesc=1"));
}

void check_every_opcode(bool initiator) {
  int states = 0;
  for_each_state(initiator, [&](auto&& make, size_t step) {
    ++states;
    for (const unsigned opcode : {0x00u, 0x01u, 0x02u, 0x03u, 0x04u, 0x05u, 0x06u, 0x07u, 0x08u,
                                  0x09u, 0x0Au, 0x0Bu, 0x0Cu, 0x0Du, 0x0Eu, 0x0Fu, 0xFFu}) {
      const auto transcript = make();
      Device& device = transcript->device;
      const std::string pdu = command(opcode);
      SCOPED_TRACE(pdu.substr(0, 2));
      const bool idle = !initiator && step == 0;
      const bool legal = transcript->next_from_peer() == pdu.substr(0, 2);
      const bool reserved = opcode == 0x00 || opcode >= 0x0F;
      device.links.sent.clear();
      device.inject(pdu);
      const auto log = device.take_log();
      const auto& sent = device.links.sent;

      if (legal) {
        const auto failures = std::count_if(
            sent.begin(), sent.end(), [](const std::string& s) { return s.starts_with("05"); });
        EXPECT_LE(failures, 1);
        continue;
      }
      if (opcode == 0x0E) {
        EXPECT_THAT(sent, IsEmpty()) << "a keypress never moves the pairing";
        EXPECT_THAT(log, testing::AnyOf(IsEmpty(), ElementsAre("KEY_PRESSED 1")));
        continue;
      }
      if (reserved || (opcode == 0x0B && initiator)) {
        EXPECT_THAT(sent, IsEmpty());
        EXPECT_THAT(log, IsEmpty());
        continue;
      }
      if (idle) {
        EXPECT_EQ(sent,
                  opcode == 0x0B ? std::vector<std::string>{"0507"} : std::vector<std::string>{});
        EXPECT_THAT(log, IsEmpty());
        continue;
      }
      if (opcode == 0x05) {
        EXPECT_THAT(sent, IsEmpty()) << "Pairing Failed is never answered";
        EXPECT_THAT(log, ElementsAre("AUTH_STATUS 08 remote"));
      } else {
        EXPECT_THAT(sent, ElementsAre("0508"));
        EXPECT_THAT(log, ElementsAre("AUTH_STATUS 08 local"));
      }
      // The tail of the broken pairing gets nothing, not even a key.
      device.links.sent.clear();
      for (const unsigned tail : {0x03u, 0x04u, 0x06u, 0x08u, 0x0Du}) {
        device.inject(command(tail));
      }
      EXPECT_THAT(device.links.sent, IsEmpty());
      if (!initiator) {
        device.smp.long_term_key_requested(kConn, kZeroRand, 0);
        device.answers = 1;
        device.pump();
        EXPECT_EQ(device.links.key_commands.back(), "negative");
        device.take_log();
      }
      if (!(initiator && transcript->next_from_peer().empty())) {
        expect_next_pairing_works(*transcript, initiator);
      }
    }
  });
  EXPECT_GT(states, 100);
}

TEST(HostilePeer, EveryOpcodeInEveryStateOfTheInitiator) { check_every_opcode(true); }
TEST(HostilePeer, EveryOpcodeInEveryStateOfTheResponder) { check_every_opcode(false); }

TEST(HostilePeer, EveryLengthInEveryState) {
  // The codec looks at the length before any phase does: one transcript of each kind will do.
  const std::vector<std::string> kinds = {"sc-just-works", "sc-numeric-comparison",
                                          "sc-passkey-zero", "legacy-just-works"};
  for (const bool initiator : {true, false}) {
    const auto visit = [&](auto&& make, size_t step) {
      for (unsigned opcode = 0x01; opcode <= 0x0E; ++opcode) {
        const size_t right = command(opcode).size() / 2;
        for (const size_t length : {size_t{1}, right - 1, right + 1, size_t{66}}) {
          const auto transcript = make();
          Device& device = transcript->device;
          device.links.sent.clear();
          Octets octets = from_hex(command(opcode));
          octets.resize(length);
          device.inject(to_hex(octets));
          const auto log = device.take_log();
          SCOPED_TRACE(std::to_string(opcode) + " length " + std::to_string(length));
          if (opcode == 0x05) {
            EXPECT_THAT(device.links.sent, IsEmpty());
            continue;
          }
          if (!initiator && step == 0) {
            // Only the beginning of a pairing is answered when idle.
            const std::vector<std::string> answer =
                opcode == 0x01   ? std::vector<std::string>{"050a"}
                : opcode == 0x0B ? std::vector<std::string>{"0507"}
                                 : std::vector<std::string>{};
            EXPECT_EQ(device.links.sent, answer);
            EXPECT_THAT(log, IsEmpty());
            continue;
          }
          EXPECT_THAT(device.links.sent, ElementsAre("050a"));
          EXPECT_THAT(log, ElementsAre("AUTH_STATUS 0a local"));
        }
      }
    };
    for_each_state(initiator, visit, kinds);
  }
}

// Zero keys and skipped checks (CVE-2019-19194, CVE-2020-13593): the controller gets a key only at
// the very end.
TEST(HostilePeer, KeyRequestInEveryStateOfTheResponder) {
  for_each_state(false, [&](auto&& make, size_t step) {
    for (const auto& [rand0, ediv] : {std::pair{0, 0}, {0, 1}, {1, 0}, {7, 7}}) {
      const auto transcript = make();
      Device& device = transcript->device;
      const bool complete = transcript->finished();
      device.links.sent.clear();
      std::array<uint8_t, 8> rand{};
      rand[0] = static_cast<uint8_t>(rand0);
      device.smp.long_term_key_requested(kConn, rand, static_cast<uint16_t>(ediv));
      device.answers = 1;
      device.pump();
      if (complete && rand0 == 0 && ediv == 0) {
        EXPECT_THAT(device.links.key_commands, ElementsAre("reply " + transcript->key()));
        continue;
      }
      EXPECT_THAT(device.links.key_commands, ElementsAre("negative"));
      // Whatever the controller claims then, the link is not encrypted.
      device.smp.encryption_changed(kConn, 0, true);
      EXPECT_EQ(device.links.link.security_level, 1);
      if (step > 0) {
        EXPECT_THAT(device.links.sent, ElementsAre("0508"));
      }
    }
  });
}

class Hostile : public SmpPair {};

std::string public_key_pdu(const ble_gap_lesc_p256_pk_t& key) { return "0c" + to_hex(key.pk); }

// CVE-2020-26558, CVE-2021-37577.
TEST_F(Hostile, OwnPublicKeySentBack) {
  for (const bool negate_y : {false, true}) {
    SCOPED_TRACE(negate_y);
    Device initiator(clock, true, 31);
    Device responder(clock, false, 32);
    ASSERT_EQ(initiator.authenticate(), Status::kOk);
    initiator.inject("02030009100303");
    initiator.pump();
    responder.inject("01030009100303");
    responder.pump();
    for (Device* device : {&initiator, &responder}) {
      ble_gap_lesc_p256_pk_t reflected = device->own_pk;
      for (size_t i = 32; negate_y && i < 64; ++i) {
        reflected.pk[i] ^= 0xFF;  // any other Y
      }
      device->inject(public_key_pdu(reflected));
      EXPECT_EQ(device->links.sent.back(), "050b");
      EXPECT_EQ(device->take_log().back(), "AUTH_STATUS 0b local");
      EXPECT_THAT(device->links.key_commands, IsEmpty());
    }
  }
}

// CVE-2018-5383: the application's validation decides, and nothing is encrypted without it.
TEST_F(Hostile, InvalidPublicKeys) {
  const auto vectors = vectors_of("p256_invalid_public_key");
  ASSERT_EQ(vectors.size(), 30u);
  for (const auto& vector : vectors) {
    SCOPED_TRACE(vector.at("id").get<std::string>());
    Device initiator(clock, true, 33);
    Device responder(clock, false, 34);
    ASSERT_EQ(initiator.authenticate(), Status::kOk);
    initiator.inject("02030009100303");
    responder.inject("01030009100303");
    // With the X of the debug key it is refused as that, before anybody looks at Y.
    const bool is_debug = vector.at("id").get<std::string>().starts_with("inv-debug");
    const std::string reason = is_debug ? "0a" : "0b";
    for (Device* device : {&initiator, &responder}) {
      device->pump();
      device->inject(vector.at("pdu_public_key_wire"));
      EXPECT_EQ(device->take_log().back(), "AUTH_STATUS " + reason + " local");
      EXPECT_EQ(device->links.sent.back(), "05" + reason);
    }
  }
}

// Reflection of the legacy confirm: verification would succeed without the temporary key.
TEST_F(Hostile, LegacyConfirmSentBack) {
  Device initiator(clock, true, 35);
  initiator.params = bonding_params(false, BLE_GAP_IO_CAPS_NONE, false);
  ASSERT_EQ(initiator.authenticate(), Status::kOk);
  initiator.inject("02030000100000");
  initiator.pump();
  const std::string confirm = initiator.links.sent.back();
  ASSERT_EQ(confirm.substr(0, 2), "03");
  initiator.inject(confirm);
  EXPECT_EQ(initiator.links.sent.back(), "0504");
  EXPECT_EQ(initiator.take_log().back(), "AUTH_STATUS 04 local");
  EXPECT_THAT(initiator.links.key_commands, IsEmpty());
}

TEST_F(Hostile, PasskeyConfirmSentBack) {
  Device initiator(clock, true, 36);
  initiator.params = bonding_params(true, BLE_GAP_IO_CAPS_DISPLAY_ONLY, true);
  ASSERT_EQ(initiator.authenticate(), Status::kOk);
  initiator.inject("0202000d100303");
  initiator.pump();
  initiator.inject(public_key_pdu(peripheral.own_pk));
  initiator.pump();
  const std::string confirm = initiator.links.sent.back();
  ASSERT_EQ(confirm.substr(0, 2), "03");
  initiator.inject(confirm);
  EXPECT_EQ(initiator.links.sent.back(), "0504");
}

// A Pairing Failed in the middle, then on as if nothing were (CVE-2025-44557).
TEST_F(Hostile, PairingFailedThenTheNextCommand) {
  for (const auto& vector : Transcript::all()) {
    if (vector.at("id") != "legacy-just-works") {
      continue;
    }
    Transcript transcript(vector, false);
    ASSERT_EQ(transcript.play(4), 4u);
    Device& device = transcript.device;
    device.links.sent.clear();
    device.inject("0508");
    device.inject(transcript.steps[4].pdu);
    device.smp.long_term_key_requested(kConn, kZeroRand, 0);
    device.pump();
    EXPECT_THAT(device.links.sent, IsEmpty());
    EXPECT_THAT(device.links.key_commands, ElementsAre("negative"));
    return;
  }
  FAIL();
}

TEST_F(Hostile, PairingFailedWithoutAPairing) {
  for (const char* pdu : {"0500", "05", "050102", "05ff", "0508", ""}) {
    central.inject(pdu);
    peripheral.inject(pdu);
  }
  EXPECT_THAT(central.links.sent, IsEmpty());
  EXPECT_THAT(peripheral.links.sent, IsEmpty());
  EXPECT_THAT(central.take_log(), IsEmpty());
  EXPECT_THAT(peripheral.take_log(), IsEmpty());
}

TEST_F(Hostile, ReservedReasonsAreFailures) {
  for (const char* pdu : {"0500", "05", "0511", "0581", "05ff", "050102"}) {
    Device initiator(clock, true, 37);
    ASSERT_EQ(initiator.authenticate(), Status::kOk);
    initiator.inject(pdu);
    const char* expected =
        std::string(pdu) == "050102" ? "AUTH_STATUS 01 remote" : "AUTH_STATUS 08 remote";
    EXPECT_THAT(initiator.take_log(), ElementsAre(expected)) << pdu;
    EXPECT_EQ(initiator.links.sent.size(), 1u);
  }
}

TEST_F(Hostile, RolesAreKept) {
  central.inject("01030009100303");
  EXPECT_THAT(central.links.sent, ElementsAre("0507"));
  peripheral.inject("0b01");
  EXPECT_THAT(peripheral.links.sent, ElementsAre("0507"));
  EXPECT_THAT(central.take_log(), IsEmpty());
  EXPECT_THAT(peripheral.take_log(), IsEmpty());
}

TEST_F(Hostile, EveryKeySize) {
  for (unsigned size = 0; size <= 0xFF; ++size) {
    SCOPED_TRACE(size);
    char text[3];
    std::snprintf(text, sizeof(text), "%02x", size);
    Device responder(clock, false, 38);
    responder.params.min_key_size = 12;
    responder.inject(std::string("01030009") + text + "0303");
    responder.pump();
    const bool valid = size >= 7 && size <= 16;
    EXPECT_EQ(responder.links.sent.front().substr(0, 4), !valid      ? "050a"
                                                         : size < 12 ? "0506"
                                                                     : "0203");
    Device initiator(clock, true, 39);
    initiator.params.min_key_size = 12;
    ASSERT_EQ(initiator.authenticate(), Status::kOk);
    initiator.inject(std::string("02030009") + text + "0303");
    initiator.pump();
    EXPECT_EQ(initiator.links.sent.back().substr(0, 4),
              !valid      ? "050a"
              : size < 12 ? "0506"
                          : public_key_pdu(initiator.own_pk).substr(0, 4));
  }
}

TEST_F(Hostile, ResponseThatOffersMoreThanWasAsked) {
  for (const char* response : {"02030009100300", "02030009100003", "02030009100102"}) {
    Device initiator(clock, true, 40);
    initiator.params.kdist_own = {0, 1};
    initiator.params.kdist_peer = {1, 0};
    ASSERT_EQ(initiator.authenticate(), Status::kOk);
    initiator.inject(response);
    EXPECT_EQ(initiator.links.sent.back(), "050a") << response;
  }
}

TEST_F(Hostile, SigningAndLinkKeysAreNeverAgreed) {
  peripheral.inject("01030029100f0f");
  peripheral.pump();
  EXPECT_EQ(peripheral.links.sent.front(), "02030009100303");
}

TEST_F(Hostile, ReservedAuthReqBitsAreIgnored) {
  peripheral.inject("010300e9100303");
  peripheral.pump();
  EXPECT_EQ(peripheral.links.sent.front(), "02030009100303");
}

// The features are part of the check values: a man in the middle cannot talk them down.
TEST_F(Hostile, EveryFlippedBitOfTheFeaturesIsNoticed) {
  both(bonding_params(true, BLE_GAP_IO_CAPS_DISPLAY_YESNO, true));
  for (Device* sender : {&central, &peripheral}) {
    for (int bit = 8; bit < 32; ++bit) {
      SCOPED_TRACE(std::to_string(bit) + (sender == &central ? " request" : " response"));
      reconnect();
      central.params.mitm = 0;  // so that nothing but the check value can object
      peripheral.params.mitm = 0;
      sender->links.tamper = [bit](Octets& pdu) {
        if (pdu[0] == 0x01 || pdu[0] == 0x02) {
          pdu[static_cast<size_t>(bit / 8)] ^= static_cast<uint8_t>(1 << (bit % 8));
        }
      };
      pair();
      run(100'000'000);
      for (Device* device : {&central, &peripheral}) {
        for (const std::string& line : device->take_log()) {
          EXPECT_FALSE(line.starts_with("AUTH_STATUS ok")) << line;
          EXPECT_FALSE(line.starts_with("CONN_SEC_UPDATE")) << line;
        }
      }
      sender->links.tamper = nullptr;
    }
  }
}

TEST_F(Hostile, TwoPairingsDoNotMix) {
  // Two links of one device: the material of each is its own.
  pair();
  const std::string first = to_hex(central.own_enc.enc_info.ltk);
  reconnect();
  pair();
  EXPECT_NE(to_hex(central.own_enc.enc_info.ltk), first) << "new nonces, new key";
}

// Its private key is printed in the specification, so whoever offers it offers no secret.
TEST(LescDebugKey, RefusedOutsideDebugMode) {
  const std::string debug_key =
      "0ce69d350e480103ccdbfdf4ac1191f4efb9a5f9e9a7832c5e2cbe97f2d203b020"
      "8bd28915d08e1c742430ed8fc24563765c15525abf9a32636deb2a65499c80dc";
  for (const bool is_central : {true, false}) {
    sim::VirtualClock clock;
    Device device(clock, is_central, 5);
    if (is_central) {
      ASSERT_EQ(device.authenticate(), Status::kOk);
    }
    device.inject(is_central ? "02030009100303" : "01030009100303");
    device.take_log();
    device.inject(debug_key);
    EXPECT_THAT(device.take_log(), ElementsAre("AUTH_STATUS 0a local"));
    EXPECT_EQ(device.links.sent.back(), "050a");
  }
}

}  // namespace
}  // namespace pm::host::test
