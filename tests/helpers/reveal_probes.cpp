// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "helpers/reveal_kernel.hpp"

namespace {

int opened(const char* path, int flags) {
  const int file = ::open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (file >= 0) ::close(file);
  return file;
}

int entered(const char* path) {
  const int here = ::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  const int result = ::chdir(path);
  const int error = errno;
  if (here >= 0 && ::fchdir(here) == 0) ::close(here);
  errno = error;
  return result;
}

long kind(const char* path) {
  struct statfs system {};
  return ::statfs(path, &system) == 0 ? static_cast<long>(system.f_type) : -errno;
}

void list_pids() {
  std::printf("pids");
  if (DIR* const directory = ::opendir("/proc")) {
    while (const dirent* const entry = ::readdir(directory)) {
      if (std::atoi(entry->d_name) > 0) std::printf(" %s", entry->d_name);
    }
    ::closedir(directory);
  }
  std::printf("\n");
}

void wait_for_end_of_input() {
  std::printf("ready\n");
  std::fflush(stdout);
  char byte;
  while (::read(0, &byte, 1) > 0 || errno == EINTR) {
  }
}

long result_of(const char* verb, std::size_t size, const char* path) {
  const auto is = [&](const char* word) {
    return std::strlen(word) == size && std::strncmp(verb, word, size) == 0;
  };
  if (is("read")) return opened(path, O_RDONLY);
  if (is("write")) return opened(path, O_WRONLY);
  if (is("make")) return ::mkdir(path, 0755);
  if (is("enter")) return entered(path);
  if (is("exec")) return ::access(path, X_OK);
  if (is("call")) return ::syscall(std::atol(path));
  std::exit(2);
}

}  // namespace

void answer(const char* probe) {
  if (std::strcmp(probe, "none") == 0) return;
  if (std::strcmp(probe, "pids") == 0) return list_pids();
  if (std::strcmp(probe, "ready") == 0) return wait_for_end_of_input();
  const char* const path = std::strchr(probe, ':') + 1;
  if (std::strncmp(probe, "kind:", 5) == 0) {
    std::printf("%s %lx\n", probe, kind(path));
    return;
  }
  const auto size = static_cast<std::size_t>(path - 1 - probe);
  const long result = result_of(probe, size, path);
  std::printf("%s %d\n", probe, result < 0 ? errno : 0);
}
