// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "watch/observer.hpp"
#include "watch/proc/kept_file.hpp"

namespace watch {

std::optional<Unavailability> obstacle_to_sampling() {
  KeptFile wchan("/proc/self/wchan");
  if (!wchan.look().empty()) return std::nullopt;
  return Unavailability{.backend = Backend::sampling,
                        .reason =
                            "/proc does not show where threads sleep: it is not mounted, or the "
                            "kernel was built without symbols",
                        .remedy = "sudo mount -t proc proc /proc"};
}

}  // namespace watch
