// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "metrics.hpp"

#include <charconv>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

namespace metrics {
namespace {

const std::regex head("# (TYPE|UNIT|HELP) ([a-z_]+) (.+)");
const std::regex line_of_sample("([a-z_]+)\\{(.*)\\} ([^ ]+)");
const std::regex label("^([a-z]+)=\"((?:[^\"\\\\]|\\\\[\\\\\"n])*)\"(,|$)");

const std::map<std::string, std::set<std::string>> suffixes = {
    {"counter", {"_total"}}, {"gauge", {""}}, {"histogram", {"_bucket", "_sum", "_count"}},
    {"summary", {"_sum", "_count"}}};

class Parser {
 public:
  void take(const std::string& line) {
    std::smatch found;
    if (ended_) throw std::runtime_error("after # EOF: " + line);
    if (line == "# EOF") {
      ended_ = true;
    } else if (std::regex_match(line, found, head)) {
      describe(found[1], found[2], found[3]);
    } else if (std::regex_match(line, found, line_of_sample)) {
      samples_.push_back(sample(found[1], found[2], found[3]));
    } else {
      throw std::runtime_error("no line of OpenMetrics: " + line);
    }
  }

  std::vector<Sample> finish() {
    if (!ended_) throw std::runtime_error("there is no # EOF");
    return samples_;
  }

 private:
  void describe(const std::string& what, const std::string& family, const std::string& text) {
    if (what == "TYPE") {
      if (!families_.insert(family).second) throw std::runtime_error("twice: " + family);
      if (!suffixes.contains(text)) throw std::runtime_error("no type: " + text);
      family_ = family;
      type_ = text;
    }
    if (family != family_) throw std::runtime_error("not of this family: " + family);
    if (what == "UNIT" && !family.ends_with("_" + text)) {
      throw std::runtime_error("its name lacks its unit: " + family);
    }
  }

  Sample sample(const std::string& name, std::string labels, const std::string& value) const {
    if (!name.starts_with(family_) || !suffixes.at(type_).contains(name.substr(family_.size()))) {
      throw std::runtime_error("not of " + family_ + ": " + name);
    }
    Sample made{name, {}, 0};
    while (!labels.empty()) {
      std::smatch found;
      if (!std::regex_search(labels, found, label)) throw std::runtime_error("labels: " + labels);
      if (!made.labels.emplace(found[1], found[2]).second) throw std::runtime_error("label twice");
      const std::string rest = found.suffix();
      if (rest.empty() == (found[3].length() > 0)) throw std::runtime_error("comma: " + labels);
      labels = rest;
    }
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), made.value);
    if (error != std::errc() || *end != '\0') throw std::runtime_error("no number: " + value);
    return made;
  }

  std::vector<Sample> samples_;
  std::set<std::string> families_;
  std::string family_;
  std::string type_;
  bool ended_ = false;
};

}  // namespace

std::vector<Sample> parse(const std::string& text) {
  if (!text.ends_with("# EOF\n")) throw std::runtime_error("does not end with # EOF");
  Parser parser;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) parser.take(line);
  return parser.finish();
}

}  // namespace metrics
