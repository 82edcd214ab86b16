// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>

// The hooks of Boost.Process's initializers that run in the parent. Boost 1.81
// looks for `on_error` and its kin with arguments other than those it documents
// and passes, so it never calls one; we call those with the documented ones.

namespace forklift::boost_process {

/// A launcher as a hook sees it: itself, the program, and the command line,
/// which `on_setup` may replace.
template <class Launcher, class Path>
struct Stage {
  Launcher& launcher;
  const Path& program;
  const char* const*& command_line;

  /// The first error of an initializer, which ends the launch.
  template <class Init>
  auto set_up(Init& init) -> decltype(init.on_setup(launcher, program, command_line)) {
    return init.on_setup(launcher, program, command_line);
  }

  template <class Error, class Init>
  void fork_error(const Error& error, Init& init) {
    if constexpr (requires { init.on_fork_error(launcher, program, command_line, error); }) {
      init.on_fork_error(launcher, program, command_line, error);
    }
  }
  template <class Error, class Init>
  void exec_error(const Error& error, Init& init) {
    if constexpr (requires { init.on_exec_error(launcher, program, command_line, error); }) {
      init.on_exec_error(launcher, program, command_line, error);
    }
  }
  template <class Error, class Init>
  void error(const Error& error, Init& init) {
    if constexpr (requires { init.on_error(launcher, program, command_line, error); }) {
      init.on_error(launcher, program, command_line, error);
    }
  }
  template <class Init>
  void fork_success(Init& init) {
    if constexpr (requires { init.on_fork_success(launcher, program, command_line); }) {
      init.on_fork_success(launcher, program, command_line);
    }
  }
  template <class Init>
  void success(Init& init) {
    if constexpr (requires { init.on_success(launcher, program, command_line); }) {
      init.on_success(launcher, program, command_line);
    }
  }
};

/// Adds a base with a member `on_exec_setup`: if the name becomes ambiguous,
/// the class has one of its own.
struct ExecSetup {
  int on_exec_setup;
};
template <class Init>
struct WithExecSetup : Init, ExecSetup {};

/// Whether an initializer has code that Boost runs in the child, for any launcher;
/// for a final class, which cannot be derived from, only for `Launcher`.
template <class Init, class Launcher, class Path>
consteval bool runs_in_child() {
  if constexpr (std::is_class_v<Init> && !std::is_final_v<Init>) {
    return !requires { &WithExecSetup<Init>::on_exec_setup; };
  } else {
    return requires(Init & init, Launcher & launcher, const Path& path, const char* const*& line) {
      init.on_exec_setup(launcher, path, line);
    };
  }
}

}  // namespace forklift::boost_process
