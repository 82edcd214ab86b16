// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fmt/chrono.h>

#include <nlohmann/json.hpp>

#include "goroutines/group.hpp"
#include "goroutines/report.hpp"

namespace goroutines {
namespace {

using Json = nlohmann::ordered_json;

constexpr int schema_version = 1;

std::string moment(std::chrono::system_clock::time_point at) {
  const auto whole = std::chrono::time_point_cast<std::chrono::milliseconds>(at);
  const auto part = whole.time_since_epoch().count() % 1000;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(at);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), part);
}

const char* name(ForkLockWait wait) {
  switch (wait) {
    case ForkLockWait::reader: return "reader";
    case ForkLockWait::launcher: return "launcher";
    case ForkLockWait::queued: return "queued";
  }
  return "";
}

Json lock(const std::optional<ForkLock>& lock) {
  if (!lock) return nullptr;
  return {{"held", lock->held},
          {"awaited", lock->awaited},
          {"readers_inside", lock->inside},
          {"readers_waiting", lock->waiting},
          {"queued", lock->queued}};
}

Json frame(const Frame& frame) {
  return {{"function", frame.function}, {"file", frame.file}, {"line", frame.line}};
}

Json goroutine(const Goroutine& goroutine) {
  Json json{{"id", goroutine.id}, {"state", goroutine.state}, {"reason", goroutine.reason}};
  json["blocked_ns"] = goroutine.blocked ? Json(goroutine.blocked->count()) : Json();
  json["thread"] = goroutine.thread ? Json(*goroutine.thread) : Json();
  json["fork_lock"] = goroutine.waits ? Json(name(*goroutine.waits)) : Json();
  json["launches"] = launches(goroutine);
  json["unsettled"] = goroutine.unsettled;
  json["stack"] = Json::array();
  for (const Frame& each : goroutine.stack) json["stack"].push_back(frame(each));
  json["created_by"] = goroutine.created_by ? frame(*goroutine.created_by) : Json();
  return json;
}

}  // namespace

std::string print_json(const Subject& subject, const Snapshot& snapshot) {
  Json json{{"schema", "forklift-goroutines"}, {"version", schema_version}};
  json["process"] = {{"pid", subject.pid}, {"name", subject.name}, {"go", subject.version}};
  json["at"] = moment(snapshot.at);
  json["took_ns"] = snapshot.took.count();
  json["fork_lock"] = lock(snapshot.fork_lock);
  json["missing"] = snapshot.missing;
  json["goroutines"] = Json::array();
  for (const Group& same : group(snapshot)) {
    for (const Goroutine* const each : same.members) json["goroutines"].push_back(goroutine(*each));
  }
  // Names come from another program's memory: any bytes may be in them.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace goroutines
