# SPDX-License-Identifier: Apache-2.0
# One GoogleTest binary per suite. Tests are compiled once and run once: optimising them costs more than it saves, and
# GoogleTest's own headers, which are half of the work, are compiled once for all, and files of a suite together.

set(PM_TEST_OPTIONS ${PM_WARNINGS} $<$<CONFIG:Debug>:-O0>)

find_package(GTest REQUIRED)
include(GoogleTest)
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/generated/test_headers.cpp" CONTENT "")
add_executable(pm_test_headers EXCLUDE_FROM_ALL "${PROJECT_BINARY_DIR}/generated/test_headers.cpp")
target_link_libraries(pm_test_headers PRIVATE GTest::gtest GTest::gmock GTest::gtest_main)
target_compile_features(pm_test_headers PRIVATE cxx_std_20)
target_compile_options(pm_test_headers PRIVATE ${PM_TEST_OPTIONS})
target_precompile_headers(pm_test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  # Else its time stamp keeps ccache from knowing it again.
  target_compile_options(pm_test_headers PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
endif()

# pm_gtest(<target>): what makes an executable a GoogleTest binary.
function(pm_gtest target)
  target_link_libraries(${target} PRIVATE GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_options(${target} PRIVATE ${PM_TEST_OPTIONS})
  target_precompile_headers(${target} REUSE_FROM pm_test_headers)
  get_target_property(c_sources ${target} SOURCES)
  list(FILTER c_sources INCLUDE REGEX "\\.c$")
  set_source_files_properties(${c_sources} PROPERTIES
    SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # GCC takes a precompiled header only before anything else, and CMake names it after the configuration header.
    target_compile_options(${target} BEFORE PRIVATE
      "SHELL:$<$<COMPILE_LANGUAGE:CXX>:-include ${PROJECT_BINARY_DIR}/CMakeFiles/pm_test_headers.dir/cmake_pch.hxx>")
  endif()
endfunction()

# Test programs that call the C interface tell what it returned; the last of all tests compares that with the table
# (tests/c_api/return_codes).
set(PM_RETURN_CODES "${PROJECT_BINARY_DIR}/return_codes.txt")
set(PM_RECORDS_RETURN_CODES
  ENVIRONMENT "PM_RETURN_CODES=${PM_RETURN_CODES}"
  FIXTURES_REQUIRED return_codes_file FIXTURES_SETUP return_codes)

# pm_test(<name> SOURCES ... LIBRARIES ... [PROPERTIES ...])
function(pm_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES;PROPERTIES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES})
  target_compile_definitions(${name} PRIVATE PM_TEST_DATA_DIR="${PROJECT_SOURCE_DIR}/tests/data")
  pm_gtest(${name})
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES ${ARG_PROPERTIES})
endfunction()
