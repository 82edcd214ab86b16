// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include <forklift/engine.hpp>
#include <forklift/step.hpp>

#include "kernel/enumerators.hpp"

namespace forklift {

static_assert(step_count == kernel::enumerator_count<Step>());

std::string_view name(Step step) noexcept {
  switch (step) {
    case Step::program: return "program";
    case Step::argument: return "argument";
    case Step::environment: return "environment";
    case Step::attribute: return "attribute";
    case Step::engine: return "engine";
    case Step::memory: return "mmap";
    case Step::pipe: return "pipe2";
    case Step::terminal: return "terminal";
    case Step::cgroup: return "cgroup";
    case Step::mail: return "sendmsg";
    case Step::clone: return "clone";
    case Step::id_map: return "id map";
    case Step::leave: return "close_range";
    case Step::receive: return "recvmsg";
    case Step::gate: return "gate";
    case Step::report: return "report";
    case Step::umask: return "umask";
    case Step::open: return "open";
    case Step::descriptor: return "dup";
    case Step::session: return "setsid";
    case Step::group: return "setpgid";
    case Step::foreground: return "tcsetpgrp";
    case Step::limit: return "prlimit";
    case Step::scheduling: return "scheduling";
    case Step::memory_policy: return "memory policy";
    case Step::second_stage: return "second stage";
    case Step::join: return "namespaces";
    case Step::mount: return "mount";
    case Step::hostname: return "sethostname";
    case Step::root: return "root";
    case Step::directory: return "chdir";
    case Step::close: return "close";
    case Step::identity: return "identity";
    case Step::capability: return "capabilities";
    case Step::privileges: return "no_new_privs";
    case Step::parent_death: return "pdeathsig";
    case Step::landlock: return "landlock";
    case Step::signal: return "sigaction";
    case Step::seccomp: return "seccomp";
    case Step::exec: return "execve";
    case Step::deadline: return "deadline";
  }
  return "step";
}

std::string_view name(Engine engine) noexcept {
  switch (engine) {
    case Engine::fork: return "fork";
    case Engine::shared_memory: return "shared_memory";
    case Engine::shared_table: return "shared_table";
  }
  return "engine";
}

}  // namespace forklift
