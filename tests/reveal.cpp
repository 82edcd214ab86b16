// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#include "reveal.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <forklift/fork_lock.hpp>
#include <fstream>
#include <sstream>

using forklift::Command;

const std::string& reveal_path() {
  static const Folder folder;
  static const std::string path = [] {
    ::chmod(folder.path().c_str(), 0755);
    const std::string copy = folder.path("reveal");
    std::filesystem::copy_file(helper("reveal"), copy);
    ::chmod(copy.c_str(), 0755);
    return copy;
  }();
  return path;
}

Revealed read_revealed(const std::string& printed) {
  Revealed revealed;
  std::istringstream lines(printed);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = std::min(line.find(' '), line.size());
    revealed[line.substr(0, space)] = line.substr(std::min(space + 1, line.size()));
  }
  return revealed;
}

std::string at(const Revealed& revealed, const std::string& key) {
  const auto found = revealed.find(key);
  return found == revealed.end() ? "?" : found->second;
}

namespace {

std::string complaint_of(const std::function<std::string()>& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    return error.what();
  }
}

std::string read_to_end(int descriptor) {
  std::string text;
  char part[4096];
  for (ssize_t size; (size = ::read(descriptor, part, sizeof part)) > 0;) {
    text.append(part, static_cast<std::size_t>(size));
  }
  return text;
}

}  // namespace

std::string in_fork(const std::function<std::string()>& work) {
  reveal_path();  // removed by this process, not by its fork
  auto pipe = forklift::fork_exec_pipe();
  REQUIRE(pipe);
  const forklift::Fd in = std::move(pipe->reading);
  forklift::Fd out = std::move(pipe->writing);
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    const std::string complaint = complaint_of(work);
    const auto size = static_cast<ssize_t>(complaint.size());
    ::_exit(::write(out.get(), complaint.data(), complaint.size()) == size ? 0 : 1);
  }
  out = {};
  const std::string complaint = read_to_end(in.get());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status == 0 ? complaint : "wait status " + std::to_string(status) + "; " + complaint;
}

std::string as_user(unsigned id, const std::function<std::string()>& work) {
  return in_fork([&]() -> std::string {
    if (::setgroups(0, nullptr) != 0) return "setgroups";
    if (::setresgid(id, id, id) != 0 || ::setresuid(id, id, id) != 0) return "setresuid";
    // As a process of that user from the start: a process that changes its ids
    // may no longer read itself through /proc.
    if (::prctl(PR_SET_DUMPABLE, 1) != 0) return "dumpable";
    return work();
  });
}

std::string differ(const std::string& what, const std::string& is, const std::string& expected) {
  return is == expected ? "" : what + " is '" + is + "', not '" + expected + "'; ";
}

std::string fails_otherwise(const Command& command, forklift::Step step, int error,
                            const std::string& subject) {
  const auto child = command.try_spawn();
  if (!child) {
    const forklift::LaunchError& got = child.error();
    const bool named = got.subject().find(subject) != std::string::npos;
    if (got.step() == step && got.code().value() == error && named) return "";
    return "failed otherwise: " + std::string(got.what()) + " [" + got.subject() + "]; ";
  }
  return "was launched; ";
}

bool is_root() { return ::geteuid() == 0; }

bool has_privilege(int number) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct sets[2]{};
  ::syscall(SYS_capget, &header, sets);
  return (sets[number / 32].effective >> (number % 32) & 1U) != 0;
}

TestCgroup::TestCgroup() {
  for (const char* const mount : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    if (::access((std::string(mount) + "/cgroup.procs").c_str(), F_OK) != 0) continue;
    const std::string path = std::string(mount) + "/forklift-test-" + std::to_string(::getpid());
    if (::mkdir(path.c_str(), 0755) != 0) continue;
    mount_ = mount;
    path_ = path;
    return;
  }
}

TestCgroup::~TestCgroup() {
  if (path_.empty()) return;
  for (const std::string& name : below()) {
    std::ofstream(path_ + "/" + name + "/cgroup.kill") << 1;
    while (::rmdir((path_ + "/" + name).c_str()) != 0 && errno == EBUSY) {
    }
  }
  std::ofstream(path_ + "/cgroup.kill") << 1;
  while (::rmdir(path_.c_str()) != 0 && errno == EBUSY) {
  }
}

std::string TestCgroup::name() const { return path_.substr(mount_.size()); }

std::vector<std::string> TestCgroup::below() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  return names;
}
