// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/capability_set.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>

namespace forklift {
namespace {

// In the order of their numbers in <linux/capability.h>.
constexpr std::array<std::string_view, 41> names = {"chown",
                                                    "dac_override",
                                                    "dac_read_search",
                                                    "fowner",
                                                    "fsetid",
                                                    "kill",
                                                    "setgid",
                                                    "setuid",
                                                    "setpcap",
                                                    "linux_immutable",
                                                    "net_bind_service",
                                                    "net_broadcast",
                                                    "net_admin",
                                                    "net_raw",
                                                    "ipc_lock",
                                                    "ipc_owner",
                                                    "sys_module",
                                                    "sys_rawio",
                                                    "sys_chroot",
                                                    "sys_ptrace",
                                                    "sys_pacct",
                                                    "sys_admin",
                                                    "sys_boot",
                                                    "sys_nice",
                                                    "sys_resource",
                                                    "sys_time",
                                                    "sys_tty_config",
                                                    "mknod",
                                                    "lease",
                                                    "audit_write",
                                                    "audit_control",
                                                    "setfcap",
                                                    "mac_override",
                                                    "mac_admin",
                                                    "syslog",
                                                    "wake_alarm",
                                                    "block_suspend",
                                                    "audit_read",
                                                    "perfmon",
                                                    "bpf",
                                                    "checkpoint_restore"};

std::string as_known(std::string_view name) {
  std::string known(name);
  std::ranges::transform(known, known.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return known.starts_with("cap_") ? known.substr(4) : known;
}

}  // namespace

CapabilitySet CapabilitySet::all() {
  std::ifstream file("/proc/sys/kernel/cap_last_cap");
  int last = -1;
  if (!(file >> last)) last = static_cast<int>(names.size()) - 1;
  CapabilitySet set;
  for (int number = 0; number <= last; ++number) set.add(number);
  return set;
}

std::expected<CapabilitySet, std::string> CapabilitySet::parse(std::string_view list) {
  CapabilitySet set;
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    const std::string name = as_known(list.substr(at, end - at));
    at = end + 1;
    if (name == "all") {
      set = of_bits(set.bits() | all().bits());
      continue;
    }
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return std::unexpected(name);
    set.add(static_cast<int>(found - names.begin()));
  }
  return set;
}

std::string CapabilitySet::text() const {
  std::string list;
  for (int number = 0; number < 64; ++number) {
    if (!has(number)) continue;
    const auto index = static_cast<std::size_t>(number);
    if (!list.empty()) list += ',';
    list += index < names.size() ? std::string(names[index]) : std::to_string(number);
  }
  return list;
}

}  // namespace forklift
