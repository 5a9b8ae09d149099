# SPDX-License-Identifier: Apache-2.0
# The target's library is compiled as a whole: one source that includes all C++ files of it. So the compiler knows that
# there is one device and who calls whom, which is a sixth of the size.

# pm_one_source(<result> <name> <file>...): sets <result> to the given C files and the source that stands for all others.
function(pm_one_source result name)
  set(c_files ${ARGN})
  list(FILTER c_files INCLUDE REGEX "\\.c$")
  set(cpp_files ${ARGN})
  list(FILTER cpp_files EXCLUDE REGEX "\\.c$")
  list(TRANSFORM cpp_files REPLACE "(.+)" "#include \"\\1\"\n")
  list(JOIN cpp_files "" text)
  set(whole "${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp")
  file(CONFIGURE OUTPUT "${whole}" CONTENT "${text}" @ONLY)
  set(${result} "${whole}" ${c_files} PARENT_SCOPE)
endfunction()

# Nothing outside calls what is not PM_API (src/c_api/api.hpp). The others end what -Os still does for speed (code that
# leaves loops, conditions without branches, blocks copied to where a jump's way is known, jumps into a function at the
# end of another), leave equal code to the later pass that joins it when registers are given, and chain blocks so that
# fewer jumps are needed: 430 octets of this source on Cortex-M33.
set(PM_WHOLE_PROGRAM "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(PM_WHOLE_PROGRAM -fwhole-program -fno-optimize-sibling-calls -fno-move-loop-invariants -fno-if-conversion
      -fno-tree-tail-merge -freorder-blocks-algorithm=stc --param=max-jump-thread-duplication-stmts=5)
endif()

# pm_files_of(<result> <target>...): their sources, with absolute paths.
function(pm_files_of result)
  set(all "")
  foreach(target IN LISTS ARGN)
    get_target_property(files ${target} SOURCES)
    get_target_property(folder ${target} SOURCE_DIR)
    foreach(file IN LISTS files)
      get_filename_component(file "${file}" ABSOLUTE BASE_DIR "${folder}")
      list(APPEND all "${file}")
    endforeach()
  endforeach()
  set(${result} ${all} PARENT_SCOPE)
endfunction()
