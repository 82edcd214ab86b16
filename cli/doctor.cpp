// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "doctor.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <forklift/command.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "output.hpp"
#include "watch/backends.hpp"

namespace {

bool works(const forklift::Capabilities& found, const std::string& name) {
  for (const auto& capability : found.capabilities) {
    if (capability.name == name) return capability.works;
  }
  return false;
}

// Linux 6.3; 2 refuses all executable files in memory.
bool memory_is_not_executable() {
  std::ifstream setting("/proc/sys/vm/memfd_noexec");
  int value = 0;
  return setting >> value && value == 2;
}

std::vector<std::string> advice(const forklift::Capabilities& found) {
  using forklift::Engine;
  std::vector<std::string> lines;
  if (::secure_getenv("FORKLIFT_ENGINE")) {
    lines.push_back("FORKLIFT_ENGINE overrides the choice of engine: unset it for the best one");
  }
  if (!works(found, "shared memory")) {
    lines.push_back(
        "every launch copies page tables: run outside of the emulator or sandbox "
        "that refuses CLONE_VM");
  } else if (!works(found, "leaving a shared descriptor table")) {
    lines.push_back(
        "every launch copies all descriptors: use Linux 5.9 or later, and allow "
        "close_range in the seccomp profile");
  }
  if (!works(found, "clone3")) {
    lines.push_back(
        "handlers are reset one by one, 62 calls a launch: allow clone3 in the "
        "seccomp profile (Linux 5.5 or later)");
  }
  if (!works(found, "mailbox")) {
    lines.push_back(
        "launches with pipes copy all descriptors: allow AF_UNIX sockets "
        "(systemd: RestrictAddressFamilies)");
  }
  if (!works(found, "program in memory")) {
    lines.push_back(
        memory_is_not_executable()
            ? "users, groups, capabilities and whatever else needs a second stage are refused, "
              "as vm.memfd_noexec is 2: 'sysctl vm.memfd_noexec=1' allows it, or "
              "allow_fork() does without"
            : "users, groups, capabilities and whatever else needs a second stage are refused: "
              "allow memfd_create in the seccomp profile, or call allow_fork()");
  }
  constexpr int cheap = 64;
  if (found.mailbox >= cheap) {
    lines.push_back(
        fmt::format("the mailbox is descriptor {}: call forklift::reserve() early in "
                    "main, so that it lies below {}",
                    found.mailbox, cheap));
  }
  return lines;
}

// The backends are probed by calls that a filter may kill for.
std::string backends_here() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return "";
  const forklift::Fd reading(ends[0]);
  forklift::Fd writing(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string text = watch::backends_text(watch::obstacles());
    ::_exit(::write(writing.get(), text.data(), text.size()) < 0);
  }
  writing.reset();
  std::string text;
  char bytes[4096];
  for (ssize_t size; (size = ::read(reading.get(), bytes, sizeof bytes)) > 0;) {
    text.append(bytes, static_cast<std::size_t>(size));
  }
  ::waitpid(child, nullptr, 0);
  if (text.empty()) text = "  no  a filter kills for the calls by which this is found out\n";
  return text;
}

// A real launch proves more than any table.
void try_a_launch() {
  const auto output = forklift::Command("true").try_output();
  if (!output) {
    output::print("\ntest launch   failed: {}\n", output.error().what());
  } else {
    output::print("\ntest launch   'true' {}\n", output->status.text());
  }
}

}  // namespace

void doctor() {
  utsname system{};
  ::uname(&system);
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  try_a_launch();
  const forklift::Capabilities found = forklift::capabilities();
  output::print("kernel        {} {} {}\n", system.sysname, system.release, system.machine);
  output::print("engine        {}: {}\n", forklift::name(found.engine), found.why);
  output::print("descriptors   limit {} (hard {})", files.rlim_cur, files.rlim_max);
  if (found.mailbox >= 0) output::print(", mailbox at {}", found.mailbox);
  output::print("\n\n");
  for (const auto& capability : found.capabilities) {
    output::print("  {:<3} {:<34} {}{}\n", capability.works ? "yes" : "no", capability.name,
                  capability.purpose, capability.works ? "" : " [" + capability.reason + "]");
  }
  output::print("\nwatching (forklift watch)\n{}", backends_here());
  const auto lines = advice(found);
  output::print("\n{}\n", lines.empty() ? "Nothing would make it faster here."
                                        : "What would make it faster in a program like this one:");
  for (const std::string& line : lines) output::print("  - {}\n", line);
}
