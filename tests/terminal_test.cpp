// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// A child and its terminal.

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>

#include "reveal.hpp"
#include "terminals.hpp"

using forklift::Child, forklift::Command, forklift::Fd, forklift::Stdio, forklift::Step;

namespace {

// Reads until the other end is closed everywhere.
std::string everything_from(const Fd& terminal) {
  std::string text;
  char part[1024];
  for (ssize_t size; (size = ::read(terminal.get(), part, sizeof part)) > 0;) {
    text.append(part, static_cast<std::size_t>(size));
  }
  std::erase(text, '\r');
  return text;
}

// Both ends of a terminal of the test's own.
struct Terminal {
  Terminal() : ours(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    REQUIRE(::unlockpt(ours.get()) == 0);
    theirs = Fd(::open(::ptsname(ours.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(theirs);
  }
  // As in /proc/PID/stat.
  std::string number() const {
    struct stat file {};
    ::fstat(theirs.get(), &file);
    const unsigned minor = ::minor(file.st_rdev);
    return std::to_string((minor & 0xffU) | ::major(file.st_rdev) << 8 | (minor & ~0xffU) << 12);
  }
  Fd ours, theirs;
};

}  // namespace

TEST_CASE("a child on a new terminal leads its session and has the terminal to itself") {
  if (skipped_without_terminals()) return;
  Command command(reveal_path());
  Child child = command.pty({.rows = 33, .columns = 99, .width = 7, .height = 8}).spawn();
  const Revealed revealed = read_revealed(everything_from(child.terminal()));
  const std::string pid = std::to_string(child.pid());
  CHECK(child.wait().success());
  CHECK(at(revealed, "window") == "33 99 7 8");
  CHECK(at(revealed, "session") == pid);
  CHECK(at(revealed, "group") == pid);
  CHECK(at(revealed, "terminal_group") == pid);
  CHECK(at(revealed, "terminal") != "0");
  CHECK(at(revealed, "descriptors") == "0 1 2");
}

TEST_CASE("what is written to a child's terminal comes to its standard input, and is echoed") {
  if (skipped_without_terminals()) return;
  Command command("cat");
  Child child = command.pty().spawn();
  REQUIRE(::write(child.terminal().get(), "word\n\4", 6) == 6);
  CHECK(everything_from(child.terminal()).find("word\nword\n") != std::string::npos);
  CHECK(child.wait().success());
}

TEST_CASE("a child ends by SIGINT when that is typed on its terminal") {
  if (skipped_without_terminals()) return;
  Command command("sh");
  Child child = command.args({"-c", "echo ready; exec sleep 1000"}).pty().spawn();
  char line[16];
  REQUIRE(::read(child.terminal().get(), line, sizeof line) > 0);
  REQUIRE(::write(child.terminal().get(), "\3", 1) == 1);
  CHECK(child.wait().signal() == SIGINT);
}

TEST_CASE("streams that are set keep their place beside a new terminal") {
  if (skipped_without_terminals()) return;
  Command command(reveal_path());
  Child child = command.pty().out(Stdio::pipe()).err(Stdio::null()).spawn();
  std::string text = everything_from(child.out());
  const Revealed revealed = read_revealed(text);
  CHECK(child.wait().success());
  CHECK(at(revealed, "window") == "24 80 0 0");
  CHECK(at(revealed, "terminal") != "0");
  CHECK_FALSE(child.err());
}

TEST_CASE("a child without a terminal has none of ours to give") {
  Child child = Command("true").spawn();
  CHECK_FALSE(child.terminal());
  CHECK(child.wait().success());
}

TEST_CASE("a terminal of the caller's can become the controlling one") {
  if (skipped_without_terminals()) return;
  const Terminal terminal;
  Command command(reveal_path());
  command.in(Stdio::descriptor(terminal.theirs.get())).out(Stdio::pipe());
  command.controlling_terminal();
  Child child = command.spawn();
  const Revealed revealed = read_revealed(everything_from(child.out()));
  CHECK(child.wait().success());
  CHECK(at(revealed, "terminal") == terminal.number());
  CHECK(at(revealed, "session") == std::to_string(child.pid()));
}

TEST_CASE("a child can be put into the foreground of its terminal in a group of its own") {
  if (skipped_without_terminals()) return;
  const Terminal terminal;
  // The session's leader launches one that takes the foreground.
  const std::string wrong = in_fork([&]() -> std::string {
    if (::setsid() < 0 || ::ioctl(terminal.theirs.get(), TIOCSCTTY, 0) != 0) return "no session";
    ::signal(SIGHUP, SIG_IGN);
    Command command(reveal_path());
    command.in(Stdio::descriptor(terminal.theirs.get())).out(Stdio::pipe());
    Child child = command.process_group().foreground().spawn();
    const Revealed revealed = read_revealed(everything_from(child.out()));
    const std::string pid = std::to_string(child.pid());
    child.wait();
    return differ("group", at(revealed, "group"), pid) +
           differ("foreground", at(revealed, "terminal_group"), pid) +
           differ("terminal", at(revealed, "terminal"), terminal.number());
  });
  CHECK(wrong == "");
}

TEST_CASE("what is no terminal controls nobody, and has no foreground") {
  CHECK(fails_otherwise(Command("true").in(Stdio::null()).controlling_terminal(), Step::terminal,
                        ENOTTY) == "");
  CHECK(fails_otherwise(Command("true").in(Stdio::null()).foreground(), Step::foreground, ENOTTY) ==
        "");
}

TEST_CASE("a launch on a terminal that fails leaves no terminal") {
  if (skipped_without_terminals()) return;
  const auto before = open_descriptors();
  CHECK(fails_otherwise(Command("/no/such/program").pty(), Step::exec, ENOENT) == "");
  CHECK(fails_otherwise(Command("true").pty().directory("/nope"), Step::directory, ENOENT) == "");
  CHECK(open_descriptors() == before);
}
