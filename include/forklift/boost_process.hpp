// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <forklift/boost_process/hooks.hpp>
#include <forklift/boost_process/translation.hpp>

#include <unistd.h>

#include <boost/process/v2/environment.hpp>
#include <boost/process/v2/process.hpp>
#include <concepts>
#include <expected>
#include <forklift/command.hpp>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace forklift {

/// A launcher for Boost.Process v2 that does not fork.
///
/// It is called as Boost's launchers are, and returns Boost's own process object:
///
///     auto child = forklift::boost_launcher{}(context, "/bin/ls", {"-l"}, process_stdio{...});
///
/// Boost's initializers `process_stdio`, `process_start_dir`,
/// `process_environment` and `posix::bind_fd` work as with Boost's launchers.
/// Other initializers may have the hooks that Boost calls in the parent. An
/// initializer with `on_exec_setup`, which Boost calls in the child, does not
/// compile, since no user code runs in our child. A last initializer that takes
/// the command sets any other attribute:
///
///     [](forklift::Command& command) { command.new_session().nice(5); }
///
/// Unlike Boost's launchers it closes every descriptor that is not passed on
/// explicitly, empties the signal mask and resets ignored signals
/// (`Command::inherit_signal_mask`, `Command::inherit_ignored_signals`), calls
/// `on_exec_error` in the parent, and sends no fork notification to the
/// execution context. It can be used again: a launch leaves `env` and
/// `fd_whitelist` as they were. See docs/boost_process.md.
/// Errors: without `error_code`, boost::system::system_error, which names the step
/// and the subject as `LaunchError` does. Exceptions of hooks pass through;
/// nothing is left behind.
/// Threads: one at a time; distinct launchers are independent.
class boost_launcher : public boost::process::v2::posix::default_launcher {
  template <class Executor>
  using Process = boost::process::v2::basic_process<Executor>;
  using Path = boost::process::v2::filesystem::path;
  using Error = boost::process::v2::error_code;
  using Words = std::initializer_list<boost::process::v2::string_view>;

  template <class Type>
  static constexpr bool is_context = std::convertible_to<Type&, boost::asio::execution_context&>;
  template <class Type>
  static constexpr bool is_executor =
      boost::asio::execution::is_executor<Type>::value || boost::asio::is_executor<Type>::value;

 public:
  /// Launches and waits until the program runs or has failed to. `program` is not
  /// searched in PATH; `arguments` are any that Boost takes, or {"a", "b"}.
  template <class Context, class Arguments = Words, class... Inits>
  requires is_context<Context>
  auto operator()(Context& context, const Path& program, Arguments&& arguments, Inits&&... inits)
      -> Process<typename Context::executor_type> {
    return (*this)(context.get_executor(), program, arguments, inits...);
  }
  template <class Context, class Arguments = Words, class... Inits>
  requires is_context<Context>
  auto operator()(Context& context, Error& error, const Path& program, Arguments&& arguments,
                  Inits&&... inits) -> Process<typename Context::executor_type> {
    return (*this)(context.get_executor(), error, program, arguments, inits...);
  }
  template <class Executor, class Arguments = Words, class... Inits>
  requires is_executor<Executor>
  auto operator()(Executor executor, const Path& program, Arguments&& arguments, Inits&&... inits)
      -> Process<Executor> {
    boost_launcher once(*this);
    auto process = once.launch(executor, program, arguments, inits...);
    pid = process ? once.pid : -1;
    if (!process) throw boost::system::system_error(process.error().code, process.error().text);
    return std::move(*process);
  }
  template <class Executor, class Arguments = Words, class... Inits>
  requires is_executor<Executor>
  auto operator()(Executor executor, Error& error, const Path& program, Arguments&& arguments,
                  Inits&&... inits) -> Process<Executor> {
    boost_launcher once(*this);
    auto process = once.launch(executor, program, arguments, inits...);
    pid = process ? once.pid : -1;
    error = process ? Error() : process.error().code;
    return process ? std::move(*process) : Process<Executor>(executor);
  }

 private:
  /// Reports why there is no process: the code, and the rest of the sentence.
  struct Refusal {
    Refusal(Error why, const char* where) : code(why), text(where) {}
    explicit Refusal(const LaunchError& error)
        : code(error.code().value(), boost::system::system_category()), text(error.what()) {
      text.resize(text.size() - (": " + error.code().message()).size());
    }
    Error code;
    std::string text;
  };

  template <class Executor, class Arguments, class... Inits>
  std::expected<Process<Executor>, Refusal> launch(const Executor& executor, const Path& program,
                                                   Arguments& arguments, Inits&... inits) {
    static_assert((is_welcome<std::remove_cv_t<Inits>> && ...),
                  "this initializer has on_exec_setup, which is code for the child, and a child of "
                  "forklift runs no user code; set the attributes of a forklift::Command instead");
    if (env == inherited_) env = ::environ;  // setenv(3) may have moved it since
    inherited_ = ::environ;
    const char* const* line = build_argv_(program, arguments);
    boost_process::Stage<boost_launcher, Path> stage{*this, program, line};
    const auto refuse = [&](Refusal refusal) {
      (stage.error(refusal.code, inits), ...);
      return std::unexpected(std::move(refusal));
    };

    boost_process::Translation translation;
    if (const Error error = set_up(stage, translation, inits...)) {
      return refuse({error, "an initializer's on_setup"});
    }
    const Command command = command_for(stage, translation, inits...);
    auto launch = command.try_start();
    if (!launch) {
      const Refusal refusal(launch.error());
      (stage.fork_error(refusal.code, inits), ...);
      return refuse(refusal);
    }
    pid = launch->pid();
    (stage.fork_success(inits), ...);
    auto child = std::move(*launch).finish();
    if (!child) {
      const Refusal refusal(child.error());
      (stage.exec_error(refusal.code, inits), ...);
      return refuse(refusal);
    }
    auto process = adopt(executor, *child);
    if (!process) return refuse({process.error(), "the execution context refuses the process"});
    (stage.success(inits), ...);
    return std::move(*process);
  }

  template <class Init>
  static constexpr bool is_welcome = boost_process::Translatable<Init> ||
                                     !boost_process::runs_in_child<Init, boost_launcher, Path>();

  /// In the order of the list, up to the first error.
  template <class Stage, class... Inits>
  Error set_up(Stage& stage, boost_process::Translation& translation, Inits&... inits) {
    Error error;
    const auto one = [&](auto& init) {
      using Init = std::remove_cvref_t<decltype(init)>;
      if constexpr (boost_process::Translatable<Init>) {
        error = translation.add(init);
      } else if constexpr (std::same_as<Init, boost::process::v2::process_environment>) {
        // Its `on_setup` is in no header of Boost 1.81's that is included.
        env = init.env.data();
      } else if constexpr (requires { stage.set_up(init); }) {
        error = stage.set_up(init);
      }
      return !error;
    };
    (one(inits) && ...);
    return error;
  }

  template <class Stage, class... Inits>
  Command command_for(const Stage& stage, const boost_process::Translation& translation,
                      Inits&... inits) const {
    Command command(path_of(stage.program));
    const char* const* word = stage.command_line;
    if (*word) command.argv0(*word);
    while (*word && *++word) command.arg(*word);
    translation.write_into(command, fd_whitelist);
    if (env != inherited_) command.environment(entries_of(env));
    (change(command, inits), ...);
    return command;
  }

  /// For Boost, as for execve(2), a name without a slash is in the child's
  /// directory.
  static std::string path_of(const Path& program) {
    const std::string& name = program.native();
    return name.empty() || name.find('/') != name.npos ? name : "./" + name;
  }

  static std::vector<std::string> entries_of(const char* const* environment) {
    std::vector<std::string> entries;
    while (environment && *environment) entries.emplace_back(*environment++);
    return entries;
  }

  template <class Init>
  static void change(Command& command, Init& init) {
    if constexpr (std::invocable<Init&, Command&>) init(command);
  }

  /// Boost's object, which waits from now on. If it cannot be created, our object
  /// kills the child.
  template <class Executor>
  static std::expected<Process<Executor>, Error> adopt(const Executor& executor, Child& child) try {
    using Handle = typename Process<Executor>::native_handle_type;
    if constexpr (std::same_as<Handle, int>) {
      if (child.pidfd() >= 0) {
        Process<Executor> process(executor, child.pid(), child.pidfd());
        [[maybe_unused]] const int pidfd = child.release().release();
        return process;
      }
    }
    Process<Executor> process(executor, child.pid());
    child.release().reset();
    return process;
  } catch (const boost::system::system_error& error) {
    return std::unexpected(error.code());
  }

  const char* const* inherited_ = ::environ;
};

}  // namespace forklift
