// SPDX-License-Identifier: Apache-2.0
/**
 * Back ends of bm_storage. Stand-in for builds without the SDK; a build has those that its platform
 * offers.
 */

#ifndef BM_STORAGE_BACKENDS_H_
#define BM_STORAGE_BACKENDS_H_

#include "bm/storage/bm_storage.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Through the SoftDevice; operations complete later, by SoC events. */
extern const struct bm_storage_api bm_storage_sd_api;
/** RRAM without the SoftDevice; operations complete before return. */
extern const struct bm_storage_api bm_storage_rram_api;
/** Memory of a simulated device. */
extern const struct bm_storage_api bm_storage_native_sim_api;

#ifdef __cplusplus
}
#endif

#endif  // BM_STORAGE_BACKENDS_H_
