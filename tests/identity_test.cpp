// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// The user and groups of a child. No process has the user ids used here.

#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>

#include "reveal.hpp"

using forklift::CapabilitySet, forklift::CapabilitySets, forklift::Command, forklift::Step;

namespace {

constexpr uid_t somebody = 61234;

bool skipped_without_root() {
  if (is_root()) return false;
  MESSAGE("skipped: needs root to become somebody else");
  return true;
}

std::string hex(CapabilitySet set) { return joined(std::hex, set.bits()); }

std::string four(unsigned id) { return joined(id, " ", id, " ", id, " ", id); }

// The supplementary groups that a login would give.
std::string groups_at_login(const std::string& name, gid_t group) {
  std::vector<gid_t> groups(64);
  int count = 64;
  ::getgrouplist(name.c_str(), group, groups.data(), &count);
  groups.resize(static_cast<std::size_t>(count));
  std::ranges::sort(groups);
  std::string text;
  for (const gid_t one : groups) text += (text.empty() ? "" : " ") + std::to_string(one);
  return text;
}

std::string in_every_set(const Revealed& child, const std::string& expected) {
  std::string wrong;
  for (const char* const set : {"permitted", "effective", "inheritable", "ambient", "bounding"}) {
    wrong += differ(set, at(child, "cap." + std::string(set)), expected);
  }
  return wrong;
}

}  // namespace

TEST_CASE("a child that becomes a user is that user by all four ids and in no other group") {
  if (skipped_without_root()) return;
  const std::string wrong = in_fork([]() -> std::string {
    const gid_t groups[] = {4, 20};
    if (::setgroups(2, groups) != 0) return "setgroups";
    const Revealed child =
        reveal([](Command& command) { command.user(somebody).group(::getgid()); });
    return differ("uid", at(child, "uid"), four(somebody)) +
           differ("gid", at(child, "gid"), four(::getgid())) +
           differ("groups", at(child, "groups"), "none") +
           differ("permitted", at(child, "cap.permitted"), "0") +
           differ("effective", at(child, "cap.effective"), "0") +
           differ("dumpable", at(child, "dumpable"), "1");
  });
  CHECK(wrong == "");
}

TEST_CASE("a user given by name comes with its groups, as at a login") {
  if (skipped_without_root()) return;
  for (const char* const name : {"nobody", "daemon"}) {
    const passwd* const entry = ::getpwnam(name);
    if (!entry) {
      MESSAGE("skipped: there is no user " << name);
      continue;
    }
    const uid_t uid = entry->pw_uid;
    const gid_t gid = entry->pw_gid;
    const Revealed child = reveal([&](Command& command) { command.user(name); });
    CHECK(at(child, "uid") == four(uid));
    CHECK(at(child, "gid") == four(gid));
    CHECK(at(child, "groups") == groups_at_login(name, gid));
    const Revealed same = reveal([&](Command& command) { command.user(std::to_string(uid)); });
    CHECK(at(same, "uid") == four(uid));
    CHECK(at(same, "gid") == four(gid));
  }
}

TEST_CASE("a group that is set takes the place of a user's own") {
  if (skipped_without_root()) return;
  const Revealed child =
      reveal([](Command& command) { command.user(std::to_string(::geteuid())).group(somebody); });
  CHECK(at(child, "gid") == four(somebody));
  const Revealed named = reveal([](Command& command) { command.user(somebody).group("daemon"); });
  CHECK(at(named, "uid") == four(somebody));
  CHECK(at(named, "gid") == four(::getgrnam("daemon")->gr_gid));
}

TEST_CASE("a child keeps its caller's groups if asked to, and has those that are set") {
  if (skipped_without_root()) return;
  const std::string wrong = in_fork([]() -> std::string {
    const gid_t groups[] = {4, 20};
    if (::setgroups(2, groups) != 0) return "setgroups";
    const Revealed kept =
        reveal([](Command& command) { command.user(somebody).group(somebody).keep_groups(); });
    const Revealed set = reveal([](Command& command) {
      command.user(somebody).group(somebody).groups({9, 7, 8});
    });
    const Revealed only = reveal([](Command& command) { command.groups({}); });
    const Revealed group = reveal([](Command& command) { command.group(somebody); });
    return differ("kept", at(kept, "groups"), "4 20") + differ("set", at(set, "groups"), "7 8 9") +
           differ("none", at(only, "groups"), "none") +
           differ("with a group alone", at(group, "groups"), "4 20") +
           differ("uid", at(group, "uid"), four(::getuid()));
  });
  CHECK(wrong == "");
}

TEST_CASE("the caller's own threads stay who they are") {
  if (skipped_without_root()) return;
  reveal([](Command& command) { command.user(somebody).group(somebody).groups({1, 2}); });
  CHECK(::getuid() == 0);
  CHECK(::getegid() == ::getgid());
  CHECK(::getgid() != somebody);
}

TEST_CASE("capabilities asked for are in every set of a program that is not root's") {
  if (skipped_without_root()) return;
  const CapabilitySet set{CAP_NET_RAW, CAP_NET_BIND_SERVICE};
  const Revealed child = reveal([&](Command& command) {
    command.user(somebody).group(somebody).capabilities(CapabilitySets::only(set));
  });
  CHECK(at(child, "uid") == four(somebody));
  CHECK(in_every_set(child, hex(set)) == "");
}

TEST_CASE("root's program, too, has no capability but those asked for") {
  if (skipped_without_root()) return;
  const CapabilitySet set{CAP_NET_RAW};
  const Revealed child =
      reveal([&](Command& command) { command.capabilities(CapabilitySets::only(set)); });
  CHECK(in_every_set(child, hex(set)) == "");
  CHECK(at(child, "uid") == four(0));
  const Revealed none =
      reveal([&](Command& command) { command.capabilities(CapabilitySets::only({})); });
  CHECK(in_every_set(none, "0") == "");
}

TEST_CASE("ambient capabilities come to the program of another user by themselves") {
  if (skipped_without_root()) return;
  const CapabilitySet set{CAP_NET_RAW};
  const Revealed plain = reveal([](Command&) {});
  const Revealed child = reveal([&](Command& command) {
    command.user(somebody).group(somebody).capabilities({.permitted = {}, .ambient = set});
  });
  for (const char* const name : {"permitted", "effective", "inheritable", "ambient"}) {
    CHECK(at(child, "cap." + std::string(name)) == hex(set));
  }
  CHECK(at(child, "cap.bounding") == at(plain, "cap.bounding"));
}

TEST_CASE("capability sets that are left out stay as they are") {
  if (skipped_without_root()) return;
  const Revealed plain = reveal([](Command&) {});
  const CapabilitySet inherited{CAP_KILL};
  const Revealed child =
      reveal([&](Command& command) { command.capabilities({.inheritable = inherited}); });
  CHECK(at(child, "cap.inheritable") == hex(inherited));
  CHECK(at(child, "cap.permitted") == at(plain, "cap.permitted"));
  CHECK(at(child, "cap.bounding") == at(plain, "cap.bounding"));
  CHECK(at(child, "cap.ambient") == "0");
}

TEST_CASE("what is not in the bounding set is gone for the program") {
  if (skipped_without_root()) return;
  const std::uint64_t before =
      std::stoull(at(reveal([](Command&) {}), "cap.bounding"), nullptr, 16);
  const CapabilitySet less = CapabilitySet::of_bits(before & ~(std::uint64_t{1} << CAP_NET_RAW));
  const Revealed child =
      reveal([&](Command& command) { command.capabilities({.bounding = less}); });
  CHECK(at(child, "cap.bounding") == hex(less));
  CHECK(at(child, "cap.permitted") == hex(less));
}

TEST_CASE("securebits hold for the program") {
  if (skipped_without_root()) return;
  constexpr unsigned bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED;
  const Revealed child = reveal([](Command& command) { command.securebits(bits); });
  CHECK(at(child, "securebits") == std::to_string(bits));
  // Root's program then has no capability from being root.
  CHECK(at(child, "cap.permitted") == "0");
}

TEST_CASE("a user's program gains no privileges if that is asked for") {
  const auto work = [] {
    const Revealed child = reveal([](Command& command) { command.no_new_privileges(); });
    return differ("no_new_privileges", at(child, "no_new_privileges"), "1");
  };
  CHECK(work() == "");
  if (is_root()) CHECK(as_user(somebody, work) == "");
}

TEST_CASE("who is not root may give up capabilities, and may not become another") {
  if (skipped_without_root()) return;
  const std::string wrong = as_user(somebody, []() -> std::string {
    const CapabilitySets none{.permitted = CapabilitySet{}, .inheritable = CapabilitySet{}};
    const Revealed child = reveal([&](Command& command) { command.capabilities(none); });
    return differ("permitted", at(child, "cap.permitted"), "0") +
           fails_otherwise(Command("true").user(somebody + 1).group(somebody).keep_groups(),
                           Step::identity, EPERM, std::to_string(somebody + 1)) +
           fails_otherwise(Command("true").group(somebody + 1), Step::identity, EPERM,
                           std::to_string(somebody + 1)) +
           fails_otherwise(Command("true").groups({1}), Step::identity, EPERM) +
           fails_otherwise(Command("true").capabilities({.ambient = CapabilitySet{CAP_NET_RAW}}),
                           Step::capability, EPERM);
  });
  CHECK(wrong == "");
}
