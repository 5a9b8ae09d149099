// SPDX-License-Identifier: Apache-2.0
//
// Features and capacities as constants, from the CONFIG_* macros that Kconfig generates. The core
// asks these with `if constexpr`, never the preprocessor. An option that its dependencies switch
// off has its default here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pm::config {

#ifdef CONFIG_PM_LESC
inline constexpr bool kLesc = true;
#else
inline constexpr bool kLesc = false;
#endif

#ifdef CONFIG_PM_LESC_GENERATE_NEW_KEYS
inline constexpr bool kLescGenerateNewKeys = true;
#else
inline constexpr bool kLescGenerateNewKeys = false;
#endif

#ifdef CONFIG_PM_RA_PROTECTION
inline constexpr bool kPairingAttemptsProtection = true;
inline constexpr size_t kTrackedPeers = CONFIG_PM_RA_PROTECTION_TRACKED_PEERS_NUM;
inline constexpr uint32_t kMinWaitIntervalMs = CONFIG_PM_RA_PROTECTION_MIN_WAIT_INTERVAL;
inline constexpr uint32_t kMaxWaitIntervalMs = CONFIG_PM_RA_PROTECTION_MAX_WAIT_INTERVAL;
inline constexpr uint32_t kRewardPeriodMs = CONFIG_PM_RA_PROTECTION_REWARD_PERIOD;
#else
inline constexpr bool kPairingAttemptsProtection = false;
inline constexpr size_t kTrackedPeers = 8;
inline constexpr uint32_t kMinWaitIntervalMs = 4000;
inline constexpr uint32_t kMaxWaitIntervalMs = 64000;
inline constexpr uint32_t kRewardPeriodMs = 10000;
#endif

#ifdef CONFIG_PM_SERVICE_CHANGED
inline constexpr bool kServiceChanged = true;
#else
inline constexpr bool kServiceChanged = false;
#endif

#ifdef CONFIG_PM_PEER_RANKS
inline constexpr bool kPeerRanks = true;
#else
inline constexpr bool kPeerRanks = false;
#endif

#ifdef CONFIG_SOFTDEVICE_CENTRAL
inline constexpr bool kCentral = true;
#else
inline constexpr bool kCentral = false;
#endif

#ifdef CONFIG_SOFTDEVICE_PERIPHERAL
inline constexpr bool kPeripheral = true;
#else
inline constexpr bool kPeripheral = false;
#endif

/// Simultaneous connections; at least one, so that tables have an element.
constexpr int at_least_one(int count) { return count > 0 ? count : 1; }
inline constexpr int kLinks = at_least_one(CONFIG_NRF_SDH_BLE_TOTAL_LINK_COUNT);

inline constexpr size_t kMaxRegistrants = CONFIG_PM_MAX_REGISTRANTS;
/// Write buffers of kFlashBufferSize octets.
inline constexpr size_t kFlashBuffers = CONFIG_PM_FLASH_BUFFERS;
inline constexpr size_t kFlashBufferSize = 80;
/// Bonds whose identities are kept in RAM; 0 reads storage instead. An SDK's own configuration does
/// not know this option.
#ifdef CONFIG_PM_IDENTITY_INDEX_SIZE
inline constexpr size_t kIdentityIndexSize = CONFIG_PM_IDENTITY_INDEX_SIZE;
#else
inline constexpr size_t kIdentityIndexSize = 16;
#endif
/// Operations that can be outstanding in the store: those queued, and the one in progress.
inline constexpr size_t kStorageOperations = CONFIG_BM_ZMS_OP_QUEUE_SIZE + 1;

/// Texts above this level are not compiled in: 0 none, 1 errors, to 4 debugging.
#ifdef CONFIG_PEER_MANAGER_LOG_LEVEL
inline constexpr int kLogLevel = CONFIG_PEER_MANAGER_LOG_LEVEL;
#else
inline constexpr int kLogLevel = 0;
#endif

/// Delay of the standard handlers before they start security, in milliseconds.
inline constexpr uint32_t kSecurityDelayMs = CONFIG_PM_HANDLER_SEC_DELAY_MS;

}  // namespace pm::config
