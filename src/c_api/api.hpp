// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A function of the C interface. On the target the library is compiled as a whole, and what does
/// not say this is its own business: see pm_nordic in CMakeLists.txt.
#if defined(__GNUC__) && !defined(__clang__)
#define PM_API __attribute__((externally_visible))
#else
#define PM_API
#endif
