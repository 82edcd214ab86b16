# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT
#
# Installs what the page is made with (as its lock file pins it) and bundles it:
#   cmake -DSOURCES=DIR -DTREE=DIR -P make_page.cmake
# Leaves TREE/embedded: the page, or the line that says why there is none.
# Never fails, since the command is of use without the page.
cmake_minimum_required(VERSION 3.25)

function(leave_reason reason)
  message(STATUS "no report page in this build: ${reason}")
  file(CONFIGURE OUTPUT "${TREE}/embedded" CONTENT "@reason@" @ONLY)
endfunction()

# The lines of npm's and the bundler's errors are many; their last words differ.
function(try_step what)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${TREE}" TIMEOUT 300
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(STATUS "${output}")
    leave_reason("${what} when it was built; see that build's output, mend it and build again")
    set(failed TRUE PARENT_SCOPE)
  endif()
endfunction()

find_program(npm npm)
find_program(node NAMES node nodejs)
foreach(tool npm node)
  if(NOT ${tool})
    leave_reason("${tool} was not found when it was built; install ${tool} and build again")
    return()
  endif()
endforeach()

file(MAKE_DIRECTORY "${TREE}")
file(SHA256 "${SOURCES}/package-lock.json" pinned)
set(installed "")
if(EXISTS "${TREE}/installed")
  file(READ "${TREE}/installed" installed)
endif()
if(NOT installed STREQUAL pinned)
  file(COPY "${SOURCES}/package.json" "${SOURCES}/package-lock.json" DESTINATION "${TREE}")
  try_step("npm ci failed (no network?)" ${npm} ci --ignore-scripts --no-audit --no-fund
    --prefer-offline --fetch-retries=1 --fetch-retry-mintimeout=1000)
  if(failed)
    return()
  endif()
  file(WRITE "${TREE}/installed" "${pinned}")
endif()
try_step("the bundler failed" ${node} "${SOURCES}/bundle.mjs" "${TREE}")
if(NOT failed)
  file(COPY_FILE "${TREE}/page.html" "${TREE}/embedded" ONLY_IF_DIFFERENT)
  file(TOUCH "${TREE}/stamp")
endif()
