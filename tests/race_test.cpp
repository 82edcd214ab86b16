// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Actions of other threads while a launch is in flight.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "rounds.hpp"
#include "support.hpp"

using forklift::Command, forklift::Stdio;

TEST_CASE("no child sees a descriptor that another thread opens without close-on-exec") {
  std::atomic<bool> enough{false};
  std::vector<std::thread> openers;
  for (int i = 0; i < 3; ++i) {
    openers.emplace_back([&] {
      while (!enough) {
        int ends[2];
        if (::pipe(ends) != 0) continue;
        const int file = ::open("/dev/null", O_RDONLY);
        ::close(file);
        ::close(ends[0]);
        ::close(ends[1]);
      }
    });
  }
  int leaks = 0;
  for (Rounds rounds(150); rounds.go_on();) {
    const int i = rounds.number();
    const Shown shown = show([&](Command& command) {
      if (i % 2) command.out(Stdio::null()).descriptor(6, Stdio::descriptor(0));
    });
    if (shown.descriptors.size() != (i % 2 ? 4U : 3U)) ++leaks;
  }
  enough = true;
  for (std::thread& opener : openers) opener.join();
  CHECK(leaks == 0);
}

// golang/go 22315: a program is written, closed and run, and the kernel returns
// "text file busy", because the child of another thread still has the
// descriptor that wrote it.
TEST_CASE("threads that write, close and run programs never see one busy") {
  constexpr int threads = 8;
  const Folder folder;
  const std::string program = read_file("/bin/true");
  std::atomic<int> failures{0};
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < threads; ++writer) {
      writers.emplace_back([&, writer] {
        for (Rounds rounds(25); rounds.go_on();) {
          const std::string path =
              folder.path(std::to_string(writer) + "-" + std::to_string(rounds.number()));
          {
            const forklift::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0755));
            if (::write(file.get(), program.data(), program.size()) < 0) ++failures;
          }
          const auto child = Command(path).try_spawn();
          if (!child) ++failures;
          ::unlink(path.c_str());
        }
      });
    }
  }
  CHECK(failures == 0);
}

TEST_CASE("a program that stays busy fails after its retries, which are counted") {
  const Folder folder;
  const std::string path = folder.path("busy");
  std::filesystem::copy_file("/bin/true", path);
  const forklift::Fd writer(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  const auto before = forklift::counters().retries;
  const auto start = std::chrono::steady_clock::now();
  const auto child = Command(path).try_spawn();
  const auto took = std::chrono::steady_clock::now() - start;
  REQUIRE_FALSE(child);
  CHECK(child.error().code() == std::errc::text_file_busy);
  CHECK(child.error().step() == forklift::Step::exec);
  CHECK(forklift::counters().retries > before);
  CHECK(took >= std::chrono::milliseconds(100));
  CHECK(took < std::chrono::seconds(60));
}

namespace {

// False if the launch was over before it was seen to pause: the test may be
// starved for longer than all of a launch's pauses.
bool launched_when_it_is_free(const std::string& path) {
  forklift::Fd writer(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  // Every engine's child has a copy of such a low number, and must not keep the
  // program busy itself.
  REQUIRE(writer.get() < 64);
  const auto before = forklift::counters().retries;
  forklift::Launch launch = Command(path).start();
  bool paused = false;
  while (!launch.done() && !(paused = current_syscall(launch.pid()) == SYS_nanosleep)) {
  }
  writer.reset();
  auto child = std::move(launch).finish();
  if (!paused || !child) return false;
  CHECK(child->wait().success());
  CHECK(forklift::counters().retries > before);
  return true;
}

}  // namespace

TEST_CASE("a program that is busy only for a moment is launched") {
  using clock = std::chrono::steady_clock;
  const Folder folder;
  const std::string path = folder.path("busy");
  std::filesystem::copy_file("/bin/true", path);
  bool launched = false;
  for (const auto end = clock::now() + std::chrono::seconds(60);
       !launched && clock::now() < end;) {
    launched = launched_when_it_is_free(path);
  }
  CHECK(launched);
}
