// SPDX-License-Identifier: Apache-2.0
//
// What the shared object of an application shows to the simulator; everything else in it is hidden.
#include "pm/c_api/runtime.hpp"

// The application's main, renamed by the build because a simulated device is not a process.
extern "C" int application_main(void);

extern "C" {

[[gnu::visibility("default")]] void pm_application_boot(pm::c_api::Runtime* runtime) {
  pm::c_api::boot(*runtime);
}

[[gnu::visibility("default")]] void pm_application_main() { (void)application_main(); }

[[gnu::visibility("default")]] void pm_application_button(unsigned button, bool is_pressed) {
  pm::c_api::button_changed(button, is_pressed);
}
}
