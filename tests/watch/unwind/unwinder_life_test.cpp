// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "watch/stack_copy.hpp"

using watch::Stack, watch::Unwinder;

namespace {

// New modules are found at intervals: the name appears soon, or never.
std::string name_of(Unwinder& unwinder, std::uint64_t address, const std::string& expected) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  std::string name;
  do {
    name = unwinder.names(std::vector{address}).front();
  } while (name != expected && std::chrono::steady_clock::now() < end);
  return name;
}

std::uint64_t address_of(void* library) {
  return reinterpret_cast<std::uint64_t>(::dlsym(library, "late_function"));
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    char name[] = "/tmp/unwind-XXXXXX";
    path_ = ::mkdtemp(name);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A copy of the library in a folder, loaded.
std::uint64_t load_copy(const std::string& folder) {
  const std::string path = folder + "/liblate.so";
  std::filesystem::copy_file(LATE_LIBRARY, path);
  return address_of(::dlopen(path.c_str(), RTLD_NOW));
}

// Runs in a child that reports an address, and lives as long as this.
class Child {
 public:
  template <class Act>
  explicit Child(Act act) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const std::uint64_t address = act();
      if (::write(ends[1], &address, sizeof address) != sizeof address) ::_exit(1);
      for (;;) ::pause();
    }
    ::close(ends[1]);
    if (::read(ends[0], &address_, sizeof address_) != sizeof address_) address_ = 0;
    ::close(ends[0]);
  }
  Child(const Child&) = delete;
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }
  std::uint64_t address() const { return address_; }

 private:
  pid_t pid_ = 0;
  std::uint64_t address_ = 0;
};

// The beginning of the first code that a process has mapped of its program.
std::uint64_t first_code_of(pid_t pid) {
  std::ifstream maps(fmt::format("/proc/{}/maps", pid));
  for (std::string line; std::getline(maps, line);) {
    if (line.find(" r-xp ") != std::string::npos) return std::stoull(line, nullptr, 16);
  }
  return 0;
}

class PerfMapFile {
 public:
  PerfMapFile() : path_(fmt::format("/tmp/perf-{}.map", ::getpid())) {}
  PerfMapFile(const PerfMapFile&) = delete;
  ~PerfMapFile() { ::unlink(path_.c_str()); }
  const std::string& path() const { return path_; }
  void append(const std::string& text) { std::ofstream(path_, std::ios::app) << text; }

 private:
  const std::string path_;
};

}  // namespace

TEST_CASE("a library that is loaded later is found") {
  Unwinder unwinder(::getpid());
  unwinder.names(std::vector<std::uint64_t>{0x10});
  void* const library = ::dlopen(LATE_LIBRARY, RTLD_NOW);
  REQUIRE(library != nullptr);
  CHECK(name_of(unwinder, address_of(library), "late_function") == "late_function");
  ::dlclose(library);
}

TEST_CASE("a library that was deleted after it was loaded has names") {
  const TemporaryFolder folder;
  const Child child([&] {
    const std::uint64_t address = load_copy(folder.path());
    std::filesystem::remove(folder.path() + "/liblate.so");
    return address;
  });
  REQUIRE(child.address() != 0);
  Unwinder unwinder(child.pid());
  CHECK(unwinder.names(std::vector{child.address()}) == Stack{"late_function"});
}

TEST_CASE("a library in another mount namespace has names") {
  const TemporaryFolder folder;
  const Child child([&]() -> std::uint64_t {
    const char* const path = folder.path().c_str();
    if (::unshare(CLONE_NEWNS) != 0) return 0;
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 0;
    if (::mount("none", path, "tmpfs", 0, nullptr) != 0) return 0;
    return load_copy(folder.path());
  });
  if (child.address() == 0) {
    MESSAGE("skipped: this user may not make mount namespaces");
    return;
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  Unwinder unwinder(child.pid());
  CHECK(unwinder.names(std::vector{child.address()}) == Stack{"late_function"});
}

TEST_CASE("after another program was executed its names are told, not the old ones") {
  int input[2];
  int executed[2];
  REQUIRE(::pipe2(input, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(executed, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(input[0], 0);
    char go = 0;
    if (::read(0, &go, 1) == 1) ::execl("/bin/cat", "cat", nullptr);
    ::_exit(1);
  }
  ::close(executed[1]);
  const auto own = reinterpret_cast<std::uint64_t>(&load_copy);
  Unwinder unwinder(child);
  CHECK(unwinder.names(std::vector{own}).front().find("load_copy") != std::string::npos);

  char byte = '!';
  REQUIRE(::write(input[1], &byte, 1) == 1);
  CHECK(::read(executed[0], &byte, 1) == 0);
  unwinder.forget();
  CHECK(unwinder.names(std::vector{own}).front() == fmt::format("{:#x}", own));
  const Stack stack = unwinder.names(std::vector{first_code_of(child) + 0x10});
  CHECK(stack.front().find("cat+0x") == 0);

  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  unwinder.forget();
  CHECK(unwinder.names(std::vector{own}).front() == fmt::format("{:#x}", own));
  for (const int end : {input[0], input[1], executed[0]}) ::close(end);
}

TEST_CASE("functions made at run time have the names of the perf map, which may grow") {
  Unwinder unwinder(::getpid());
  PerfMapFile map;
  constexpr std::uint64_t code = 0x10000;
  CHECK(unwinder.names(std::vector{code}).front() == "0x10000");
  map.append("10000 100 LMain;::run with spaces\nnonsense\n10100 2");
  CHECK(name_of(unwinder, code + 0x20, "LMain;::run with spaces") == "LMain;::run with spaces");
  CHECK(unwinder.names(std::vector{code + 0x110}).front() == "0x10110");
  map.append("0 second\n");
  CHECK(name_of(unwinder, code + 0x110, "second") == "second");
  map.append("10000 10 anew\n");
  map.append("20000 10 last\n");
  CHECK(name_of(unwinder, 0x20004, "last") == "last");
  CHECK(unwinder.names(std::vector{code + 4}).front() == "anew");
}

TEST_CASE("code that nobody names is told once between the functions around it") {
  const auto known = reinterpret_cast<std::uint64_t>(&load_copy);
  const std::vector<std::uint64_t> addresses{known, 0x10000, 0x10010, known + 1, 0x10020};
  const Stack stack = Unwinder(::getpid()).names(addresses);
  REQUIRE(stack.size() == 3);
  CHECK(stack[1] == "[code made at run time]");
  CHECK(stack[2] == stack[0]);
}

TEST_CASE("a perf map that somebody else made is not believed") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root can give files away");
    return;
  }
  PerfMapFile map;
  map.append("10000 100 forged\n");
  REQUIRE(::chown(map.path().c_str(), 65534, 65534) == 0);
  Unwinder unwinder(::getpid());
  CHECK(unwinder.names(std::vector<std::uint64_t>{0x10010}).front() == "0x10010");
}
