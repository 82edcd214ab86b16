// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Parses recordings, which may come from other machines, other versions, or an
// editor. Every field is checked for type and range, so that the reports need
// no checks; unknown keys are accepted, since later versions add them. An error
// names the line and the field.

#include <errno.h>
#include <fmt/core.h>
#include <string.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "refusal.hpp"
#include "recording/fields.hpp"
#include "recording/file.hpp"

namespace watch::record {
namespace {

using nlohmann::json;

// An error in a line; the caller adds the line's place.
class Flaw : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// No machine runs for longer, and sums of many times fit 64 bits.
constexpr std::int64_t longest_time = 1'000'000'000'000'000'000;

class Reader;

void take(const json& from, bool& to) {
  if (!from.is_boolean()) throw Flaw("is neither true nor false");
  to = from.get<bool>();
}

template <class T>
requires std::is_integral_v<T>
void take(const json& from, T& to) {
  const bool fits = from.is_number_unsigned()
                        ? std::in_range<T>(from.get<std::uint64_t>())
                        : from.is_number_integer() && std::in_range<T>(from.get<std::int64_t>());
  if (!fits) throw Flaw("is not a possible number");
  to = from.get<T>();
}

void take(const json& from, std::string& to) {
  if (!from.is_string()) throw Flaw("is not text");
  to = from.get<std::string>();
}

void take(const json& from, char& to) {
  std::string text;
  take(from, text);
  if (text.size() != 1) throw Flaw("is not one character");
  to = text[0];
}

void take(const json& from, Nanoseconds& to) {
  std::int64_t count = 0;
  take(from, count);
  if (count < -longest_time || count > longest_time) throw Flaw("is longer than any machine runs");
  to = Nanoseconds(count);
}

template <class E>
void take_named(const json& from, E& to, std::optional<E> (*named)(const std::string&)) {
  std::string text;
  take(from, text);
  const auto found = named(text);
  if (!found) throw Flaw("has a name that means nothing here: '" + text + "'");
  to = *found;
}

std::optional<process::Runtime> runtime_named(const std::string& text) {
  using enum process::Runtime;
  for (const auto each : {native, go, cpython, jvm, node, redis}) {
    if (name(each) == text) return each;
  }
  return std::nullopt;
}

void take(const json& from, Wait::Reason& to) { take_named(from, to, reason_named); }
void take(const json& from, Notice::Kind& to) { take_named(from, to, notice_named); }
void take(const json& from, Figure& to) { take_named(from, to, figure_named); }
void take(const json& from, Backend& to) { take_named(from, to, backend_named); }
void take(const json& from, Footer::Reason& to) { take_named(from, to, footer_named); }
void take(const json& from, process::Runtime& to) { take_named(from, to, runtime_named); }

template <class T>
requires requires(Reader& reader, T& to) { fields(reader, to); }
void take(const json& from, T& to);

template <class T>
void take(const json& from, std::vector<T>& to) {
  if (!from.is_array()) throw Flaw("is not a list");
  for (const json& each : from) take(each, to.emplace_back());
}

// Unknown keys in a line are newer, and do not change the meaning of others.
class Reader {
 public:
  explicit Reader(const json& object) : object_(object) {
    if (!object.is_object()) throw Flaw("is not an object");
  }

  template <class T>
  void operator()(const char* key, T& field) {
    const auto found = object_.find(key);
    if (found == object_.end()) throw Flaw(fmt::format("'{}' is missing", key));
    named(key, *found, field);
  }
  template <class T>
  void operator()(const char* key, std::optional<T>& field) {
    const auto found = object_.find(key);
    if (found != object_.end()) named(key, *found, field.emplace());
  }

 private:
  template <class T>
  static void named(const char* key, const json& from, T& field) {
    try {
      take(from, field);
    } catch (const Flaw& flaw) {
      throw Flaw(fmt::format("'{}' {}", key, flaw.what()));
    }
  }

  const json& object_;
};

template <class T>
requires requires(Reader& reader, T& to) { fields(reader, to); }
void take(const json& from, T& to) {
  Reader reader(from);
  fields(reader, to);
}

// --- line by line ------------------------------------------------------------

void take_heading(const json& line, Recording& recording) {
  if (!line.is_object() || line.value("schema", json()) != "forklift-recording") {
    throw Flaw("is not the beginning of a recording");
  }
  int version = 0;
  Reader reader(line);
  reader("version", version);
  if (version > schema) {
    throw Flaw(
        fmt::format("made by a newer forklift (schema {}, this one reads {})", version, schema));
  }
  if (version < 1) throw Flaw(fmt::format("there is no schema {}", version));
  take(line, recording.header);
}

template <class T>
bool take_event(const json& line, const std::string& event, const char* wanted,
                std::vector<T>& all) {
  if (event != wanted) return false;
  take(line, all.emplace_back());
  return true;
}

/// Whether it was the footer.
bool take_event(const json& line, Recording& recording) {
  std::string event;
  Reader reader(line);
  reader("event", event);
  if (event == "ending") {
    take(line, recording.footer);
    return true;
  }
  if (take_event(line, event, "call", recording.calls) ||
      take_event(line, event, "wait", recording.waits) ||
      take_event(line, event, "exec", recording.execs) ||
      take_event(line, event, "tick", recording.samples) ||
      take_event(line, event, "fork_lock", recording.fork_lock) ||
      take_event(line, event, "notice", recording.notices)) {
    return false;
  }
  throw Flaw("there is no event '" + event + "'");
}

// Lines of a recording with deep stacks have some thousand characters; without
// a limit, a file of another kind would be read into memory as a whole.
constexpr std::size_t longest_line = std::size_t{1} << 20;

class Lines {
 public:
  Lines(std::istream& stream, std::string name)
      : stream_(stream), name_(std::move(name)), line_(longest_line, '\0') {}

  // Null at the end.
  std::optional<json> next() {
    ++number_;
    stream_.getline(line_.data(), static_cast<std::streamsize>(line_.size()));
    const auto length = static_cast<std::size_t>(stream_.gcount());
    if (stream_.eof() && length == 0) return std::nullopt;
    if (stream_.bad()) throw Flaw("cannot be read");
    if (!stream_.eof() && stream_.fail()) throw Flaw("is too long for a line of a recording");
    const std::size_t end = stream_.eof() ? length : length - 1;
    json parsed = json::parse(line_.data(), line_.data() + end, nullptr, false);
    if (parsed.is_discarded()) {
      // Only a truncated recording ends without a newline.
      if (stream_.eof() && number_ > 1) throw Flaw("cut short within this line");
      throw Flaw(number_ == 1 ? "is not the beginning of a recording" : "is not JSON");
    }
    return parsed;
  }

  [[noreturn]] void refuse(const std::string& reason) const {
    throw Refusal(fmt::format("'{}' line {}: {}", name_, number_, reason));
  }

 private:
  std::istream& stream_;
  const std::string name_;
  std::string line_;
  std::size_t number_ = 0;
};

Recording read_all(Lines& lines) {
  Recording recording;
  const auto first = lines.next();
  if (!first) throw Flaw("is empty: not a recording");
  take_heading(*first, recording);
  for (bool ended = false; !ended;) {
    const auto line = lines.next();
    if (!line) throw Flaw("cut short, the ending is missing");
    ended = take_event(*line, recording);
  }
  if (lines.next()) throw Flaw("comes after the ending");
  return recording;
}

}  // namespace

Recording from_lines(std::istream& stream, const std::string& name) {
  Lines lines(stream, name);
  try {
    return read_all(lines);
  } catch (const Flaw& flaw) {
    lines.refuse(flaw.what());
  }
}

Recording read(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  // A directory can be opened, but not read.
  if (!file || (file.peek() == std::ifstream::traits_type::eof() && errno != 0)) {
    throw Refusal(fmt::format("cannot read '{}': {}", path, ::strerror(errno)));
  }
  file.clear();
  return from_lines(file, path);
}

}  // namespace watch::record
