// SPDX-License-Identifier: Apache-2.0
/**
 * SoftDevice handler: enabling the SoftDevice, and telling its state and events to observers.
 * Stand-in for builds without the SDK; same names and meaning.
 *
 * An observer is a constant record that its macro puts into a section of its own. The linker
 * gathers the sections in the order of their names, so that observers run by priority, and by name
 * within one (cmake/observers.ld where the SDK's linker script is absent). A record in a static
 * library is linked only if something else in its object file is referenced.
 */

#ifndef NRF_SDH_H_
#define NRF_SDH_H_

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Priorities, in the order in which observers run. */
#define NRF_SDH_OBSERVER_PRIO_HIGHEST 0
#define NRF_SDH_OBSERVER_PRIO_HIGH 1
#define NRF_SDH_OBSERVER_PRIO_USER 2
#define NRF_SDH_OBSERVER_PRIO_USER_LOW 3
#define NRF_SDH_OBSERVER_PRIO_LOWEST 4

/* A sanitizer's red zones between the records would tear the list apart. */
#if defined(__clang__)
#define NRF_SDH_OBSERVER_NO_SANITIZE __attribute__((no_sanitize("address")))
#else
#define NRF_SDH_OBSERVER_NO_SANITIZE
#endif

/* Section garbage collection must not take a record that nobody refers to. */
#if defined(__linux__) && defined(__has_attribute)
#if __has_attribute(retain)
#define NRF_SDH_OBSERVER_RETAIN __attribute__((retain))
#endif
#endif
#ifndef NRF_SDH_OBSERVER_RETAIN
#define NRF_SDH_OBSERVER_RETAIN
#endif

#define NRF_SDH_OBSERVER_STRING(text) #text
#define NRF_SDH_OBSERVER_SECTION(list, prio, name) \
  "._" NRF_SDH_OBSERVER_STRING(list) ".static." NRF_SDH_OBSERVER_STRING(prio) "_" #name

/* Neither padding nor alignment may come between two records: alignment is that of a pointer. */
#define NRF_SDH_OBSERVER_RECORD(list, prio, name)                      \
  NRF_SDH_OBSERVER_NO_SANITIZE NRF_SDH_OBSERVER_RETAIN __attribute__(( \
      used, aligned(__alignof__(void*)), section(NRF_SDH_OBSERVER_SECTION(list, prio, name))))

/** States that observers are told of. */
enum nrf_sdh_state_evt {
  /** About to be enabled; an observer may postpone it. */
  NRF_SDH_STATE_EVT_ENABLE_PREPARE,
  /** The SoftDevice is enabled. */
  NRF_SDH_STATE_EVT_ENABLED,
  /** The Bluetooth stack is enabled. */
  NRF_SDH_STATE_EVT_BLE_ENABLED,
  /** About to be disabled; an observer may postpone it. */
  NRF_SDH_STATE_EVT_DISABLE_PREPARE,
  /** The SoftDevice is disabled. */
  NRF_SDH_STATE_EVT_DISABLED,
};

/**
 * Handler of state changes. A result other than 0 in a PREPARE state postpones the change until
 * @ref nrf_sdh_observer_ready.
 */
typedef int (*nrf_sdh_state_evt_handler_t)(enum nrf_sdh_state_evt state, void* context);

/** Observer of state changes. */
struct nrf_sdh_state_evt_observer {
  nrf_sdh_state_evt_handler_t handler; /**< Called on every change. */
  void* context;                       /**< Given to the handler. */
};

/** Makes an observer of state changes, at file scope. */
#define NRF_SDH_STATE_EVT_OBSERVER(_name, _handler, _context, _prio)                         \
  NRF_SDH_OBSERVER_RECORD(nrf_sdh_state_evt_observers, NRF_SDH_OBSERVER_PRIO_##_prio, _name) \
  static const struct nrf_sdh_state_evt_observer _name = {.handler = (_handler),             \
                                                          .context = (_context)}

/**
 * Enables the SoftDevice.
 *
 * Returns 0, or
 * - -EALREADY: it is enabled
 * - -EINPROGRESS: it is being enabled
 * - -EBUSY: an observer has postponed it
 */
int nrf_sdh_enable_request(void);

/**
 * Disables the SoftDevice.
 *
 * Returns 0, or
 * - -EALREADY: it is disabled
 * - -EINPROGRESS: it is being disabled
 * - -EBUSY: an observer has postponed it
 */
int nrf_sdh_disable_request(void);

/** Goes on with a change of state that this observer has postponed. Returns 0 or a negative errno.
 */
int nrf_sdh_observer_ready(struct nrf_sdh_state_evt_observer* observer);

/** Stops telling events until @ref nrf_sdh_resume. They wait in the stack. */
void nrf_sdh_suspend(void);

/** Goes on telling events. */
void nrf_sdh_resume(void);

/** True between @ref nrf_sdh_suspend and @ref nrf_sdh_resume. */
bool nrf_sdh_is_suspended(void);

/** Tells observers all events that wait: SoC events first, then Bluetooth events. */
void nrf_sdh_evts_poll(void);

#ifdef __cplusplus
}
#endif

#endif  // NRF_SDH_H_
