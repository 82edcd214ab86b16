// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/identity_steps.hpp"

#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "types/quote.hpp"

namespace forklift::launch {
namespace {

bool changes_sets(const CapabilitySets& sets) {
  return sets.permitted || sets.effective || sets.inheritable || sets.ambient;
}

// A child in a new user namespace has all capabilities there.
kernel::Capabilities sets_before(const LaunchSpec& spec, const CallerState& now) {
  if (!spec.isolation.made.contains(Namespace::user)) return *now.capabilities;
  return {CapabilitySet::all().bits(), CapabilitySet::all().bits(), 0};
}

kernel::Capabilities wanted_sets(kernel::Capabilities sets, const CapabilitySets& wanted) {
  if (wanted.permitted) sets.permitted = wanted.permitted->bits();
  if (wanted.inheritable) sets.inheritable = wanted.inheritable->bits();
  if (wanted.ambient) {
    sets.permitted |= wanted.ambient->bits();
    sets.inheritable |= wanted.ambient->bits();
  }
  sets.effective = wanted.effective ? wanted.effective->bits() : sets.permitted;
  return sets;
}

void add_capability_prctl(PlanBuilder& build, const std::string& subject, long option, long a,
                          long b = 0) {
  build.add(Step::capability, subject, SYS_prctl,
            {value(option), value(a), value(b), value(0), value(0)});
}

void narrow_bounding(PlanBuilder& build, CapabilitySet kept) {
  const CapabilitySet all = CapabilitySet::all();
  for (int number = 0; all.has(number); ++number) {
    if (kept.has(number)) continue;
    add_capability_prctl(build, "bounding without " + CapabilitySet{number}.text(), PR_CAPBSET_DROP,
                         number);
  }
}

// A change of the user id drops all capabilities, unless a flag is set; exec
// clears that flag.
void set_securebits(PlanBuilder& build, const Identity& wanted, bool changes_user) {
  const bool keeps = changes_user && wanted.capabilities && changes_sets(*wanted.capabilities);
  if (wanted.securebits) {
    const unsigned bits = *wanted.securebits | (keeps ? SECBIT_KEEP_CAPS : 0U);
    char text[32];
    std::snprintf(text, sizeof text, "securebits %#x", bits);
    add_capability_prctl(build, text, PR_SET_SECUREBITS, bits);
  } else if (keeps) {
    add_capability_prctl(build, "kept over the change of user", PR_SET_KEEPCAPS, 1);
  }
}

void set_groups(PlanBuilder& build, const std::vector<gid_t>& groups) {
  std::string text = enumerate(groups);
  text = text.empty() ? "no supplementary groups" : "supplementary groups " + text;
  const auto count = static_cast<long>(groups.size());
  build.add(Step::identity, text, SYS_setgroups,
            {value(count),
             groups.empty() ? value(0)
                            : build.data(groups.data(), groups.size() * sizeof(gid_t), "groups")});
}

void set_ids(PlanBuilder& build, const ResolvedIdentity& identity) {
  if (identity.group) {
    const Argument id = value(*identity.group);
    build.add(Step::identity, "group " + std::to_string(*identity.group), SYS_setresgid,
              {id, id, id});
  }
  if (identity.user) {
    const Argument id = value(*identity.user);
    build.add(Step::identity, "user " + std::to_string(*identity.user), SYS_setresuid,
              {id, id, id});
  }
}

void set_capabilities(PlanBuilder& build, const kernel::Capabilities& before,
                      const CapabilitySets& wanted) {
  const kernel::Capabilities sets = wanted_sets(before, wanted);
  const std::string text = "permitted " + CapabilitySet::of_bits(sets.permitted).text();
  build.add(
      Step::capability, text, SYS_capset,
      {build.data(kernel::capability_head, "version 3"), build.data(kernel::as_data(sets), text)});
  if (!wanted.ambient) return;
  add_capability_prctl(build, "no ambient", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
  for (int number = 0; number < 64; ++number) {
    if (!wanted.ambient->has(number)) continue;
    add_capability_prctl(build, "ambient " + CapabilitySet{number}.text(), PR_CAP_AMBIENT,
                         PR_CAP_AMBIENT_RAISE, number);
  }
}

}  // namespace

bool depends_on_capabilities(const LaunchSpec& spec) {
  return spec.identity.capabilities && changes_sets(*spec.identity.capabilities) &&
         !spec.isolation.made.contains(Namespace::user);
}

void add_identity(PlanBuilder& build, const LaunchSpec& spec, const CallerState& now,
                  const ResolvedIdentity& identity) {
  const Identity& wanted = spec.identity;
  if (wanted.capabilities && wanted.capabilities->bounding) {
    narrow_bounding(build, *wanted.capabilities->bounding);
  }
  set_securebits(build, wanted, identity.user.has_value());
  if (identity.groups) set_groups(build, *identity.groups);
  set_ids(build, identity);
  const auto& sets = wanted.capabilities;
  if (sets && changes_sets(*sets)) {
    set_capabilities(build, sets_before(spec, now), *sets);
  }
}

}  // namespace forklift::launch
