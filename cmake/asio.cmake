# SPDX-FileCopyrightText: The forklift authors
# SPDX-License-Identifier: MIT

# forklift::asio and forklift::boost_asio: `forklift/asio.hpp` with one Asio or
# the other. Read by the build and, installed, by find_package, so that which
# Asio there is shows where it is used.
find_package(Threads QUIET)

if(NOT TARGET forklift::asio)
  find_path(FORKLIFT_ASIO_INCLUDE_DIR asio/any_io_executor.hpp)
  mark_as_advanced(FORKLIFT_ASIO_INCLUDE_DIR)
  if(FORKLIFT_ASIO_INCLUDE_DIR AND TARGET Threads::Threads)
    add_library(forklift::asio INTERFACE IMPORTED GLOBAL)
    target_link_libraries(forklift::asio INTERFACE forklift::forklift Threads::Threads)
    target_include_directories(forklift::asio INTERFACE "${FORKLIFT_ASIO_INCLUDE_DIR}")
  endif()
endif()

if(NOT TARGET forklift::boost_asio)
  find_package(Boost 1.78 QUIET)
  if(TARGET Boost::headers AND TARGET Threads::Threads)
    add_library(forklift::boost_asio INTERFACE IMPORTED GLOBAL)
    target_link_libraries(forklift::boost_asio
      INTERFACE forklift::forklift Boost::headers Threads::Threads)
    target_compile_definitions(forklift::boost_asio INTERFACE FORKLIFT_BOOST_ASIO)
  endif()
endif()
