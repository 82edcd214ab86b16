// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/record.hpp"

#include <errno.h>
#include <string.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "lab/page/page.hpp"
#include "refusal.hpp"

namespace lab {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw std::runtime_error("cannot write '" + path + "': " + ::strerror(errno));
}

}  // namespace

void check(const Record& record) {
  const auto& [json, html] = record;
  if (!json.empty() && json == html) {
    throw Refusal("--json and --html name the same file '" + json + "'");
  }
  if (!json.empty() && !std::ofstream(json, std::ios::app)) fail(json);
  if (!html.empty()) check_page(html);
}

void write(const Record& record, const nlohmann::json& document) {
  if (!record.json.empty()) {
    std::ofstream file(record.json);
    file << document.dump(2) << "\n" << std::flush;
    if (!file) fail(record.json);
  }
  if (!record.html.empty()) write_page(record.html, {document});
}

}  // namespace lab
