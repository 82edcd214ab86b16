// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "made.hpp"

#include <algorithm>

#include "recording/file.hpp"

namespace made {

using namespace watch;

Recording quiet() {
  Recording recording;
  Header& header = recording.header;
  header.version = "0.1.0";
  header.machine = "Linux";
  header.begun = "2026-11-25T03:22:02Z";
  header.begin = 1000s;
  header.target.pid = 4711;
  header.target.name = "server";
  header.target.threads = 5;
  for (int i = 0; i <= static_cast<int>(Figure::fork_lock); ++i) {
    header.sources.push_back({static_cast<Figure>(i), "a test", 0ns, true});
  }
  recording.footer.at = 1010s;
  return recording;
}

Call& add_call(Recording& recording, std::uint64_t flags, Nanoseconds duration) {
  Call call;
  call.number = recording.calls.size() + 1;
  call.thread = 4711;
  call.thread_name = "server";
  call.child = 5000;
  call.function = "clone";
  call.flags = flags;
  call.begin = 1001s + recording.calls.size() * 100ms;
  call.duration = duration;
  call.size = Size{.page_tables = 2 << 20, .resident = 1 << 30, .threads = 5, .descriptors = 10};
  call.stack = {"fork", "serve", "main"};
  return recording.calls.emplace_back(std::move(call));
}

Wait& add_victim(Recording& recording, pid_t thread, Nanoseconds duration) {
  const Call& call = recording.calls.back();
  Wait wait;
  wait.call = call.number;
  wait.thread = thread;
  wait.thread_name = "worker";
  wait.reason = Wait::Reason::memory_lock;
  wait.begin = call.begin;
  wait.duration = wait.overlap = duration;
  wait.stack = {"fill", "start_thread"};
  return recording.waits.emplace_back(std::move(wait));
}

Exec& add_exec(Recording& recording, Nanoseconds since_call, Nanoseconds in_exec) {
  const Call& call = recording.calls.back();
  return recording.execs.emplace_back(Exec{call.number, call.child, call.begin + since_call,
                                           since_call, in_exec, "/bin/true", true});
}

void add_ticks(Recording& recording, std::uint64_t copy_faults, Nanoseconds fault_time,
               std::uint64_t copy_faults_before) {
  recording.samples = {{1000s, 0, 0, 0ns, 0ns, 0},
                       {1001s, 0, copy_faults_before, 0ns, 0ns, 0},
                       {1010s, 0, copy_faults_before + copy_faults, fault_time, 0ns, 0}};
}

Recording kept(const std::string& name) {
  return record::read(std::string(FORKLIFT_RECORDINGS) + "/" + name + ".jsonl");
}

const Verdict* find(const std::vector<Verdict>& verdicts, const std::string& id) {
  const auto found = std::ranges::find(verdicts, id, &Verdict::id);
  return found == verdicts.end() ? nullptr : &*found;
}

std::vector<Verdict> judge(const Recording& recording) {
  return watch::judge(recording, analyze(recording));
}

bool applies(const Recording& recording, const std::string& id) {
  return find(judge(recording), id) != nullptr;
}

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

}  // namespace made
