// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "run/option.hpp"
#include "run/request.hpp"
#include "run/values.hpp"

namespace run {
namespace {

using Text = const std::string&;

constexpr Option options[] = {
    {"--cwd", "--chdir", "DIR", "Sets the working directory",
     [](RunRequest& request, Text value) { request.command.directory(value); }},
    {"--env", "", "K=V", "Sets a variable of the environment",
     [](RunRequest& request, Text value) {
       auto [key, text] = parse_pair(value);
       request.command.env(std::move(key), std::move(text));
     }},
    {"--unset", "", "K", "Removes a variable",
     [](RunRequest& request, Text value) { request.command.env_remove(value); }},
    {"--clear-env", "--ignore-environment", "", "Starts from an empty environment",
     [](RunRequest& request, Text) { request.command.env_clear(); }},
    {"--argv0", "", "NAME", "Sets the name that the program sees as its own",
     [](RunRequest& request, Text value) { request.command.argv0(value); }},
    {"--umask", "", "MODE", "Sets the umask, in octal; it applies to the files below, too",
     [](RunRequest& request, Text value) { request.command.umask(parse_mode(value)); }},
};

}  // namespace

std::span<const Option> program_options() { return options; }

}  // namespace run
