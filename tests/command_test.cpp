// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "rounds.hpp"
#include "support.hpp"

using forklift::Command, forklift::Stdio, forklift::Step;

namespace {

bool has(const std::vector<std::string>& texts, const std::string& text) {
  return std::ranges::find(texts, text) != texts.end();
}

std::string printed_by(const Command& command) { return command.output().out; }

// A variable of this process, set for the length of a scope.
class Variable {
 public:
  Variable(const char* key, const char* value) : key_(key) {
    if (const char* const old = ::getenv(key)) before_ = old;
    ::setenv(key, value, 1);
  }
  ~Variable() { before_ ? ::setenv(key_, before_->c_str(), 1) : ::unsetenv(key_); }

 private:
  const char* key_;
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("a program sees its arguments and its name as given") {
  const Shown shown = show([](Command& command) {
    command.args({"one", "two words", "", "dollar $HOME"}).argv0("somebody");
  });
  REQUIRE(shown.argv.size() == 6);
  CHECK(shown.argv[0] == "somebody");
  CHECK(shown.argv[2] == "one");
  CHECK(shown.argv[3] == "two words");
  CHECK(shown.argv[4] == "");
  CHECK(shown.argv[5] == "dollar $HOME");
}

TEST_CASE("arguments can come from any range of strings") {
  const std::vector<std::string> words = {"a", "b"};
  CHECK(printed_by(Command("echo").args(words).arg("c")) == "a b c\n");
}

TEST_CASE("a variable that is set reaches the program, one removed does not") {
  const Variable kept("FORKLIFT_KEPT", "kept");
  const Variable gone("FORKLIFT_GONE", "gone");
  const Shown shown = show([](Command& command) {
    command.env("FORKLIFT_NEW", "a=b").env_remove("FORKLIFT_GONE").env_remove("FORKLIFT_NONE");
  });
  CHECK(has(shown.env, "FORKLIFT_KEPT=kept"));
  CHECK(has(shown.env, "FORKLIFT_NEW=a=b"));
  CHECK_FALSE(has(shown.env, "FORKLIFT_GONE=gone"));
}

TEST_CASE("the last change of a variable counts") {
  const Shown shown = show([](Command& command) {
    command.env("A", "1").env("A", "2").env("B", "1").env_remove("B").env_remove("C").env("C", "3");
  });
  CHECK(has(shown.env, "A=2"));
  CHECK(has(shown.env, "C=3"));
  CHECK(std::ranges::none_of(shown.env, [](auto& e) { return e.starts_with("B="); }));
}

TEST_CASE("a cleared environment holds what the command sets and nothing else") {
  const Shown shown = show([](Command& command) { command.env_clear().env("ONLY", "this"); });
  CHECK(shown.env == std::vector<std::string>{"ONLY=this"});
}

TEST_CASE("an environment can start from entries, which stay as they are") {
  const std::vector<std::string> odd{"B=1", "A=2", "B=3", "=x", "NO_EQUALS", "", "GONE=1", "PATH"};
  const Shown shown = show([&](Command& command) {
    command.environment(odd).env_remove("GONE").env("A", "changed").env("NEW", "");
  });
  CHECK(shown.env ==
        std::vector<std::string>{"B=1", "B=3", "=x", "NO_EQUALS", "", "PATH", "A=changed", "NEW="});
  const Shown cleared = show([&](Command& command) { command.environment(odd).env_clear(); });
  CHECK(cleared.env.empty());
}

TEST_CASE("a name without a slash is searched in the PATH of the entries") {
  const Folder folder;
  folder.file("forklift-here", "#!/bin/sh\necho found\n", 0755);
  const std::vector<std::string> entries{"PATH=/nowhere:" + folder.path() + ":/bin"};
  CHECK(printed_by(Command("forklift-here").environment(entries)) == "found\n");
  CHECK_FALSE(Command("forklift-here").environment({"PATH"}).try_spawn());
}

TEST_CASE("an entry with a NUL byte is refused") {
  const auto child = Command("true").environment({"A=1", std::string("B=\0", 3)}).try_spawn();
  REQUIRE_FALSE(child);
  CHECK(child.error().step() == forklift::Step::environment);
}

TEST_CASE("a command launched again sees what has changed in the caller's environment") {
  Command command("sh");
  command.args({"-c", "echo $FORKLIFT_CHANGING"}).env("OTHER", "x");
  for (const char* const value : {"1", "2", "3", "4", "5", "6", "7", "1"}) {
    const Variable changing("FORKLIFT_CHANGING", value);
    CHECK(printed_by(command) == std::string(value) + "\n");
  }
  CHECK(printed_by(command) == "\n");
}

TEST_CASE("a name without a slash is searched in the PATH that the command sets") {
  const Folder folder;
  folder.file("forklift-here", "#!/bin/sh\necho found\n", 0755);
  CHECK_FALSE(Command("forklift-here").try_spawn());
  CHECK(printed_by(Command("forklift-here").env("PATH", "/nowhere:" + folder.path())) == "found\n");
}

TEST_CASE("a name without a slash is searched in the caller's PATH of the moment") {
  const Folder folder;
  folder.file("forklift-here", "#!/bin/sh\necho found\n", 0755);
  const Command command("forklift-here");
  CHECK_FALSE(command.try_output());
  const Variable path("PATH", (folder.path() + ":/bin").c_str());
  CHECK(printed_by(command) == "found\n");
}

TEST_CASE("a search goes past a file that may not be executed and a folder of that name") {
  const Folder first, second, third;
  first.file("forklift-prog", "no program", 0644);
  std::filesystem::create_directory(second.path("forklift-prog"));
  third.file("forklift-prog", "#!/bin/sh\necho third\n", 0755);
  Command command("forklift-prog");
  command.env("PATH", first.path() + ":" + second.path() + ":" + third.path());
  CHECK(printed_by(command) == "third\n");
}

TEST_CASE("an empty part of PATH is the child's directory") {
  const Folder folder;
  folder.file("forklift-prog", "#!/bin/sh\necho here\n", 0755);
  Command command("forklift-prog");
  CHECK(printed_by(command.env("PATH", "/nowhere:").directory(folder.path())) == "here\n");
}

TEST_CASE("a relative path of a program is relative to the child's directory") {
  const Folder folder;
  folder.file("prog", "#!/bin/sh\necho here\n", 0755);
  CHECK(printed_by(Command("./prog").directory(folder.path())) == "here\n");
}

TEST_CASE("the child's directory can be given by path") {
  const Folder folder;
  const Shown shown = show([&](Command& command) { command.directory(folder.path()); });
  CHECK(shown.values.at("directory") == std::filesystem::canonical(folder.path()).string());
}

TEST_CASE("the child's directory can be given by descriptor") {
  const Folder folder;
  const forklift::Fd directory(::open(folder.path().c_str(), O_DIRECTORY | O_CLOEXEC));
  const Shown shown = show([&](Command& command) { command.directory(directory.get()); });
  CHECK(shown.values.at("directory") == std::filesystem::canonical(folder.path()).string());
  CHECK(shown.descriptors.size() == 3);
}

TEST_CASE("launching leaves the caller's own directory and umask alone") {
  const auto before = std::filesystem::current_path();
  show([](Command& command) { command.directory("/").umask(0); });
  CHECK(std::filesystem::current_path() == before);
  const mode_t mask = ::umask(022);
  ::umask(mask);
  CHECK(mask != 0);
}

TEST_CASE("a umask holds for the program and for the files that the launch creates") {
  const Folder folder;
  const Shown shown = show([&](Command& command) {
    command.umask(0077).out(Stdio::truncate(folder.path("made"), 0666));
  });
  CHECK(shown.values.at("umask") == std::to_string(0077));
  struct stat file {};
  REQUIRE(::stat(folder.path("made").c_str(), &file) == 0);
  CHECK((file.st_mode & 0777) == 0600);
}

TEST_CASE("a child is in its caller's session and group unless asked otherwise") {
  const Shown plain = show([](Command&) {});
  CHECK(plain.values.at("session") == "0");
  CHECK(plain.values.at("group") == std::to_string(::getpgrp()));
  const Shown session = show([](Command& command) { command.new_session(); });
  CHECK(session.values.at("session") == "1");
  const Shown group = show([](Command& command) { command.process_group(); });
  CHECK(group.values.at("session") == "0");
  CHECK(group.values.at("group") != plain.values.at("group"));
}

TEST_CASE("a child can join the process group of another") {
  forklift::Child leader = Command("cat").in(Stdio::pipe()).process_group().spawn();
  const Shown shown = show([&](Command& command) { command.process_group(leader.pid()); });
  CHECK(shown.values.at("group") == std::to_string(leader.pid()));
}

TEST_CASE("a copy of a command is independent of it") {
  Command first("echo");
  first.arg("one");
  Command second = first;
  second.arg("two");
  first.arg("three");
  CHECK(printed_by(first) == "one three\n");
  CHECK(printed_by(second) == "one two\n");
  first = second;
  CHECK(printed_by(first) == "one two\n");
}

TEST_CASE("a command changed after a launch launches as changed") {
  Command command("echo");
  CHECK(printed_by(command) == "\n");
  command.arg("more");
  CHECK(printed_by(command) == "more\n");
  CHECK(command.output().status.success());
}

TEST_CASE("one command can be launched by many threads at once") {
  constexpr int threads = 8;
  Command command("sh");
  command.args({"-c", "read line; echo $line; exit 7"}).in(Stdio::pipe()).out(Stdio::pipe());
  std::atomic<int> launches{0};
  std::atomic<int> right{0};
  {
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < threads; ++worker) {
      workers.emplace_back([&, worker] {
        for (Rounds rounds(25); rounds.go_on();) {
          ++launches;
          const std::string line =
              std::to_string(worker) + "-" + std::to_string(rounds.number()) + "\n";
          forklift::Child child = command.spawn();
          const bool sent = ::write(child.in().get(), line.data(), line.size()) > 0;
          char answer[64];
          const ssize_t size = ::read(child.out().get(), answer, sizeof answer);
          const bool same = size > 0 && std::string(answer, static_cast<std::size_t>(size)) == line;
          if (sent && same && child.wait().code() == 7) ++right;
        }
      });
    }
  }
  CHECK(right == launches);
}

TEST_CASE("a launch can be started and finished later") {
  forklift::Launch launch = Command("true").start();
  CHECK(launch.pid() > 0);
  CHECK(launch.wait_for(std::chrono::seconds(10)));
  CHECK(launch.done());
  auto child = std::move(launch).finish();
  REQUIRE(child);
  CHECK(child->wait().success());
}

TEST_CASE("a launch that failed says so when it is finished") {
  forklift::Launch launch = Command("/no/such/program").start();
  const auto child = std::move(launch).finish();
  REQUIRE_FALSE(child);
  CHECK(child.error().step() == Step::exec);
}

TEST_CASE("a launch that is dropped takes its child along") {
  pid_t pid = -1;
  {
    const forklift::Launch launch = Command("sleep").arg("1000").start();
    pid = launch.pid();
  }
  // A child that dies slowly is reaped by a later launch.
  while (::kill(pid, 0) == 0) CHECK(Command("true").run().success());
  CHECK(errno == ESRCH);
}

TEST_CASE("a command that requires a better engine than there is refuses to launch") {
  if (engine() == forklift::Engine::shared_table) {
    CHECK(Command("true").require(forklift::Engine::shared_table).run().success());
    return;
  }
  const auto child = Command("true").require(forklift::Engine::shared_table).try_spawn();
  REQUIRE_FALSE(child);
  CHECK(child.error().step() == Step::engine);
  CHECK(std::string(child.error().what()).find("shared_table") != std::string::npos);
  CHECK(Command("true").require(engine()).run().success());
}

TEST_CASE("launches are counted by the engine that made them") {
  const auto before = forklift::counters();
  CHECK(Command("true").run().success());
  CHECK_FALSE(Command("/no/such/program").try_spawn());
  const auto after = forklift::counters();
  CHECK(after.launches(engine()) == before.launches(engine()) + 1);
  CHECK(after.launches() == before.launches() + 1);
  CHECK(after.failed(Step::exec) == before.failed(Step::exec) + 1);
}

TEST_CASE("explain tells the system calls of a launch and launches nothing") {
  const auto before = forklift::counters();
  const std::string text = Command("/bin/true").directory("/tmp").out(Stdio::null()).explain();
  CHECK(text.find("chdir(\"/tmp\")") != std::string::npos);
  CHECK(text.find("\"/dev/null\"") < text.find("chdir("));
  CHECK(text.find("chdir(") < text.find("execve(\"/bin/true\""));
  CHECK(forklift::counters().launches() == before.launches());
  CHECK(Command("").explain().find("empty") != std::string::npos);
}
