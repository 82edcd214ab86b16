// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "recording/fields.hpp"
#include "recording/file.hpp"
#include "whole_file.hpp"

namespace watch::record {
namespace {

using nlohmann::ordered_json;

class Writer;
template <class T>
ordered_json object(T& value);

template <class T>
ordered_json value(T& field) {
  if constexpr (requires(Writer & writer) { fields(writer, field); }) {
    return object(field);
  } else if constexpr (requires { field.count(); }) {
    return field.count();
  } else if constexpr (std::is_enum_v<T>) {
    return name(field);
  } else if constexpr (std::is_same_v<T, char>) {
    return std::string(1, field);
  } else {
    return field;
  }
}

class Writer {
 public:
  template <class T>
  void operator()(const char* key, T& field) {
    object[key] = value(field);
  }
  // Unknown values are omitted.
  template <class T>
  void operator()(const char* key, std::optional<T>& field) {
    if (field) object[key] = value(*field);
  }
  template <class T>
  void operator()(const char* key, std::vector<T>& all) {
    ordered_json& array = object[key] = ordered_json::array();
    for (T& each : all) array.push_back(value(each));
  }

  ordered_json object;
};

template <class T>
ordered_json object(T& value) {
  Writer writer;
  fields(writer, value);
  return std::move(writer.object);
}

// Names that programs choose need not be UTF-8; other bytes are replaced.
std::string line(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

// `fields` also serves reading, so it takes a mutable value.
template <class T>
std::string lines(const char* event, std::vector<T> all) {
  std::string text;
  for (T& each : all) {
    ordered_json json{{"event", event}};
    json.update(object(each));
    text += line(json);
  }
  return text;
}

}  // namespace

std::string as_lines(const Recording& recording) {
  Header header = recording.header;
  Footer footer = recording.footer;
  ordered_json first{{"schema", "forklift-recording"}, {"version", schema}};
  first.update(object(header));
  ordered_json last{{"event", "ending"}};
  last.update(object(footer));
  return line(first) + lines("call", recording.calls) + lines("wait", recording.waits) +
         lines("exec", recording.execs) + lines("tick", recording.samples) +
         lines("fork_lock", recording.fork_lock) + lines("notice", recording.notices) + line(last);
}

void write(const std::string& path, const Recording& recording) {
  write_whole(path, as_lines(recording), 0600);
}

}  // namespace watch::record
