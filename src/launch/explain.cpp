// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/explain.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>

#include <array>

#include "kernel/numbers.hpp"

namespace forklift::launch {
namespace {

struct Known {
  long number;
  const char* name;
  int arguments;  // how many of them it takes
};

constexpr Known known_calls[] = {
    {kernel::nr_close_range, "close_range", 3},
    {SYS_recvmsg, "recvmsg", 3},
    {SYS_fcntl, "fcntl", 3},
    {SYS_set_robust_list, "set_robust_list", 2},
    {SYS_dup3, "dup3", 3},
    {SYS_umask, "umask", 1},
    {SYS_openat, "openat", 4},
    {SYS_fchdir, "fchdir", 1},
    {SYS_chdir, "chdir", 1},
    {SYS_setsid, "setsid", 0},
    {SYS_setpgid, "setpgid", 2},
    {SYS_rt_sigaction, "rt_sigaction", 4},
    {SYS_rt_sigprocmask, "rt_sigprocmask", 4},
    {SYS_execve, "execve", 3},
};

Known known(long number) {
  for (const Known& call : known_calls) {
    if (call.number == number) return call;
  }
  return {number, "syscall", 6};
}

std::string in_quotes(const char* text) { return '"' + std::string(text) + '"'; }

std::string list(const char* const* texts) {
  std::string all = "[";
  for (; *texts; ++texts) all += (all.size() > 1 ? ", " : "") + in_quotes(*texts);
  return all + "]";
}

std::string cell_name(const Prepared& plan, long offset) {
  for (const auto& [cell, name] : plan.cell_names) {
    if (cell == offset) return "<" + name + ">";
  }
  return "<frame + " + std::to_string(offset) + ">";
}

std::string print(const Prepared& plan, const Argument& argument) {
  switch (argument.from) {
    case From::value: return std::to_string(argument.value);
    case From::text: return in_quotes(reinterpret_cast<const char*>(argument.value));
    case From::texts: return list(reinterpret_cast<const char* const*>(argument.value));
    default: return cell_name(plan, argument.value);
  }
}

std::string print(const Prepared& plan, const Call& call) {
  const Known known_call = known(call.number);
  std::string line = call.kind == Kind::close_each ? "close" : known_call.name;
  line += "(";
  for (int i = 0; i < known_call.arguments; ++i) {
    if (i > 0) line += ", ";
    line += print(plan, call.arguments[i]);
  }
  line += ")";
  if (call.kind == Kind::close_each) line += " one by one, as listed in /proc/self/fd";
  return line;
}

std::string reason(const Prepared& plan, std::size_t i) {
  const std::string& subject = plan.subjects[i];
  return std::string(name(plan.calls[i].step)) + (subject.empty() ? "" : " " + subject);
}

}  // namespace

std::string explain(const Prepared& plan) {
  std::string text = "launch '" + plan.program + "' by engine " + std::string(name(plan.engine)) +
                     "; the child makes these system calls:\n";
  for (std::size_t i = 0; i < plan.calls.size(); ++i) {
    std::string line = std::to_string(i + 1);
    line = std::string(line.size() < 3 ? 3 - line.size() : 0, ' ') + line + "  " +
           print(plan, plan.calls[i]);
    constexpr std::size_t column = 64;
    line += std::string(line.size() < column ? column - line.size() : 1, ' ');
    text += line + "# " + reason(plan, i) + "\n";
  }
  return text;
}

}  // namespace forklift::launch
