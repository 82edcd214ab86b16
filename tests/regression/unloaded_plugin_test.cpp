// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Loads the plugin PATH, has it launch, and unloads it, again and again. Nothing
// may pile up, and no thread may run code that is gone. The program itself uses
// libstdc++, as most do: loaded by the plugin, that library would bind to the
// plugin's copies of its templates and so keep the plugin loaded by accident.

#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iterator>

namespace {

namespace fs = std::filesystem;

constexpr long lasting_threads = 2;  // the program's, and one that may announce ends

long entries_of(const char* path) {
  return std::distance(fs::directory_iterator(path), fs::directory_iterator());
}

struct Held {
  long descriptors = entries_of("/proc/self/fd");
  long threads = entries_of("/proc/self/task");
};

// What is held once threads that are about to end have ended, at most 10 s later.
Held held_with_threads(long expected) {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + std::chrono::seconds(10);
  Held held;
  while (held.threads > expected && clock::now() < end) {
    ::sched_yield();
    held = {};
  }
  return held;
}

struct Plugin {
  void* handle;
  int (*launch)();
  int (*leave_a_child)(int in);
};

Plugin load(const char* path) {
  Plugin plugin{.handle = ::dlopen(path, RTLD_NOW | RTLD_LOCAL)};
  if (!plugin.handle) return plugin;
  plugin.launch = reinterpret_cast<int (*)()>(::dlsym(plugin.handle, "launch_from_plugin"));
  plugin.leave_a_child = reinterpret_cast<int (*)(int)>(::dlsym(plugin.handle, "leave_a_child"));
  return plugin;
}

// The child outlives the plugin: the thread that it is tied to wakes after dlclose.
bool go_round(const char* path) {
  const Plugin plugin = load(path);
  if (!plugin.handle || !plugin.launch || !plugin.leave_a_child) {
    return std::fprintf(stderr, "%s\n", ::dlerror()), false;
  }
  if (const int failed = plugin.launch()) {
    return std::fprintf(stderr, "%d launches failed\n", failed), false;
  }
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return false;
  const pid_t left = plugin.leave_a_child(pipe[0]);
  const bool unloaded = ::dlclose(plugin.handle) == 0;
  ::close(pipe[0]);
  ::close(pipe[1]);
  int status = -1;
  return ::waitpid(left, &status, 0) == left && status == 0 && unloaded;
}

}  // namespace

int main(int, char** argv) {
  Held first;
  for (int round = 1; round <= 10; ++round) {
    if (!go_round(argv[1])) return std::fprintf(stderr, "round %d failed\n", round), 1;
    const Held held = held_with_threads(round == 1 ? lasting_threads : first.threads);
    if (round == 1) first = held;
    std::printf("round %d: %ld descriptors, %ld threads\n", round, held.descriptors, held.threads);
    if (held.descriptors != first.descriptors || held.threads > first.threads) return 1;
  }
  return 0;
}
