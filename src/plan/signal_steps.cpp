// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/signal_steps.hpp"

#include <signal.h>
#include <sys/syscall.h>

#include "kernel/disposition.hpp"
#include "kernel/signal_name.hpp"

namespace forklift::launch {
namespace {

const kernel::Disposition by_default{SIG_DFL, 0, nullptr, 0};
const kernel::Disposition ignored{SIG_IGN, 0, nullptr, 0};

void add_disposition(PlanBuilder& build, int signal, const kernel::Disposition& disposition) {
  const bool ignores = disposition.handler == SIG_IGN;
  const char* const words = ignores ? " ignored" : " to default";
  const char* const as_printed = ignores ? "{sa_handler=SIG_IGN}" : "{sa_handler=SIG_DFL}";
  build.add(Step::signal, kernel::signal_name(signal) + words, SYS_rt_sigaction,
            {value(signal), build.data(disposition, as_printed), value(0),
             value(sizeof(kernel::SignalSet))});
}

}  // namespace

// CLONE_CLEAR_SIGHAND has reset caught signals and left ignored ones. Without
// it every signal is reset: a handler in the child would run on our memory.
void add_dispositions(PlanBuilder& build, const LaunchSpec& spec, const CallerState& now) {
  kernel::SignalSet kept_ignored = spec.ignored;
  kernel::SignalSet reset = now.ignored;
  if (spec.inherit_ignored) {
    kept_ignored |= now.ignored;
    reset = 0;
  }
  if (!clears_handlers(now)) reset = ~kernel::SignalSet{0};
  for (int signal = 1; signal <= kernel::last_signal; ++signal) {
    if (signal == SIGKILL || signal == SIGSTOP) continue;
    const kernel::SignalSet bit = kernel::signal_bit(signal);
    if (spec.ignored & bit) {
      add_disposition(build, signal, ignored);
    } else if (reset & ~kept_ignored & bit) {
      add_disposition(build, signal, by_default);
    }
  }
}

void add_mask(PlanBuilder& build, const LaunchSpec& spec, const CallerState& now) {
  const kernel::SignalSet mask = now.mask.value_or(spec.mask);
  build.add(
      Step::signal, "mask", SYS_rt_sigprocmask,
      {value(SIG_SETMASK), build.data(mask, "mask"), value(0), value(sizeof(kernel::SignalSet))});
}

}  // namespace forklift::launch
