// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>

#include <stdexcept>
#include <system_error>

#include "quantity.hpp"
#include "run/option.hpp"
#include "run/request.hpp"
#include "run/values.hpp"

namespace run {
namespace {

using Text = const std::string&;

void join(RunRequest& request, const std::string& value) {
  const auto [kind, path] = parse_membership(value);
  forklift::Fd opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) {
    throw std::invalid_argument("open '" + path + "': " + std::generic_category().message(errno));
  }
  request.command.join_namespace(opened.get(), kind);
  request.opened.push_back(std::move(opened));
}

forklift::IdMaps& maps(RunRequest& request) {
  auto& gathered = request.gathered.maps;
  return gathered ? *gathered : gathered.emplace();
}

bool parse_permission(const std::string& text) {
  if (text != "allow" && text != "deny") throw std::invalid_argument("allow or deny is wanted");
  return text == "allow";
}

forklift::Command::Duration parse_offset(const std::string& text) {
  return text.starts_with("-") ? -parse_time(text.substr(1)) : parse_time(text);
}

constexpr Option options[] = {
    {"--unshare", "", "LIST", "New namespaces: user,mount,pid,net,uts,ipc,cgroup,time",
     [](RunRequest& request, Text value) {
       for (const auto kind : parse_namespaces(value)) request.command.new_namespace(kind);
     }},
    {"--map-root", "--map-root-user", "",
     "Root in a new user namespace is who forklift is; so it is without a map",
     [](RunRequest& request, Text) {
       const auto root = forklift::IdMaps::root_is_caller();
       maps(request).users = root.users;
       maps(request).groups = root.groups;
     }},
    {"--map-users", "", "IN:OUT:COUNT", "User ids of a new user namespace; may be repeated",
     [](RunRequest& request, Text value) { maps(request).users.push_back(parse_range(value)); }},
    {"--map-groups", "", "IN:OUT:COUNT", "Group ids of a new user namespace; may be repeated",
     [](RunRequest& request, Text value) { maps(request).groups.push_back(parse_range(value)); }},
    {"--setgroups", "", "allow|deny",
     "Whether it may change its supplementary groups in a new user namespace (deny)",
     [](RunRequest& request, Text value) { maps(request).setgroups = parse_permission(value); }},
    {"--join", "", "KIND=PATH|PID", "Joins a namespace: net=/run/netns/blue, or that of a process",
     join},
    {"--monotonic", "", "TIME", "By how much the monotonic clock differs in a new time namespace",
     [](RunRequest& request, Text value) { request.gathered.monotonic = parse_offset(value); }},
    {"--boottime", "", "TIME", "The same for the clock that counts sleep",
     [](RunRequest& request, Text value) { request.gathered.boottime = parse_offset(value); }},
    {"--hostname", "", "NAME", "The host name, in a new or joined uts namespace",
     [](RunRequest& request, Text value) { request.command.hostname(value); }},
    {"--root", "", "DIR", "The root directory, as by chroot(1); --cwd is inside",
     [](RunRequest& request, Text value) { request.command.root(value); }},
    {"--pivot-root", "", "DIR", "The same by pivot_root(2), in a new mount namespace",
     [](RunRequest& request, Text value) { request.command.pivot_root(value); }},
    {"--mount-proc", "", "", "A new /proc, in new mount and pid namespaces",
     [](RunRequest& request, Text) { request.command.mount_proc(); }},
};

}  // namespace

std::span<const Option> namespace_options() { return options; }

}  // namespace run
