// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fmt/core.h>
#include <linux/bpf.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "watch/observer.hpp"
#include "watch/tracing/pid_namespace.hpp"
#include "watch/tracing/libbpf_log.hpp"
#include "watch/tracing/skeleton.hpp"

namespace watch {
namespace {

constexpr const char* types = "/sys/kernel/btf/vmlinux";
constexpr const char* privilege =
    "sudo setcap cap_bpf,cap_perfmon,cap_dac_read_search+ep $(command -v forklift)";

std::optional<Unavailability> unavailability(std::string reason, std::string remedy) {
  return Unavailability{Backend::tracing, std::move(reason), std::move(remedy)};
}

// The kernel checks privileges only when it loads a program, and does not list
// them: this one returns 0, and is never attached.
int load_nothing() {
  const std::array<bpf_insn, 2> nothing{{
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
  }};
  const int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, nullptr, "Dual MIT/GPL",
                               nothing.data(), nothing.size(), nullptr);
  if (fd < 0) return -errno;
  ::close(fd);
  return 0;
}

// CAP_PERFMON and CAP_BPF, or CAP_SYS_ADMIN, which includes both.
bool is_privileged() {
  constexpr std::uint64_t administrates = 1ULL << 21, observes = 1ULL << 38, hooks = 1ULL << 39;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("CapEff:")) continue;
    const auto has = std::stoull(line.substr(7), nullptr, 16);
    return (has & administrates) != 0 || ((has & observes) != 0 && (has & hooks) != 0);
  }
  return false;
}

std::optional<Unavailability> refusal(int error) {
  if (error == EPERM && !is_privileged())
    return unavailability("eBPF takes CAP_BPF and CAP_PERFMON", privilege);
  if (error == EPERM)
    return unavailability("bpf(2) is refused, as in containers and by kernel lockdown",
                          "run it outside of the container");
  if (error == ENOSYS)
    return unavailability("this kernel is built without bpf(2)", "take another kernel");
  return unavailability(fmt::format("bpf(2) fails: {}", std::strerror(error)), "");
}

}  // namespace

std::optional<Unavailability> obstacle_to_tracing() {
  tracing::keep_quiet();
  if (!tracing::is_first_pid_namespace())
    return unavailability("in a pid namespace of its own hooks see other numbers than this command",
                          "run it outside of the container");
  if (const int error = load_nothing()) return refusal(-error);
  if (::access(types, R_OK) != 0)
    return unavailability(fmt::format("the kernel does not describe its types in {}", types),
                          "take a kernel that is built with CONFIG_DEBUG_INFO_BTF");
  if (libbpf_find_vmlinux_btf_id("mmap_lock_acquire_returned", BPF_TRACE_RAW_TP) < 0)
    return unavailability("this kernel has no mmap_lock tracepoints", "take Linux 5.15 or later");
  return std::nullopt;
}

}  // namespace watch
