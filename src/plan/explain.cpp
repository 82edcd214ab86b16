// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "plan/explain.hpp"

#include <sys/syscall.h>

#include "plan/call_names.hpp"

namespace forklift::launch {
namespace {

// A string in the format of strace(1).
std::string in_quotes(const char* text) {
  std::string quoted = "\"";
  for (; *text; ++text) {
    if (*text == '\n') {
      quoted += "\\n";
    } else if (*text == '\t') {
      quoted += "\\t";
    } else {
      if (*text == '"' || *text == '\\') quoted += '\\';
      quoted += *text;
    }
  }
  return quoted + "\"";
}

std::string list(const char* const* texts) {
  std::string all = "[";
  for (; *texts; ++texts) all += (all.size() > 1 ? ", " : "") + in_quotes(*texts);
  return all + "]";
}

std::string data_name(const CompiledPlan& plan, long address) {
  for (const auto& [known, name] : plan.data_names) {
    if (known == address) return name.starts_with("{") ? name : "<" + name + ">";
  }
  return "<data>";
}

std::string cell_name(const CompiledPlan& plan, long offset) {
  for (const auto& [cell, name] : plan.cell_names) {
    if (cell == offset) return "<" + name + ">";
  }
  return "<frame + " + std::to_string(offset) + ">";
}

std::string print(const CompiledPlan& plan, const Call& call, int index) {
  const Argument& argument = call.arguments[index];
  switch (argument.from) {
    case From::value: return print_argument(call.number, index, argument.value);
    case From::data: return data_name(plan, argument.value);
    case From::text: return in_quotes(reinterpret_cast<const char*>(argument.value));
    case From::texts:
      if (reinterpret_cast<const char* const*>(argument.value) == plan.second_argv.data())
        return "<the steps from here on, " + list(plan.argv.data()) + ">";
      return list(reinterpret_cast<const char* const*>(argument.value));
    default: return cell_name(plan, argument.value);
  }
}

std::string print(const CompiledPlan& plan, std::size_t i) {
  const Call& call = plan.calls[i];
  const CallName known = name_of_call(call.number);
  std::string line = call.kind == CallKind::close_each ? "close" : known.name;
  line += "(";
  for (int index = 0; index < known.arguments; ++index) {
    if (index > 0) line += ", ";
    line += print(plan, call, index);
  }
  line += ")";
  if (call.kind == CallKind::script) line += " if it is no program";
  if (call.kind == CallKind::close_each) line += " one by one, as listed in /proc/self/fd";
  return line;
}

std::string reason(const CompiledPlan& plan, std::size_t i) {
  const std::string& subject = plan.subjects[i];
  return std::string(name(plan.calls[i].step)) + (subject.empty() ? "" : " " + subject);
}

}  // namespace

std::string explain(const CompiledPlan& plan) {
  std::string text = "launch '" + plan.program + "' by engine " + std::string(name(plan.engine)) +
                     "; the child makes these system calls:\n";
  for (std::size_t i = 0; i < plan.calls.size(); ++i) {
    std::string line = std::to_string(i + 1);
    line = std::string(line.size() < 3 ? 3 - line.size() : 0, ' ') + line + "  " + print(plan, i);
    constexpr std::size_t column = 64;
    line += std::string(line.size() < column ? column - line.size() : 1, ' ');
    text += line + "# " + reason(plan, i) + "\n";
    if (i + 1 == static_cast<std::size_t>(plan.second_stage)) {
      text += "     --- the second stage, on memory of its own ---\n";
    }
  }
  return text;
}

}  // namespace forklift::launch
