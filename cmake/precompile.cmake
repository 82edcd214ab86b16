# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT

# Headers that most files include, compiled once: a third less to do for a build
# that is made for its tests. Off by default, so that a build shows what a file
# forgot to include.
option(FORKLIFT_PRECOMPILE "Compile common headers once" OFF)
function(forklift_precompile target)
  if(FORKLIFT_PRECOMPILE)
    # GCC 12 then sees overflows in the standard library's strings where there are none.
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow)
    target_precompile_headers(${target} PRIVATE <algorithm> <atomic> <chrono> <expected> <functional>
      <map> <memory> <optional> <string> <system_error> <utility> <variant> <vector> ${ARGN})
  endif()
endfunction()
