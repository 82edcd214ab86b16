// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/checks.hpp"

#include <errno.h>
#include <limits.h>

#include <cstdio>

#include "plan/attribute_checks.hpp"
#include "types/quote.hpp"

namespace forklift::launch {
namespace {

using Found = std::optional<Failure>;

bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

Found check_program(const LaunchSpec& spec) {
  if (spec.program.empty()) return Failure{Step::program, "the name is empty", EINVAL};
  if (has_nul(spec.program)) {
    return Failure{Step::program, quote(spec.program) + " has a NUL byte", EINVAL};
  }
  // As in execvp(3): such a name is not searched.
  if (spec.program.find('/') == std::string::npos && spec.program.size() > NAME_MAX) {
    return Failure{Step::exec, quote(spec.program), ENAMETOOLONG};
  }
  return std::nullopt;
}

Found check_arguments(const LaunchSpec& spec) {
  if (spec.argv0 && has_nul(*spec.argv0)) {
    return Failure{Step::argument, "argv[0] " + quote(*spec.argv0) + " has a NUL byte", EINVAL};
  }
  for (std::size_t i = 0; i < spec.arguments.size(); ++i) {
    if (!has_nul(spec.arguments[i])) continue;
    return Failure{
        Step::argument,
        "argv[" + std::to_string(i + 1) + "] " + quote(spec.arguments[i]) + " has a NUL byte",
        EINVAL};
  }
  return std::nullopt;
}

Found check_environment(const LaunchSpec& spec) {
  for (const auto& [key, value] : spec.environment) {
    const auto refuse = [&](const char* why) {
      return Failure{Step::environment, "key " + quote(key) + why, EINVAL};
    };
    if (key.empty()) return refuse(" is empty");
    if (key.find('=') != std::string::npos) return refuse(" has a '='");
    if (has_nul(key)) return refuse(" has a NUL byte");
    if (value && has_nul(*value)) return refuse(": its value has a NUL byte");
  }
  for (const std::string& entry : spec.environment_start.value_or(std::vector<std::string>())) {
    if (!has_nul(entry)) continue;
    return Failure{Step::environment, "entry " + quote(entry) + " has a NUL byte", EINVAL};
  }
  return std::nullopt;
}

Found check_targets(const LaunchSpec& spec, const CallerState& now) {
  for (const auto& [target, stdio] : spec.streams) {
    if (target >= 0 && static_cast<std::uint64_t>(target) < now.descriptors.soft) continue;
    return Failure{Step::descriptor,
                   "onto " + std::to_string(target) + ", where RLIMIT_NOFILE allows 0 to " +
                       std::to_string(now.descriptors.soft - 1),
                   EBADF};
  }
  return std::nullopt;
}

Found check_streams(const LaunchSpec& spec) {
  for (const auto& [target, stdio] : spec.streams) {
    const bool opens = stdio.kind() == Stdio::Kind::file;
    if (opens && has_nul(stdio.path())) {
      return Failure{Step::open, quote(stdio.path()) + " has a NUL byte", EINVAL};
    }
    constexpr mode_t most = 07777;
    if (opens && stdio.mode() > most) {  // the kernel would use its low bits
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

Found check_directory(const LaunchSpec& spec) {
  if (spec.directory && has_nul(*spec.directory)) {
    return Failure{Step::directory, quote(*spec.directory) + " has a NUL byte", EINVAL};
  }
  if (spec.directory_descriptor && *spec.directory_descriptor < 0) {
    return Failure{Step::directory, std::to_string(*spec.directory_descriptor), EBADF};
  }
  return std::nullopt;
}

Found check_signals(const LaunchSpec& spec) {
  if (!spec.bad_signal) return std::nullopt;
  return Failure{Step::signal, "signal " + std::to_string(*spec.bad_signal), EINVAL};
}

}  // namespace

Found check_spec(const LaunchSpec& spec, const CallerState& now) {
  for (const auto check : {check_program, check_arguments, check_environment, check_streams,
                           check_directory, check_signals, find_bad_attribute}) {
    if (auto found = check(spec)) return found;
  }
  return check_targets(spec, now);
}

}  // namespace forklift::launch
