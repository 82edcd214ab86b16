// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// first_use KIND: the first use of the library in a fresh process. `faults
// THING` prints how many pages fault that were written before the thing and are
// written again after it; `short RESOURCE` how a first launch fails during a
// shortage of the resource, and the engine afterwards; `closed` the exit status
// of a launch after another file has reused the number of its second stage;
// `engine` the engine; `launch` launches and reports it.

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <forklift/command.hpp>
#include <forklift/engine.hpp>
#include <forklift/stall.hpp>
#include <functional>
#include <map>
#include <string>
#include <thread>

using forklift::Command, forklift::Fd, forklift::Stdio;

namespace {

// --- faults ---------------------------------------------------------------------

// Memory of small pages, all of them written.
class Ballast {
 public:
  Ballast()
      : bytes_(static_cast<char*>(
            ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    ::madvise(bytes_, size, MADV_NOHUGEPAGE);
    write();
  }
  void write() {
    for (std::size_t at = 0; at < size; at += 4096) static_cast<volatile char&>(bytes_[at]) = 1;
  }

 private:
  static constexpr std::size_t size = 256UL << 20;
  char* bytes_;
};

long faults() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return used.ru_minflt;
}

void launch() { Command("/bin/true").run(); }

const std::map<std::string, std::function<void()>> things{
    {"nothing", [] {}},
    {"reserve", [] { forklift::reserve(4); }},
    {"capabilities", [] { forklift::capabilities(); }},
    {"launch", launch},
    {"pipe", [] { Command("/bin/echo").arg("word").output(); }},
    {"second_stage", [] { Command("/bin/true").oom_score(500).run(); }},
    {"thread", [] { std::thread(launch).join(); }},
    {"lasting_thread",
     [] { std::thread([] { Command("/bin/true").die_with_parent().run(); }).join(); }},
    {"meter",
     [] {
       forklift::StallMeter meter;
       meter.on_stall([](const auto&) {});
       launch();
     }},
};

int print_faults(const std::string& thing) {
  Ballast ballast;
  if (thing == "after_fork") {
    if (const pid_t half = ::fork()) {
      int status = 0;
      ::waitpid(half, &status, 0);
      return status;
    }
    ballast.write();  // pages copied by the program's own fork
    launch();
  } else {
    things.at(thing)();
  }
  const long before = faults();
  ballast.write();
  std::printf("%ld\n", faults() - before);
  std::fflush(stdout);
  return 0;
}

// --- shortages --------------------------------------------------------------------

// A shortage of a resource for the length of a scope.
class Shortage {
 public:
  explicit Shortage(const std::string& resource) {
    if (resource == "descriptors") limit(RLIMIT_NOFILE, 3);
    if (resource == "processes") {
      constexpr uid_t somebody = 61237;
      if (::geteuid() == 0 && ::setresuid(somebody, somebody, somebody) < 0) std::abort();
      limit(RLIMIT_NPROC, 0);
    }
    if (resource == "memory") limit(RLIMIT_AS, 0);
    if (resource == "file_size") limit(RLIMIT_FSIZE, 0);
  }
  ~Shortage() { ::setrlimit(which_, &before_); }

 private:
  void limit(__rlimit_resource which, rlim_t most) {
    which_ = which;
    ::getrlimit(which, &before_);
    const rlimit few{most, before_.rlim_max};
    ::setrlimit(which, &few);
  }

  __rlimit_resource which_ = RLIMIT_NOFILE;
  rlimit before_{};
};

int print_shortage(const std::string& resource) {
  Command command("/bin/true");
  if (resource == "file_size") command.oom_score(500);  // the second stage is written to a file
  std::string during = "success";
  {
    const Shortage shortage(resource);
    auto child = command.try_spawn();
    if (!child) during = std::to_string(child.error().code().value());
    if (child) child->wait();
  }
  const bool works = command.run().success();
  std::string missing;
  for (const auto& one : forklift::capabilities().capabilities) {
    if (!one.works) missing += one.name + ",";
  }
  const std::string engine(forklift::name(forklift::capabilities().engine));
  std::printf("%s %d %s %s\n", during.c_str(), works, engine.c_str(), missing.c_str());
  return 0;
}

// --- reused numbers ---------------------------------------------------------

int number_of_second_stage() {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry.path(), gone);
    if (target.string().find("forklift-second-stage") != std::string::npos) {
      return std::stoi(entry.path().filename());
    }
  }
  return -1;
}

// An executable file on a file system of its own with this inode; -1 if that
// would take too long.
int file_with_inode(ino_t inode) {
  if (::unshare(CLONE_NEWNS) < 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr)) {
    return -1;
  }
  if (::mount("tmpfs", "/mnt", "tmpfs", 0, nullptr) < 0) return -1;
  for (int tries = 0; tries < 500'000; ++tries) {
    Fd file(::open("/mnt/true", O_RDWR | O_CREAT | O_CLOEXEC, 0755));
    struct stat now {};
    if (!file || ::fstat(file.get(), &now) < 0 || now.st_ino > inode) return -1;
    if (now.st_ino == inode) break;
    ::unlink("/mnt/true");
  }
  std::filesystem::copy_file("/bin/true", "/mnt/true",
                             std::filesystem::copy_options::overwrite_existing);
  return ::open("/mnt/true", O_RDONLY | O_CLOEXEC);
}

int launch_with_taken_number() {
  const Command command = Command("/bin/sh").args({"-c", "exit 42"}).oom_score(500);
  command.run();
  const int number = number_of_second_stage();
  struct stat now {};
  if (number < 0 || ::fstat(number, &now) < 0) return 77;
  ::closefrom(3);
  const int taken = file_with_inode(now.st_ino);
  if (taken < 0) return 77;
  if (taken != number) ::dup3(taken, number, O_CLOEXEC);
  return command.run().code();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string kind = argc > 1 ? argv[1] : "", what = argc > 2 ? argv[2] : "";
  if (kind == "faults") return print_faults(what);
  if (kind == "short") return print_shortage(what);
  if (kind == "closed") return launch_with_taken_number();
  if (kind == "launch") return Command("/bin/true").run().success() ? 0 : 1;
  if (kind != "engine") return 125;
  const auto found = forklift::capabilities();
  std::printf("%s %s\n", std::string(forklift::name(found.engine)).c_str(), found.why.c_str());
  return 0;
}
