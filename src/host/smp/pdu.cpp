// SPDX-License-Identifier: Apache-2.0
#include "host/smp/pdu.hpp"

#include <algorithm>

namespace pm::host::smp {

Block Pdu::block() const {
  Block out{};
  std::copy_n(body.begin(), std::min(body.size(), out.size()), out.begin());
  return out;
}

Parsed parse(Bytes octets, bool from_central) {
  const PduRule* rule = octets.empty() ? nullptr : rule_of(octets[0]);
  if (rule == nullptr) {
    return {Parsed::Verdict::kReserved, false, {}};
  }
  const bool right_direction = from_central ? rule->from_central : rule->from_peripheral;
  const auto verdict =
      octets.size() == rule->length ? Parsed::Verdict::kGood : Parsed::Verdict::kWrongLength;
  return {verdict, right_direction, {rule->opcode, octets.subspan(1)}};
}

OutgoingPdu::OutgoingPdu(Opcode opcode, Bytes body) {
  ByteWriter writer(octets_);
  writer.u8(static_cast<uint8_t>(opcode));
  writer.bytes(body);
  size_ = static_cast<uint8_t>(writer.size());
}

FeaturePdu encode_features(Opcode opcode, const Features& features) {
  return {static_cast<uint8_t>(opcode),
          features.io_capability,
          features.oob,
          features.auth_req,
          features.max_key_size,
          features.initiator_keys,
          features.responder_keys};
}

std::optional<Features> decode_features(Bytes body) {
  ByteReader reader(body);
  Features features;
  features.io_capability = reader.u8();
  features.oob = reader.u8();
  features.auth_req = reader.u8();
  features.max_key_size = reader.u8();
  features.initiator_keys = reader.u8();
  features.responder_keys = reader.u8();
  if (!reader.at_end() || features.io_capability > 4 || features.oob > 1 ||
      features.max_key_size < 7 || features.max_key_size > 16) {
    return std::nullopt;
  }
  return features;
}

}  // namespace pm::host::smp
