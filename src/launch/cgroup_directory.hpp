// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <expected>
#include <forklift/cgroup.hpp>
#include <forklift/fd.hpp>
#include <string>

#include "kernel/deadline.hpp"
#include "types/failure.hpp"

namespace forklift::launch {

/// A cgroup created for one child: at the end of scope, kills the remaining
/// processes in it and removes it, by a thread of the library's if that takes long.
class OwnCgroup {
 public:
  OwnCgroup() noexcept = default;
  explicit OwnCgroup(std::string path) noexcept : path_(std::move(path)) {}
  OwnCgroup(OwnCgroup&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  OwnCgroup& operator=(OwnCgroup&& other) noexcept;
  ~OwnCgroup() { remove(at_once()); }

  const std::string& path() const noexcept { return path_; }
  /// Keeps it, for instance because it belongs to another process.
  std::string release() noexcept { return std::exchange(path_, {}); }
  /// Removes it, and returns at `patience` at the latest; a thread of the library's
  /// goes on from there.
  ///
  /// Cost: a system call if nothing runs in it.
  void remove(kernel::Deadline patience) noexcept;

 private:
  static kernel::Deadline at_once() noexcept {
    return kernel::Deadline::after(std::chrono::nanoseconds(0));
  }

  std::string path_;
};

/// A cgroup that is about to get a child.
struct CgroupDirectory {
  Fd descriptor;  ///< ours to close; empty if the caller's is used
  OwnCgroup own;  ///< the path is empty unless it was created for this launch
};

/// Opens a cgroup, or creates one and writes its settings.
///
/// Errors: a cgroup that is missing, not of version 2, or may not be created.
std::expected<CgroupDirectory, Failure> open_cgroup(const Cgroup& wanted);

/// The path, or the number, of a cgroup in an error.
std::string name_of(const Cgroup& cgroup);

}  // namespace forklift::launch
