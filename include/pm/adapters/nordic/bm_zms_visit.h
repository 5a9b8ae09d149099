/* SPDX-License-Identifier: Apache-2.0 */
/* What our bm_zms can do besides the SDK's. */
#ifndef PM_ADAPTERS_NORDIC_BM_ZMS_VISIT_H_
#define PM_ADAPTERS_NORDIC_BM_ZMS_VISIT_H_

#include "bm/fs/bm_zms.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Calls visit for at least each ID that has a value; it may be called for others, and several times
 * for one. A weak reference: NULL where the store is the SDK's.
 *
 * Returns 0, or
 * - -EFAULT: no instance
 * - -EACCES: not mounted
 * - -ENOTSUP: the IDs are not known; visit was not called
 */
int pm_bm_zms_visit(struct bm_zms_fs* fs, void (*visit)(void* context, uint32_t id), void* context)
    __attribute__((weak));

#ifdef __cplusplus
}
#endif

#endif /* PM_ADAPTERS_NORDIC_BM_ZMS_VISIT_H_ */
