// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "lab/page/document.hpp"

#include <errno.h>
#include <fmt/core.h>
#include <string.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace lab {
namespace {

using nlohmann::json;

using Check = std::function<void(const json& value, const std::string& where)>;

[[noreturn]] void refuse(const std::string& where, const char* what) {
  throw std::runtime_error(where + " " + what);
}

void check_text(const json& value, const std::string& where) {
  if (!value.is_string()) refuse(where, "is not text");
}

void check_number(const json& value, const std::string& where) {
  if (!value.is_number() || value.get<double>() < 0) refuse(where, "is not a number from 0");
}

void check_object(const json& value, const std::string& where) {
  if (!value.is_object()) refuse(where, "is not an object");
}

// A required field.
void need(const json& object, const char* name, const std::string& within, const Check& check) {
  const std::string where = within.empty() ? name : within + "." + name;
  const auto found = object.find(name);
  if (found == object.end()) refuse(where, "is missing");
  check(*found, where);
}

// An optional field; may be null.
void allow(const json& object, const char* name, const std::string& within, const Check& check) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return;
  need(object, name, within, check);
}

Check list_of(const Check& check) {
  return [check](const json& value, const std::string& where) {
    if (!value.is_array()) refuse(where, "is not a list");
    for (std::size_t i = 0; i < value.size(); ++i) check(value[i], fmt::format("{}[{}]", where, i));
  };
}

// An object with the named numbers.
Check numbers(std::vector<const char*> names) {
  return [names = std::move(names)](const json& value, const std::string& where) {
    check_object(value, where);
    for (const char* const name : names) need(value, name, where, check_number);
  };
}

const Check summary = numbers({"p50", "p99", "max"});
const Check interval = numbers({"p50", "low", "high"});

void check_first(const json& first, const std::string& where) {
  numbers({"processes", "pages_written"})(first, where);
  for (const char* const name : {"hold_us", "launch_us", "finish_us", "ratio_to_later", "faults",
                                 "write_us", "write_before_us"}) {
    need(first, name, where, interval);
  }
}

void check_sweep_run(const json& run, const std::string& where) {
  numbers({"rss_mib", "descriptors", "workers", "launches"})(run, where);
  need(run, "contender", where, check_text);
  for (const char* const name : {"hold_us", "launch_us", "finish_us"}) {
    need(run, name, where, summary);
  }
  for (const char* const name : {"bystander_gap_us", "idle_gap_us"}) {
    allow(run, name, where, summary);
  }
  for (const char* const name : {"launch_ratio", "finish_ratio"}) allow(run, name, where, interval);
  allow(run, "first", where, check_first);
  allow(run, "rate_per_s", where, check_number);
}

void check_hang_run(const json& run, const std::string& where) {
  numbers({"rss_mib", "workers", "launches", "dumps"})(run, where);
  need(run, "contender", where, check_text);
  need(run, "launch_us", where, summary);
  need(run, "lock_wait_us", where, summary);
  need(run, "waiting_per_dump", where, list_of(check_number));
  allow(run, "dump_at_s", where, list_of(check_number));
  allow(run, "waits", where, list_of(numbers({"at_s", "longest_us"})));
  allow(run, "by_worker", where, list_of(numbers({"launches", "longest_wait_us"})));
  for (const char* const name : {"rss_end_mib", "seconds", "rate_per_s", "share_of_long_waits"}) {
    allow(run, name, where, check_number);
  }
}

void check_warning(const json& warning, const std::string& where) {
  check_object(warning, where);
  need(warning, "text", where, check_text);
  allow(warning, "advice", where, check_text);
}

std::string kind_of(const json& document) {
  if (!document.contains("kind")) return "sweep";
  need(document, "kind", "", check_text);
  return document["kind"];
}

}  // namespace

void check_document(const json& document) {
  check_object(document, "the whole");
  const std::string kind = kind_of(document);
  if (kind != "sweep" && kind != "hang") refuse("kind", "is neither sweep nor hang");
  need(document, "machine", "", check_object);
  need(document, "command", "", check_text);
  need(document, "version", "", check_text);
  need(document, "runs", "", list_of(kind == "hang" ? check_hang_run : check_sweep_run));
  if (document["runs"].empty()) refuse("runs", "is empty");
  allow(document, "explanation", "", check_text);
  allow(document, "warnings", "", list_of(check_warning));
}

json read_document(const std::string& path) {
  errno = 0;
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!file || errno == EISDIR) {
    throw std::runtime_error("cannot read '" + path + "': " + ::strerror(errno));
  }
  try {
    json document = json::parse(text);
    check_document(document);
    return document;
  } catch (const json::parse_error& error) {
    throw std::runtime_error(fmt::format("'{}' is not JSON (byte {})", path, error.byte));
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("'" + path + "' is not a document of the lab: " + error.what());
  }
}

}  // namespace lab
