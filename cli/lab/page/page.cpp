// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/page/page.hpp"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

#include "lab/page/page_text.hpp"

namespace lab {
namespace {

using nlohmann::json;

constexpr std::string_view place = "{{documents}}";

std::runtime_error unwritable(const std::string& path, int error) {
  return std::runtime_error("cannot write '" + path + "': " + ::strerror(error));
}

std::string_view require_page() {
  const std::string_view text = page_text();
  if (!text.starts_with("<!doctype html>")) {
    throw std::runtime_error("this forklift has no report page: " + std::string(text));
  }
  return text;
}

// JSON for a script element, which its own strings must not end: only strings
// can contain '<'.
std::string embeddable(const json& documents) {
  std::string text;
  for (const char c : documents.dump(-1, ' ', false, json::error_handler_t::replace)) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

void check_page(const std::string& path) {
  require_page();
  const bool was_there = ::access(path.c_str(), F_OK) == 0;
  errno = 0;
  if (!std::ofstream(path, std::ios::app)) throw unwritable(path, errno);
  if (!was_there) ::unlink(path.c_str());
}

std::string as_html(const std::vector<json>& documents) {
  const std::string_view page = require_page();
  const std::size_t at = page.find(place);
  if (at == page.npos) throw std::runtime_error("the report page has no place for documents");
  std::string html(page.substr(0, at));
  html += embeddable(documents);
  html += page.substr(at + place.size());
  return html;
}

void write_page(const std::string& path, const std::vector<json>& documents) {
  const std::string html = as_html(documents);
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << html << std::flush;
  if (!file) throw unwritable(path, errno);
}

}  // namespace lab
