// SPDX-License-Identifier: Apache-2.0
/** Timers. Stand-in for builds without the SDK; same names and meaning. */

#ifndef BM_TIMER_H_
#define BM_TIMER_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Ticks in a second. */
#define BM_TIMER_TICKS_PER_SECOND 32768
/** Shortest time that a timer can be started with, in ticks. */
#define BM_TIMER_MIN_TIMEOUT_TICKS 5
/** Ticks in so many milliseconds, rounded down. */
#define BM_TIMER_MS_TO_TICKS(ms) ((uint32_t)((uint64_t)(ms)*BM_TIMER_TICKS_PER_SECOND / 1000))
/** Ticks in so many microseconds, rounded down. */
#define BM_TIMER_US_TO_TICKS(us) ((uint32_t)((uint64_t)(us)*BM_TIMER_TICKS_PER_SECOND / 1000000))

/** How often a timer expires. */
enum bm_timer_mode {
  BM_TIMER_MODE_SINGLE_SHOT, /**< Once. */
  BM_TIMER_MODE_REPEATED,    /**< Until it is stopped. */
};

/** Called when a timer expires. */
typedef void (*bm_timer_timeout_handler_t)(void* context);

/** Timer. Its members belong to the implementation. */
struct bm_timer {
  bm_timer_timeout_handler_t handler;
  void* context;
  uint32_t period_ticks;
  enum bm_timer_mode mode;
  uint64_t implementation[8]; /* What the event loop needs to keep it in its list. */
};

/**
 * Prepares a timer, which must not be running.
 *
 * Returns 0, or
 * - -EFAULT: no timer, or no handler
 */
int bm_timer_init(struct bm_timer* timer, enum bm_timer_mode mode,
                  bm_timer_timeout_handler_t timeout_handler);

/**
 * Starts a timer, or starts it anew. Its handler gets the context.
 *
 * Returns 0, or
 * - -EFAULT: no timer
 * - -EINVAL: below BM_TIMER_MIN_TIMEOUT_TICKS
 */
int bm_timer_start(struct bm_timer* timer, uint32_t timeout_ticks, void* context);

/**
 * Stops a timer; does nothing when it is not running.
 *
 * Returns 0, or
 * - -EFAULT: no timer
 */
int bm_timer_stop(struct bm_timer* timer);

#ifdef __cplusplus
}
#endif

#endif  // BM_TIMER_H_
