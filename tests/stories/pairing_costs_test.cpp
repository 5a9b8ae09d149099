// SPDX-License-Identifier: Apache-2.0
//
// A pairing uses no PDU and no HCI command beyond what the specification's sequence needs. The
// sequences are typed from Core, Vol 3, Part H, 2.3.5.6.2 and 3.6.1, and Vol 6, Part D, 6.
#include <algorithm>

#include "pm/hci/acl.hpp"
#include "pm/hci/packet.hpp"
#include "stories/support/two_devices.hpp"

namespace pm::test {
namespace {

using device::Happening;

enum Code : int {
  kPairingRequest = 0x01,
  kPairingResponse = 0x02,
  kConfirm = 0x03,
  kRandom = 0x04,
  kIdentityInformation = 0x08,
  kIdentityAddressInformation = 0x09,
  kPublicKey = 0x0C,
  kDhKeyCheck = 0x0D,
};

/// What went over HCI between two points.
struct Traffic {
  std::vector<int> acl_out;  // codes of SMP PDUs; -1 for anything else
  std::vector<int> acl_in;
  std::vector<hci::Opcode> commands;
  size_t key_pairs = 0;
};

/// -1: the packet is no whole SMP PDU.
int smp_code(Bytes packet) {
  constexpr size_t kL2capHeader = 4;
  const auto acl = hci::parse_acl(packet);
  if (!acl || acl->data.size() <= kL2capHeader || load_le16(&acl->data[2]) != 6 ||
      load_le16(acl->data.data()) != acl->data.size() - kL2capHeader) {
    return -1;
  }
  return acl->data[kL2capHeader];
}

bool is_smp(const Happening& happening, Happening::Kind kind, Code code) {
  return happening.kind == kind && smp_code(happening.octets) == code;
}

bool is_hci_event(const Happening& happening, hci::EventCode code,
                  std::vector<hci::LeSubevent> subevents = {hci::LeSubevent::kNone}) {
  if (happening.kind != Happening::Kind::kHciReceived) {
    return false;
  }
  const auto event = hci::parse_event(happening.octets);
  return event && event->code == code &&
         std::find(subevents.begin(), subevents.end(), event->subevent) != subevents.end();
}

using Point = std::function<bool(const Happening&)>;

/// From the first happening that is `first` to the next one that is `last`, both included.
Traffic between(const StoryDevice& device, const Point& first, const Point& last) {
  const auto& all = device.happenings();
  const auto begin = std::find_if(all.begin(), all.end(), first);
  const auto end = std::find_if(begin, all.end(), last);
  EXPECT_NE(begin, all.end());
  EXPECT_NE(end, all.end());
  Traffic traffic;
  for (auto it = begin; it != all.end() && it <= end; ++it) {
    const bool is_acl = hci::parse_acl(it->octets).has_value();
    if (it->kind == Happening::Kind::kKeyPair) {
      ++traffic.key_pairs;
    } else if (it->kind == Happening::Kind::kHciSent && is_acl) {
      traffic.acl_out.push_back(smp_code(it->octets));
    } else if (it->kind == Happening::Kind::kHciReceived && is_acl) {
      traffic.acl_in.push_back(smp_code(it->octets));
    } else if (it->kind == Happening::Kind::kHciSent) {
      const auto command = hci::parse_command(it->octets);
      traffic.commands.push_back(command ? command->opcode : hci::Opcode::kNone);
    }
  }
  return traffic;
}

Point sent(Code code) {
  return [=](const Happening& it) { return is_smp(it, Happening::Kind::kHciSent, code); };
}
Point received(Code code) {
  return [=](const Happening& it) { return is_smp(it, Happening::Kind::kHciReceived, code); };
}

// NOLINTNEXTLINE(readability-identifier-naming): the name that reports look for.
class pairing_costs : public TwoDevices {};

TEST_F(pairing_costs, BondedSecureConnectionsJustWorksAtTheCentral) {
  bond();
  const Traffic traffic =
      between(collector, sent(kPairingRequest), sent(kIdentityAddressInformation));
  EXPECT_THAT(traffic.acl_out, ElementsAre(kPairingRequest, kPublicKey, kRandom, kDhKeyCheck,
                                           kIdentityInformation, kIdentityAddressInformation));
  EXPECT_THAT(traffic.acl_in,
              ElementsAre(kPairingResponse, kPublicKey, kConfirm, kRandom, kDhKeyCheck,
                          kIdentityInformation, kIdentityAddressInformation));
  EXPECT_THAT(traffic.commands, ElementsAre(hci::Opcode::kLeEnableEncryption));
  // With CSRKs, which nothing here needs, it would be one more each way.
  EXPECT_LE(traffic.acl_out.size(), 7u);
  EXPECT_LE(traffic.acl_in.size(), 8u);
  EXPECT_LE(traffic.commands.size(), 1u);
}

TEST_F(pairing_costs, BondedSecureConnectionsJustWorksAtThePeripheral) {
  bond();
  const Traffic traffic =
      between(sensor, received(kPairingRequest), received(kIdentityAddressInformation));
  EXPECT_THAT(traffic.acl_in, ElementsAre(kPairingRequest, kPublicKey, kRandom, kDhKeyCheck,
                                          kIdentityInformation, kIdentityAddressInformation));
  EXPECT_THAT(traffic.acl_out,
              ElementsAre(kPairingResponse, kPublicKey, kConfirm, kRandom, kDhKeyCheck,
                          kIdentityInformation, kIdentityAddressInformation));
  EXPECT_THAT(traffic.commands, ElementsAre(hci::Opcode::kLeLtkRequestReply));
}

TEST_F(pairing_costs, NoKeyGenerationAndNoCommandBeforeTheFirstPublicKey) {
  bond();
  for (const Traffic& traffic : {between(collector, sent(kPairingRequest), received(kPublicKey)),
                                 between(sensor, received(kPairingRequest), sent(kPublicKey))}) {
    EXPECT_EQ(traffic.key_pairs, 0u);
    EXPECT_TRUE(traffic.commands.empty());
  }
  // The pair was made when the Peer Manager was initialised: one in all.
  for (const StoryDevice* device : both()) {
    EXPECT_EQ(
        std::count_if(device->happenings().begin(), device->happenings().end(),
                      [](const Happening& it) { return it.kind == Happening::Kind::kKeyPair; }),
        1);
  }
}

TEST_F(pairing_costs, EncryptedReconnectionIsOneCommandASide) {
  // As an ordinary application: bonded peers are secured as soon as they connect.
  collector.on_pm_event = [this](const pm_evt& event) {
    collector.standard_handlers().on_pm_evt(event);
  };
  bond();
  subscribe(sensor.cccd_handle());
  for (const bool has_restarted : {false, true}) {
    if (has_restarted) {
      restart_both();
    } else {
      part();
    }
    forget_happenings();
    link();
    settle();
    const Point connected = [](const Happening& it) {
      return is_hci_event(
          it, hci::EventCode::kLeMeta,
          {hci::LeSubevent::kConnectionComplete, hci::LeSubevent::kEnhancedConnectionComplete});
    };
    const Point encrypted = [](const Happening& it) {
      return is_hci_event(it, hci::EventCode::kEncryptionChange);
    };
    const Traffic at_collector = between(collector, connected, encrypted);
    EXPECT_THAT(at_collector.commands, ElementsAre(hci::Opcode::kLeEnableEncryption));
    const Traffic at_sensor = between(sensor, connected, encrypted);
    EXPECT_THAT(at_sensor.commands, ElementsAre(hci::Opcode::kLeLtkRequestReply));
    for (const Traffic& traffic : {at_collector, at_sensor}) {
      EXPECT_TRUE(traffic.acl_in.empty());
      EXPECT_TRUE(traffic.acl_out.empty());
      EXPECT_EQ(traffic.key_pairs, 0u);
    }
    EXPECT_EQ(sensor.count("SEC_SUCCEEDED(E)"), 1u);
    EXPECT_EQ(collector.count("SEC_SUCCEEDED(E)"), 1u);
  }
}

}  // namespace
}  // namespace pm::test
