// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT

// PATH is searched as by execvp(3) of the C library, and a file without "#!" is
// run by /bin/sh if the command allows it.

#include <errno.h>
#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

#include <forklift/fork_lock.hpp>
#include <random>

#include "support.hpp"

using forklift::Command, forklift::Step;

namespace {

constexpr unsigned seed = 20241128;

std::string error_of(int number) { return "E" + std::to_string(number); }

// The result of execvp(3) for a name: the program's output, or the errno.
std::string by_execvp(const std::string& path, const std::string& directory) {
  auto pipe = forklift::fork_exec_pipe();  // also where pipe2(2) is refused
  REQUIRE(pipe);
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    ::dup2(pipe->writing.get(), 1);
    ::setenv("PATH", path.c_str(), 1);
    char name[] = "prog", one[] = "one";
    char* const argv[] = {name, one, nullptr};
    if (::chdir(directory.c_str()) == 0) ::execvp(name, argv);
    const std::string error = error_of(errno);
    ::_exit(::write(1, error.data(), error.size()) < 0);
  }
  pipe->writing.reset();
  std::string text;
  char part[256];
  for (ssize_t size; (size = ::read(pipe->reading.get(), part, sizeof part)) > 0;) {
    text.append(part, static_cast<std::size_t>(size));
  }
  ::waitpid(pid, nullptr, 0);
  // The last place that is no directory leaves this; here the name is missing.
  return text == error_of(ENOTDIR) ? error_of(ENOENT) : text;
}

std::string by_forklift(const std::string& path, const std::string& directory, bool staged) {
  Command command("prog");
  command.arg("one").env("PATH", path).directory(directory).allow_shell();
  if (staged) command.group(::getegid());
  const auto output = command.try_output();
  if (output) return output->out;
  CHECK(output.error().step() == Step::exec);
  return error_of(output.error().code().value());
}

// Places of every kind to look for "prog" in.
class Places {
 public:
  Places() {
    namespace fs = std::filesystem;
    const auto place = [this](const std::string& name) {
      fs::create_directory(folder_.path(name));
      all_.push_back(folder_.path(name));
      return name + "/prog";
    };
    all_.push_back(folder_.path("missing"));
    place("empty");
    folder_.file(place("program"), "#!/bin/sh\necho program $0 $*\n", 0755);
    folder_.file(place("script"), "echo script $0 $*\n", 0755);
    folder_.file(place("nothing"), "", 0755);
    folder_.file(place("forbidden"), "#!/bin/sh\necho forbidden\n", 0644);
    folder_.file(place("lost"), "#!/no/such/interpreter\n", 0755);
    fs::create_directory(folder_.path(place("directory")));
    fs::create_symlink("prog", folder_.path(place("loop")));
    fs::create_symlink("/no/such/target", folder_.path(place("dangling")));
    fs::create_symlink(folder_.path("program/prog"), folder_.path(place("link")));
    folder_.file(place("unreadable"), "#!/bin/sh\necho unreadable\n", 0755);
    fs::permissions(folder_.path("unreadable"), fs::perms::none);
    all_.push_back(folder_.file("file", "text", 0755));
    fs::create_symlink("round", folder_.path("round"));
    all_.push_back(folder_.path("round"));
    all_.insert(all_.end(), {"", "program", "script", "./script/", "forbidden", "..", "no/such"});
    fs::create_directory(folder_.path("program/script"));
    folder_.file("program/script/prog", "#!/bin/sh\necho below\n", 0755);
  }
  ~Places() {
    std::filesystem::permissions(folder_.path("unreadable"), std::filesystem::perms::owner_all);
  }

  std::string path(const std::string& name) const { return folder_.path(name); }

  // Elements for PATH; `all` includes those at which execvp gives up.
  struct Drawn {
    std::string all, without_long;
  };
  Drawn draw(std::mt19937& random) const {
    const auto pick = [&random](std::size_t count) {
      return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
    };
    Drawn drawn{path("missing"), path("missing")};
    for (std::size_t left = pick(5); left > 0; --left) {
      const std::string& element = all_[pick(all_.size())];
      drawn.all += ":" + element;
      drawn.without_long += ":" + element;
      if (pick(4) == 0) drawn.all += ":" + too_long(pick(3));
    }
    return drawn;
  }

  // An element, one with the name behind it, or a part of one beyond the limits.
  static std::string too_long(std::size_t kind) {
    if (kind == 0) return "/" + std::string(NAME_MAX + 1, 'x');
    std::string element;
    const std::size_t size = kind == 1 ? PATH_MAX + 10 : PATH_MAX - 3;
    while (element.size() < size) element += "/.";
    return element;
  }

 private:
  Folder folder_;
  std::vector<std::string> all_;
};

}  // namespace

TEST_CASE("a name is found in any PATH where execvp finds it, or fails as there") {
  const Places places;
  std::mt19937 random(seed);
  INFO("seed " << seed);
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(700);
  int rounds = 0;
  for (; rounds < 20 || std::chrono::steady_clock::now() < end; ++rounds) {
    const auto drawn = places.draw(random);
    const std::string directory = places.path(rounds % 2 ? "program" : "empty");
    INFO("round " << rounds << " in " << directory << ": " << drawn.all);
    CHECK(by_forklift(drawn.all, directory, rounds % 3 == 0) ==
          by_execvp(drawn.without_long, directory));
  }
  MESSAGE("seed " << seed << ", " << rounds << " rounds");
}

TEST_CASE("a place longer than a path can be is passed over, as by execvp") {
  const Places places;
  const std::string path = Places::too_long(1) + ":" + places.path("program");
  const std::string found = by_execvp(path, places.path("empty"));
  CHECK(found.starts_with("program"));
  CHECK(by_forklift(path, places.path("empty"), false) == found);
}

TEST_CASE("a name longer than a name can be is an error of its own") {
  const auto failed = Command(std::string(NAME_MAX + 1, 'x')).try_spawn();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().step() == Step::exec);
  CHECK(failed.error().code() == std::errc::filename_too_long);
}

TEST_CASE("a file that is no program is an error that names the option to run it") {
  const Folder folder;
  const std::string script = folder.file("script", "echo $0 $1\n", 0755);
  for (const bool staged : {false, true}) {
    Command command(script);
    command.arg("one");
    if (staged) command.group(::getegid());
    const auto failed = command.try_spawn();
    REQUIRE_FALSE(failed);
    CHECK(failed.error().step() == Step::exec);
    CHECK(failed.error().code() == std::errc::executable_format_error);
    CHECK(std::string(failed.error().what()).find("allow_shell") != std::string::npos);
    CHECK(Command(command).allow_shell().output().out == script + " one\n");
    CHECK(Command(command).allow_shell().argv0("other").output().out == script + " one\n");
  }
}

TEST_CASE("the shell that would run a script is one of the calls that are explained") {
  const std::string text = Command("/no/program").arg("x").allow_shell().explain();
  CHECK(text.find("execve(\"/bin/sh\", [\"/bin/sh\", \"/no/program\", \"x\"]") !=
        std::string::npos);
  CHECK(Command("/no/program").explain().find("/bin/sh") == std::string::npos);
}

TEST_CASE("a program that exists is not given to a shell by the way") {
  CHECK(Command("echo").arg("one").allow_shell().output().out == "one\n");
  const auto failed = Command("/no/such/program").allow_shell().try_spawn();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code() == std::errc::no_such_file_or_directory);
  CHECK(failed.error().subject() == "'/no/such/program'");
}
