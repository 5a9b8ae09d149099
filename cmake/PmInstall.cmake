# SPDX-License-Identifier: Apache-2.0
# find_package(pm COMPONENTS peer_manager zms ...): libraries, every public header, the configuration they were built with.
# One export set per layer, so that a user of the core needs none of the packages that the Linux home uses.
include(CMakePackageConfigHelpers)

set(PM_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/pm")
get_property(PM_LAYERS GLOBAL PROPERTY PM_LAYERS)
# Composition is for this repository's own programs.
list(FILTER PM_LAYERS EXCLUDE REGEX "^device")
set(PM_COMPONENT_TABLE "")
foreach(layer IN LISTS PM_LAYERS)
  # What the layer links: other layers by name, other packages by their namespace (OpenSSL::Crypto -> OpenSSL).
  get_target_property(public pm_${layer} INTERFACE_LINK_LIBRARIES)
  string(REGEX MATCHALL "[A-Za-z]+::[A-Za-z_]+" linked "${public}")
  set(lower_layers "")
  set(packages "")
  foreach(item IN LISTS linked)
    string(REGEX REPLACE "::.*" "" package "${item}")
    string(REGEX REPLACE ".*::" "" name "${item}")
    if(package STREQUAL "pm")
      list(APPEND lower_layers ${name})
    else()
      list(APPEND packages ${package})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES packages)
  string(APPEND PM_COMPONENT_TABLE
    "set(pm_depends_${layer} ${lower_layers})\nset(pm_packages_${layer} ${packages})\n")
  install(TARGETS pm_${layer} EXPORT pm-${layer} ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  install(EXPORT pm-${layer} NAMESPACE pm:: DESTINATION "${PM_PACKAGE_DIR}")
endforeach()

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/" DESTINATION "${PM_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(FILES "${PM_AUTOCONF}" DESTINATION "${PM_INSTALL_INCLUDEDIR}")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/pmConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/generated/pmConfig.cmake" INSTALL_DESTINATION "${PM_PACKAGE_DIR}"
  NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/generated/pmConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/generated/pmConfig.cmake"
              "${PROJECT_BINARY_DIR}/generated/pmConfigVersion.cmake"
        DESTINATION "${PM_PACKAGE_DIR}")
