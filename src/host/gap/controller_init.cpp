// SPDX-License-Identifier: Apache-2.0
//
// What the host asks a controller at start, and what it does without. Core, Vol 4, Part E, 7; order
// as Vol 6, Part D, 2.1.
#include "host/gap/controller.hpp"

namespace pm::host::gap {
namespace {

constexpr uint64_t bit(unsigned number) { return uint64_t{1} << number; }

// Core, Vol 4, Part E, 7.3.1.
constexpr uint64_t kEventMask = bit(4)         // Disconnection Complete
                                | bit(7)       // Encryption Change
                                | bit(15)      // Hardware Error
                                | bit(47)      // Encryption Key Refresh Complete
                                | bit(61);     // LE Meta
constexpr uint64_t kEventMaskPage2 = bit(23);  // Authenticated Payload Timeout Expired

constexpr uint64_t subevent(hci::LeSubevent event) { return bit(static_cast<unsigned>(event) - 1); }

// Core, Vol 4, Part E, 7.8.1. Events of features that a controller lacks may not be set on old
// ones.
constexpr uint64_t kLeEventMask4_0 = subevent(hci::LeSubevent::kConnectionComplete) |
                                     subevent(hci::LeSubevent::kAdvertisingReport) |
                                     subevent(hci::LeSubevent::kConnectionUpdateComplete) |
                                     subevent(hci::LeSubevent::kReadRemoteFeaturesComplete) |
                                     subevent(hci::LeSubevent::kLongTermKeyRequest);

// LE features. Core, Vol 6, Part B, 4.6.
constexpr unsigned kFeatureParameterRequest = 1;
constexpr unsigned kFeatureDataLength = 5;
constexpr unsigned kFeaturePrivacy = 6;
constexpr unsigned kFeature2M = 8;

constexpr uint64_t le_event_mask(uint64_t features) {
  uint64_t mask = kLeEventMask4_0;
  if ((features & bit(kFeatureParameterRequest)) != 0) {
    mask |= subevent(hci::LeSubevent::kRemoteConnectionParameterRequest);
  }
  if ((features & bit(kFeatureDataLength)) != 0) {
    mask |= subevent(hci::LeSubevent::kDataLengthChange);
  }
  if ((features & bit(kFeaturePrivacy)) != 0) {
    mask |= subevent(hci::LeSubevent::kEnhancedConnectionComplete) |
            subevent(hci::LeSubevent::kDirectedAdvertisingReport);
  }
  if ((features & bit(kFeature2M)) != 0) {
    mask |= subevent(hci::LeSubevent::kPhyUpdateComplete);
  }
  return mask;
}

// The longest data channel PDU: 251 octets take 2120 us at 1 Mbit/s. Core, Vol 6, Part B, 4.5.10.
constexpr uint16_t kDataLengthOctets = 251;
constexpr uint16_t kDataLengthTimeUs = 2120;

}  // namespace

void Controller::start() {
  state_ = State::kInitialising;
  transport_.attach(this);
  send(hci::Reset{}, [this](hci::ErrorCode status, Bytes) { mandatory("Reset", status); });
  send(hci::ReadLocalVersion{}, [this](hci::ErrorCode, Bytes returned) {
    facts_.version = hci::decode_return<hci::ReadLocalVersion>(returned).value_or(
        hci::ReadLocalVersion::Return{});
  });
  send(hci::ReadLocalSupportedCommands{}, [this](hci::ErrorCode status, Bytes returned) {
    const auto supported = hci::decode_return<hci::ReadLocalSupportedCommands>(returned);
    if (status == hci::ErrorCode::kSuccess && supported) {
      facts_.commands = supported->commands;
    }
  });
  send(hci::LeReadLocalSupportedFeatures{}, [this](hci::ErrorCode status, Bytes returned) {
    const auto features = hci::decode_return<hci::LeReadLocalSupportedFeatures>(returned);
    if (status == hci::ErrorCode::kSuccess && features) {
      facts_.le_features = features->features;
    }
    read_supported();
  });
}

void Controller::read_supported() {
  send(hci::SetEventMask{kEventMask});
  send(hci::LeSetEventMask{le_event_mask(facts_.le_features)},
       [this](hci::ErrorCode status, Bytes) { mandatory("LE Set Event Mask", status); });
  if (supports(hci::Opcode::kWriteAuthenticatedPayloadTimeout)) {
    send(hci::SetEventMaskPage2{kEventMaskPage2});
  }
  send(hci::ReadBdAddr{}, [this](hci::ErrorCode, Bytes returned) {
    facts_.public_address =
        hci::decode_return<hci::ReadBdAddr>(returned).value_or(hci::ReadBdAddr::Return{}).address;
  });
  if (supports(hci::Opcode::kLeReadFilterAcceptListSize)) {
    send(hci::LeReadFilterAcceptListSize{}, [this](hci::ErrorCode, Bytes returned) {
      facts_.accept_list_size = hci::decode_return<hci::LeReadFilterAcceptListSize>(returned)
                                    .value_or(hci::LeReadFilterAcceptListSize::Return{})
                                    .size;
    });
  }
  if (supports(hci::Opcode::kLeReadResolvingListSize)) {
    send(hci::LeReadResolvingListSize{}, [this](hci::ErrorCode, Bytes returned) {
      facts_.resolving_list_size = hci::decode_return<hci::LeReadResolvingListSize>(returned)
                                       .value_or(hci::LeReadResolvingListSize::Return{})
                                       .size;
    });
  }
  if (supports(hci::Opcode::kLeWriteSuggestedDefaultDataLength)) {
    send(hci::LeWriteSuggestedDefaultDataLength{kDataLengthOctets, kDataLengthTimeUs});
  }
  read_buffers();
}

void Controller::read_buffers() {
  send(hci::LeReadBufferSize{}, [this](hci::ErrorCode status, Bytes returned) {
    const auto buffers = hci::decode_return<hci::LeReadBufferSize>(returned);
    if (status == hci::ErrorCode::kSuccess && buffers && buffers->acl_length != 0 &&
        buffers->acl_count != 0) {
      acl_.set_buffers(buffers->acl_length, buffers->acl_count);
      finish_initialisation();
      return;
    }
    // No buffers of its own for LE: they are shared with BR/EDR.
    send(hci::ReadBufferSize{}, [this](hci::ErrorCode, Bytes shared_returned) {
      const auto shared = hci::decode_return<hci::ReadBufferSize>(shared_returned);
      if (!shared || shared->acl_length == 0 || shared->acl_count == 0) {
        lose("the controller has no ACL buffers");
        return;
      }
      acl_.set_buffers(shared->acl_length, shared->acl_count);
      finish_initialisation();
    });
  });
}

void Controller::finish_initialisation() {
  state_ = State::kReady;
  sink_.on_controller_ready();
}

}  // namespace pm::host::gap
