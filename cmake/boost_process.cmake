# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT

# forklift::boost_process: `forklift/boost_process.hpp`. How Boost.Process is
# built is left to its user: with Boost.Filesystem, or BOOST_PROCESS_USE_STD_FS.
# Read by the build and, installed, by find_package, as asio.cmake is.
if(NOT TARGET forklift::boost_process)
  find_package(Threads QUIET)
  find_package(Boost 1.80 QUIET)
  if(TARGET Boost::headers AND TARGET Threads::Threads)
    add_library(forklift::boost_process INTERFACE IMPORTED GLOBAL)
    target_link_libraries(forklift::boost_process
      INTERFACE forklift::forklift Boost::headers Threads::Threads)
  endif()
endif()
