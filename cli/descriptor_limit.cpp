// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "descriptor_limit.hpp"

namespace {

std::optional<rlimit> first_limit;

}  // namespace

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < limit.rlim_max) {
    first_limit = limit;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
  }
  return limit.rlim_cur;
}

std::optional<rlimit> first_descriptor_limit() { return first_limit; }
