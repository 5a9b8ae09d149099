// SPDX-License-Identifier: Apache-2.0
/**
 * Zephyr Memory Storage on bm_storage: values by 32-bit ID, safe against loss of power. Stand-in
 * for builds without the SDK; same names, layout and meaning.
 *
 * One queue of CONFIG_BM_ZMS_OP_QUEUE_SIZE operations serves all instances, one operation after the
 * other. Calling write and delete from the event handler is allowed. Reads are synchronous, and
 * give what was last written completely.
 */

#ifndef BM_ZMS_H_
#define BM_ZMS_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bm/storage/bm_storage.h"
#include "zephyr/sys/atomic.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Kinds of event. */
enum bm_zms_evt_type {
  BM_ZMS_EVT_NONE,   /**< Never sent. */
  BM_ZMS_EVT_MOUNT,  /**< Mounting is complete. */
  BM_ZMS_EVT_WRITE,  /**< A write is complete. */
  BM_ZMS_EVT_DELETE, /**< A deletion is complete. */
  BM_ZMS_EVT_CLEAR,  /**< Clearing is complete. */
};

/** Event. */
struct bm_zms_evt {
  enum bm_zms_evt_type evt_type; /**< Which. */
  int result;                    /**< 0 or a negative errno: ENOSPC no room, EIO, ... */
  uint32_t id;                   /**< Of a write or deletion. */
};

/** Called when an operation is complete. */
typedef void (*bm_zms_evt_handler_t)(const struct bm_zms_evt* evt);

/** How far mounting is. */
struct bm_zms_init_flags {
  volatile bool initialized;  /**< Mounted. */
  volatile bool initializing; /**< Being mounted. */
} __attribute__((packed));

/** Instance. Zeroed before @ref bm_zms_mount; may be looked at for init_flags and ongoing_writes.
 */
struct bm_zms_fs {
  off_t offset;                           /**< Start in the memory. */
  uint64_t ate_wra;                       /**< Where the next allocation entry goes. */
  uint64_t ate_ra;                        /**< Where searches start during garbage collection. */
  uint64_t data_wra;                      /**< Where the next data go. */
  uint32_t sector_size;                   /**< Octets. */
  uint32_t sector_count;                  /**< Sectors. */
  uint8_t sector_cycle;                   /**< Cycle counter of the active sector. */
  struct bm_zms_init_flags init_flags;    /**< How far mounting is. */
  size_t ate_size;                        /**< Octets of an allocation entry in the memory. */
  struct bm_storage zms_bm_storage;       /**< Memory. */
  const struct bm_storage_info* nvm_info; /**< What it is like. */
  atomic_t ongoing_writes;                /**< Writes and deletions accepted and not complete. */
  bm_zms_evt_handler_t evt_handler;       /**< May be NULL. */
#ifdef CONFIG_BM_ZMS_LOOKUP_CACHE
  uint64_t lookup_cache[CONFIG_BM_ZMS_LOOKUP_CACHE_SIZE]; /**< Newest entries by hash of ID. */
#endif
};

/** How to mount an instance. */
struct bm_zms_fs_config {
  off_t offset;                             /**< Start in the memory. */
  uint32_t sector_size;                     /**< Octets. */
  uint32_t sector_count;                    /**< Sectors, at least 2. */
  bm_zms_evt_handler_t evt_handler;         /**< May be NULL. */
  const struct bm_storage_api* storage_api; /**< Back end. */
};

/**
 * Mounts; BM_ZMS_EVT_MOUNT follows.
 *
 * Returns 0, or
 * - -EFAULT: a pointer is NULL
 * - -EIO: the memory could not be set up
 * - -EINVAL: sizes that do not fit the memory or each other
 * - -EBUSY: it is being mounted
 * - -ENOMEM: the queue is full, or CONFIG_BM_ZMS_INSTANCES others are mounted
 */
int bm_zms_mount(struct bm_zms_fs* fs, const struct bm_zms_fs_config* config);

/**
 * Erases everything and unmounts; BM_ZMS_EVT_CLEAR follows.
 *
 * Returns 0, or
 * - -EFAULT: no instance
 * - -EACCES: not mounted
 * - -ENOMEM: the queue is full
 */
int bm_zms_clear(struct bm_zms_fs* fs);

/**
 * Writes a value; BM_ZMS_EVT_WRITE follows, until then the data must stay as they are. NULL with
 * length 0 deletes (BM_ZMS_EVT_DELETE). ID 0xFFFFFFFF must not be used.
 *
 * Returns len, or
 * - -EFAULT: no instance
 * - -EACCES: not mounted
 * - -EINVAL: longer than a sector can hold or than 65535, or a length without data
 * - -ENOMEM: the queue is full
 */
ssize_t bm_zms_write(struct bm_zms_fs* fs, uint32_t id, const void* data, size_t len);

/** Deletes a value, whether there is one or not; BM_ZMS_EVT_DELETE follows. Returns 0, or as
 * @ref bm_zms_write. */
int bm_zms_delete(struct bm_zms_fs* fs, uint32_t id);

/**
 * Reads a value. NULL data: nothing is copied.
 *
 * Returns the smaller one of len and the stored length, or
 * - -EFAULT: no instance
 * - -EACCES: not mounted
 * - -ENOENT: no such value
 * - -EIO: the memory failed, or the value is damaged
 */
ssize_t bm_zms_read(struct bm_zms_fs* fs, uint32_t id, void* data, size_t len);

/**
 * Reads the cnt-th former version of a value, as far as there is one; 0 is the present one.
 *
 * Returns the stored length, or an error as @ref bm_zms_read.
 */
ssize_t bm_zms_read_hist(struct bm_zms_fs* fs, uint32_t id, void* data, size_t len, uint32_t cnt);

/** Returns the stored length of a value, or an error as @ref bm_zms_read. */
ssize_t bm_zms_get_data_length(struct bm_zms_fs* fs, uint32_t id);

/** Returns the octets that can still be stored, garbage collection included; or -EFAULT, -EACCES,
 * -EIO. */
ssize_t bm_zms_calc_free_space(struct bm_zms_fs* fs);

/** Returns the octets that are free in the active sector, or -EFAULT, -EACCES. */
ssize_t bm_zms_active_sector_free_space(struct bm_zms_fs* fs);

#ifdef __cplusplus
}
#endif

#endif  // BM_ZMS_H_
