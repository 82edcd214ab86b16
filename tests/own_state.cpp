// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "own_state.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "helpers/reveal_kernel.hpp"
#include "reveal.hpp"

namespace {

using State = std::map<std::string, std::string>;

bool changes_by_itself(const std::string& key) {
  for (const char* const start : {"Vm", "Rss", "Huge", "SigQ", "SigPnd", "ShdPnd", "State",
                                  "FDSize", "voluntary", "nonvoluntary", "Threads"}) {
    if (key.starts_with(start)) return true;
  }
  return false;
}

// Umask, ids, groups, tracer, signals, capabilities, seccomp, affinity, ...
void add_status(State& state) {
  std::ifstream status("/proc/thread-self/status");
  for (std::string line; std::getline(status, line);) {
    const std::string key = line.substr(0, line.find(':'));
    if (!changes_by_itself(key)) state["status." + key] = line.substr(key.size());
  }
}

void add_files(State& state) {
  for (const char* const file :
       {"limits",    "oom_score_adj", "coredump_filter", "timerslack_ns", "cgroup",
        "mountinfo", "loginuid",      "sessionid",       "personality",   "uid_map",
        "gid_map",   "projid_map",    "setgroups",       "comm",          "cmdline",
        "environ",   "autogroup",     "attr/current",    "cpuset",        "timens_offsets"}) {
    state["file." + std::string(file)] = read_file("/proc/self/" + std::string(file));
  }
}

void add_link(State& state, const std::string& path) {
  std::error_code error;
  state["link." + path] = std::filesystem::read_symlink("/proc/thread-self/" + path, error);
}

void add_links(State& state) {
  for (const char* const link : {"cwd", "root", "exe"}) add_link(state, link);
  for (const auto& entry : std::filesystem::directory_iterator("/proc/thread-self/ns")) {
    add_link(state, "ns/" + entry.path().filename().string());
  }
}

// The prctl(2) queries without further arguments.
void add_prctl(State& state) {
  constexpr std::pair<const char*, int> getters[] = {
      {"dumpable", PR_GET_DUMPABLE},     {"keepcaps", PR_GET_KEEPCAPS},
      {"securebits", PR_GET_SECUREBITS}, {"no_new_privs", PR_GET_NO_NEW_PRIVS},
      {"thp", PR_GET_THP_DISABLE},       {"timerslack", PR_GET_TIMERSLACK},
      {"timing", PR_GET_TIMING},         {"seccomp", PR_GET_SECCOMP},
      {"mce", PR_MCE_KILL_GET},          {"io_flusher", 58 /* PR_GET_IO_FLUSHER */},
      {"mdwe", 66 /* PR_GET_MDWE */},    {"merge", 68 /* PR_GET_MEMORY_MERGE */}};
  for (const auto& [name, option] : getters) {
    state["prctl." + std::string(name)] = std::to_string(::prctl(option, 0, 0, 0, 0));
  }
  for (const auto& [name, option] : {std::pair{"pdeathsig", PR_GET_PDEATHSIG},
                                     {"subreaper", PR_GET_CHILD_SUBREAPER},
                                     {"tsc", PR_GET_TSC}}) {
    int value = -1;
    ::prctl(option, &value, 0, 0, 0);
    state["prctl." + std::string(name)] = std::to_string(value);
  }
  char name[16]{};
  ::prctl(PR_GET_NAME, name);
  state["prctl.name"] = name;
  for (int i = 0; i < 64; ++i) {
    state["bounding"] += std::to_string(::prctl(PR_CAPBSET_READ, i));
    state["ambient"] += std::to_string(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0));
  }
}

void add_scheduling(State& state) {
  SchedulingAttributes attributes{};
  ::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0);
  state["scheduling"] = joined(attributes.policy, " ", attributes.flags, " ", attributes.nice, " ",
                               attributes.priority, " ", attributes.period);
  state["nice"] = std::to_string(::getpriority(PRIO_PROCESS, 0));
  state["io_priority"] = std::to_string(::syscall(SYS_ioprio_get, 1, 0));
  int mode = 0;
  unsigned long nodes[16]{};
  ::syscall(SYS_get_mempolicy, &mode, nodes, sizeof nodes * 8, 0, 0);
  state["memory_policy"] = joined(mode, " ", nodes[0]);
}

void add_signals(State& state) {
  for (int signal = 1; signal <= 64; ++signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0) continue;
    state["handler." + std::to_string(signal)] =
        joined(reinterpret_cast<long>(action.sa_handler), " ", action.sa_flags);
  }
  stack_t stack{};
  ::sigaltstack(nullptr, &stack);
  state["signal_stack"] = joined(stack.ss_sp, " ", stack.ss_size, " ", stack.ss_flags);
}

void add_timers(State& state) {
  for (const auto& [name, which] :
       {std::pair{"real", ITIMER_REAL}, {"virtual", ITIMER_VIRTUAL}, {"prof", ITIMER_PROF}}) {
    itimerval timer{};
    ::getitimer(which, &timer);
    const bool runs = timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0;
    state["timer." + std::string(name)] = joined(runs, " ", timer.it_interval.tv_sec);
  }
}

// Locks by fcntl(2) are released when the process closes any descriptor of
// their file. (/proc/locks, with those of all processes, repeats some when
// others change.)
void add_locks(State& state) {
  for (const int number : open_descriptors()) {
    std::ifstream facts("/proc/self/fdinfo/" + std::to_string(number));
    for (std::string line; std::getline(facts, line);) {
      if (line.starts_with("lock:")) state["locks." + std::to_string(number)] += line + "\n";
    }
  }
}

void add_descriptors(State& state) {
  for (const int number : open_descriptors()) {
    struct stat file {};
    if (::fstat(number, &file) != 0) continue;
    state["descriptor." + std::to_string(number)] =
        joined(file.st_dev, ":", file.st_ino, " ", ::fcntl(number, F_GETFD), " ",
               ::fcntl(number, F_GETFL), " ", ::fcntl(number, F_GETOWN));
  }
}

void add_the_rest(State& state) {
  state["session"] = joined(::getsid(0), " ", ::getpgrp(), " ", ::getppid());
  state["personality"] = std::to_string(::personality(0xffffffff));
  utsname system{};
  ::uname(&system);
  state["hostname"] = system.nodename;
  void* list = nullptr;
  std::size_t size = 0;
  ::syscall(SYS_get_robust_list, 0, &list, &size);
  state["robust_list"] = joined(list, " ", size);
  constexpr int get_registrations = 1 << 9;  // MEMBARRIER_CMD_GET_REGISTRATIONS
  state["membarrier"] = std::to_string(::syscall(SYS_membarrier, get_registrations, 0, 0));
}

}  // namespace

State own_state() {
  State state;
  add_status(state);
  add_files(state);
  add_links(state);
  add_prctl(state);
  add_scheduling(state);
  add_signals(state);
  add_timers(state);
  add_locks(state);
  add_descriptors(state);
  add_the_rest(state);
  return state;
}

std::string difference(const State& before, const State& after) {
  std::string text;
  const auto value = [](const State& state, const std::string& key) {
    const auto found = state.find(key);
    return found == state.end() ? "nothing" : found->second;
  };
  State keys = before;
  keys.insert(after.begin(), after.end());
  for (const auto& [key, ignored] : keys) {
    if (value(before, key) == value(after, key)) continue;
    text += key + ": " + value(before, key) + " became " + value(after, key) + "; ";
  }
  return text;
}
