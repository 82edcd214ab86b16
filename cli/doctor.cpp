// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "doctor.hpp"

#include <fmt/core.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <forklift/command.hpp>
#include <string>
#include <vector>

#include "output.hpp"
#include "watch/rungs.hpp"

namespace {

bool works(const forklift::Capabilities& found, const std::string& name) {
  for (const auto& capability : found.capabilities) {
    if (capability.name == name) return capability.works;
  }
  return false;
}

std::vector<std::string> advice(const forklift::Capabilities& found) {
  using forklift::Engine;
  std::vector<std::string> lines;
  if (::getenv("FORKLIFT_ENGINE")) {
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
  constexpr int cheap = 64;
  if (found.mailbox >= cheap) {
    lines.push_back(
        fmt::format("the mailbox is descriptor {}: call forklift::reserve() early in "
                    "main, so that it lies below {}",
                    found.mailbox, cheap));
  }
  return lines;
}

// One real launch says more than any table.
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
                  capability.gives, capability.works ? "" : " [" + capability.reason + "]");
  }
  output::print("\nwatching (forklift watch)\n{}", watch::rungs_text(watch::obstacles()));
  const auto lines = advice(found);
  output::print("\n{}\n", lines.empty() ? "Nothing would make it faster here."
                                        : "What would make it faster in a program like this one:");
  for (const std::string& line : lines) output::print("  - {}\n", line);
}
