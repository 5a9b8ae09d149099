# SPDX-License-Identifier: Apache-2.0
# Where the C declarations and the CONFIG_* come from: ours, or an SDK's.

set(PM_SDK_INCLUDE_DIRS "" CACHE STRING
    "Include directories of an SDK, used in place of include/softdevice and include/sdk")
set(PM_SDK_CONFIG_HEADER "" CACHE FILEPATH
    "Configuration header (CONFIG_*) of an SDK, used in place of the one made from PM_KCONFIG_CONFIG")

set(PM_SOFTDEVICE_HEADERS "${PROJECT_SOURCE_DIR}/include/softdevice")
set(PM_SDK_HEADERS "${PROJECT_SOURCE_DIR}/include/sdk")
if(PM_SDK_INCLUDE_DIRS)
  set(PM_SOFTDEVICE_HEADERS "${PM_SDK_INCLUDE_DIRS}")
  set(PM_SDK_HEADERS "")
endif()

find_program(PM_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(PM_PYTHON NAMES python3 REQUIRED)
if(PM_SDK_CONFIG_HEADER)
  set(PM_AUTOCONF "${PM_SDK_CONFIG_HEADER}")
  return()
endif()

# Kconfig -> one generated header (CONFIG_*), force-included everywhere as Zephyr does it.
# Debian's python3-kconfiglib belongs to the system's interpreter, whatever else is first in PATH.
set(PM_AUTOCONF "${PROJECT_BINARY_DIR}/generated/autoconf.h")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/Kconfig" "${PROJECT_SOURCE_DIR}/Kconfig.peer_manager"
  "${PROJECT_SOURCE_DIR}/Kconfig.store" "${PM_KCONFIG_CONFIG}" "${PROJECT_SOURCE_DIR}/scripts/genconfig.py")
execute_process(
  COMMAND ${PM_PYTHON} "${PROJECT_SOURCE_DIR}/scripts/genconfig.py"
          "${PROJECT_SOURCE_DIR}/Kconfig" "${PM_KCONFIG_CONFIG}" "${PM_AUTOCONF}"
  RESULT_VARIABLE result ERROR_VARIABLE error)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "Configuration from ${PM_KCONFIG_CONFIG} failed:\n${error}")
endif()
