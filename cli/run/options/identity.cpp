// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <stdexcept>

#include "run/option.hpp"
#include "run/request.hpp"
#include "run/values.hpp"

namespace run {
namespace {

using forklift::CapabilitySet;
using forklift::CapabilitySets;
using Text = const std::string&;

CapabilitySet parse_capabilities(const std::string& list) {
  const auto set = CapabilitySet::parse(list);
  if (!set) throw std::invalid_argument("unknown capability '" + set.error() + "'");
  return *set;
}

CapabilitySets& sets(RunRequest& request) {
  auto& gathered = request.gathered.capabilities;
  return gathered ? *gathered : gathered.emplace();
}

void set_group(RunRequest& request, const std::string& value) {
  const auto ids = parse_groups(value);
  if (ids.size() != 1) throw std::invalid_argument("exactly one group is required");
  request.command.group(ids.front());
}

void set_user(RunRequest& request, const std::string& value) {
  const auto colon = value.find(':');
  if (colon != std::string::npos) set_group(request, value.substr(colon + 1));
  const std::string user = value.substr(0, colon);
  if (user.empty()) throw std::invalid_argument("the user is missing");
  request.command.user(user);
  // The library's default for this, unless --launch-deadline is set.
  if (!request.time_limits.launch) request.time_limits.launch = std::chrono::seconds(10);
}

constexpr Option options[] = {
    {"--user", "", "USER[:GROUP]",
     "Sets the user, by name or id, with its group and supplementary groups by default", set_user},
    {"--group", "", "GROUP", "Sets the group, by name or id", set_group},
    {"--groups", "", "LIST", "Sets the supplementary groups; '' for none",
     [](RunRequest& request, Text value) { request.command.groups(parse_groups(value)); }},
    {"--keep-groups", "", "", "Keeps the supplementary groups",
     [](RunRequest& request, Text) { request.command.keep_groups(); }},
    {"--caps", "", "LIST",
     "Sets exactly these capabilities in every set: net_raw,kill or all or ''; the options below "
     "override single sets",
     [](RunRequest& request, Text value) {
       sets(request) = CapabilitySets::only(parse_capabilities(value));
     }},
    {"--bounding", "", "LIST", "Sets the bounding set",
     [](RunRequest& request, Text value) { sets(request).bounding = parse_capabilities(value); }},
    {"--inheritable", "", "LIST", "Sets the inheritable set",
     [](RunRequest& request, Text value) {
       sets(request).inheritable = parse_capabilities(value);
     }},
    {"--ambient", "", "LIST", "Sets the ambient set, and adds it to permitted and inheritable",
     [](RunRequest& request, Text value) { sets(request).ambient = parse_capabilities(value); }},
    {"--no-new-privs", "", "", "Prevents it from gaining privileges by exec",
     [](RunRequest& request, Text) { request.command.no_new_privileges(); }},
    {"--securebits", "", "LIST",
     "Sets the securebits, by their names in setpriv(1) or as a number: noroot",
     [](RunRequest& request, Text value) { request.command.securebits(parse_securebits(value)); }},
};

}  // namespace

std::span<const Option> identity_options() { return options; }

}  // namespace run
