// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "launch/explain.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cstdio>
#include <utility>

#include "kernel/disposition.hpp"
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

struct Symbol {
  long call;
  int argument;
  long value;
  const char* name;
};

constexpr Symbol symbols[] = {
    {kernel::nr_close_range, 2, kernel::close_range_unshare, "CLOSE_RANGE_UNSHARE"},
    {kernel::nr_close_range, 2, kernel::close_range_cloexec, "CLOSE_RANGE_CLOEXEC"},
    {SYS_recvmsg, 2, MSG_DONTWAIT | MSG_CMSG_CLOEXEC, "MSG_DONTWAIT|MSG_CMSG_CLOEXEC"},
    {SYS_fcntl, 1, F_DUPFD_CLOEXEC, "F_DUPFD_CLOEXEC"},
    {SYS_dup3, 2, O_CLOEXEC, "O_CLOEXEC"},
    {SYS_openat, 0, AT_FDCWD, "AT_FDCWD"},
    {SYS_rt_sigaction, 2, 0, "NULL"},
    {SYS_rt_sigprocmask, 0, SIG_SETMASK, "SIG_SETMASK"},
    {SYS_rt_sigprocmask, 2, 0, "NULL"},
};

std::string open_flags(long flags) {
  constexpr std::pair<long, const char*> bits[] = {{O_CREAT, "O_CREAT"},
                                                   {O_EXCL, "O_EXCL"},
                                                   {O_TRUNC, "O_TRUNC"},
                                                   {O_APPEND, "O_APPEND"},
                                                   {O_CLOEXEC, "O_CLOEXEC"}};
  const long access = flags & O_ACCMODE;
  std::string text = access == O_RDWR ? "O_RDWR" : access == O_WRONLY ? "O_WRONLY" : "O_RDONLY";
  for (const auto& [bit, bit_name] : bits) {
    if (flags & bit) text += std::string("|") + bit_name;
  }
  return text;
}

std::string octal(long value) {
  char text[24];
  std::snprintf(text, sizeof text, "%#lo", static_cast<unsigned long>(value));
  return text;
}

std::string print_value(long call, int index, long value) {
  for (const Symbol& symbol : symbols) {
    if (symbol.call == call && symbol.argument == index && symbol.value == value) {
      return symbol.name;
    }
  }
  if (call == SYS_openat && index == 2) return open_flags(value);
  if ((call == SYS_openat && index == 3) || call == SYS_umask) return octal(value);
  return std::to_string(value);
}

std::string print(const Prepared& plan, const Call& call, int index) {
  const Argument& argument = call.arguments[index];
  switch (argument.from) {
    case From::value: return print_value(call.number, index, argument.value);
    case From::text: return in_quotes(reinterpret_cast<const char*>(argument.value));
    case From::texts: return list(reinterpret_cast<const char* const*>(argument.value));
    default: return cell_name(plan, argument.value);
  }
}

std::string print_disposition(const Argument& argument) {
  const auto& disposition = *reinterpret_cast<const kernel::Disposition*>(argument.value);
  return disposition.handler == SIG_IGN ? "{sa_handler=SIG_IGN}" : "{sa_handler=SIG_DFL}";
}

std::string print(const Prepared& plan, std::size_t i) {
  const Call& call = plan.calls[i];
  const Known known_call = known(call.number);
  std::string line = call.kind == Kind::close_each ? "close" : known_call.name;
  line += "(";
  for (int index = 0; index < known_call.arguments; ++index) {
    if (index > 0) line += ", ";
    const bool disposition = call.number == SYS_rt_sigaction && index == 1;
    line += disposition ? print_disposition(call.arguments[index]) : print(plan, call, index);
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
    line = std::string(line.size() < 3 ? 3 - line.size() : 0, ' ') + line + "  " + print(plan, i);
    constexpr std::size_t column = 64;
    line += std::string(line.size() < column ? column - line.size() : 1, ' ');
    text += line + "# " + reason(plan, i) + "\n";
  }
  return text;
}

}  // namespace forklift::launch
