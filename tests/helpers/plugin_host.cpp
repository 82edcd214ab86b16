// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Loads the plugin PATH, launches through it, and unloads it, repeatedly.
// Nothing may accumulate, and no thread may run unloaded code.

#include <dlfcn.h>
#include <dirent.h>

#include <cstdio>

namespace {

int entries_of(const char* path) {
  int count = 0;
  DIR* const folder = ::opendir(path);
  while (::readdir(folder)) ++count;
  ::closedir(folder);
  return count;
}

struct Held {
  int descriptors = entries_of("/proc/self/fd");
  int threads = entries_of("/proc/self/task");
};

bool go_round(const char* path) {
  void* const plugin = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!plugin) return std::fprintf(stderr, "%s\n", ::dlerror()), false;
  auto* const launch = reinterpret_cast<int (*)()>(::dlsym(plugin, "launch_from_plugin"));
  const int failed = launch ? launch() : -1;
  if (failed != 0) return std::fprintf(stderr, "%d launches failed\n", failed), false;
  return ::dlclose(plugin) == 0;
}

}  // namespace

int main(int, char** argv) {
  constexpr int rounds = 20;
  if (!go_round(argv[1])) return 1;
  const Held first;
  for (int i = 0; i < rounds; ++i) {
    if (!go_round(argv[1])) return 1;
  }
  const Held last;
  std::printf("descriptors %d -> %d, threads %d -> %d\n", first.descriptors, last.descriptors,
              first.threads, last.threads);
  // A joined thread may remain in /proc for a moment.
  return last.descriptors > first.descriptors || last.threads > first.threads + 1;
}
