// SPDX-License-Identifier: Apache-2.0
/** Atomic counter. Stand-in for builds without the SDK. */

#ifndef ZEPHYR_SYS_ATOMIC_H_
#define ZEPHYR_SYS_ATOMIC_H_

#ifdef __cplusplus
extern "C" {
#endif

typedef long atomic_t;
typedef atomic_t atomic_val_t;

/** Reads. */
static inline atomic_val_t atomic_get(const atomic_t* target) {
  return __atomic_load_n(target, __ATOMIC_SEQ_CST);
}

/** Writes; gives the former value. */
static inline atomic_val_t atomic_set(atomic_t* target, atomic_val_t value) {
  return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}

/** Adds 1; gives the former value. */
static inline atomic_val_t atomic_inc(atomic_t* target) {
  return __atomic_fetch_add(target, 1, __ATOMIC_SEQ_CST);
}

/** Subtracts 1; gives the former value. */
static inline atomic_val_t atomic_dec(atomic_t* target) {
  return __atomic_fetch_sub(target, 1, __ATOMIC_SEQ_CST);
}

#ifdef __cplusplus
}
#endif

#endif  // ZEPHYR_SYS_ATOMIC_H_
