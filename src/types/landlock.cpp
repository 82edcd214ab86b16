// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/landlock.hpp>

#include <linux/landlock.h>

namespace forklift {

Landlock& Landlock::allow(std::string path, std::uint64_t rights) {
  rules_.push_back({std::move(path), rights});
  return *this;
}

Landlock& Landlock::read_only(std::string path) {
  return allow(std::move(path), LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                                    LANDLOCK_ACCESS_FS_READ_DIR);
}

Landlock& Landlock::read_write(std::string path) {
  return allow(std::move(path), ~std::uint64_t{0});
}

}  // namespace forklift
