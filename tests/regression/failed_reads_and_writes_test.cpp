// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A failed read counted as the end of the output, any failed write as a reader that
// has gone, and a write beyond the file size limit ended the host by SIGXFSZ.

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support.hpp"

using forklift::Child, forklift::Command, forklift::Fd, forklift::Sink, forklift::Stdio;
using forklift::OutputOptions;

namespace {

template <class Act>
int error_of(Act act) {
  try {
    act();
  } catch (const std::system_error& error) {
    return error.code().value();
  }
  return 0;
}

// A fork of this process with a file size limit; its own end would be a signal.
int error_beyond_limit(const Sink& sink) {
  const pid_t half = ::fork();
  if (half == 0) {
    const rlimit limit{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(error_of([&] {
      Command("head").args({"-c", "20000", "/dev/zero"}).output({.out = sink});
    }));
  }
  int status = 0;
  REQUIRE(::waitpid(half, &status, 0) == half);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TEST_CASE("output that cannot be read is an error, not its end") {
  Child child = Command("true").out(Stdio::pipe()).spawn();
  child.out() = Fd(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  CHECK(error_of([&] { child.communicate(); }) == EISDIR);
}

TEST_CASE("the end of a terminal is no error") {
  Child child = Command("echo").arg("word").pty().spawn();
  child.out() = std::move(child.terminal());
  CHECK(child.communicate().out == "word\r\n");
}

TEST_CASE("input that cannot be written is an error, unless the reader has gone") {
  Child child = Command("cat").in(Stdio::pipe()).spawn();
  child.in() = Fd(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  CHECK(error_of([&] { child.communicate({.input = "words"}); }) == ENOSPC);

  const OutputOptions refused{.input = std::string(std::size_t{1} << 24, 'x')};
  CHECK(Command("true").output(refused).input_refused);
}

TEST_CASE("output beyond the file size limit is EFBIG and raises no signal") {
  const Folder folder;
  CHECK(error_beyond_limit(Sink::file(folder.path("file"))) == EFBIG);
  CHECK(error_beyond_limit(Sink::memfd()) == EFBIG);
}

TEST_CASE("a write to a child that does not read raises no SIGPIPE") {
  Child child = Command("true").in(Stdio::pipe()).spawn();
  REQUIRE(child.wait_for(std::chrono::hours(1)));
  const auto written = child.write_in("words");
  REQUIRE_FALSE(written);
  CHECK(written.error() == std::errc::broken_pipe);

  Child reads = Command("cat").in(Stdio::pipe()).out(Stdio::pipe()).spawn();
  CHECK(reads.write_in("words") == std::size_t{5});
  CHECK(reads.communicate().out == "words");
}
