// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "help_text.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <regex>
#include <vector>

namespace help_text {
namespace {

constexpr std::size_t width = 78;
constexpr std::size_t below = 6;  // how far a text stands to the right of its heading

// What CLI11 knows of a value: "UINT:INT in [1 - 1024]", "TEXT:{fork,vfork}".
struct Value {
  std::string name;
  std::string bounds;  // in words; may be empty
};

std::string spaced(std::string list) { return std::regex_replace(list, std::regex(","), ", "); }

Value value_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::string name = type.substr(0, type.find(':'));
  Value value{name == "UINT" || name == "INT" || name == "FLOAT" ? "NUMBER" : name, ""};
  const std::regex range(R"(.*\[(\d+) - (\d+)\])"), set(R"(.*\{(.*)\}.*)");
  std::smatch found;
  if (std::regex_match(type, found, range))
    value.bounds = fmt::format("{} to {}", found[1].str(), found[2].str());
  if (std::regex_match(type, found, set)) value.bounds = "one of " + spaced(found[1]);
  if (option.get_expected_max() > 1 && !option.get_positional()) value.name += "[,...]";
  return value;
}

std::string heading(const CLI::Option& option, const Value& value) {
  if (option.get_positional()) {
    return option.get_single_name() + (option.get_expected_max() > 1 ? "..." : "");
  }
  std::string names;
  const auto add = [&names](std::string_view dashes, const std::string& name) {
    names += fmt::format("{}{}{}", names.empty() ? "" : ", ", dashes, name);
  };
  for (const std::string& name : option.get_lnames()) add("--", name);
  for (const std::string& name : option.get_snames()) add("-", name);
  return option.get_expected_max() > 0 ? names + " " + value.name : names;
}

std::string item(const CLI::Option& option) {
  const Value value = value_of(option);
  std::string text = option.get_description();
  if (!value.bounds.empty()) text += "; " + value.bounds;
  return help_text::item(heading(option, value), text);
}

std::string section(std::string_view title, const CLI::App& app, bool positional) {
  std::string text;
  for (const CLI::Option* const option : app.get_options()) {
    if (option->get_positional() == positional && !option->get_group().empty()) {
      text += item(*option);
    }
  }
  return text.empty() ? "" : fmt::format("\n{}:\n{}", title, text);
}

std::string commands(const CLI::App& app) {
  const auto all = app.get_subcommands({});
  std::size_t longest = 0;
  for (const CLI::App* const each : all) longest = std::max(longest, each->get_name().size());
  std::string text = all.empty() ? "" : "\nCommands:\n";
  for (const CLI::App* const each : all) {
    text += wrapped(fmt::format("  {:<{}}  ", each->get_name(), longest), each->get_description(),
                    longest + 4);
  }
  return text;
}

std::string usage(const CLI::App& app, const std::string& name) {
  std::string text = name + " [OPTIONS]";
  for (const CLI::Option* const option : app.get_options()) {
    if (!option->get_positional()) continue;
    const std::string value = heading(*option, {});
    text += option->get_required() ? " " + value : " [" + value + "]";
  }
  if (app.get_subcommands({}).empty()) return text + "\n";
  return text + (app.get_require_subcommand_min() > 0 ? " COMMAND\n" : " [COMMAND]\n");
}

}  // namespace

std::string wrapped(std::string_view first, std::string_view text, std::size_t indent) {
  std::string lines(first);
  std::size_t used = first.size();
  for (bool begins = true; !text.empty(); begins = false) {
    const auto word = text.substr(0, text.find(' '));
    if (!begins && used + 1 + word.size() > width) {
      lines += "\n" + std::string(indent, ' ');
      used = indent;
      begins = true;
    }
    lines += (begins ? "" : " ") + std::string(word);
    used += word.size() + (begins ? 0 : 1);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return lines + "\n";
}

std::string item(std::string_view heading, std::string_view text) {
  return fmt::format("  {}\n{}", heading, wrapped(std::string(below, ' '), text, below));
}

std::string Formatter::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const {
  std::string text = usage(*app, name) + "\n" + wrapped("", app->get_description() + ".", 0);
  text += commands(*app) + section("Arguments", *app, true) + section("Options", *app, false);
  if (!app->get_footer().empty()) text += "\n" + app->get_footer() + "\n";
  return text;
}

}  // namespace help_text
