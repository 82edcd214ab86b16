// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/cgroup.hpp>

namespace forklift {

Cgroup Cgroup::at(std::string path) {
  Cgroup cgroup;
  cgroup.path_ = std::move(path);
  return cgroup;
}

Cgroup Cgroup::at(int descriptor) {
  Cgroup cgroup;
  cgroup.descriptor_ = descriptor;
  return cgroup;
}

Cgroup Cgroup::create(std::string parent, std::string prefix) {
  Cgroup cgroup;
  cgroup.creates_ = true;
  cgroup.path_ = std::move(parent);
  cgroup.prefix_ = std::move(prefix);
  return cgroup;
}

}  // namespace forklift
