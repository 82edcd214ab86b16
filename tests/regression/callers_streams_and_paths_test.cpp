// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// Streams and paths of the caller stay the caller's, whichever process resolves
// them and whatever flags they have.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <forklift/fork_lock.hpp>

#include "reveal.hpp"

using forklift::Command, forklift::Fd, forklift::Stdio, forklift::Step;

namespace {

// A standard stream of ours in another state, for the length of a scope.
class Changed {
 public:
  explicit Changed(int number)
      : number_(number),
        flags_(::fcntl(number, F_GETFD)),
        kept_(::fcntl(number, F_DUPFD_CLOEXEC, 200)) {}
  ~Changed() {
    ::dup2(kept_.get(), number_);
    ::fcntl(number_, F_SETFD, flags_);
  }

 private:
  int number_, flags_;
  Fd kept_;
};

// A descriptor, by a chosen number, of a file with `text`, at its start.
Fd file_with(const std::string& text, int least = 3) {
  const Fd made(::memfd_create("callers", MFD_CLOEXEC));
  REQUIRE(::write(made.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  ::lseek(made.get(), 0, SEEK_SET);
  return Fd(::fcntl(made.get(), F_DUPFD_CLOEXEC, least));
}

std::string printed(Command command) {
  const auto output = command.output();
  return output.status.success() ? output.out : "failed: " + output.err;
}

// With and without steps that run in the child's own memory.
std::vector<Command> both(const Command& command) {
  return {command, Command(command).group(::getegid())};
}

}  // namespace

TEST_CASE("a standard stream that is marked close-on-exec is inherited, and stays marked") {
  const Changed state(0);
  const Fd file = file_with("");
  ::dup3(file.get(), 0, O_CLOEXEC);
  const std::string wanted = identity(0);
  for (const bool by_word : {false, true}) {
    const Shown shown = show([by_word](Command& command) {
      if (by_word) command.in(Stdio::inherit());
    });
    CHECK(shown.descriptors.size() == 3);
    CHECK(shown.descriptors.count(0) == 1);
    if (shown.descriptors.count(0)) CHECK(shown.descriptors.at(0) == wanted);
    CHECK(::fcntl(0, F_GETFD) == FD_CLOEXEC);
  }
}

TEST_CASE("a marked stream is inherited by an alias and by a child in a second stage") {
  const Changed state(1);
  const Fd file = file_with("");
  ::dup3(file.get(), 1, O_CLOEXEC);
  const Shown shown =
      show([](Command& command) { command.descriptor(5, Stdio::same_as(1)).group(::getegid()); });
  const std::string wanted = identity(1);
  for (const int number : {1, 5}) {
    CHECK(shown.descriptors.count(number) == 1);
    if (shown.descriptors.count(number)) CHECK(shown.descriptors.at(number) == wanted);
  }
}

TEST_CASE("a plan follows the flags of the streams from launch to launch") {
  const Changed state(0);
  const Fd file = file_with("text");
  const Command command("cat");
  const auto read = [&command] {
    ::lseek(0, 0, SEEK_SET);
    return Command(command).in(Stdio::inherit()).output().out;
  };
  ::dup2(file.get(), 0);
  CHECK(read() == "text");
  ::fcntl(0, F_SETFD, FD_CLOEXEC);
  CHECK(read() == "text");
  ::fcntl(0, F_SETFD, 0);
  CHECK(read() == "text");
}

TEST_CASE("a stream that is closed is an error if it is inherited by word, else /dev/null") {
  std::string by_word, shown_in, again;
  {
    const Changed state(0);
    ::close(0);
    by_word = fails_otherwise(Command("true").in(Stdio::inherit()), Step::descriptor, EBADF,
                              "0, inherited");
    // A pipe of ours must not land on the free number, now or at the next launch.
    Command command(helper("show"));
    forklift::Child child = Command("cat").in(Stdio::pipe()).spawn();
    CHECK(child.in().get() > 2);
    CHECK(child.pidfd() != 0);
    const Shown shown = show([](Command&) {});
    if (shown.descriptors.count(0)) shown_in = shown.descriptors.at(0);
    const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    again = identity(null.get());
  }
  CHECK(by_word == "");
  CHECK(shown_in == again);
}

TEST_CASE("the caller's own program can be executed by its name in /proc/self") {
  for (const char* const name : {"/proc/self/exe", "/proc/thread-self/exe", "//proc/./self/exe"}) {
    for (const Command& command : both(Command(name).arg("--version"))) {
      CHECK(printed(command).find("doctest") != std::string::npos);
    }
  }
  if (!is_root()) return;
  const auto rooted = Command("/proc/self/exe").arg("--version").root("/").group(0U);
  CHECK(printed(rooted).find("doctest") != std::string::npos);
}

TEST_CASE("a path to a descriptor leads to the caller's, not to one of the child's") {
  for (const int least : {3, 7, 40}) {
    const Fd file = file_with("the caller's", least);
    const std::string number = std::to_string(file.get());
    for (const char* const folder : {"/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"}) {
      for (const Command& command : both(Command("cat").in(Stdio::read(folder + number)))) {
        CHECK(printed(command) == "the caller's");
      }
    }
  }
}

TEST_CASE("a path to a pipe of the caller's reads what is in it") {
  auto pipe = forklift::fork_exec_pipe();  // also where pipe2(2) is refused
  REQUIRE(pipe);
  REQUIRE(::write(pipe->writing.get(), "hi\n", 3) == 3);
  pipe->writing.reset();
  const std::string path = "/dev/fd/" + std::to_string(pipe->reading.get());
  CHECK(printed(Command("cat").in(Stdio::read(path))) == "hi\n");
}

TEST_CASE("/dev/stdin is the caller's, also as a file that is not the child's input") {
  const Changed state(0);
  const Fd file = file_with("from stdin");
  ::dup3(file.get(), 0, 0);
  const auto command = Command("cat").in(Stdio::null()).descriptor(5, Stdio::read("/dev/stdin"));
  CHECK(printed(Command(command).arg("/dev/fd/5")) == "from stdin");
}

TEST_CASE("/proc/self is the caller, and changes with a fork of the program") {
  const Command command = Command("cat").in(Stdio::read("/proc/self/stat"));
  const auto is_ours = [&command] {
    return printed(command).starts_with(std::to_string(::getpid()) + " ");
  };
  CHECK(is_ours());
  CHECK(in_fork([&]() -> std::string { return is_ours() ? "" : "another's"; }) == "");
}

TEST_CASE("a directory is the caller's by a path to its descriptor") {
  const Folder folder;
  const Fd directory(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::string path = "/dev/fd/" + std::to_string(directory.get());
  for (const Command& command : both(Command("/bin/pwd").arg("-P").directory(path))) {
    CHECK(printed(command) == std::filesystem::canonical(folder.path()).string() + "\n");
  }
}

TEST_CASE("a Landlock rule cannot be about a descriptor of the caller's") {
  const auto command =
      Command("true").no_new_privileges().landlock(forklift::Landlock().read_only("/dev/fd/3"));
  CHECK(fails_otherwise(command, Step::landlock, EINVAL, "/dev/fd/3") == "");
}
