// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Every test here ends with the check that nothing is left behind (main.cpp):
// no zombie, no descriptor, no thread.

#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "support.hpp"

using forklift::Command, forklift::LaunchError, forklift::Stdio, forklift::Step;

namespace {

// The launch must fail, now, at this step, with this errno, naming this subject.
LaunchError fails(const Command& command, Step step, std::errc reason, const std::string& subject) {
  auto child = command.try_spawn();
  REQUIRE_FALSE(child);
  CHECK(child.error().step() == step);
  CHECK(child.error().code() == reason);
  INFO(child.error().what());
  CHECK(child.error().subject().find(subject) != std::string::npos);
  CHECK(std::string(child.error().what()).find(subject) != std::string::npos);
  return child.error();
}

// Runs `work` in a fork of this process, where limits and ids can be changed.
template <class Work>
int in_a_fork(Work work) {
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) ::_exit(work());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void set_limit(int resource, rlim_t soft) {
  rlimit limit{};
  ::getrlimit(static_cast<__rlimit_resource>(resource), &limit);
  limit.rlim_cur = soft;
  ::setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

}  // namespace

TEST_CASE("a missing program fails at spawn, not at wait") {
  const auto error = fails(Command("/no/such/program"), Step::exec,
                           std::errc::no_such_file_or_directory, "/no/such/program");
  CHECK(std::string(error.what()) ==
        "cannot launch '/no/such/program': execve '/no/such/program': No such file or directory");
}

TEST_CASE("a program that is not in PATH fails with the places that were searched") {
  fails(Command("gti").env("PATH", "/one:/two"), Step::exec, std::errc::no_such_file_or_directory,
        "'gti' (searched in /one:/two)");
}

TEST_CASE("spawn throws what try_spawn returns") {
  CHECK_THROWS_AS(Command("/no/such/program").spawn(), LaunchError);
  CHECK_THROWS_AS(Command("/no/such/program").output(), LaunchError);
  CHECK_THROWS_AS(Command("").start(), LaunchError);
}

TEST_CASE("a directory is no program") {
  fails(Command("/tmp"), Step::exec, std::errc::permission_denied, "/tmp");
}

TEST_CASE("a file that may not be executed is no program") {
  const Folder folder;
  const std::string file = folder.file("file", "#!/bin/sh\n", 0644);
  fails(Command(file), Step::exec, std::errc::permission_denied, file);
  fails(Command("file").env("PATH", folder.path() + ":/nowhere"), Step::exec,
        std::errc::permission_denied, file);
}

TEST_CASE("a file without a valid format is no program") {
  const Folder folder;
  const std::string file = folder.file("file", "neither ELF nor script", 0755);
  fails(Command(file), Step::exec, std::errc::executable_format_error, file);
}

TEST_CASE("a script whose interpreter is missing says so") {
  const Folder folder;
  const std::string file = folder.file("file", "#!/no/such/interpreter\n", 0755);
  fails(Command(file), Step::exec, std::errc::no_such_file_or_directory,
        "whose interpreter is missing");
}

TEST_CASE("a missing directory fails, and not as a missing program") {
  const auto error = fails(Command("true").directory("/nope"), Step::directory,
                           std::errc::no_such_file_or_directory, "'/nope'");
  CHECK(std::string(error.what()) ==
        "cannot launch 'true': chdir '/nope': No such file or directory");
  fails(Command("true").directory("/etc/passwd"), Step::directory, std::errc::not_a_directory,
        "'/etc/passwd'");
}

TEST_CASE("a directory that may not be entered fails") {
  const Folder folder;
  std::filesystem::create_directory(folder.path("closed"));
  ::chmod(folder.path("closed").c_str(), 0);
  ::chmod(folder.path().c_str(), 0755);
  const auto as_nobody = [&] {
    if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setuid(65534) != 0)) return 3;
    const auto child = Command("true").directory(folder.path("closed")).try_spawn();
    return !child && child.error().step() == Step::directory &&
                   child.error().code() == std::errc::permission_denied
               ? 0
               : 1;
  };
  CHECK(in_a_fork(as_nobody) == 0);
  ::chmod(folder.path("closed").c_str(), 0700);
}

TEST_CASE("a directory given by a closed or wrong descriptor fails") {
  const int closed = 999;
  fails(Command("true").directory(closed), mails() ? Step::mail : Step::descriptor,
        std::errc::bad_file_descriptor, "descriptor 999");
  const forklift::Fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  fails(Command("true").directory(file.get()), Step::directory, std::errc::not_a_directory,
        "descriptor " + std::to_string(file.get()));
  fails(Command("true").directory(-1), Step::directory, std::errc::bad_file_descriptor, "-1");
}

TEST_CASE("a closed descriptor cannot be given to a child") {
  const auto child = Command("true").in(Stdio::descriptor(987)).try_spawn();
  REQUIRE_FALSE(child);
  CHECK((child.error().step() == Step::mail || child.error().step() == Step::descriptor));
  CHECK(child.error().code() == std::errc::bad_file_descriptor);
  CHECK(child.error().subject() == "descriptor 987");
  fails(Command("true").in(Stdio::descriptor(-3)), Step::descriptor, std::errc::bad_file_descriptor,
        "-3");
}

TEST_CASE("a target number beyond the limit of open files fails") {
  const int limit = static_cast<int>(::sysconf(_SC_OPEN_MAX));
  fails(Command("true").descriptor(limit, Stdio::null()), Step::descriptor,
        std::errc::bad_file_descriptor, "onto " + std::to_string(limit));
  fails(Command("true").descriptor(-1, Stdio::null()), Step::descriptor,
        std::errc::bad_file_descriptor, "onto -1");
}

TEST_CASE("same_as without an end or a beginning fails") {
  fails(Command("true").out(Stdio::same_as(2)).err(Stdio::same_as(1)), Step::descriptor,
        std::errc::invalid_argument, "1 same as itself");
  fails(Command("true").out(Stdio::same_as(7)), Step::descriptor, std::errc::bad_file_descriptor,
        "1 same as 7");
}

TEST_CASE("a file that cannot be opened fails with its path") {
  fails(Command("true").in(Stdio::file("/no/such/file")), Step::open,
        std::errc::no_such_file_or_directory, "'/no/such/file'");
  fails(Command("true").out(Stdio::file("/no/such/dir/file")), Step::open,
        std::errc::no_such_file_or_directory, "'/no/such/dir/file'");
  fails(Command("true").out(Stdio::file("/tmp")), Step::open, std::errc::is_a_directory, "'/tmp'");
}

TEST_CASE("a string with a NUL byte is refused, not cut") {
  using namespace std::string_literals;
  const auto invalid = std::errc::invalid_argument;
  fails(Command("tr\0ue"s), Step::program, invalid, "'tr\\x00ue'");
  fails(Command("true").args({"fine"}).arg("a\0b"s), Step::argument, invalid, "argv[2] 'a\\x00b'");
  fails(Command("true").argv0("a\0b"s), Step::argument, invalid, "argv[0]");
  fails(Command("true").env("K\0Y"s, "v"), Step::environment, invalid, "'K\\x00Y'");
  fails(Command("true").env("KEY", "a\0b"s), Step::environment, invalid, "'KEY'");
  fails(Command("true").directory("/t\0mp"s), Step::directory, invalid, "'/t\\x00mp'");
  fails(Command("true").in(Stdio::file("/etc/\0passwd"s)), Step::open, invalid, "has a NUL byte");
}

TEST_CASE("an empty program is refused") {
  fails(Command(""), Step::program, std::errc::invalid_argument, "the name is empty");
}

TEST_CASE("an environment key that is empty or has an equals sign is refused") {
  fails(Command("true").env("A=B", "c"), Step::environment, std::errc::invalid_argument, "'A=B'");
  fails(Command("true").env("", "c"), Step::environment, std::errc::invalid_argument, "''");
  fails(Command("true").env_remove("A=B"), Step::environment, std::errc::invalid_argument, "'A=B'");
}

TEST_CASE("arguments beyond the kernel's limit fail at launch") {
  Command command("/bin/true");
  command.arg(std::string(1 << 20, 'x'));
  fails(command, Step::exec, std::errc::argument_list_too_long, "'/bin/true'");
}

TEST_CASE("a session leader cannot be put into another process group") {
  fails(Command("true").new_session().process_group(), Step::group,
        std::errc::operation_not_permitted, "0");
}

TEST_CASE("without free descriptors a launch fails, and the next one works") {
  const auto work = [] {
    set_limit(RLIMIT_NOFILE, 200);
    forklift::reserve(2);
    std::vector<forklift::Fd> taken = all_descriptors_taken();
    const auto bare = Command("/bin/true").try_spawn();
    const bool needs_none = engine() != forklift::Engine::shared_table || !has_capability("pidfd");
    if (bare && !needs_none) return 1;  // there was no descriptor for the pidfd
    if (!bare && bare.error().code() != std::errc::too_many_files_open) return 2;
    const auto piped = Command("/bin/true").out(Stdio::pipe()).try_spawn();
    if (piped || piped.error().step() != Step::pipe) return 3;
    if (piped.error().subject() != "for descriptor 1") return 4;
    taken.clear();
    if (!Command("/bin/true").out(Stdio::pipe()).run().success()) return 5;
    return 0;
  };
  CHECK(in_a_fork(work) == 0);
}

TEST_CASE("without descriptors for another mailbox a launch fails, and the next one works") {
  if (!mails()) {
    MESSAGE("skipped: launches here use no mailbox");
    return;
  }
  const auto work = [] {
    set_limit(RLIMIT_NOFILE, 200);
    // The only mailbox of this process is in use by a blocked launch.
    const Folder folder;
    ::mkfifo(folder.path("fifo").c_str(), 0600);
    const auto still =
        Command("/bin/true").in(Stdio::file(folder.path("fifo"))).out(Stdio::pipe()).start();
    std::vector<forklift::Fd> taken = all_descriptors_taken();
    taken.pop_back();  // one is free: too few for a pair
    const Command command = Command("/bin/true").in(Stdio::descriptor(taken[0].get()));
    const auto child = command.try_spawn();
    if (child) return 1;
    if (child.error().step() != Step::mail || child.error().subject() != "mailbox") return 2;
    if (child.error().code() != std::errc::too_many_files_open) return 3;
    taken.resize(10);
    return command.run().success() ? 0 : 4;
  };
  CHECK(in_a_fork(work) == 0);
}

TEST_CASE("beyond the limit of processes a launch fails, and a later one works") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: needs root to become a user without processes");
    return;
  }
  const auto work = [] {
    forklift::reserve(1);
    set_limit(RLIMIT_NPROC, 1);
    // A user without other processes has this one, the limit.
    if (::setgroups(0, nullptr) != 0 || ::setresuid(61234, 61234, 61234) != 0) return 3;
    const auto child = Command("/bin/true").try_spawn();
    if (child || child.error().step() != Step::clone) return 1;
    if (child.error().code() != std::errc::resource_unavailable_try_again) return 2;
    set_limit(RLIMIT_NPROC, 100);
    return Command("/bin/true").run().success() ? 0 : 4;
  };
  rlimit before{};
  ::getrlimit(RLIMIT_NPROC, &before);
  CHECK(in_a_fork(work) == 0);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("without memory a launch fails, and a later one works") {
  const auto work = [] {
    forklift::counters();
    rlimit before{};
    ::getrlimit(RLIMIT_AS, &before);
    Command("/bin/true").run();
    // Hold the prepared records, so that a new one must be mapped.
    std::vector<forklift::Launch> held;
    const Folder folder;
    const std::string fifo = folder.path("fifo");
    ::mkfifo(fifo.c_str(), 0600);
    for (int i = 0; i < 70; ++i) {
      held.push_back(Command("/bin/true").in(Stdio::file(fifo)).start());
    }
    set_limit(RLIMIT_AS, 1);
    const auto child = Command("/bin/true").try_spawn();
    const bool refused = !child && child.error().step() == Step::memory &&
                         child.error().code() == std::errc::not_enough_memory;
    set_limit(RLIMIT_AS, before.rlim_cur);
    held.clear();
    if (!refused) return 1;
    return Command("/bin/true").run().success() ? 0 : 2;
  };
  CHECK(in_a_fork(work) == 0);
}
#endif
