# SPDX-License-Identifier: Apache-2.0
# One static library per layer.
include(GNUInstallDirs)
set(PM_INSTALL_INCLUDEDIR "${CMAKE_INSTALL_INCLUDEDIR}/peer_manager")

set(PM_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
if(PM_WERROR)
  list(APPEND PM_WARNINGS -Werror)
endif()

# pm_library(<layer> SOURCES ... [DEPENDS pm::x ...] [CORE])
# CORE: no exceptions, no RTTI, as the target has it.
function(pm_library layer)
  cmake_parse_arguments(ARG "CORE" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(pm_${layer} STATIC ${ARG_SOURCES})
  add_library(pm::${layer} ALIAS pm_${layer})
  set_target_properties(pm_${layer} PROPERTIES EXPORT_NAME ${layer})
  set_property(GLOBAL APPEND PROPERTY PM_LAYERS ${layer})
  target_include_directories(pm_${layer} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(pm_${layer} PUBLIC ${ARG_DEPENDS})
  target_compile_options(pm_${layer} PRIVATE ${PM_WARNINGS})
  if(ARG_CORE)
    target_compile_options(pm_${layer} PRIVATE
      $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti -fno-threadsafe-statics>)
  endif()
endfunction()

# pm_interface(<layer> [DEPENDS pm::x ...]): a layer of headers only.
function(pm_interface layer)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  add_library(pm_${layer} INTERFACE)
  add_library(pm::${layer} ALIAS pm_${layer})
  set_target_properties(pm_${layer} PROPERTIES EXPORT_NAME ${layer})
  set_property(GLOBAL APPEND PROPERTY PM_LAYERS ${layer})
  target_link_libraries(pm_${layer} INTERFACE ${ARG_DEPENDS})
endfunction()
