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
  if (text != "allow" && text != "deny") throw std::invalid_argument("must be allow or deny");
  return text == "allow";
}

forklift::Command::Duration parse_offset(const std::string& text) {
  return text.starts_with("-") ? -parse_time(text.substr(1)) : parse_time(text);
}

constexpr Option options[] = {
    {"--unshare", "", "LIST", "Creates namespaces: user,mount,pid,net,uts,ipc,cgroup,time",
     [](RunRequest& request, Text value) {
       for (const auto kind : parse_namespaces(value)) request.command.new_namespace(kind);
     }},
    {"--map-root", "--map-root-user", "",
     "Maps root in a new user namespace to forklift's own user; the default without a map",
     [](RunRequest& request, Text) {
       const auto root = forklift::IdMaps::root_is_caller();
       maps(request).users = root.users;
       maps(request).groups = root.groups;
     }},
    {"--map-users", "", "IN:OUT:COUNT", "Maps user ids of a new user namespace; may be repeated",
     [](RunRequest& request, Text value) { maps(request).users.push_back(parse_range(value)); }},
    {"--map-groups", "", "IN:OUT:COUNT", "Maps group ids of a new user namespace; may be repeated",
     [](RunRequest& request, Text value) { maps(request).groups.push_back(parse_range(value)); }},
    {"--setgroups", "", "allow|deny",
     "Sets whether it may change its supplementary groups in a new user namespace "
     "(default: deny)",
     [](RunRequest& request, Text value) { maps(request).setgroups = parse_permission(value); }},
    {"--join", "", "KIND=PATH|PID", "Joins a namespace, by path or process: net=/run/netns/blue",
     join},
    {"--monotonic", "", "TIME", "Sets the offset of the monotonic clock in a new time namespace",
     [](RunRequest& request, Text value) { request.gathered.monotonic = parse_offset(value); }},
    {"--boottime", "", "TIME", "Sets the offset of the clock that includes suspend time",
     [](RunRequest& request, Text value) { request.gathered.boottime = parse_offset(value); }},
    {"--hostname", "", "NAME", "Sets the host name, in a new or joined uts namespace",
     [](RunRequest& request, Text value) { request.command.hostname(value); }},
    {"--root", "", "DIR", "Sets the root directory, as chroot(1) does; --cwd is inside",
     [](RunRequest& request, Text value) { request.command.root(value); }},
    {"--pivot-root", "", "DIR", "Sets it by pivot_root(2), in a new mount namespace",
     [](RunRequest& request, Text value) { request.command.pivot_root(value); }},
    {"--mount-proc", "", "", "Mounts a new /proc, in new mount and pid namespaces",
     [](RunRequest& request, Text) { request.command.mount_proc(); }},
};

}  // namespace

std::span<const Option> namespace_options() { return options; }

}  // namespace run
