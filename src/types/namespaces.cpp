// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/namespaces.hpp>

#include <unistd.h>

namespace forklift {

IdMaps IdMaps::root_is_caller() {
  return {.users = {{0, ::geteuid(), 1}}, .groups = {{0, ::getegid(), 1}}};
}

}  // namespace forklift
