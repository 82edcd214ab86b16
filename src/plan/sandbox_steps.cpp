// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/sandbox_steps.hpp"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "kernel/numbers.hpp"
#include "types/quote.hpp"

namespace forklift::launch {
namespace {

// struct landlock_path_beneath_attr, in the frame: the child has the descriptor
// only after opening the path.
constexpr long rule_bytes = 12;
constexpr long rule_descriptor = 8;

// The rights of each version of Landlock's ABI, from 1 on
// (landlock_create_ruleset(2)).
std::uint64_t rights_known_to(long version) {
  constexpr std::uint64_t known[] = {0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff};
  if (version < 1) return known[0];  // the child will report the error
  return known[std::min<std::size_t>(static_cast<std::size_t>(version), std::size(known)) - 1];
}

// A rule for a file may not include rights that only directories have.
constexpr std::uint64_t rights_of_files =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
    1ULL << 14 /* truncate, version 3 */ | 1ULL << 15 /* ioctl of devices, version 5 */;

}  // namespace

void LandlockSteps::make_rulesets() {
  if (!wanted_.landlock) return;
  const std::uint64_t handled = rights_known_to(*now_.landlock);
  const long ruleset = build_.take_cell("ruleset");
  build_
      .add(Step::landlock, "ruleset", kernel::nr_landlock_create_ruleset,
           {build_.data(handled, "handled rights"), value(sizeof handled), value(0)})
      .store = static_cast<std::int32_t>(ruleset);
  for (const Landlock::Rule& rule : wanted_.landlock->rules()) {
    // The rights for a rule of a file; then all of them, which a file refuses.
    const std::uint64_t rights = rule.rights & handled;
    add_rule(ruleset, rule.path, rights & rights_of_files);
    if (rights & ~rights_of_files) add_rule(ruleset, rule.path, rights);
  }
  const int kept = descriptors_.number_of(ExtraFd::made_ruleset);
  build_.add(Step::landlock, "ruleset", SYS_dup3, {number(ruleset), value(kept), value(O_CLOEXEC)})
      .also = -EINVAL;  // it already has that number
}

void LandlockSteps::add_rule(long ruleset, const std::string& path, std::uint64_t rights) {
  if (rights == 0) return;
  const long rule = build_.take_room(rule_bytes);
  const long descriptor = rule + rule_descriptor;
  build_.name_cell(rule, "rule");
  build_.name_cell(descriptor, quote(path));
  build_.fill(rule, static_cast<long>(rights));
  build_
      .add(Step::landlock, quote(path), SYS_openat,
           {value(AT_FDCWD), build_.text(path), value(O_PATH | O_CLOEXEC)})
      .store = static_cast<std::int32_t>(descriptor);
  Call& add = build_.add(Step::landlock, quote(path), kernel::nr_landlock_add_rule,
                         {number(ruleset), value(LANDLOCK_RULE_PATH_BENEATH),
                          place(static_cast<std::size_t>(rule)), value(0)});
  if (rights & ~rights_of_files) add.also = -EINVAL;
  build_.add(Step::landlock, quote(path), SYS_close, {number(descriptor)});
}

void LandlockSteps::restrict() {
  for (const ExtraFd need : {ExtraFd::ruleset, ExtraFd::made_ruleset}) {
    const int number = descriptors_.number_of(need);
    if (number < 0) continue;
    build_.add(Step::landlock, "restrict", kernel::nr_landlock_restrict_self,
               {value(number), value(0)});
  }
}

// struct sock_fprog, in the frame, since it contains an address.
void add_seccomp(PlanBuilder& build, const Sandbox& wanted) {
  if (!wanted.seccomp) return;
  const auto& filter = *wanted.seccomp;
  const std::string text = "a filter of " + std::to_string(filter.size()) + " instructions";
  const long program = build.take_room(2 * sizeof(long));
  build.name_cell(program, text);
  build.fill(program, static_cast<long>(filter.size()));
  build.fill(program + static_cast<long>(sizeof(long)),
             build.data(filter.data(), filter.size() * sizeof(sock_filter), text));
  build.add(Step::seccomp, text, SYS_seccomp,
            {value(SECCOMP_SET_MODE_FILTER), value(0), place(static_cast<std::size_t>(program))});
}

}  // namespace forklift::launch
