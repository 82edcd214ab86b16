// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include "recording/recording.hpp"

/// The fields of a recording, listed once for writing and reading: an archive
/// is called with each field's name and value. Names end in their units.
namespace watch::record {

template <class Archive>
void fields(Archive& archive, process::Memory& memory) {
  archive("mapped_bytes", memory.mapped);
  archive("resident_bytes", memory.resident);
  archive("anonymous_bytes", memory.anonymous);
  archive("swapped_bytes", memory.swapped);
  archive("page_tables_bytes", memory.page_tables);
  archive("huge_bytes", memory.huge);
}

template <class Archive>
void fields(Archive& archive, process::Process& process) {
  archive("pid", process.pid);
  archive("started_ticks", process.started);
  archive("name", process.name);
  archive("command", process.command);
  archive("executable", process.executable);
  archive("user", process.user);
  archive("state", process.state);
  archive("threads", process.threads);
  archive("mappings", process.mappings);
  archive("descriptors", process.descriptors);
  archive("memory", process.memory);
  archive("runtime", process.runtime);
  archive("runtime_version", process.runtime_version);
}

template <class Archive>
void fields(Archive& archive, Size& size) {
  archive("page_tables_bytes", size.page_tables);
  archive("resident_bytes", size.resident);
  archive("swapped_bytes", size.swapped);
  archive("mappings", size.mappings);
  archive("threads", size.threads);
  archive("descriptors", size.descriptors);
}

template <class Archive>
void fields(Archive& archive, ForkLockState& state) {
  archive("held", state.held);
  archive("readers", state.readers);
  archive("queued", state.queued);
}

template <class Archive>
void fields(Archive& archive, Call& call) {
  archive("number", call.number);
  archive("thread", call.thread);
  archive("thread_name", call.thread_name);
  archive("child", call.child);
  archive("function", call.function);
  archive("flags", call.flags);
  archive("begin_ns", call.begin);
  archive("duration_ns", call.duration);
  archive("until_ran_ns", call.until_ran);
  archive("off_cpu_ns", call.off_cpu);
  archive("runnable_ns", call.runnable);
  archive("lock_wait_ns", call.lock_wait);
  archive("lock_held_ns", call.lock_held);
  archive("error", call.error);
  archive("restarts", call.restarts);
  archive("size", call.size);
  archive("fork_lock", call.fork_lock);
  archive("stack", call.stack);
  archive("cut", call.cut);
}

template <class Archive>
void fields(Archive& archive, Wait& wait) {
  archive("call", wait.call);
  archive("thread", wait.thread);
  archive("thread_name", wait.thread_name);
  archive("reason", wait.reason);
  archive("begin_ns", wait.begin);
  archive("duration_ns", wait.duration);
  archive("overlap_ns", wait.overlap);
  archive("waker", wait.waker);
  archive("stack", wait.stack);
}

template <class Archive>
void fields(Archive& archive, Exec& exec) {
  archive("call", exec.call);
  archive("child", exec.child);
  archive("at_ns", exec.at);
  archive("since_call_ns", exec.since_call);
  archive("in_exec_ns", exec.in_exec);
  archive("program", exec.program);
  archive("done", exec.done);
}

template <class Archive>
void fields(Archive& archive, Sample& sample) {
  archive("at_ns", sample.at);
  archive("faults", sample.faults);
  archive("copy_faults", sample.copy_faults);
  archive("fault_time_ns", sample.fault_time);
  archive("call_time_ns", sample.call_time);
  archive("threads_made", sample.threads_made);
}

template <class Archive>
void fields(Archive& archive, ForkLockSample& sample) {
  archive("at_ns", sample.at);
  archive("looks", sample.looks);
  archive("looks_held", sample.looks_held);
  archive("longest_held_ns", sample.longest_held);
  archive("most_readers", sample.most_readers);
  archive("most_queued", sample.most_queued);
}

template <class Archive>
void fields(Archive& archive, Notice& notice) {
  archive("kind", notice.kind);
  archive("at_ns", notice.at);
  archive("text", notice.text);
  archive("count", notice.count);
}

template <class Archive>
void fields(Archive& archive, Unavailability& unavailability) {
  archive("backend", unavailability.backend);
  archive("reason", unavailability.reason);
  archive("remedy", unavailability.remedy);
}

template <class Archive>
void fields(Archive& archive, Source& source) {
  archive("figure", source.figure);
  archive("from", source.from);
  archive("resolution_ns", source.resolution);
  archive("exact", source.exact);
}

template <class Archive>
void fields(Archive& archive, Calibration& calibration) {
  archive("fixed_ns", calibration.fixed);
  archive("per_megabyte_ns", calibration.per_megabyte);
}

template <class Archive>
void fields(Archive& archive, Header& header) {
  archive("made_by", header.version);
  archive("command_line", header.command_line);
  archive("machine", header.machine);
  archive("begun", header.begun);
  archive("begin_ns", header.begin);
  archive("attaching_ns", header.attaching);
  archive("backend", header.backend);
  archive("detail", header.detail);
  archive("obstacles", header.obstacles);
  archive("sources", header.sources);
  archive("calibration", header.calibration);
  archive("target", header.target);
}

template <class Archive>
void fields(Archive& archive, Footer& footer) {
  archive("reason", footer.reason);
  archive("at_ns", footer.at);
  archive("own_time_ns", footer.own_time);
  archive("hook_time_ns", footer.hook_time);
  archive("hook_runs", footer.hook_runs);
  archive("own_memory_bytes", footer.own_memory);
}

}  // namespace watch::record
