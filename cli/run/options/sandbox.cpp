// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <errno.h>
#include <linux/bpf_common.h>
#include <linux/filter.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "run/option.hpp"
#include "run/request.hpp"
#include "run/values.hpp"

namespace run {
namespace {

using Text = const std::string&;

// The output of libseccomp's seccomp_export_bpf: instruction by instruction.
std::vector<sock_filter> read_filter(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::invalid_argument("open: " + std::generic_category().message(errno));
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const std::size_t count = bytes.size() / sizeof(sock_filter);
  if (bytes.empty() || bytes.size() % sizeof(sock_filter) != 0 || count > BPF_MAXINSNS) {
    throw std::invalid_argument("not a BPF program: 1 to 4096 instructions of 8 bytes");
  }
  std::vector<sock_filter> filter(count);
  std::memcpy(filter.data(), bytes.data(), bytes.size());
  return filter;
}

forklift::Landlock& landlock(RunRequest& request) {
  request.command.no_new_privileges();
  auto& gathered = request.gathered.landlock;
  return gathered ? *gathered : gathered.emplace();
}

constexpr Option options[] = {
    {"--seccomp", "", "FILE",
     "Filters its system calls, with BPF as libseccomp exports it; implies --no-new-privs",
     [](RunRequest& request, Text value) {
       request.command.seccomp(read_filter(value)).no_new_privileges();
     }},
    {"--landlock-ro", "", "PATH",
     "Restricts its file access to reading and executing below this path; may be repeated; "
     "implies --no-new-privs",
     [](RunRequest& request, Text value) { landlock(request).read_only(value); }},
    {"--landlock-rw", "", "PATH", "The same, with full access below this path",
     [](RunRequest& request, Text value) { landlock(request).read_write(value); }},
    {"--cgroup", "", "DIR", "Launches it into this cgroup (version 2)",
     [](RunRequest& request, Text value) {
       request.gathered.cgroup = forklift::Cgroup::at(value);
     }},
    {"--new-cgroup", "", "DIR",
     "Creates a cgroup for it below this one; at its end, remaining processes are killed",
     [](RunRequest& request, Text value) {
       request.has_tree = true;
       request.gathered.cgroup = forklift::Cgroup::create(value);
     }},
    {"--cgroup-set", "", "FILE=VALUE", "Writes a file of the new cgroup first: memory.max=1G",
     [](RunRequest& request, Text value) {
       request.gathered.cgroup_settings.push_back(parse_pair(value));
     }},
};

}  // namespace

std::span<const Option> sandbox_options() { return options; }

}  // namespace run
