// SPDX-License-Identifier: Apache-2.0
#include "host/support/smp_transcript.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "host/support/vectors.hpp"

namespace pm::host::test {
namespace {

using nlohmann::json;

ble_gap_sec_kdist_t kdist(uint8_t bits) {
  return {static_cast<uint8_t>(bits & 1), static_cast<uint8_t>((bits >> 1) & 1)};
}

// The parameters that make a device send this Pairing Request or Pairing Response.
ble_gap_sec_params_t params_of(const Octets& pdu, bool initiator) {
  ble_gap_sec_params_t params{};
  params.io_caps = pdu[1] & 0x07;
  params.oob = pdu[2] & 0x01;
  params.bond = (pdu[3] & 0x03) == 1;
  params.mitm = (pdu[3] & 0x04) != 0;
  params.lesc = (pdu[3] & 0x08) != 0;
  params.keypress = (pdu[3] & 0x10) != 0;
  params.min_key_size = 7;
  params.max_key_size = pdu[4];
  params.kdist_own = kdist(initiator ? pdu[5] : pdu[6]);
  params.kdist_peer = kdist(initiator ? pdu[6] : pdu[5]);
  return params;
}

void fill(uint8_t (&out)[16], const json& vector, const std::string& name) {
  const Octets octets = reversed(from_hex(vector.at(name)));
  std::copy_n(octets.begin(), 16, out);
}

}  // namespace

std::vector<json> Transcript::all() {
  std::vector<json> vectors = vectors_of("sc_transcript");
  for (const json& legacy : vectors_of("legacy_transcript")) {
    vectors.push_back(legacy);
  }
  return vectors;
}

bool Transcript::playable(const json& vector, bool device_is_initiator) {
  const char* from = device_is_initiator ? "I" : "R";
  for (const json& pdu : vector.at("pdus_wire")) {
    const Octets octets = from_hex(pdu.at("hex"));
    if (pdu.at("from") == from && octets[0] <= 0x02 && (octets[3] & 0xE0) != 0) {
      return false;
    }
  }
  return true;
}

Transcript::Transcript(const json& vector, bool device_is_initiator)
    : device(clock, device_is_initiator, 1), vector_(vector), initiator_(device_is_initiator) {
  for (const json& pdu : vector_.at("pdus_wire")) {
    const bool own = (pdu.at("from") == "I") == initiator_;
    steps.push_back({own, pdu.at("hex")});
    const Octets octets = from_hex(steps.back().pdu);
    if (own && octets[0] <= 0x02) {
      device.params = params_of(octets, initiator_);
    }
    if (own && octets[0] == 0x04) {
      device.crypto.next_random(Octets(octets.begin() + 1, octets.end()));
    }
  }
  if (vector_.contains("dhkey")) {
    const char* scalar = initiator_ ? "initiator_private" : "responder_private";
    device.crypto.use_private_key(from_hex(vector_.at(scalar)), device.own_pk.pk);
    device.dhkey = reversed(from_hex(vector_.at("dhkey")));
  }
  // Legacy vectors give the temporary key, which is the passkey.
  int passkey = vector_.value("passkey", -1);
  if (vector_.contains("tk") && vector_.at("id") == "legacy-passkey-019655") {
    passkey = 19655;
  }
  if (passkey >= 0) {
    char digits[7];
    std::snprintf(digits, sizeof(digits), "%06u", static_cast<unsigned>(passkey) % 1'000'000);
    device.passkey_to_enter = digits;
    (void)device.smp.set_passkey(reinterpret_cast<const uint8_t*>(digits));
  }
  if (vector_.at("id") == "legacy-oob") {
    device.oob_tk = reversed(from_hex(vector_.at("tk")));
  }
  if (vector_.contains("oob")) {
    set_up_out_of_band();
  }
}

void Transcript::set_up_out_of_band() {
  const json& oob = vector_.at("oob");
  const std::string own = initiator_ ? "initiator_" : "responder_";
  const std::string peer = initiator_ ? "responder_" : "initiator_";
  fill(own_oob_.r, oob, own + "r");
  fill(own_oob_.c, oob, own + "c");
  fill(peer_oob_.r, oob, peer + "r");
  fill(peer_oob_.c, oob, peer + "c");
  const auto flag = [&](size_t step) { return from_hex(steps[step].pdu)[2] != 0; };
  device.oob_peer = flag(initiator_ ? 0 : 1) ? &peer_oob_ : nullptr;
  device.oob_own = flag(initiator_ ? 1 : 0) ? &own_oob_ : nullptr;
}

size_t Transcript::play(size_t count) {
  if (initiator_ && played_ == 0) {
    EXPECT_EQ(device.authenticate(), Status::kOk);
  }
  while (played_ < std::min(count, steps.size())) {
    const Step& step = steps[played_];
    if (!step.from_device) {
      device.inject(step.pdu);
      device.pump();
    } else if (sent_seen_ == device.links.sent.size() ||
               device.links.sent[sent_seen_++] != step.pdu) {
      break;
    }
    ++played_;
  }
  return played_;
}

std::string Transcript::next_from_peer() const {
  size_t sent_ahead = device.links.sent.size() - sent_seen_;
  for (size_t i = played_; i < steps.size(); ++i) {
    if (!steps[i].from_device) {
      return steps[i].pdu.substr(0, 2);
    }
    if (sent_ahead-- == 0) {
      return "";
    }
  }
  return "";
}

bool Transcript::finished() const {
  const bool only_own_left = next_from_peer().empty();
  return only_own_left && played_ + (device.links.sent.size() - sent_seen_) == steps.size();
}

std::string Transcript::key() const {
  const char* name = vector_.contains("ltk") ? "ltk" : "stk";
  return to_hex(reversed(from_hex(vector_.at(name))));
}

}  // namespace pm::host::test
