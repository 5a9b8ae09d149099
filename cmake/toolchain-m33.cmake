# SPDX-License-Identifier: Apache-2.0
# Cortex-M33 (nRF54L), Debian's gcc-arm-none-eabi with newlib-nano.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR cortex-m33)

set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
# CMake's probe programs cannot be linked without a board's start-up code.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

set(pm_m33_flags "-mcpu=cortex-m33 -mthumb -Os -ffunction-sections -fdata-sections -specs=nano.specs")
set(CMAKE_C_FLAGS_INIT "${pm_m33_flags}")
set(CMAKE_CXX_FLAGS_INIT "${pm_m33_flags} -fno-exceptions -fno-rtti -fno-threadsafe-statics")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
