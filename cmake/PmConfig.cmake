# SPDX-License-Identifier: Apache-2.0
# Kconfig -> one generated header (CONFIG_*), force-included everywhere as Zephyr does it.

# Debian's python3-kconfiglib belongs to the system's interpreter, whatever else is first in PATH.
find_program(PM_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(PM_PYTHON NAMES python3 REQUIRED)
set(PM_AUTOCONF "${PROJECT_BINARY_DIR}/generated/autoconf.h")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/Kconfig" "${PM_KCONFIG_CONFIG}" "${PROJECT_SOURCE_DIR}/scripts/genconfig.py")
execute_process(
  COMMAND ${PM_PYTHON} "${PROJECT_SOURCE_DIR}/scripts/genconfig.py"
          "${PROJECT_SOURCE_DIR}/Kconfig" "${PM_KCONFIG_CONFIG}" "${PM_AUTOCONF}"
  RESULT_VARIABLE result ERROR_VARIABLE error)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "Configuration from ${PM_KCONFIG_CONFIG} failed:\n${error}")
endif()
