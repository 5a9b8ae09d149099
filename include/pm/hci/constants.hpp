// SPDX-License-Identifier: Apache-2.0
//
// Numbers of the Host Controller Interface. Core, Vol 4, Part E, 7 (opcodes, events), Vol 1, Part F
// (error codes), Vol 4, Part A, 2 (packet indicators).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace pm::hci {

enum class Indicator : uint8_t { kCommand = 0x01, kAcl = 0x02, kEvent = 0x04 };

/// OGF in the six most significant bits, OCF below.
enum class Opcode : uint16_t {
  kNone = 0x0000,
  kDisconnect = 0x0406,
  kReadRemoteVersion = 0x041D,
  kSetEventMask = 0x0C01,
  kReset = 0x0C03,
  kSetEventMaskPage2 = 0x0C63,
  kWriteAuthenticatedPayloadTimeout = 0x0C7C,
  kReadLocalVersion = 0x1001,
  kReadLocalSupportedCommands = 0x1002,
  kReadLocalSupportedFeatures = 0x1003,
  kReadBufferSize = 0x1005,
  kReadBdAddr = 0x1009,
  kReadRssi = 0x1405,
  kLeSetEventMask = 0x2001,
  kLeReadBufferSize = 0x2002,
  kLeReadLocalSupportedFeatures = 0x2003,
  kLeSetRandomAddress = 0x2005,
  kLeSetAdvertisingParameters = 0x2006,
  kLeReadAdvertisingTxPower = 0x2007,
  kLeSetAdvertisingData = 0x2008,
  kLeSetScanResponseData = 0x2009,
  kLeSetAdvertisingEnable = 0x200A,
  kLeSetScanParameters = 0x200B,
  kLeSetScanEnable = 0x200C,
  kLeCreateConnection = 0x200D,
  kLeCreateConnectionCancel = 0x200E,
  kLeReadFilterAcceptListSize = 0x200F,
  kLeClearFilterAcceptList = 0x2010,
  kLeAddToFilterAcceptList = 0x2011,
  kLeRemoveFromFilterAcceptList = 0x2012,
  kLeConnectionUpdate = 0x2013,
  kLeSetHostChannelClassification = 0x2014,
  kLeReadRemoteFeatures = 0x2016,
  kLeEncrypt = 0x2017,
  kLeRand = 0x2018,
  kLeEnableEncryption = 0x2019,
  kLeLtkRequestReply = 0x201A,
  kLeLtkRequestNegativeReply = 0x201B,
  kLeReadSupportedStates = 0x201C,
  kLeRemoteConnectionParameterRequestReply = 0x2020,
  kLeRemoteConnectionParameterRequestNegativeReply = 0x2021,
  kLeSetDataLength = 0x2022,
  kLeReadSuggestedDefaultDataLength = 0x2023,
  kLeWriteSuggestedDefaultDataLength = 0x2024,
  kLeAddToResolvingList = 0x2027,
  kLeRemoveFromResolvingList = 0x2028,
  kLeClearResolvingList = 0x2029,
  kLeReadResolvingListSize = 0x202A,
  kLeSetAddressResolutionEnable = 0x202D,
  kLeSetRpaTimeout = 0x202E,
  kLeReadMaximumDataLength = 0x202F,
  kLeReadPhy = 0x2030,
  kLeSetDefaultPhy = 0x2031,
  kLeSetPhy = 0x2032,
  kLeSetPrivacyMode = 0x204E,
};

enum class EventCode : uint8_t {
  kDisconnectionComplete = 0x05,
  kEncryptionChange = 0x08,
  kReadRemoteVersionComplete = 0x0C,
  kCommandComplete = 0x0E,
  kCommandStatus = 0x0F,
  kHardwareError = 0x10,
  kNumberOfCompletedPackets = 0x13,
  kEncryptionKeyRefreshComplete = 0x30,
  kLeMeta = 0x3E,
  kAuthenticatedPayloadTimeoutExpired = 0x57,
};

enum class LeSubevent : uint8_t {
  /// For events that are not LE Meta events.
  kNone = 0x00,
  kConnectionComplete = 0x01,
  kAdvertisingReport = 0x02,
  kConnectionUpdateComplete = 0x03,
  kReadRemoteFeaturesComplete = 0x04,
  kLongTermKeyRequest = 0x05,
  kRemoteConnectionParameterRequest = 0x06,
  kDataLengthChange = 0x07,
  kEnhancedConnectionComplete = 0x0A,
  kDirectedAdvertisingReport = 0x0B,
  kPhyUpdateComplete = 0x0C,
};

enum class ErrorCode : uint8_t {
  kSuccess = 0x00,
  kUnknownCommand = 0x01,
  kUnknownConnectionId = 0x02,
  kHardwareFailure = 0x03,
  kAuthenticationFailure = 0x05,
  kPinOrKeyMissing = 0x06,
  kMemoryCapacityExceeded = 0x07,
  kConnectionTimeout = 0x08,
  kConnectionLimitExceeded = 0x09,
  kConnectionAlreadyExists = 0x0B,
  kCommandDisallowed = 0x0C,
  kRejectedLimitedResources = 0x0D,
  kUnsupportedFeatureOrParameter = 0x11,
  kInvalidParameters = 0x12,
  kRemoteUserTerminated = 0x13,
  kRemoteLowResources = 0x14,
  kRemotePowerOff = 0x15,
  kTerminatedByLocalHost = 0x16,
  kPairingNotAllowed = 0x18,
  kUnsupportedRemoteFeature = 0x1A,
  kUnspecified = 0x1F,
  kUnsupportedLlParameter = 0x20,
  kLlResponseTimeout = 0x22,
  kLlProcedureCollision = 0x23,
  kPairingWithUnitKeyNotSupported = 0x29,
  kInstantPassed = 0x28,
  kDifferentTransactionCollision = 0x2A,
  kControllerBusy = 0x3A,
  kUnacceptableConnectionParameters = 0x3B,
  kAdvertisingTimeout = 0x3C,
  kMicFailure = 0x3D,
  kFailedToBeEstablished = 0x3E,
};

/// Of a peer. The identity values occur in events only, and in the lists they mean public and
/// random.
enum class AddressType : uint8_t {
  kPublic = 0x00,
  kRandom = 0x01,
  kPublicIdentity = 0x02,
  kRandomIdentity = 0x03,
};

/// Of ourselves: with the "resolvable" values the controller makes a resolvable private address
/// from the resolving list, or takes the public or random address if no entry fits.
enum class OwnAddressType : uint8_t {
  kPublic = 0x00,
  kRandom = 0x01,
  kResolvableOrPublic = 0x02,
  kResolvableOrRandom = 0x03,
};

enum class AdvertisingType : uint8_t {
  kConnectable = 0x00,
  kDirectedHighDuty = 0x01,
  kScannable = 0x02,
  kNonConnectable = 0x03,
  kDirectedLowDuty = 0x04,
};

/// Event_Type of an advertising report. Core, Vol 4, Part E, 7.7.65.2.
enum class ReportType : uint8_t {
  kConnectable = 0x00,
  kDirected = 0x01,
  kScannable = 0x02,
  kNonConnectable = 0x03,
  kScanResponse = 0x04,
};

enum class Role : uint8_t { kCentral = 0x00, kPeripheral = 0x01 };

enum class PrivacyMode : uint8_t { kNetwork = 0x00, kDevice = 0x01 };

/// Bits of PHY masks; a PHY itself is numbered 1, 2, 3.
inline constexpr uint8_t kPhy1M = 0x01;
inline constexpr uint8_t kPhy2M = 0x02;
inline constexpr uint8_t kPhyCoded = 0x04;

/// Handles above this value are reserved. Core, Vol 4, Part E, 5.4.2.
inline constexpr uint16_t kMaxConnectionHandle = 0x0EFF;

/// Device address, least significant octet first.
using BdAddr = std::array<uint8_t, 6>;

inline constexpr size_t kCommandHeaderSize = 4;  // with the H4 indicator
inline constexpr size_t kEventHeaderSize = 3;
inline constexpr size_t kAclHeaderSize = 5;
inline constexpr size_t kMaxCommandSize = kCommandHeaderSize + 255;
inline constexpr size_t kMaxEventSize = kEventHeaderSize + 255;

using CommandBuffer = std::array<uint8_t, kMaxCommandSize>;
using EventBuffer = std::array<uint8_t, kMaxEventSize>;

}  // namespace pm::hci
