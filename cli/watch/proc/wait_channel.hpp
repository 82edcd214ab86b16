// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace watch {

/// Where in the kernel a thread is.
enum class WaitChannel {
  running,      ///< or waiting for a processor
  memory_lock,  ///< waiting for the lock of the process's memory
  creation,     ///< within a call that creates a process: waiting for a vforked child
  futex,
  elsewhere,  ///< asleep: in poll(2), nanosleep(2), read(2), ...
  unknown,    ///< it has ended, or may not be read
};

/// From /proc/PID/task/TID/wchan: the function that called the scheduler, or
/// the caller of the lock's slow path.
WaitChannel wait_channel_named(std::string_view wchan);

}  // namespace watch
