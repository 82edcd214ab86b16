// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/isolation_steps.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include <array>
#include <utility>

#include "kernel/enumerators.hpp"
#include "kernel/numbers.hpp"
#include "plan/callers_path.hpp"
#include "types/quote.hpp"

namespace forklift::launch {
namespace {

struct KnownKind {
  std::uint64_t flag;
  const char* name;
};

// In the order of `Namespace`.
constexpr std::array<KnownKind, namespace_count> kinds = {{{CLONE_NEWUSER, "user"},
                                                           {CLONE_NEWNS, "mount"},
                                                           {CLONE_NEWPID, "pid"},
                                                           {CLONE_NEWNET, "net"},
                                                           {CLONE_NEWUTS, "uts"},
                                                           {CLONE_NEWIPC, "ipc"},
                                                           {CLONE_NEWCGROUP, "cgroup"},
                                                           {kernel::clone_newtime, "time"}}};
static_assert(namespace_count == kernel::enumerator_count<Namespace>());

const KnownKind& known(Namespace kind) { return kinds[static_cast<std::size_t>(kind)]; }

void add_mount(PlanBuilder& build, const std::string& subject, const char* source,
               const std::string& target, const char* type, unsigned long flags) {
  const auto optional = [&build](const char* text) { return text ? build.text(text) : value(0); };
  build.add(Step::mount, subject, SYS_mount,
            {optional(source), build.text(target), optional(type), value(static_cast<long>(flags)),
             value(0)});
}

// pivot_root(2) requires a mount point, and stacks the old root onto the new
// one if both are the same directory; then the old one is unmounted.
void add_pivot(PlanBuilder& build, const std::string& path) {
  const std::string subject = quote(path);
  add_mount(build, subject + " onto itself", path.c_str(), path, nullptr, MS_BIND | MS_REC);
  build.add(Step::root, subject, SYS_chdir, {build.text(path)});
  build.add(Step::root, subject, SYS_pivot_root, {build.text("."), build.text(".")});
  build.add(Step::root, "let go of the old one", SYS_umount2, {build.text("."), value(MNT_DETACH)});
  build.add(Step::root, "'/'", SYS_chdir, {build.text("/")});
}

void add_chroot(PlanBuilder& build, const std::string& path) {
  build.add(Step::root, quote(path), SYS_chroot, {build.text(path)});
  build.add(Step::root, "'/'", SYS_chdir, {build.text("/")});
}

using Offsets = std::pair<std::chrono::nanoseconds, std::chrono::nanoseconds>;

void add_clock_offsets(PlanBuilder& build, const Offsets& offsets) {
  const auto line = [](const char* clock, std::chrono::nanoseconds offset) {
    // The second before the least offset is none that nanoseconds can say.
    const auto part = offset % std::chrono::seconds(1);
    const bool before = part < std::chrono::nanoseconds(0);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(offset).count() - before;
    const auto rest = (before ? part + std::chrono::seconds(1) : part).count();
    return std::string(clock) + " " + std::to_string(seconds) + " " + std::to_string(rest) + "\n";
  };
  build.write_file(Step::join, "/proc/self/timens_offsets",
                   line("monotonic", offsets.first) + line("boottime", offsets.second));
}

// The caller of unshare(2) stays in the old time namespace. Since Linux 6.3
// exec enters the new one (commit 2b5f9dad32ed); before, only its children do,
// and the program could not create threads: so the child joins it before exec.
void add_entry_of_clock(PlanBuilder& build) {
  const std::string subject = "the new time namespace";
  const std::string path = "/proc/self/ns/time_for_children";
  const long cell = build.take_cell(quote(path));
  build
      .add(Step::join, subject, SYS_openat,
           {value(AT_FDCWD), build.text(path), value(O_RDONLY | O_CLOEXEC)})
      .store = static_cast<std::int32_t>(cell);
  build.add(Step::join, subject, SYS_setns,
            {number(cell), value(static_cast<long>(kernel::clone_newtime))});
  build.add(Step::join, subject, SYS_close, {number(cell)});
}

}  // namespace

std::uint64_t clone_flag(Namespace kind) { return known(kind).flag; }
const char* name_of(Namespace kind) { return known(kind).name; }

std::uint64_t clone_flags(const std::set<Namespace>& wanted) {
  std::uint64_t flags = 0;
  for (const Namespace kind : wanted) {
    if (kind != Namespace::time) flags |= clone_flag(kind);
  }
  return flags;
}

std::string names_of(std::uint64_t flags) {
  std::string names;
  for (const KnownKind& kind : kinds) {
    if (flags & kind.flag) names += (names.empty() ? "" : ", ") + std::string(kind.name);
  }
  return names;
}

void add_joins(PlanBuilder& build, const Isolation& wanted, const DescriptorSteps& descriptors) {
  // A user namespace first: it gives the privilege to join the others.
  for (const bool user : {true, false}) {
    int index = 0;
    for (const auto& [descriptor, kind] : wanted.joined) {
      if (kind == Namespace::pid) continue;  // its creator joins that
      const int number = descriptors.number_of(ExtraFd::joined, index++);
      if ((kind == Namespace::user) != user) continue;
      build.add(Step::join,
                std::string(name_of(kind)) + " by descriptor " + std::to_string(descriptor),
                SYS_setns, {value(number), value(static_cast<long>(clone_flag(kind)))});
    }
  }
}

void add_clock(PlanBuilder& build, const Isolation& wanted) {
  if (!wanted.made.contains(Namespace::time)) return;
  build.add(Step::join, "a new time namespace", SYS_unshare,
            {value(static_cast<long>(clone_flag(Namespace::time)))});
  if (wanted.clock_offsets) add_clock_offsets(build, *wanted.clock_offsets);
  add_entry_of_clock(build);
}

void add_surroundings(PlanBuilder& build, const Isolation& wanted, const CallerState& now) {
  if (wanted.made.contains(Namespace::mount)) {
    add_mount(build, "'/' private", nullptr, "/", nullptr, MS_REC | MS_PRIVATE);
  }
  if (wanted.hostname) {
    build.add(Step::hostname, quote(*wanted.hostname), SYS_sethostname,
              {build.text(*wanted.hostname), value(static_cast<long>(wanted.hostname->size()))});
  }
  if (wanted.new_root) add_pivot(build, callers_path(*wanted.new_root, now.links));
  if (wanted.root) add_chroot(build, callers_path(*wanted.root, now.links));
  if (wanted.mount_proc) {
    add_mount(build, "'/proc'", "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
  }
}

}  // namespace forklift::launch
