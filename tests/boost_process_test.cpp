// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <forklift/boost_process.hpp>

#include <boost/asio/connect_pipe.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/writable_pipe.hpp>
#include <boost/asio/write.hpp>
#include <boost/process/v2/bind_launcher.hpp>
#include <boost/process/v2/environment.hpp>
#include <boost/process/v2/impl/environment.ipp>  // what 1.81 forgets
#include <boost/process/v2/popen.hpp>
#include <cstdio>
#include <memory>
#include <unordered_map>

#include "support.hpp"

namespace asio = boost::asio;
namespace v2 = boost::process::v2;
using forklift::boost_launcher, forklift::Command;
using v2::error_code, v2::process_start_dir, v2::process_stdio, v2::posix::bind_fd;
using boosts_launcher = v2::posix::default_launcher;
using Strings = std::vector<std::string>;

namespace {

std::string drain(asio::readable_pipe& pipe) {
  std::string text;
  error_code end;
  asio::read(pipe, asio::dynamic_buffer(text), end);
  return text;
}

/// The output of a shell script launched by `launcher`.
template <class Launcher, class... Inits>
std::string written(Launcher launcher, const std::string& script, Inits&&... inits) {
  asio::io_context context;
  asio::readable_pipe out(context);
  auto child = launcher(context, "/bin/sh", Strings{"-c", script}, std::forward<Inits>(inits)...,
                        process_stdio{nullptr, out, {}});
  const std::string text = drain(out);
  CHECK(child.wait() == 0);
  return text;
}

/// Runs a launch by Boost's own launcher and by ours, and compares the results.
template <class Run>
void same_as_boost(Run run) {
  const std::string expected = run(boosts_launcher());
  CHECK(expected != "");
  CHECK(run(boost_launcher()) == expected);
}

/// The error of a launch, as a number.
template <class... Inits>
std::string failure(auto launcher, const char* program, Inits&&... inits) {
  asio::io_context context;
  error_code error;
  auto child =
      launcher(context.get_executor(), error, program, Strings{}, std::forward<Inits>(inits)...);
  // Boost's launcher leaves a child that could not execute the program unreaped.
  if (launcher.pid > 0) ::waitpid(launcher.pid, nullptr, 0);
  CHECK_FALSE(child.is_open());
  CHECK(error.category() == boost::system::system_category());
  return std::to_string(error.value());
}

/// The output of `show` with these initializers.
template <class... Inits>
Shown shown(Inits&&... inits) {
  const Folder folder;
  asio::io_context context;
  auto child = boost_launcher()(context, helper("show"), {folder.path("report")},
                                std::forward<Inits>(inits)...);
  REQUIRE(child.wait() == 0);
  return read_shown(folder.path("report"));
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

}  // namespace

TEST_CASE("the program gets its arguments in every form that Boost takes") {
  same_as_boost([](auto launcher) { return written(launcher, "echo $0 ${#0}"); });
  const auto both = [](const auto& arguments) {
    same_as_boost([&](auto launcher) {
      asio::io_context context;
      asio::readable_pipe out(context);
      auto child = launcher(context, "/bin/echo", arguments, process_stdio{{}, out, {}});
      const std::string text = drain(out);
      CHECK(child.wait() == 0);
      return text;
    });
  };
  both(Strings{"a", "", "c d"});
  both(Strings{});
  both(std::vector<std::wstring>{L"wide", L"words"});
  both(std::vector<v2::string_view>{"some", "views"});
  both(std::initializer_list<v2::string_view>{"a", "list"});
  const char* whole[] = {"another name", "x", nullptr};
  both(static_cast<const char**>(whole));
}

TEST_CASE("arguments may be written in braces") {
  asio::io_context context;
  asio::readable_pipe out(context);
  auto child = boost_launcher()(context, "/bin/echo", {"a", "b"}, process_stdio{{}, out, {}});
  CHECK(drain(out) == "a b\n");
  CHECK(child.wait() == 0);
  CHECK(boost_launcher()(context, "/bin/true", {}).wait() == 0);
  CHECK(boost_launcher()(context.get_executor(), "/bin/true", {}).wait() == 0);
}

TEST_CASE("a program's name is a path, and is not searched for") {
  CHECK(failure(boosts_launcher(), "true") == std::to_string(ENOENT));
  CHECK(failure(boost_launcher(), "true") == std::to_string(ENOENT));
  const Folder folder;
  folder.file("tool", "#!/bin/sh\necho $0", 0755);
  same_as_boost([&](auto launcher) {
    asio::io_context context;
    asio::readable_pipe out(context);
    auto child = launcher(context, "tool", Strings{}, process_start_dir(folder.path()),
                          process_stdio{{}, out, {}});
    CHECK(child.wait() == 0);
    return drain(out).empty() ? "silent" : "ran";
  });
}

TEST_CASE("standard streams can be the null device") {
  const Folder folder;
  same_as_boost([&](auto launcher) {
    const std::string path = folder.path("seen");
    asio::io_context context;
    auto child =
        launcher(context, "/bin/sh",
                 Strings{"-c", "for n in 0 1 2; do readlink /proc/self/fd/$n; done 3>&1 >" + path +
                                   "; readlink /proc/$$/fd/1 >>" + path},
                 process_stdio{nullptr, nullptr, nullptr});
    CHECK(child.wait() == 0);
    return read_file(path);
  });
}

TEST_CASE("standard streams that are not given are inherited") {
  const std::string name = "readlink /proc/$$/fd/0 /proc/$$/fd/2";
  same_as_boost([&](auto launcher) {
    asio::io_context context;
    asio::readable_pipe out(context);
    auto child = launcher(context, "/bin/sh", Strings{"-c", name}, process_stdio{{}, out, {}});
    const std::string text = drain(out);
    CHECK(child.wait() == 0);
    return text;
  });
}

TEST_CASE("standard streams can be files by path, by FILE and by descriptor") {
  const Folder folder;
  const std::string input = folder.file("input", "some input");
  same_as_boost([&](auto launcher) {
    const std::string output = folder.file("output", "what was there before");
    const File errors(std::fopen(folder.path("errors").c_str(), "we"));
    asio::io_context context;
    auto child = launcher(
        context, "/bin/sh", Strings{"-c", "cat; echo no >&2"},
        process_stdio{v2::filesystem::path(input), v2::filesystem::path(output), errors.get()});
    CHECK(child.wait() == 0);
    return read_file(output) + "|" + read_file(folder.path("errors"));
  });
  same_as_boost([&](auto launcher) {
    const forklift::Fd in(::open(input.c_str(), O_RDONLY | O_CLOEXEC));
    const forklift::Fd out(
        ::open(folder.path("by_number").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    asio::io_context context;
    auto child = launcher(context, "/bin/cat", Strings{}, process_stdio{in.get(), out.get(), {}});
    CHECK(child.wait() == 0);
    return read_file(folder.path("by_number"));
  });
}

TEST_CASE("standard streams can be pipes, and any object that has a descriptor") {
  same_as_boost([](auto launcher) {
    asio::io_context context;
    asio::writable_pipe in(context);
    asio::readable_pipe out(context), err(context);
    auto child = launcher(context, "/bin/sh", Strings{"-c", "cat; echo no >&2"},
                          process_stdio{in, out, err});
    asio::write(in, asio::buffer(std::string("through pipes")));
    in.close();
    const std::string text = drain(out) + "|" + drain(err);
    CHECK(child.wait() == 0);
    return text;
  });
  same_as_boost([](auto launcher) {
    asio::io_context context;
    asio::readable_pipe reading(context);
    asio::writable_pipe writing(context);
    asio::connect_pipe(reading, writing);
    auto child =
        launcher(context, "/bin/echo", Strings{"an object"}, process_stdio{{}, writing, {}});
    writing.close();
    CHECK(child.wait() == 0);
    return drain(reading);
  });
}

TEST_CASE("popen talks to a program that our launcher launched") {
  asio::io_context context;
  v2::popen child(boost_launcher(), context.get_executor(), "/bin/cat", Strings{});
  asio::write(child, asio::buffer(std::string("there and back")));
  child.get_stdin().close();
  std::string text;
  error_code end;
  asio::read(child, asio::dynamic_buffer(text), end);
  CHECK(text == "there and back");
  CHECK(child.wait() == 0);
}

TEST_CASE("a stream sees what was made of the streams before it") {
  const Folder folder;
  const std::string path = folder.path("file");
  same_as_boost([&](auto launcher) {  // 2>&1
    ::unlink(path.c_str());
    asio::io_context context;
    auto child = launcher(context, "/bin/sh", Strings{"-c", "echo out; echo err >&2"},
                          process_stdio{{}, v2::filesystem::path(path), 1});
    CHECK(child.wait() == 0);
    return read_file(path);
  });
  same_as_boost([&](auto launcher) {  // the second of two wins
    ::unlink(path.c_str());
    asio::io_context context;
    auto child = launcher(context, "/bin/echo", Strings{"once"}, process_stdio{{}, nullptr, {}},
                          process_stdio{{}, v2::filesystem::path(path), {}});
    CHECK(child.wait() == 0);
    return read_file(path);
  });
  // {out, 2} and {err, 1} do not swap: at the second, 1 is already 2.
  const auto one = identity(1), two = identity(2);
  const auto found = shown(process_stdio{{}, 2, 1}).descriptors;
  CHECK(found.at(1) == two);
  CHECK(found.at(2) == two);
}

TEST_CASE("a part of process_stdio is an initializer, too") {
  const Folder folder;
  same_as_boost([&](auto launcher) {
    asio::io_context context;
    auto child =
        launcher(context, "/bin/echo", Strings{"alone"},
                 v2::detail::process_output_binding(v2::filesystem::path(folder.path("file"))));
    CHECK(child.wait() == 0);
    return read_file(folder.path("file"));
  });
}

TEST_CASE("a stream that could not be opened fails the launch with EBADF") {
  const v2::filesystem::path missing("/no/such/file");
  same_as_boost([&](auto launcher) {
    return failure(launcher, "/bin/true", process_stdio{missing, {}, {}});
  });
  CHECK(failure(boost_launcher(), "/bin/true", process_stdio{missing, {}, {}}) ==
        std::to_string(EBADF));
}

TEST_CASE("a descriptor that is not open fails the launch with EBADF") {
  same_as_boost([](auto l) { return failure(l, "/bin/true", process_stdio{{}, 4321, {}}); });
  CHECK(failure(boost_launcher(), "/bin/true", bind_fd(1000)) == std::to_string(EBADF));
}

TEST_CASE("a start directory is where the program starts") {
  const Folder folder;
  ::mkdir(folder.path("inner").c_str(), 0700);
  same_as_boost([&](auto l) { return written(l, "pwd", process_start_dir(folder.path())); });
  same_as_boost([&](auto l) {
    return written(l, "pwd", process_start_dir(folder.path()), process_start_dir("inner"));
  });
  same_as_boost([&](auto l) {
    return written(l, "pwd", process_start_dir(folder.path()), process_start_dir("/"));
  });
}

TEST_CASE("a start directory that cannot be entered fails the launch with the reason") {
  const Folder folder;
  const std::string file = folder.file("file", ""), longest(5000, 'x');
  for (const auto& [path, reason] : {std::pair(std::string("/no/such/directory"), ENOENT),
                                     {"", ENOENT},
                                     {file, ENOTDIR},
                                     {longest, ENAMETOOLONG}}) {
    const process_start_dir start(path);
    CHECK(failure(boosts_launcher(), "/bin/true", process_start_dir(start)) ==
          std::to_string(reason));
    CHECK(failure(boost_launcher(), "/bin/true", start) == std::to_string(reason));
  }
  if (::geteuid() != 0) {
    ::mkdir(folder.path("denied").c_str(), 0);
    CHECK(failure(boost_launcher(), "/bin/true", process_start_dir(folder.path("denied"))) ==
          std::to_string(EACCES));
  }
}

TEST_CASE("an environment replaces the caller's, in every form that Boost takes") {
  const auto both = [](auto make) {
    same_as_boost([&](auto launcher) {
      return "/" + written(launcher, "/usr/bin/env | grep -v ^PWD= | grep -v ^_= | sort", make());
    });
  };
  using v2::process_environment;
  namespace environment = v2::environment;
  both([] { return process_environment{"A=1", "B=2=3", "EMPTY="}; });
  static const Strings strings{"LONG=" + std::string(3000, 'x'), "B=2"};
  both([] { return process_environment(strings); });
  static const std::vector<const char*> none;
  static const std::unordered_map<environment::key, environment::value> map{{"K", "v"}, {"L", "w"}};
  both([] { return process_environment(map); });
  static const std::vector<environment::key_value_pair> pairs{{"P", "q"}, {"R", "s"}};
  both([] { return process_environment(pairs); });
  both([] { return process_environment(Strings()); });
  ::setenv("FORKLIFT_BOOST_TEST", "inherited", 1);
  both([] { return process_environment(environment::current()); });
  CHECK(written(boost_launcher(), "echo $FORKLIFT_BOOST_TEST") == "inherited\n");
  CHECK(written(boost_launcher(), "echo $FORKLIFT_BOOST_TEST", process_environment{"X=y"}) == "\n");
  ::unsetenv("FORKLIFT_BOOST_TEST");
}

TEST_CASE("an environment's entries stay as they are") {
  const Strings odd{"B=first", "A=1", "B=second", "NO_EQUALS", "=x"};
  CHECK(shown(v2::process_environment(odd)).env == odd);
}

TEST_CASE("bind_fd gives a child descriptors, in every form that Boost takes") {
  const Folder folder;
  const std::string path = folder.file("file", "text");
  const File file(std::fopen(path.c_str(), "re"));
  const int number = ::fileno(file.get());
  asio::io_context context;
  asio::posix::stream_descriptor object(context, ::dup(number));
  const std::string null = identity(forklift::Fd(::open("/dev/null", O_RDONLY)).get());
  const auto found =
      shown(bind_fd(number), bind_fd(40, number), bind_fd(41, file.get()), bind_fd(42, object),
            bind_fd(43, nullptr), bind_fd(44, v2::filesystem::path(path)),
            bind_fd(45, v2::filesystem::path(folder.path("new")), O_WRONLY | O_CREAT),
            bind_fd(46, 45), bind_fd(47, 1))
          .descriptors;
  const std::string the_file = identity(number);
  for (const int here : {number, 40, 41, 42, 44}) CHECK(found.at(here) == the_file);
  CHECK(found.at(43) == null);
  CHECK(::access(folder.path("new").c_str(), F_OK) == 0);
  CHECK(found.at(45) == found.at(46));
  CHECK(found.at(47) == identity(1));
  CHECK(found.size() == 3 + 9);
}

TEST_CASE("a child has no descriptor that nobody asked for, though not marked close-on-exec") {
  const forklift::Fd open(::open("/dev/zero", O_RDONLY)), kept(::open("/dev/zero", O_RDONLY));
  CHECK(shown().descriptors.size() == 3);
  boost_launcher launcher;
  launcher.fd_whitelist.push_back(kept.get());
  const Folder folder;
  asio::io_context context;
  CHECK(launcher(context, helper("show"), {folder.path("report")}).wait() == 0);
  const auto found = read_shown(folder.path("report")).descriptors;
  CHECK(found.size() == 4);
  CHECK(found.at(kept.get()) == identity(kept.get()));
}

namespace {

/// An initializer with all of the hooks that run in the parent.
struct Diary {
  Strings* entries;
  error_code refusal{};
  std::string name = "";

  void note(const std::string& what) { entries->push_back(name + what); }
  template <class Launcher>
  error_code on_setup(Launcher&, const v2::filesystem::path& program, const char* const*&) {
    note("setup " + program.string());
    return refusal;
  }
  template <class Launcher>
  void on_error(Launcher&, const v2::filesystem::path&, const char* const*&,
                const error_code& error) {
    note("error " + std::to_string(error.value()));
  }
  template <class Launcher>
  void on_fork_error(Launcher&, const v2::filesystem::path&, const char* const*&,
                     const error_code& error) {
    note("fork_error " + std::to_string(error.value()));
  }
  template <class Launcher>
  void on_exec_error(Launcher&, const v2::filesystem::path&, const char* const*&,
                     const error_code& error) {
    note("exec_error " + std::to_string(error.value()));
  }
  template <class Launcher>
  void on_fork_success(Launcher& launcher, const v2::filesystem::path&, const char* const*&) {
    note(launcher.pid > 0 ? "fork_success" : "no pid");
  }
  void on_success(boosts_launcher& launcher, const v2::filesystem::path&, const char* const*&) {
    note(launcher.pid > 0 ? "success" : "no pid");
  }
};

}  // namespace

TEST_CASE("hooks are called in the parent, in the order of the launch and of the list") {
  Strings entries;
  asio::io_context context;
  CHECK(boost_launcher()(context, "/bin/true", {}, Diary{&entries, {}, "1 "},
                         Diary{&entries, {}, "2 "})
            .wait() == 0);
  CHECK(entries == Strings{"1 setup /bin/true", "2 setup /bin/true", "1 fork_success",
                           "2 fork_success", "1 success", "2 success"});
}

TEST_CASE("after a failed exec the hooks for errors are called with the reason") {
  Strings entries;
  const std::string number = std::to_string(ENOENT);
  CHECK(failure(boost_launcher(), "/no/such", Diary{&entries}) == number);
  CHECK(entries ==
        Strings{"setup /no/such", "fork_success", "exec_error " + number, "error " + number});
}

TEST_CASE("a launch that does not come to a child calls on_fork_error") {
  Strings entries;
  const std::string number = std::to_string(EINVAL);
  CHECK(failure(boost_launcher(), "/bin/true", Diary{&entries},
                [](Command& command) { command.cpus({}); }) == number);
  CHECK(entries == Strings{"setup /bin/true", "fork_error " + number, "error " + number});
}

TEST_CASE("an error of on_setup ends the launch before there is a child") {
  Strings entries;
  const error_code why(EXDEV, boost::system::system_category());
  const std::string number = std::to_string(EXDEV);
  CHECK(failure(boost_launcher(), "/bin/true", Diary{&entries, {}, "1 "},
                Diary{&entries, why, "2 "}, Diary{&entries, {}, "3 "}) == number);
  CHECK(entries == Strings{"1 setup /bin/true", "2 setup /bin/true", "1 error " + number,
                           "2 error " + number, "3 error " + number});
}

TEST_CASE("an initializer that throws leaves no child behind") {
  struct Thrower {
    void on_success(boosts_launcher&, const v2::filesystem::path&, const char* const*&) {
      throw std::runtime_error("no");
    }
    void on_fork_success(boost_launcher&, const v2::filesystem::path&, const char* const*&) {
      if (early) throw std::runtime_error("no");
    }
    bool early;
  };
  asio::io_context context;
  for (const bool early : {false, true}) {
    CHECK_THROWS_AS(boost_launcher()(context, "/bin/cat", {}, Thrower{early}), std::runtime_error);
  }
}

// UBSan, combined with ASan, probes memory through a pipe, and reports a
// refusal as an invalid object.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE("a context that cannot watch the child fails the launch, and the child is gone") {
  struct NoDescriptors {  // once the child is in flight
    void on_fork_success(boosts_launcher&, const v2::filesystem::path&, const char* const*&) {
      ::getrlimit(RLIMIT_NOFILE, &before);
      const rlimit none{0, before.rlim_max};
      ::setrlimit(RLIMIT_NOFILE, &none);
    }
    void on_error(boosts_launcher&, const v2::filesystem::path&, const char* const*&,
                  const error_code&) {
      ::setrlimit(RLIMIT_NOFILE, &before);
    }
    rlimit before{};
  };
  CHECK(failure(boost_launcher(), "/bin/cat", NoDescriptors()) == std::to_string(EMFILE));
}
#endif

TEST_CASE("on_setup may change the command line, the environment and the whitelist") {
  struct Changer {
    error_code on_setup(boosts_launcher& launcher, const v2::filesystem::path&,
                        const char* const*& line) {
      launcher.env = environment;
      launcher.fd_whitelist.push_back(descriptor);
      line = words;
      return {};
    }
    const char* const environment[2] = {"A=changed", nullptr};
    const char* words[4] = {"sh", "-c", "echo $A; readlink /proc/$$/fd/233", nullptr};
    int descriptor = 233;
  };
  const forklift::Fd zero(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  const forklift::Fd placed(::dup2(zero.get(), 233));
  same_as_boost([](auto launcher) { return written(launcher, "unused", Changer()); });
  CHECK(written(boost_launcher(), "unused", Changer()) == "changed\n/dev/zero\n");
}

namespace {

struct CodeForTheChild {
  error_code on_exec_setup(boosts_launcher&, const v2::filesystem::path&, const char* const*);
};
struct FinalCodeForTheChild final : CodeForTheChild {};
struct TemplateForTheChild {
  template <class Launcher>
  error_code on_exec_setup(Launcher&, const v2::filesystem::path&, const char* const*&);
};
struct CodeForAnotherLauncher {
  struct Launcher {};
  error_code on_exec_setup(Launcher&, const v2::filesystem::path&, const char* const*);
};

template <class Init>
constexpr bool runs_in_child =
    forklift::boost_process::runs_in_child<Init, boost_launcher, v2::filesystem::path>();

}  // namespace

TEST_CASE("only initializers with code for the child are told as such") {
  CHECK(runs_in_child<CodeForTheChild>);
  CHECK(runs_in_child<FinalCodeForTheChild>);
  CHECK(runs_in_child<TemplateForTheChild>);
  CHECK(runs_in_child<CodeForAnotherLauncher>);
  CHECK(runs_in_child<process_stdio>);
  CHECK_FALSE(runs_in_child<Diary>);
  CHECK_FALSE(runs_in_child<v2::process_environment>);
  CHECK_FALSE(runs_in_child<int>);
  CHECK(forklift::boost_process::Translatable<process_stdio>);
  CHECK_FALSE(forklift::boost_process::Translatable<CodeForTheChild>);
}

TEST_CASE("an initializer that takes the command sets what else a child can be given") {
  const auto found =
      shown([](Command& command) { command.new_session().umask(0123); }, process_stdio{});
  CHECK(found.values.at("session") == "1");
  CHECK(found.values.at("umask") == std::to_string(0123));
}

TEST_CASE("a program that cannot be executed is told by both overloads, with the step") {
  const Folder folder;
  const std::string text_file = folder.file("text", "no program", 0644);
  for (const auto& [program, reason] :
       {std::pair(std::string("/no/such/program"), ENOENT), {text_file, EACCES}, {"/", EACCES}}) {
    same_as_boost([&](auto launcher) { return failure(launcher, program.c_str()); });
    asio::io_context context;
    error_code error;
    CHECK_FALSE(boost_launcher()(context, error, program, {}).is_open());
    CHECK(error == error_code(reason, boost::system::system_category()));
    try {
      boost_launcher()(context.get_executor(), program, {});
      FAIL("launched");
    } catch (const boost::system::system_error& failed) {
      CHECK(failed.code() == error);
      CHECK(std::string(failed.what()).starts_with("cannot launch '" + program + "': exec"));
    }
  }
}

TEST_CASE("the step before exec that failed is told with its subject") {
  asio::io_context context;
  try {
    boost_launcher()(context, "/bin/true", {}, process_start_dir("/nope"));
    FAIL("launched");
  } catch (const boost::system::system_error& failed) {
    CHECK(std::string(failed.what())
              .starts_with("cannot launch '/bin/true': chdir '/nope': No such file or directory"));
  }
}

TEST_CASE("a launch that works clears the error of an earlier one") {
  asio::io_context context;
  error_code error(EIO, boost::system::system_category());
  auto child = boost_launcher()(context, error, "/bin/true", {});
  CHECK_FALSE(error);
  CHECK(child.wait() == 0);
}

TEST_CASE("exit codes come out of wait and of async_wait") {
  asio::io_context context;
  for (const int code : {0, 1, 255}) {
    const Strings exit{"-c", "exit " + std::to_string(code)};
    CHECK(boost_launcher()(context, "/bin/sh", exit).wait() == code);
    auto child = boost_launcher()(context, "/bin/sh", exit);
    int seen = -1;
    child.async_wait([&](error_code error, int status) {
      CHECK_FALSE(error);
      seen = status;
    });
    context.restart();
    context.run();
    CHECK(seen == code);
    CHECK(child.exit_code() == code);
  }
}

TEST_CASE("later launches do not reap a child of Boost's") {
  asio::io_context context;
  auto child = boost_launcher()(context, "/bin/sh", {"-c", "exit 9"});
  siginfo_t end{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(child.id()), &end, WEXITED | WNOWAIT) == 0);
  for (int i = 0; i < 5; ++i) CHECK(Command("true").run().success());
  CHECK(child.wait() == 9);
}

TEST_CASE("the process has the pidfd of the launch") {
  if (!has_capability("pidfd")) {
    MESSAGE("skipped: the kernel has no pidfd");
    return;
  }
  asio::io_context context;
  const auto before = open_descriptors();
  auto child = boost_launcher()(context, "/bin/cat", {});
  auto after = open_descriptors();
  for (const int number : before) after.erase(number);
  bool has_pidfd = false;
  for (const int number : after) {
    has_pidfd |=
        std::string(
            v2::filesystem::read_symlink("/proc/self/fd/" + std::to_string(number)).string()) ==
        "anon_inode:[pidfd]";
  }
  CHECK(has_pidfd);
}

TEST_CASE("signals reach the child, and the destructor kills it") {
  asio::io_context context;
  const auto sleeping = [&] {
    return boost_launcher()(context, "/bin/sleep", {"1000"}, process_stdio{nullptr, {}, {}});
  };
  const auto ends_by = [&](auto send) {
    auto child = sleeping();
    CHECK(child.running());
    send(child);
    child.wait();
    CHECK(WIFSIGNALED(child.native_exit_code()));
    return WTERMSIG(child.native_exit_code());
  };
  CHECK(ends_by([](auto& child) { child.terminate(); }) == SIGKILL);
  CHECK(ends_by([](auto& child) { child.interrupt(); }) == SIGINT);
  CHECK(ends_by([](auto& child) { child.request_exit(); }) == SIGTERM);
  const pid_t pid = sleeping().id();
  CHECK(::kill(pid, 0) == -1);
}

TEST_CASE("two children at once are waited for by one context") {
  asio::io_context context;
  asio::writable_pipe first_in(context), second_in(context);
  boost_launcher launcher;
  auto first =
      launcher(context, "/bin/sh", {"-c", "read x; exit 3"}, process_stdio{first_in, {}, {}});
  auto second =
      launcher(context, "/bin/sh", {"-c", "read x; exit 4"}, process_stdio{second_in, {}, {}});
  std::vector<int> codes;
  first.async_wait([&](error_code, int code) { codes.push_back(code); });
  second.async_wait([&](error_code, int code) {
    codes.push_back(code);
    first_in.close();  // the first ends once the second has
  });
  second_in.close();
  context.run();
  CHECK(codes == std::vector{4, 3});
}

TEST_CASE("a process can be moved, into one with another executor, too") {
  asio::io_context context;
  asio::writable_pipe in(context);
  auto child =
      boost_launcher()(context, "/bin/sh", {"-c", "read x; exit 5"}, process_stdio{in, {}, {}});
  const pid_t pid = child.id();
  auto moved = std::move(child);
  v2::process any = std::move(moved);
  CHECK(any.id() == pid);
  int seen = -1;
  any.async_wait([&](error_code, int code) { seen = code; });
  in.close();
  context.run();
  CHECK(seen == 5);
}

TEST_CASE("a launcher can be bound to initializers, and used again") {
  const Folder folder;
  auto launcher = v2::bind_launcher(boost_launcher(), process_start_dir(folder.path()),
                                    v2::process_environment{"A=bound"},
                                    [](Command& command) { command.umask(0077); });
  asio::io_context context;
  for (const std::string word : {"one", "two"}) {
    asio::readable_pipe out(context);
    auto child = launcher(context, "/bin/sh", Strings{"-c", "echo $A $0; pwd; umask", word},
                          process_stdio{{}, out, {}});
    CHECK(drain(out) == "bound " + word + "\n" + folder.path() + "\n0077\n");
    CHECK(child.wait() == 0);
  }
}

TEST_CASE("an environment holds for one launch of a launcher only") {
  boost_launcher launcher;
  asio::io_context context;
  const auto run = [&](auto&&... inits) {
    asio::readable_pipe out(context);
    auto child = launcher(context, "/bin/sh", {"-c", "echo $FORKLIFT_BOOST_TEST"}, inits...,
                          process_stdio{{}, out, {}});
    CHECK(child.wait() == 0);
    CHECK(launcher.pid == child.id());
    return drain(out);
  };
  ::setenv("FORKLIFT_BOOST_TEST", "caller's", 1);
  CHECK(run(v2::process_environment{"FORKLIFT_BOOST_TEST=own"}) == "own\n");
  CHECK(run() == "caller's\n");
  for (int i = 0; i < 300; ++i) ::setenv(("FORKLIFT_ROOM_" + std::to_string(i)).c_str(), "", 1);
  ::setenv("FORKLIFT_BOOST_TEST", "later", 1);
  CHECK(run() == "later\n");
  for (int i = 0; i < 300; ++i) ::unsetenv(("FORKLIFT_ROOM_" + std::to_string(i)).c_str());
  ::unsetenv("FORKLIFT_BOOST_TEST");
}

TEST_CASE("the child's signal mask is empty unless it asks for the caller's") {
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto empty = shown();
  const auto kept = shown([](Command& command) { command.inherit_signal_mask(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  CHECK(std::stoull(empty.values.at("blocked"), nullptr, 16) == 0);
  CHECK(std::stoull(kept.values.at("blocked"), nullptr, 16) == 1ULL << (SIGUSR1 - 1));
}
