// SPDX-License-Identifier: Apache-2.0
#include "host/smp/toolbox.hpp"

#include <algorithm>

namespace pm::host::smp {
namespace {

// Collects a message in the order in which the specification prints it.
template <size_t N>
class MsbMessage {
 public:
  ~MsbMessage() { wipe(octets_); }
  MsbMessage& octet(uint8_t value) {
    octets_[size_++] = value;
    return *this;
  }
  MsbMessage& number(Bytes lsb_first) {
    std::reverse_copy(lsb_first.begin(), lsb_first.end(), octets_.begin() + size_);
    size_ += lsb_first.size();
    return *this;
  }
  MsbMessage& zeros(size_t count) {
    size_ += count;
    return *this;
  }
  // 56 bits: the address type above the address.
  MsbMessage& address(const AirAddress& address) {
    return octet(address.type).number(address.octets);
  }
  std::span<const uint8_t, N> octets() const { return octets_; }

 private:
  std::array<uint8_t, N> octets_{};
  size_t size_ = 0;
};

// A key in the order of the Crypto port.
class MsbKey {
 public:
  explicit MsbKey(std::span<const uint8_t, 16> lsb_first) {
    std::reverse_copy(lsb_first.begin(), lsb_first.end(), octets_.begin());
  }
  explicit MsbKey(const Key128& key) : MsbKey(key.expose()) {}
  ~MsbKey() { wipe(octets_); }
  std::span<const uint8_t, 16> octets() const { return octets_; }

 private:
  std::array<uint8_t, 16> octets_{};
};

Status aes_cmac_reversed(Crypto& crypto, std::span<const uint8_t, 16> msb_key, Bytes message,
                         std::span<uint8_t, 16> lsb_out) {
  const Status status = crypto.aes_cmac(msb_key, message, lsb_out);
  std::reverse(lsb_out.begin(), lsb_out.end());
  return status;
}

void xor_into(Block& block, std::span<const uint8_t, 16> other) {
  for (size_t i = 0; i < block.size(); ++i) {
    block[i] ^= other[i];
  }
}

}  // namespace

Status c1(Crypto& crypto, const Key128& tk, const Block& random, const FeaturePdu& request,
          const FeaturePdu& response, const AirAddress& initiator, const AirAddress& responder,
          Block& confirm) {
  MsbMessage<16> p1;
  p1.number(response).number(request).octet(responder.type).octet(initiator.type);
  MsbMessage<16> p2;
  p2.zeros(4).number(initiator.octets).number(responder.octets);

  const MsbKey key(tk);
  Block block;
  std::reverse_copy(random.begin(), random.end(), block.begin());
  xor_into(block, p1.octets());
  Block inner;
  PM_TRY(crypto.aes128(key.octets(), block, inner));
  xor_into(inner, p2.octets());
  PM_TRY(crypto.aes128(key.octets(), inner, block));
  std::reverse_copy(block.begin(), block.end(), confirm.begin());
  return Status::kOk;
}

Status s1(Crypto& crypto, const Key128& tk, const Block& responder_random,
          const Block& initiator_random, Key128& stk) {
  MsbMessage<16> r;
  r.number(Bytes(responder_random).first(8)).number(Bytes(initiator_random).first(8));
  const MsbKey key(tk);
  const auto out = stk.expose_mutable();
  PM_TRY(crypto.aes128(key.octets(), r.octets(), out));
  std::reverse(out.begin(), out.end());
  return Status::kOk;
}

Status f4(Crypto& crypto, std::span<const uint8_t, 32> u, std::span<const uint8_t, 32> v,
          const Block& x, uint8_t z, Block& confirm) {
  MsbMessage<65> message;
  message.number(u).number(v).octet(z);
  return aes_cmac_reversed(crypto, MsbKey(x).octets(), message.octets(), confirm);
}

Status f5(Crypto& crypto, const DhKey& dhkey, const Block& n1, const Block& n2,
          const AirAddress& a1, const AirAddress& a2, Key128& mac_key, Key128& ltk) {
  static constexpr std::array<uint8_t, 16> kSalt = {0x6C, 0x88, 0x83, 0x91, 0xAA, 0xF5, 0xA5, 0x38,
                                                    0x60, 0x37, 0x0B, 0xDB, 0x5A, 0x60, 0x83, 0xBE};
  MsbMessage<32> w;
  w.number(dhkey.expose());
  Key128 t;
  Status status = crypto.aes_cmac(kSalt, w.octets(), t.expose_mutable());

  const auto derive = [&](uint8_t counter, Key128& out) {
    MsbMessage<53> message;
    message.octet(counter).octet('b').octet('t').octet('l').octet('e');
    message.number(n1).number(n2).address(a1).address(a2);
    message.octet(0x01).octet(0x00);  // length of the output in bits: 256
    return aes_cmac_reversed(crypto, t.expose(), message.octets(), out.expose_mutable());
  };
  if (ok(status)) {
    status = derive(0, mac_key);
  }
  if (ok(status)) {
    status = derive(1, ltk);
  }
  t.wipe();
  return status;
}

Status f6(Crypto& crypto, const Key128& mac_key, const Block& n1, const Block& n2, const Block& r,
          std::span<const uint8_t, 3> io_capabilities, const AirAddress& a1, const AirAddress& a2,
          Block& check) {
  MsbMessage<65> message;
  message.number(n1).number(n2).number(r).number(io_capabilities).address(a1).address(a2);
  return aes_cmac_reversed(crypto, MsbKey(mac_key).octets(), message.octets(), check);
}

Status g2(Crypto& crypto, std::span<const uint8_t, 32> u, std::span<const uint8_t, 32> v,
          const Block& x, const Block& y, uint32_t& six_digits) {
  MsbMessage<80> message;
  message.number(u).number(v).number(y);
  Block mac;
  PM_TRY(aes_cmac_reversed(crypto, MsbKey(x).octets(), message.octets(), mac));
  six_digits = load_le32(mac.data()) % 1'000'000;
  return Status::kOk;
}

Status ah(Crypto& crypto, const Key128& irk, std::span<const uint8_t, 3> prand,
          std::span<uint8_t, 3> hash) {
  MsbMessage<16> r;
  r.zeros(13).number(prand);
  Block out;
  PM_TRY(crypto.aes128(MsbKey(irk).octets(), r.octets(), out));
  std::reverse_copy(out.end() - 3, out.end(), hash.begin());
  return Status::kOk;
}

void mask_key(Key128& key, uint8_t size) {
  const auto octets = key.expose_mutable();
  if (size < octets.size()) {
    wipe(octets.subspan(size));
  }
}

Key128 passkey_to_tk(uint32_t passkey) {
  Key128 tk;
  store_le32(tk.expose_mutable().data(), passkey);
  return tk;
}

}  // namespace pm::host::smp
