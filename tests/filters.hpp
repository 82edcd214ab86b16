// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Filters for system calls, as seccomp(2) takes them.

#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

using Filter = std::vector<sock_filter>;

inline sock_filter load_number() {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
}
inline sock_filter answer_with(std::uint32_t action) { return BPF_STMT(BPF_RET | BPF_K, action); }

/// `calls` get `action`, all other calls get `others`.
inline Filter choosing(std::initializer_list<long> calls, std::uint32_t action,
                       std::uint32_t others) {
  Filter filter{load_number()};
  for (const long call : calls) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
    filter.push_back(answer_with(action));
  }
  filter.push_back(answer_with(others));
  return filter;
}

inline Filter denying(long call, int error) {
  return choosing({call}, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error), SECCOMP_RET_ALLOW);
}
inline Filter killing(long call) {
  return choosing({call}, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_ALLOW);
}
/// Kills for every call except these.
inline Filter allowing(std::initializer_list<long> calls) {
  return choosing(calls, SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS);
}
