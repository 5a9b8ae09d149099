# SPDX-License-Identifier: Apache-2.0
set(PM_SIM_FLASH_SOURCES sim_flash.cpp)
