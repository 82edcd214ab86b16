// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "recording/clone_flags.hpp"
#include "watch/report/report.hpp"
#include "watch/verdict/verdict.hpp"

namespace watch {
namespace {

using Json = nlohmann::ordered_json;

double ms(Nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

Json json(const Spread& spread) {
  return {{"count", spread.count},
          {"p50_ms", ms(spread.p50)},
          {"p99_ms", ms(spread.p99)},
          {"max_ms", ms(spread.max)},
          {"total_ms", ms(spread.total)}};
}

Json json(const std::optional<Spread>& spread) { return spread ? json(*spread) : Json(nullptr); }

Json json(const Blocked& blocked) {
  return {{"events", blocked.events}, {"threads", blocked.threads}, {"time", json(blocked.time)}};
}

Json json(const std::optional<Size>& size) {
  if (!size) return nullptr;
  return {{"page_tables_bytes", size->page_tables},
          {"resident_bytes", size->resident},
          {"swapped_bytes", size->swapped},
          {"mappings", size->mappings},
          {"threads", size->threads},
          {"descriptors", size->descriptors}};
}

Json json(const std::vector<Bin>& bins) {
  Json all = Json::array();
  for (const Bin& bin : bins) all.push_back({{"below_ms", ms(bin.below)}, {"count", bin.count}});
  return all;
}

Json flags(const std::vector<std::uint64_t>& seen) {
  Json all = Json::array();
  for (const std::uint64_t value : seen) all.push_back(flag_names(value));
  return all;
}

Json errors(const std::map<int, std::size_t>& seen) {
  Json all = Json::array();
  for (const auto& [error, count] : seen) all.push_back({{"errno", error}, {"count", count}});
  return all;
}

template <class T>
Json optional(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json json(const Group& group) {
  return {{"kind", group.kind},
          {"stack", group.stack},
          {"copying", optional(group.copying)},
          {"flags", flags(group.flags)},
          {"calls", group.calls},
          {"failures", group.failures},
          {"errors", errors(group.errors)},
          {"cut", group.cut},
          {"restarts", group.restarts},
          {"time", json(group.time)},
          {"until_ran", json(group.until_ran)},
          {"histogram", json(group.histogram)},
          {"on_cpu", json(group.on_cpu)},
          {"off_cpu", json(group.off_cpu)},
          {"runnable", json(group.runnable)},
          {"lock_wait", json(group.lock_wait)},
          {"lock_held", json(group.lock_held)},
          {"size_median", json(group.median)},
          {"size_max", json(group.most)},
          {"ms_per_mib_of_page_tables", optional(group.ms_per_mebibyte)},
          {"victims", json(group.victims)}};
}

Json json(const std::vector<Group>& groups) {
  Json all = Json::array();
  for (const Group& group : groups) all.push_back(json(group));
  return all;
}

Json json(const Victims& victims) {
  Json places = Json::array();
  for (const BlockedAt& place : victims.places) {
    places.push_back({{"thread_name", place.thread_name},
                      {"stack", place.stack},
                      {"blocked", json(place.blocked)}});
  }
  return {{"all", json(victims.all)},
          {"calls", victims.calls},
          {"threads_per_call", victims.per_call},
          {"worst_call", victims.worst},
          {"worst_call_ms", ms(victims.worst_call)},
          {"places", places}};
}

Json json(const std::optional<Aftermath>& after) {
  if (!after) return nullptr;
  const auto time = [](const auto& value) { return value ? Json(ms(*value)) : Json(nullptr); };
  return {{"copy_faults", after->copy_faults},
          {"copy_faults_per_call", after->per_call},
          {"copy_faults_before_per_s", after->before_per_second},
          {"copy_faults_without_call", after->without_call},
          {"fault_time_ms", time(after->fault_time)},
          {"call_time_ms", time(after->call_time)}};
}

Json json(const std::vector<Children>& children) {
  Json all = Json::array();
  for (const Children& each : children) {
    all.push_back({{"program", each.program},
                   {"copied", each.copied},
                   {"executed", each.executed},
                   {"exited_without_exec", each.exited},
                   {"to_exec", json(each.to_exec)},
                   {"before_exec", json(each.before_exec)},
                   {"in_exec", json(each.in_exec)}});
  }
  return all;
}

Json json(const std::optional<ForkLockFigures>& figures) {
  if (!figures) return nullptr;
  return {{"looks", figures->looks},
          {"held_share", figures->held_share},
          {"longest_held_ms", ms(figures->longest_held)},
          {"most_readers", figures->most_readers},
          {"most_queued", figures->most_queued}};
}

Json blocked_time(const Analysis& analysis) {
  Json meanwhile = Json::object();
  for (const auto& [reason, blocked] : analysis.meanwhile) meanwhile[name(reason)] = json(blocked);
  return {{"total_ms", ms(analysis.blocked)},
          {"by_copying_calls_ms", ms(analysis.explained)},
          {"explained_share", analysis.explained_share},
          {"meanwhile", meanwhile},
          {"memory_lock_without_copying_call", json(analysis.lock_outside)},
          {"frozen_calls", analysis.frozen_calls},
          {"longest_freeze_ms", ms(analysis.longest_freeze)}};
}

Json json(const std::vector<Verdict>& verdicts) {
  Json all = Json::array();
  for (const Verdict& verdict : verdicts) {
    all.push_back({{"id", verdict.id},
                   {"confidence", name(verdict.confidence)},
                   {"sentence", verdict.sentence},
                   {"evidence", verdict.evidence},
                   {"advice", verdict.advice},
                   {"lost_s", verdict.weight}});
  }
  return all;
}

Json json(const process::Process& target) {
  return {{"pid", target.pid},
          {"name", target.name},
          {"command", target.command},
          {"executable", target.executable},
          {"runtime", name(target.runtime)},
          {"runtime_version", target.runtime_version},
          {"threads", target.threads},
          {"descriptors", optional(target.descriptors)},
          {"mappings", target.mappings},
          {"resident_bytes", target.memory.resident},
          {"swapped_bytes", target.memory.swapped},
          {"huge_bytes", target.memory.huge},
          {"page_tables_bytes", target.memory.page_tables}};
}

Json sources(const Header& header) {
  Json all = Json::array();
  for (const Source& source : header.sources) {
    all.push_back({{"figure", name(source.figure)},
                   {"from", source.from},
                   {"resolution_ms", ms(source.resolution)},
                   {"exact", source.exact}});
  }
  return all;
}

Json obstacles(const Header& header) {
  Json all = Json::array();
  for (const Unavailability& unavailability : header.obstacles) {
    all.push_back({{"backend", name(unavailability.backend)},
                   {"reason", unavailability.reason},
                   {"remedy", unavailability.remedy}});
  }
  return all;
}

Json calibration(const Header& header) {
  if (!header.calibration) return nullptr;
  return {{"fixed_ms", ms(header.calibration->fixed)},
          {"ms_per_mib_of_page_tables", ms(header.calibration->per_megabyte)}};
}

Json notices(const Recording& recording) {
  Json all = Json::array();
  for (const Notice& notice : recording.notices) {
    all.push_back({{"kind", name(notice.kind)},
                   {"at_ms", ms(notice.at - recording.header.begin)},
                   {"text", notice.text},
                   {"count", notice.count}});
  }
  return all;
}

Json overhead(const Recording& recording) {
  const Footer& footer = recording.footer;
  return {{"attaching_ms", ms(recording.header.attaching)},
          {"own_time_ms", ms(footer.own_time)},
          {"own_memory_bytes", footer.own_memory},
          {"hook_time_ms", ms(footer.hook_time)},
          {"hook_runs", footer.hook_runs}};
}

}  // namespace

nlohmann::ordered_json as_json(const Recording& recording) {
  const Analysis analysis = analyze(recording);
  const Header& header = recording.header;
  return {{"schema", "forklift-watch"},
          {"version", 1},
          {"made_by", header.version},
          {"command", header.command_line},
          {"machine", header.machine},
          {"begun", header.begun},
          {"watched_ms", ms(analysis.watched)},
          {"ended_by", name(recording.footer.reason)},
          {"backend", name(header.backend)},
          {"detail", header.detail},
          {"obstacles", obstacles(header)},
          {"target", json(header.target)},
          {"verdicts", json(judge(recording, analysis))},
          {"calls", json(analysis.all)},
          {"copying_calls", json(analysis.copying)},
          {"kinds", json(analysis.kinds)},
          {"places", json(analysis.places)},
          {"victims", json(analysis.victims)},
          {"blocked", blocked_time(analysis)},
          {"after", json(analysis.after)},
          {"children", json(analysis.children)},
          {"fork_lock", json(analysis.fork_lock)},
          {"threads_made", analysis.threads_made},
          {"calibration", calibration(header)},
          {"sources", sources(header)},
          {"notices", notices(recording)},
          {"overhead", overhead(recording)}};
}

}  // namespace watch
