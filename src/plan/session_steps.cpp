// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/session_steps.hpp"

#include <sys/ioctl.h>
#include <sys/syscall.h>

namespace forklift::launch {
namespace {

void take_terminal(PlanBuilder& build, int number) {
  build.add(Step::terminal, "descriptor " + std::to_string(number), SYS_ioctl,
            {value(number), value(TIOCSCTTY), value(0)});
}

// All signals are blocked, so SIGTTOU does not stop a background child.
void take_foreground(PlanBuilder& build, int number) {
  const long group = build.take_cell("its group");
  build.add(Step::foreground, "", SYS_getpgid, {value(0)}).store = static_cast<std::int32_t>(group);
  build.add(Step::foreground, "of descriptor " + std::to_string(number), SYS_ioctl,
            {value(number), value(TIOCSPGRP), place(static_cast<std::size_t>(group))});
}

}  // namespace

bool leads_session(const LaunchSpec& spec) {
  return spec.new_session || spec.pty || spec.controlling_terminal;
}

bool leads_group(const LaunchSpec& spec) { return leads_session(spec) || spec.process_group == 0; }

void add_session(PlanBuilder& build, const LaunchSpec& spec, const DescriptorSteps& descriptors) {
  if (leads_session(spec)) build.add(Step::session, "", SYS_setsid, {});
  if (spec.process_group) {
    build.add(Step::group, std::to_string(*spec.process_group), SYS_setpgid,
              {value(0), value(*spec.process_group)});
  }
  if (spec.pty || spec.controlling_terminal) {
    take_terminal(build, spec.controlling_terminal.value_or(descriptors.terminal()));
  }
  if (spec.foreground) take_foreground(build, *spec.foreground);
}

}  // namespace forklift::launch
