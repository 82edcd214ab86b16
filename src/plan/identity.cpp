// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/identity.hpp"

#include <errno.h>
#include <grp.h>
#include <pwd.h>

#include <charconv>

#include "types/quote.hpp"

namespace forklift::launch {
namespace {

std::optional<unsigned> as_number(const std::string& text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Failure unknown(const char* what, const std::string& name, int error) {
  return {Step::identity, std::string(what) + " " + quote(name) + (error ? "" : ", who is unknown"),
          error ? error : ENOENT};
}

// The value for "unchanged" in setresuid(2) and similar calls.
constexpr auto unchanged = static_cast<std::uint32_t>(-1);

Failure refuse_unchanged(const char* what) {
  return {Step::identity,
          std::string(what) + " " + std::to_string(unchanged) +
              " (-1), which the kernel takes for \"unchanged\"",
          EINVAL};
}

// Without a group the child would keep the caller's, possibly root's.
Failure lacks_group(uid_t user) {
  return {
      Step::identity,
      "user " + std::to_string(user) + " without a group, who has no entry in the user database",
      EINVAL};
}

// A user by name, else by number, and its entry in the database.
struct User {
  uid_t id;
  std::optional<gid_t> group;
  std::string name;
};

std::expected<User, Failure> look_up_user(const std::string& text) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> room(1 << 14);
  int error;
  const auto number = as_number(text);
  do {
    error = number ? ::getpwuid_r(*number, &entry, room.data(), room.size(), &found)
                   : ::getpwnam_r(text.c_str(), &entry, room.data(), room.size(), &found);
    if (error == ERANGE) room.resize(2 * room.size());
  } while (error == ERANGE);
  if (found) return User{found->pw_uid, found->pw_gid, found->pw_name};
  // An unavailable database has no entry.
  if (number) return User{*number, std::nullopt, ""};
  return std::unexpected(unknown("user", text, error));
}

std::expected<gid_t, Failure> look_up_group(const std::string& text) {
  if (const auto number = as_number(text)) return *number;
  group entry{};
  group* found = nullptr;
  std::vector<char> room(1 << 14);
  int error;
  do {
    error = ::getgrnam_r(text.c_str(), &entry, room.data(), room.size(), &found);
    if (error == ERANGE) room.resize(2 * room.size());
  } while (error == ERANGE);
  if (found) return found->gr_gid;
  return std::unexpected(unknown("group", text, error));
}

std::vector<gid_t> groups_at_login(const std::string& user, gid_t group) {
  std::vector<gid_t> groups(64);
  auto count = static_cast<int>(groups.size());
  while (::getgrouplist(user.c_str(), group, groups.data(), &count) < 0) {
    groups.resize(static_cast<std::size_t>(count));
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

// The database may contain -1, as may the caller's input.
std::optional<Failure> find_half_identity(const ResolvedIdentity& identity) {
  if (identity.user == unchanged) return refuse_unchanged("user");
  if (identity.group == unchanged) return refuse_unchanged("group");
  if (identity.user && !identity.group) return lacks_group(*identity.user);
  return std::nullopt;
}

}  // namespace

std::expected<ResolvedIdentity, Failure> resolve_identity(const LaunchSpec& spec) {
  const Identity& wanted = spec.identity;
  ResolvedIdentity identity;
  identity.groups = wanted.groups;
  std::string login;
  if (const auto* const id = std::get_if<uid_t>(&wanted.user)) {
    identity.user = *id;
    if (wanted.group.index() == 0) {
      const auto user = look_up_user(std::to_string(*id));
      if (user) identity.group = user->group;
    }
  }
  if (const auto* const name = std::get_if<std::string>(&wanted.user)) {
    const auto user = look_up_user(*name);
    if (!user) return std::unexpected(user.error());
    identity.user = user->id;
    identity.group = user->group;
    login = user->name;
  }
  if (const auto* const id = std::get_if<gid_t>(&wanted.group)) identity.group = *id;
  if (const auto* const name = std::get_if<std::string>(&wanted.group)) {
    const auto group = look_up_group(*name);
    if (!group) return std::unexpected(group.error());
    identity.group = *group;
  }
  if (auto half = find_half_identity(identity)) return std::unexpected(std::move(*half));
  // In a user namespace that forbids setting groups, they stay unchanged.
  const auto& around = spec.isolation;
  const bool denied = around.made.contains(Namespace::user) &&
                      !(around.id_maps ? around.id_maps->setgroups : false);
  if (identity.user && !identity.groups && !wanted.keep_groups && !denied) {
    identity.groups =
        login.empty() ? std::vector<gid_t>() : groups_at_login(login, identity.group.value_or(0));
  }
  return identity;
}

}  // namespace forklift::launch
