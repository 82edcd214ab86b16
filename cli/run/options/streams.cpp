// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <unistd.h>

#include <limits>
#include <stdexcept>

#include "run/option.hpp"
#include "run/request.hpp"
#include "run/terminal.hpp"
#include "run/values.hpp"

namespace run {
namespace {

using forklift::Stdio;
using Text = const std::string&;

int parse_descriptor(const std::string& text) {
  return static_cast<int>(parse_number(text, 0, std::numeric_limits<int>::max(), "descriptor"));
}

void pass(RunRequest& request, const std::string& value) {
  const auto sign = value.find('=');
  const int number = parse_descriptor(value.substr(0, sign));
  const int ours = sign == std::string::npos ? number : parse_descriptor(value.substr(sign + 1));
  // The library interprets a missing descriptor as one to keep closed.
  if (::fcntl(ours, F_GETFD) < 0) {
    throw std::invalid_argument("descriptor " + std::to_string(ours) + " is not open");
  }
  request.own_stdin = request.own_stdin || (number == 0 && ours != 0);
  request.command.descriptor(number, Stdio::descriptor(ours));
}

int number_or(const std::string& value, int otherwise) {
  return value.empty() ? otherwise : parse_descriptor(value);
}

constexpr Option options[] = {
    {"--stdin", "", "FILE", "Reads standard input from a file",
     [](RunRequest& request, Text value) {
       request.own_stdin = true;
       request.command.in(Stdio::read(value));
     }},
    {"--stdout", "", "FILE", "Writes standard output to a file, truncated first",
     [](RunRequest& request, Text value) { request.command.out(Stdio::truncate(value)); }},
    {"--stdout-append", "", "FILE", "The same, at its end",
     [](RunRequest& request, Text value) { request.command.out(Stdio::append(value)); }},
    {"--stderr", "", "FILE", "Writes standard error to a file, truncated first",
     [](RunRequest& request, Text value) { request.command.err(Stdio::truncate(value)); }},
    {"--stderr-append", "", "FILE", "The same, at its end",
     [](RunRequest& request, Text value) { request.command.err(Stdio::append(value)); }},
    {"--stderr-to-stdout", "", "", "Sends standard error to standard output",
     [](RunRequest& request, Text) { request.command.err(Stdio::same_as(1)); }},
    {"--fd", "", "N[=M]",
     "Passes forklift's descriptor N, or M as N; by default only 0, 1 and 2 are passed", pass},
    {"--pty", "", "",
     "Creates a pseudoterminal as its terminal and as those standard streams that are not set; "
     "relays input and output, and follows the window size",
     [](RunRequest& request, Text) {
       request.pty = request.has_tree = true;
       request.command.pty(window_size());
     }},
    {"--ctty", "", "[=N]", "Makes its descriptor N (default: 0) its controlling terminal",
     [](RunRequest& request, Text value) {
       request.has_tree = true;  // a session comes with the terminal
       request.command.controlling_terminal(number_or(value, 0));
     }},
    {"--foreground", "", "[=N]",
     "Puts its process group into the foreground of the terminal at its descriptor N (default: 0)",
     [](RunRequest& request, Text value) { request.command.foreground(number_or(value, 0)); }},
};

}  // namespace

std::span<const Option> stream_options() { return options; }

}  // namespace run
