// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/checks.hpp"

#include <errno.h>
#include <limits.h>
#include <sys/resource.h>

#include <cstdio>

#include "plan/attribute_checks.hpp"
#include "types/quote.hpp"

namespace forklift::launch {
namespace {

using Found = std::optional<Failure>;

bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

Found check_program(const Order& order) {
  if (order.program.empty()) return Failure{Step::program, "the name is empty", EINVAL};
  if (has_nul(order.program)) {
    return Failure{Step::program, quote(order.program) + " has a NUL byte", EINVAL};
  }
  // As execvp(3): such a name is in no place.
  if (order.program.find('/') == std::string::npos && order.program.size() > NAME_MAX) {
    return Failure{Step::exec, quote(order.program), ENAMETOOLONG};
  }
  return std::nullopt;
}

Found check_arguments(const Order& order) {
  if (order.argv0 && has_nul(*order.argv0)) {
    return Failure{Step::argument, "argv[0] " + quote(*order.argv0) + " has a NUL byte", EINVAL};
  }
  for (std::size_t i = 0; i < order.arguments.size(); ++i) {
    if (!has_nul(order.arguments[i])) continue;
    return Failure{
        Step::argument,
        "argv[" + std::to_string(i + 1) + "] " + quote(order.arguments[i]) + " has a NUL byte",
        EINVAL};
  }
  return std::nullopt;
}

Found check_environment(const Order& order) {
  for (const auto& [key, value] : order.environment) {
    const auto refuse = [&](const char* why) {
      return Failure{Step::environment, "key " + quote(key) + why, EINVAL};
    };
    if (key.empty()) return refuse(" is empty");
    if (key.find('=') != std::string::npos) return refuse(" has a '='");
    if (has_nul(key)) return refuse(" has a NUL byte");
    if (value && has_nul(*value)) return refuse(": its value has a NUL byte");
  }
  for (const std::string& entry : order.environment_start.value_or(std::vector<std::string>())) {
    if (!has_nul(entry)) continue;
    return Failure{Step::environment, "entry " + quote(entry) + " has a NUL byte", EINVAL};
  }
  return std::nullopt;
}

Found check_target(int target) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (target >= 0 && static_cast<rlim_t>(target) < limit.rlim_cur) return std::nullopt;
  return Failure{Step::descriptor,
                 "onto " + std::to_string(target) + ", where RLIMIT_NOFILE allows 0 to " +
                     std::to_string(limit.rlim_cur - 1),
                 EBADF};
}

Found check_streams(const Order& order) {
  for (const auto& [target, stdio] : order.streams) {
    if (auto found = check_target(target)) return found;
    const bool opens = stdio.kind() == Stdio::Kind::file;
    if (opens && has_nul(stdio.path())) {
      return Failure{Step::open, quote(stdio.path()) + " has a NUL byte", EINVAL};
    }
    constexpr mode_t most = 07777;
    if (opens && stdio.mode() > most) {  // the kernel would take its low bits
      char octal[16];
      std::snprintf(octal, sizeof octal, "%o", stdio.mode());
      return Failure{Step::open, quote(stdio.path()) + " with mode " + octal, EINVAL};
    }
    if (stdio.kind() == Stdio::Kind::descriptor && stdio.number() < 0) {
      return Failure{Step::descriptor, std::to_string(stdio.number()), EBADF};
    }
  }
  return std::nullopt;
}

Found check_directory(const Order& order) {
  if (order.directory && has_nul(*order.directory)) {
    return Failure{Step::directory, quote(*order.directory) + " has a NUL byte", EINVAL};
  }
  if (order.directory_descriptor && *order.directory_descriptor < 0) {
    return Failure{Step::directory, std::to_string(*order.directory_descriptor), EBADF};
  }
  return std::nullopt;
}

Found check_signals(const Order& order) {
  if (!order.bad_signal) return std::nullopt;
  return Failure{Step::signal, "signal " + std::to_string(*order.bad_signal), EINVAL};
}

}  // namespace

Found find_bad_input(const Order& order) {
  for (const auto check : {check_program, check_arguments, check_environment, check_streams,
                           check_directory, check_signals, find_bad_attribute}) {
    if (auto found = check(order)) return found;
  }
  return std::nullopt;
}

}  // namespace forklift::launch
