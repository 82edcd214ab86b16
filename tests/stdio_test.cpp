// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>

#include "rounds.hpp"
#include "support.hpp"

using forklift::Child, forklift::Command, forklift::Fd, forklift::Stdio;

namespace {

std::string read_all(int descriptor) {
  std::string text;
  char bytes[4096];
  for (ssize_t size; (size = ::read(descriptor, bytes, sizeof bytes)) > 0;) {
    text.append(bytes, static_cast<std::size_t>(size));
  }
  return text;
}

void write_all(int descriptor, const std::string& text) {
  REQUIRE(::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

Fd some_file() { return Fd(::memfd_create("forklift-test", MFD_CLOEXEC)); }

// The caller without some of its standard descriptors, for the length of a scope.
class Without {
 public:
  explicit Without(std::vector<int> numbers) : numbers_(std::move(numbers)) {
    for (const int number : numbers_) {
      kept_.emplace_back(::fcntl(number, F_DUPFD_CLOEXEC, 100));
      ::close(number);
    }
  }
  ~Without() {
    for (std::size_t i = 0; i < numbers_.size(); ++i) ::dup2(kept_[i].get(), numbers_[i]);
  }

 private:
  std::vector<int> numbers_;
  std::vector<Fd> kept_;
};

}  // namespace

TEST_CASE("a child inherits the three standard descriptors and no other") {
  const Fd open_everywhere(::open("/dev/null", O_RDONLY));  // not close-on-exec
  const Shown shown = show([](Command&) {});
  REQUIRE(shown.descriptors.size() == 3);
  for (int number = 0; number <= 2; ++number) {
    CHECK(shown.descriptors.at(number) == identity(number));
  }
}

TEST_CASE("standard descriptors can be /dev/null") {
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const Shown shown = show(
      [](Command& command) { command.in(Stdio::null()).out(Stdio::null()).err(Stdio::null()); });
  for (int number = 0; number <= 2; ++number) {
    CHECK(shown.descriptors.at(number) == identity(null.get()));
  }
  CHECK(shown.descriptors.size() == 3);
}

TEST_CASE("a file is read as standard input and written as standard output") {
  const Folder folder;
  const std::string from = folder.file("from", "b\na\n");
  const std::string to = folder.file("to", "much longer than what will be there\n");
  CHECK(Command("sort").in(Stdio::file(from)).out(Stdio::file(to)).run().success());
  CHECK(read_file(to) == "a\nb\n");
}

TEST_CASE("a file can be appended to") {
  const Folder folder;
  const std::string to = folder.file("to", "one\n");
  CHECK(Command("echo").arg("two").out(Stdio::append(to)).run().success());
  CHECK(read_file(to) == "one\ntwo\n");
}

TEST_CASE("a file that must be new is created with its mode, or the launch fails") {
  const Folder folder;
  const std::string to = folder.path("new");
  Command command("echo");
  command.arg("x").out(Stdio::create_new(to, 0640)).umask(0);
  CHECK(command.run().success());
  struct stat file {};
  REQUIRE(::stat(to.c_str(), &file) == 0);
  CHECK((file.st_mode & 0777) == 0640);
  const auto again = command.try_spawn();
  REQUIRE_FALSE(again);
  CHECK(again.error().step() == forklift::Step::open);
  CHECK(again.error().code() == std::errc::file_exists);
}

TEST_CASE("a path of a file is relative to the caller's directory, not the child's") {
  const Folder folder;
  const std::string to = folder.path("to");
  const auto here = ::open(".", O_DIRECTORY | O_CLOEXEC);
  REQUIRE(::chdir(folder.path().c_str()) == 0);
  CHECK(Command("pwd").directory("/").out(Stdio::file("to")).run().success());
  REQUIRE(::fchdir(here) == 0);
  ::close(here);
  CHECK(read_file(to) == "/\n");
}

TEST_CASE("a child talks to us by pipes") {
  Child child = Command("tr").args({"a-z", "A-Z"}).in(Stdio::pipe()).out(Stdio::pipe()).spawn();
  CHECK(bool(child.in()));
  CHECK(bool(child.out()));
  CHECK_FALSE(bool(child.err()));
  write_all(child.in().get(), "hello");
  child.in().reset();
  CHECK(read_all(child.out().get()) == "HELLO");
  CHECK(child.wait().success());
}

TEST_CASE("waiting closes the child's standard input first") {
  Child child = Command("cat").in(Stdio::pipe()).out(Stdio::null()).spawn();
  CHECK(child.wait().success());
}

TEST_CASE("the child's end of a pipe is blocking and ours is closed on exec") {
  Child child = Command("cat").in(Stdio::pipe()).out(Stdio::pipe()).spawn();
  CHECK((::fcntl(child.in().get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((::fcntl(child.out().get(), F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("standard error can go where standard output goes") {
  const Folder folder;
  const std::string to = folder.path("both");
  Command command("sh");
  command.args({"-c", "echo out; echo err >&2"}).err(Stdio::same_as(1));
  command.out(Stdio::file(to));
  CHECK(command.run().success());
  CHECK(read_file(to) == "out\nerr\n");
  Child child = command.out(Stdio::pipe()).spawn();
  CHECK(read_all(child.out().get()) == "out\nerr\n");
  CHECK(child.wait().success());
}

TEST_CASE("same_as follows chains and an inherited stream") {
  const Shown shown = show([](Command& command) {
    command.descriptor(5, Stdio::same_as(4)).descriptor(4, Stdio::same_as(1));
  });
  CHECK(shown.descriptors.at(4) == identity(1));
  CHECK(shown.descriptors.at(5) == identity(1));
}

TEST_CASE("pipes can stand at any number, in both directions") {
  Child child = Command("sh")
                    .args({"-c", "read line <&7; echo \"got $line\" >&9"})
                    .descriptor(7, Stdio::pipe(Stdio::Direction::to_child))
                    .descriptor(9, Stdio::pipe())
                    .spawn();
  write_all(child.pipe(7).get(), "word\n");
  CHECK(read_all(child.pipe(9).get()) == "got word\n");
  CHECK_FALSE(bool(child.pipe(8)));
  CHECK(child.wait().success());
}

TEST_CASE("a borrowed descriptor reaches the child, and stays open with its flags here") {
  const Fd file = some_file();
  const Shown shown =
      show([&](Command& command) { command.descriptor(3, Stdio::descriptor(file.get())); });
  CHECK(shown.descriptors.at(3) == identity(file.get()));
  CHECK(shown.descriptors.size() == 4);
  CHECK(::fcntl(file.get(), F_GETFD) == FD_CLOEXEC);
}

TEST_CASE("a descriptor can be put onto its own number") {
  const Fd file = some_file();
  const Shown shown = show(
      [&](Command& command) { command.descriptor(file.get(), Stdio::descriptor(file.get())); });
  CHECK(shown.descriptors.at(file.get()) == identity(file.get()));
}

TEST_CASE("a descriptor above the standard ones can be inherited by its number") {
  const Fd file = some_file();
  const Shown shown =
      show([&](Command& command) { command.descriptor(file.get(), Stdio::inherit()); });
  CHECK(shown.descriptors.at(file.get()) == identity(file.get()));
}

TEST_CASE("standard descriptors can be exchanged in a cycle") {
  const Fd a = some_file();
  const Fd b = some_file();
  const Shown shown = show([&](Command& command) {
    command.descriptor(a.get(), Stdio::descriptor(b.get()))
        .descriptor(b.get(), Stdio::descriptor(a.get()))
        .in(Stdio::descriptor(1))
        .out(Stdio::descriptor(2))
        .err(Stdio::descriptor(0));
  });
  CHECK(shown.descriptors.at(a.get()) == identity(b.get()));
  CHECK(shown.descriptors.at(b.get()) == identity(a.get()));
  CHECK(shown.descriptors.at(0) == identity(1));
  CHECK(shown.descriptors.at(1) == identity(2));
  CHECK(shown.descriptors.at(2) == identity(0));
}

TEST_CASE("one descriptor can stand at several numbers") {
  const Fd file = some_file();
  const Shown shown = show([&](Command& command) {
    for (int number = 3; number < 8; ++number) {
      command.descriptor(number, Stdio::descriptor(file.get()));
    }
  });
  for (int number = 3; number < 8; ++number) {
    CHECK(shown.descriptors.at(number) == identity(file.get()));
  }
}

TEST_CASE("the highest number that the limit allows can be a target") {
  const int highest = static_cast<int>(::sysconf(_SC_OPEN_MAX)) - 1;
  const Fd file = some_file();
  const Shown shown = show([&](Command& command) {
    command.descriptor(highest, Stdio::descriptor(file.get()))
        .descriptor(5, Stdio::descriptor(file.get()))
        .out(Stdio::null());
  });
  CHECK(shown.descriptors.at(highest) == identity(file.get()));
  CHECK(shown.descriptors.at(5) == identity(file.get()));
  CHECK(shown.descriptors.size() == 5);
}

TEST_CASE("more descriptors than one message holds reach the child") {
  constexpr int count = 600;
  const Fd first = some_file();
  const Fd second = some_file();
  const Shown shown = show([&](Command& command) {
    for (int i = 0; i < count; ++i) {
      command.descriptor(1000 + i, Stdio::descriptor(i % 2 ? first.get() : second.get()));
    }
  });
  REQUIRE(shown.descriptors.size() == count + 3);
  CHECK(shown.descriptors.at(1000) == identity(second.get()));
  CHECK(shown.descriptors.at(1000 + count - 1) == identity(first.get()));
}

TEST_CASE("a caller without standard descriptors launches children with /dev/null") {
  const Fd file = some_file();
  const std::string wanted = identity(file.get());
  Shown bare, redirected;
  {
    const Without none({0, 1, 2});
    bare = show([](Command&) {});
    redirected = show([&](Command& command) {
      command.in(Stdio::descriptor(file.get())).err(Stdio::pipe()).descriptor(4, Stdio::null());
    });
  }
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int number = 0; number <= 2; ++number) {
    CHECK(bare.descriptors.at(number) == identity(null.get()));
  }
  CHECK(bare.descriptors.size() == 3);
  CHECK(redirected.descriptors.size() == 4);
  CHECK(redirected.descriptors.at(0) == wanted);
  CHECK(redirected.descriptors.at(1) == identity(null.get()));
}

TEST_CASE("a file opened for one stream does not appear at another that is closed") {
  const Folder folder;
  const std::string path = folder.file("file", "");
  Shown shown;
  {
    const Without none({0});
    shown = show([&path](Command& command) { command.out(Stdio::append(path)); });
  }
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  CHECK(shown.descriptors.at(0) == identity(null.get()));
  CHECK(shown.descriptors.size() == 3);
}

TEST_CASE("any map of descriptors gives what a model says") {
  constexpr int most = 40;
  std::mt19937 random(20240917);
  const auto pick = [&](int from, int to) {
    return std::uniform_int_distribution<int>(from, to)(random);
  };
  for (Rounds rounds(60, std::chrono::seconds(2)); rounds.go_on();) {
    // Some open descriptors, among them gaps.
    std::vector<Fd> open;
    for (int i = pick(1, 20); i > 0; --i) open.push_back(some_file());
    for (int i = pick(0, 5); i > 0; --i)
      open[static_cast<std::size_t>(pick(0, static_cast<int>(open.size()) - 1))].reset();
    std::vector<int> sources = {0, 1, 2};
    for (const Fd& file : open) {
      if (file) sources.push_back(file.get());
    }
    std::map<int, std::string> model = {{0, identity(0)}, {1, identity(1)}, {2, identity(2)}};
    const Folder folder;
    const Shown shown = show([&](Command& command) {
      for (int i = pick(0, 12); i > 0; --i) {
        const int target =
            pick(0, 3)
                ? pick(0, most)
                : sources[static_cast<std::size_t>(pick(0, static_cast<int>(sources.size()) - 1))];
        const int source =
            sources[static_cast<std::size_t>(pick(0, static_cast<int>(sources.size()) - 1))];
        if (pick(0, 5) == 0) {
          const std::string path = folder.file("file" + std::to_string(target), "");
          command.descriptor(target, Stdio::read(path));
          model[target] = identity(Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)).get());
        } else {
          command.descriptor(target, Stdio::descriptor(source));
          model[target] = identity(source);
        }
      }
    });
    CHECK(shown.descriptors == model);
  }
}
