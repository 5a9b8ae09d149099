// SPDX-License-Identifier: Apache-2.0
/**
 * Flash under the store. Stand-in for builds without the SDK; same names, layout and meaning.
 *
 * Addresses given to the functions are offsets within the instance. Writes and erasures may
 * complete later: the event handler is called once for each that was accepted, perhaps before
 * return.
 */

#ifndef BM_STORAGE_H_
#define BM_STORAGE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bm_storage;
struct bm_storage_config;

/** What a memory is like; sizes in octets. */
struct bm_storage_info {
  uint32_t program_unit;      /**< Smallest write. */
  uint32_t erase_unit;        /**< Smallest erasure. */
  uint32_t wear_unit;         /**< What wears as one piece. */
  uint8_t erase_value;        /**< Erased octet. */
  bool is_erase_before_write; /**< Memory must be erased before it is written. */
};

/** Kinds of event. */
enum bm_storage_evt_type {
  BM_STORAGE_EVT_WRITE_RESULT, /**< A write is complete. */
  BM_STORAGE_EVT_ERASE_RESULT, /**< An erasure is complete. */
};

/** Event. */
struct bm_storage_evt {
  enum bm_storage_evt_type id; /**< Which. */
  bool is_async;               /**< It came after the call had returned. */
  int result;                  /**< 0 or a negative errno. */
  uint32_t addr;               /**< Where. */
  const void* src;             /**< What was written. */
  size_t len;                  /**< Octets. */
  void* ctx;                   /**< As given with the call. */
};

/** Called when an operation is complete. */
typedef void (*bm_storage_evt_handler_t)(struct bm_storage_evt* evt);

/** What a back end can do. */
struct bm_storage_api {
  int (*init)(struct bm_storage* storage, const struct bm_storage_config* config);
  int (*uninit)(struct bm_storage* storage);
  int (*read)(const struct bm_storage* storage, uint32_t src, void* dest, uint32_t len);
  int (*write)(const struct bm_storage* storage, uint32_t dest, const void* src, uint32_t len,
               void* ctx);
  int (*erase)(const struct bm_storage* storage, uint32_t addr, uint32_t len, void* ctx);
  bool (*is_busy)(const struct bm_storage* storage);
};

/** Instance: a range of a memory. Zeroed before @ref bm_storage_init. */
struct bm_storage {
  const struct bm_storage_api* api;       /**< Back end. */
  const struct bm_storage_info* nvm_info; /**< Its memory. */
  bm_storage_evt_handler_t evt_handler;   /**< May be NULL. */
  uint32_t addr;                          /**< Start of the range. */
  uint32_t size;                          /**< Octets of the range. */
  bool is_initialized : 1;                /**< In use. */
  bool is_wear_aligned : 1;               /**< Writes are multiples of the wear unit. */
  bool is_write_padded : 1;               /**< Short writes are filled with what is there. */
};

/** How to set an instance up; members as in struct bm_storage. */
struct bm_storage_config {
  bm_storage_evt_handler_t evt_handler;
  const struct bm_storage_api* api;
  uint32_t addr;
  uint32_t size;
  bool is_wear_aligned : 1;
  bool is_write_padded : 1;
};

/**
 * Sets an instance up.
 *
 * Returns 0, or
 * - -EFAULT: a pointer is NULL
 * - -EPERM: set up already
 * - -EINVAL: range or flags do not fit the memory
 * - -EIO: the memory cannot be reached
 */
int bm_storage_init(struct bm_storage* storage, const struct bm_storage_config* config);

/** Gives an instance up. Returns 0, -EFAULT (NULL), -EPERM (not set up), -EBUSY (at work). */
int bm_storage_uninit(struct bm_storage* storage);

/**
 * Reads. Returns 0, or
 * - -EFAULT: a pointer is NULL
 * - -EPERM: not set up
 * - -EINVAL: outside the range, or no length
 * - -EIO: the memory failed
 */
int bm_storage_read(const struct bm_storage* storage, uint32_t src, void* dest, uint32_t len);

/**
 * Writes. The source is aligned to 4 octets, and stays as it is until BM_STORAGE_EVT_WRITE_RESULT,
 * which gets ctx.
 *
 * Returns 0, or
 * - -EFAULT: a pointer is NULL
 * - -EPERM: not set up
 * - -EINVAL: outside the range, no length, or not aligned
 * - -ENOMEM: the queue is full
 * - -EBUSY: not now
 * - -EIO: the memory failed
 */
int bm_storage_write(const struct bm_storage* storage, uint32_t dest, const void* src, uint32_t len,
                     void* ctx);

/** Erases; BM_STORAGE_EVT_ERASE_RESULT follows, with ctx. Results as of @ref bm_storage_write. */
int bm_storage_erase(const struct bm_storage* storage, uint32_t addr, uint32_t len, void* ctx);

/** True while an operation of this instance is under way. */
bool bm_storage_is_busy(const struct bm_storage* storage);

/** Tells what the memory is like; NULL when the instance is not set up. */
const struct bm_storage_info* bm_storage_nvm_info_get(const struct bm_storage* storage);

/** For back ends: calls the event handler of the instance, if there is one. */
void bm_storage_evt_dispatch(const struct bm_storage* storage, struct bm_storage_evt* evt);

#ifdef __cplusplus
}
#endif

#endif  // BM_STORAGE_H_
